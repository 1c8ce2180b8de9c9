/** What a control of the Pod Security Standards is, and what controls read of pods. */
import type { FieldPath } from '../manifests/field-path.ts';
import { type JsonMap, mapOf } from '../manifests/manifest.ts';
import { type ContainerOfPod, containersOf, type Pod } from '../manifests/pods.ts';

/** A field that a control forbids. */
export interface Violation {
  readonly path: FieldPath;
  readonly message: string;
  readonly remedy: string;
  readonly container?: string;
}

export interface Control {
  /** As Kubernetes names the check. */
  readonly name: string;
  /** In a few words, for lists of rules. */
  readonly title: string;
  readonly profile: 'baseline' | 'restricted';
  /** First version with the control, by minor number. */
  readonly since: number;
  /** For a control of the restricted profile: one of baseline that it stands for there. */
  readonly insteadOf?: string;
  check(pod: Pod, minor: number): Violation[];
}

/** A security context: the pod's or that of a container. */
export interface ContextOfPod {
  readonly value: JsonMap;
  readonly path: FieldPath;
  /** Absent for that of the pod. */
  readonly container?: string;
}

/** The pod's security context; an empty one where it has none. */
export function podContext({ spec }: Pod): ContextOfPod {
  return { value: mapOf(spec.securityContext) ?? {}, path: ['spec', 'securityContext'] };
}

/** A container's security context; an empty one where it has none. */
export function contextOf({ value, path, name }: ContainerOfPod): ContextOfPod {
  return {
    value: mapOf(value.securityContext) ?? {},
    path: [...path, 'securityContext'],
    container: name,
  };
}

/** The security contexts of the pod and of all its containers. */
export function contextsOf(pod: Pod): ContextOfPod[] {
  return [podContext(pod), ...containersOf(pod).map(contextOf)];
}

/** A field of a context that is forbidden. */
export function forbid(
  { path, container }: ContextOfPod,
  field: FieldPath,
  message: string,
  remedy: string,
): Violation {
  const who = container === undefined ? 'the pod' : `container ${container}`;
  return {
    path: [...path, ...field],
    message: `${who} ${message}`,
    remedy,
    ...(container === undefined ? {} : { container }),
  };
}

/** Whether the pod says that it is for Windows, where some fields may not be set. */
export function isForWindows({ spec }: Pod): boolean {
  return mapOf(spec.os)?.name === 'windows';
}

/** Whether the pod has a user namespace of its own: its root is nobody on the node. */
export function inUserNamespace({ spec }: Pod): boolean {
  return spec.hostUsers === false;
}
