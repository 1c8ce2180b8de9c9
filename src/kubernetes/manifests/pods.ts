/** Which kinds of objects bear pods, and where their pods' specifications lie. */
import { type FieldPath, valueAt } from './field-path.ts';
import { type JsonMap, type Manifest, mapOf } from './manifest.ts';

/** What a pod is judged by: that of a Pod, or of a workload's template. */
export interface Pod {
  readonly metadata: JsonMap;
  readonly spec: JsonMap;
}

/** A pod in a manifest. */
export interface PodOfManifest extends Pod {
  readonly manifest: Manifest;
  /** Where `metadata` and `spec` of the pod lie in the object; empty for a Pod. */
  readonly base: FieldPath;
}

/** Where the template lies, by the group of the API and the kind. */
const TEMPLATES: Readonly<Record<string, FieldPath>> = {
  '/Pod': [],
  '/PodTemplate': ['template'],
  '/ReplicationController': ['spec', 'template'],
  'apps/Deployment': ['spec', 'template'],
  'apps/ReplicaSet': ['spec', 'template'],
  'apps/StatefulSet': ['spec', 'template'],
  'apps/DaemonSet': ['spec', 'template'],
  'batch/Job': ['spec', 'template'],
  'batch/CronJob': ['spec', 'jobTemplate', 'spec', 'template'],
  // Gone since Kubernetes 1.16, and still in files.
  'extensions/Deployment': ['spec', 'template'],
  'extensions/ReplicaSet': ['spec', 'template'],
  'extensions/DaemonSet': ['spec', 'template'],
};

/** Fields of a pod's specification that list containers, in the order in which Kubernetes starts them. */
export const CONTAINER_LISTS = ['initContainers', 'containers', 'ephemeralContainers'] as const;

/** Whether objects of this kind bear pods. */
export function templatePath({
  apiVersion,
  kind,
}: Pick<Manifest, 'apiVersion' | 'kind'>): FieldPath | undefined {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return TEMPLATES[`${group}/${kind}`];
}

/**
 * The pod of an object; `undefined` when its kind bears none. One whose specification is missing has an empty one:
 * see the problems of its shape.
 */
export function podOf(manifest: Manifest): PodOfManifest | undefined {
  const base = templatePath(manifest);
  if (base === undefined) return undefined;
  const template = mapOf(valueAt(manifest.value, base)) ?? {};
  return { manifest, base, metadata: mapOf(template.metadata) ?? {}, spec: mapOf(template.spec) ?? {} };
}

export interface ContainerOfPod {
  readonly name: string;
  readonly value: JsonMap;
  /** From the pod: `spec.initContainers[0]`. */
  readonly path: FieldPath;
  readonly list: (typeof CONTAINER_LISTS)[number];
}

/** All containers of a pod. */
export function containersOf({ spec }: Pod): ContainerOfPod[] {
  return CONTAINER_LISTS.flatMap((list) => {
    const items = spec[list];
    if (!Array.isArray(items)) return [];
    return items.flatMap((item, index): ContainerOfPod[] => {
      const value = mapOf(item);
      if (value === undefined) return [];
      const name = typeof value.name === 'string' ? value.name : `(${list}[${index}])`;
      return [{ name, value, path: ['spec', list, index], list }];
    });
  });
}
