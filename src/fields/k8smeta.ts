/**
 * `k8smeta.*`: what the cluster's control plane knows of the pod that a process runs in and of the objects that the
 * pod belongs to. Missing unless the configuration has the cluster asked (`kubernetes.metadata`), and until it has told.
 */
import type { ClusterObject, ClusterPod } from '../system/cluster.ts';
import { clusterPod } from './container-read.ts';
import { defineClass, type FieldDefinition, REQUIRED_KEY } from './define.ts';

type Find = (pod: ClusterPod) => ClusterObject | undefined;

/** Objects by their part of the name. */
const OBJECTS: readonly (readonly [key: string, title: string, find: Find])[] = [
  ['pod', 'pod', (pod) => pod],
  ['ns', 'namespace of the pod', (pod) => pod.namespace],
  ['deployment', 'deployment of the pod', (pod) => pod.deployment],
  ['rs', 'replica set of the pod', (pod) => pod.replicaSet],
  ['rc', 'replication controller of the pod', (pod) => pod.replicationController],
];

function objectFields([key, title, find]: (typeof OBJECTS)[number]): FieldDefinition[] {
  const prefix = `k8smeta.${key}`;
  return [
    {
      name: `${prefix}.name`,
      type: 'CHARBUF',
      late: true,
      description: `Name of the ${title}.`,
      read: (context) => of(clusterPod(context), find)?.name,
    },
    {
      name: `${prefix}.uid`,
      type: 'CHARBUF',
      late: true,
      description: `Unique id of the ${title}.`,
      read: (context) => of(clusterPod(context), find)?.uid,
    },
    {
      name: `${prefix}.label`,
      type: 'CHARBUF',
      late: true,
      argument: REQUIRED_KEY,
      description: `Value of one label of the ${title}, as in \`${prefix}.label[app]\`.`,
      read: (context, label) => of(clusterPod(context), find)?.labels.get(label ?? ''),
    },
    {
      name: `${prefix}.labels`,
      type: 'CHARBUF',
      late: true,
      isList: true,
      description: `All labels of the ${title}, each as \`name:value\`.`,
      read: (context) => labelList(of(clusterPod(context), find)),
    },
  ];
}

function of(pod: ClusterPod | undefined, find: Find): ClusterObject | undefined {
  return pod && find(pod);
}

function labelList(object: ClusterObject | undefined) {
  return object && [...object.labels].map(([name, value]) => `${name}:${value}`);
}

/** A pod may belong to several services; without any, the fields are missing. */
function serviceField(
  name: string,
  description: string,
  values: (service: ClusterObject, label: string) => readonly string[],
  more: Partial<FieldDefinition> = {},
): FieldDefinition {
  return {
    name: `k8smeta.svc.${name}`,
    type: 'CHARBUF',
    late: true,
    isList: true,
    description,
    read(context, label) {
      const found = clusterPod(context)?.services.flatMap((service) => values(service, label ?? ''));
      return found === undefined || found.length === 0 ? undefined : found;
    },
    ...more,
  };
}

const SERVICES: readonly FieldDefinition[] = [
  serviceField('name', 'Names of the services of the pod.', ({ name }) => [name]),
  serviceField('uid', 'Unique ids of the services of the pod.', ({ uid }) => [uid]),
  serviceField(
    'label',
    'Value of one label of the services of the pod, as in `k8smeta.svc.label[app]`.',
    ({ labels }, label) => [labels.get(label) ?? []].flat(),
    { argument: REQUIRED_KEY },
  ),
  serviceField(
    'labels',
    'All labels of the services of the pod, each as `name:value`.',
    (service) => labelList(service) ?? [],
  ),
];

/** Lanner's own. */
const OWN: readonly FieldDefinition[] = [
  {
    name: 'k8smeta.pod.service_account',
    type: 'CHARBUF',
    late: true,
    description: 'Service account that the pod runs as.',
    read: (context) => clusterPod(context)?.serviceAccount,
  },
  {
    name: 'k8smeta.owner.kind',
    type: 'CHARBUF',
    late: true,
    description: 'Kind of what controls the pod in the end, such as Deployment or DaemonSet.',
    read: (context) => clusterPod(context)?.owner?.kind,
  },
  {
    name: 'k8smeta.owner.name',
    type: 'CHARBUF',
    late: true,
    description: 'Name of what controls the pod in the end.',
    read: (context) => clusterPod(context)?.owner?.name,
  },
];

const [POD = [], NAMESPACE = [], DEPLOYMENT = [], ...OTHERS] = OBJECTS.map(objectFields);

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
    {
      name: 'k8smeta.pod.ip',
      type: 'CHARBUF',
      late: true,
      description: 'IP address of the pod.',
      read: (context) => clusterPod(context)?.ip,
    },
    ...NAMESPACE,
    ...DEPLOYMENT,
    ...SERVICES,
    ...OTHERS.flat(),
    ...OWN,
  ],
);
