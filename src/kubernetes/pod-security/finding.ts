/** What is said of a pod. */
import type { FieldPath } from '../manifests/field-path.ts';

/**
 * What pods may be held to, from nothing to all. The first three are those of Kubernetes' Pod Security Standards;
 * `immutable` is restricted and, beyond it, what keeps a container from changing while it runs.
 */
export const PROFILES = ['privileged', 'baseline', 'restricted', 'immutable'] as const;
export type Profile = (typeof PROFILES)[number];

export interface Finding {
  /** Name of the control; those of the Pod Security Standards have the names of Kubernetes' own checks. */
  readonly control: string;
  /** The least strict profile that forbids this. */
  readonly profile: Exclude<Profile, 'privileged'>;
  /** `note` is for things to know that no profile forbids. */
  readonly severity: 'error' | 'warning' | 'note';
  /** What is the case. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
  /** The field, from the pod: begins with `spec` or `metadata`. It may be one that is missing. */
  readonly path: FieldPath;
  /** The container's name, if it is about one. */
  readonly container?: string;
}

/** Whether pods held to `profile` must do without what is forbidden by `forbiddenBy`. */
export function includes(profile: Profile, forbiddenBy: Profile): boolean {
  return PROFILES.indexOf(forbiddenBy) <= PROFILES.indexOf(profile);
}
