/**
 * `k8s.*`: the pod that the process runs in, as the container engine tells it, otherwise as the cluster does. Missing
 * until one of them has answered.
 */
import type { ByteString } from '../events/bytes.ts';
import type { EventContext } from '../system/context.ts';
import { clusterPod, labelsText, metadata } from './container-read.ts';
import { defineClass, type FieldDefinition, REQUIRED_KEY } from './define.ts';

/** Kinds that an earlier design asked the cluster about; their fields are kept so that rules load. */
const WITHDRAWN = [
  ['rc', 'replication controller'],
  ['svc', 'service'],
  ['rs', 'replica set'],
  ['deployment', 'deployment'],
] as const;

function withdrawnFields(kind: string, title: string): FieldDefinition[] {
  const definitions: FieldDefinition[] = [
    {
      name: `k8s.${kind}.name`,
      type: 'CHARBUF',
      description: `Name of the ${title} of the pod. Always missing.`,
    },
    {
      name: `k8s.${kind}.id`,
      type: 'CHARBUF',
      description: `Id of the ${title} of the pod. Always missing.`,
    },
    {
      name: `k8s.${kind}.label`,
      type: 'CHARBUF',
      argument: REQUIRED_KEY,
      description: `One label of the ${title} of the pod. Always missing.`,
    },
    {
      name: `k8s.${kind}.labels`,
      type: 'CHARBUF',
      description: `All labels of the ${title} of the pod. Always missing.`,
    },
  ];
  return definitions.map((definition) => ({ ...definition, deprecated: true }));
}

function podLabels(context: EventContext): ReadonlyMap<ByteString, ByteString> | undefined {
  return metadata(context)?.pod?.labels ?? clusterPod(context)?.labels;
}

export const K8S_FIELDS = defineClass(
  {
    name: 'k8s',
    title: '',
    description: 'The Kubernetes pod that the process runs in; all fields are missing outside of pods.',
    sources: ['syscall'],
  },
  [
    {
      name: 'k8s.pod.name',
      type: 'CHARBUF',
      late: true,
      description: 'Name of the pod.',
      read: (context) => metadata(context)?.pod?.name ?? clusterPod(context)?.name,
    },
    {
      name: 'k8s.ns.name',
      type: 'CHARBUF',
      late: true,
      description: 'Namespace of the pod.',
      read: (context) => metadata(context)?.pod?.namespace ?? clusterPod(context)?.namespaceName,
    },
    {
      name: 'k8s.pod.id',
      type: 'CHARBUF',
      late: true,
      description: 'The same as `k8s.pod.uid`, kept for older rules.',
      read: (context) => metadata(context)?.pod?.uid ?? clusterPod(context)?.uid,
    },
    {
      name: 'k8s.pod.uid',
      type: 'CHARBUF',
      late: true,
      description: 'Unique id that the cluster gave the pod.',
      read: (context) => metadata(context)?.pod?.uid ?? clusterPod(context)?.uid,
    },
    {
      name: 'k8s.pod.sandbox_id',
      type: 'CHARBUF',
      late: true,
      description: 'Id of the sandbox container of the pod, cut to 12 characters.',
      read: (context) => metadata(context)?.pod?.sandboxId?.slice(0, 12),
    },
    {
      name: 'k8s.pod.full_sandbox_id',
      type: 'CHARBUF',
      late: true,
      description: 'Id of the sandbox container of the pod in full length.',
      read: (context) => metadata(context)?.pod?.sandboxId,
    },
    {
      name: 'k8s.pod.label',
      type: 'CHARBUF',
      late: true,
      argument: REQUIRED_KEY,
      cost: 2,
      description: 'Value of one label of the pod, `k8s.pod.label[NAME]` or `k8s.pod.label.NAME`.',
      read: (context, key) => podLabels(context)?.get(key ?? ''),
    },
    {
      name: 'k8s.pod.labels',
      type: 'CHARBUF',
      late: true,
      cost: 3,
      description: 'All labels of the pod, `name:value` joined by commas.',
      read: (context) => labelsText(podLabels(context)),
    },
    {
      name: 'k8s.pod.ip',
      type: 'CHARBUF',
      late: true,
      description: 'Address of the pod.',
      read: (context) => metadata(context)?.pod?.ip ?? clusterPod(context)?.ip,
    },
    {
      name: 'k8s.pod.cni.json',
      type: 'CHARBUF',
      late: true,
      description: 'What the network of the pod reported, as JSON.',
      read: (context) => metadata(context)?.pod?.cniJson,
    },
    ...WITHDRAWN.flatMap(([kind, title]) => withdrawnFields(kind, title)),
    {
      name: 'k8s.ns.id',
      type: 'CHARBUF',
      deprecated: true,
      description: 'Id of the namespace of the pod. Always missing.',
    },
    {
      name: 'k8s.ns.label',
      type: 'CHARBUF',
      argument: REQUIRED_KEY,
      deprecated: true,
      description: 'One label of the namespace of the pod. Always missing.',
    },
    {
      name: 'k8s.ns.labels',
      type: 'CHARBUF',
      deprecated: true,
      description: 'All labels of the namespace of the pod. Always missing.',
    },
  ],
);
