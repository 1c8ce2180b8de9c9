/**
 * `k8smeta.*`: what the cluster's control plane knows of the pod that a process runs in and of the objects that the
 * pod belongs to. Known to rules, and missing until a source asks a cluster.
 */
import { defineClass, type FieldDefinition, REQUIRED_KEY } from './define.ts';

/** Objects by their part of the name, and whether a pod may belong to several. */
const OBJECTS: readonly { readonly key: string; readonly title: string; readonly several?: boolean }[] = [
  { key: 'pod', title: 'pod' },
  { key: 'ns', title: 'namespace of the pod' },
  { key: 'deployment', title: 'deployment of the pod' },
  { key: 'svc', title: 'services of the pod', several: true },
  { key: 'rs', title: 'replica set of the pod' },
  { key: 'rc', title: 'replication controller of the pod' },
];

function objectFields({ key, title, several = false }: (typeof OBJECTS)[number]): FieldDefinition[] {
  const prefix = `k8smeta.${key}`;
  const each = several ? 's' : '';
  return [
    { name: `${prefix}.name`, type: 'CHARBUF', isList: several, description: `Name${each} of the ${title}.` },
    {
      name: `${prefix}.uid`,
      type: 'CHARBUF',
      isList: several,
      description: `Unique id${each} of the ${title}.`,
    },
    {
      name: `${prefix}.label`,
      type: 'CHARBUF',
      isList: several,
      argument: REQUIRED_KEY,
      description: `Value of one label of the ${title}, as in \`${prefix}.label[app]\`.`,
    },
    {
      name: `${prefix}.labels`,
      type: 'CHARBUF',
      isList: true,
      description: `All labels of the ${title}, each as \`name:value\`.`,
    },
  ];
}

const [POD = [], ...OTHERS] = OBJECTS.map(objectFields);

export const K8SMETA_FIELDS = defineClass(
  {
    name: 'k8smeta',
    title: '',
    description:
      'What the cluster knows of the pod that the process runs in; missing without a connection to one.',
    sources: ['syscall'],
  },
  [
    ...POD,
    { name: 'k8smeta.pod.ip', type: 'CHARBUF', description: 'IP address of the pod.' },
    ...OTHERS.flat(),
  ],
);
