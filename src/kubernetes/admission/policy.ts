/** Which pods are refused: by namespace, with exemptions. */
import { matchesWildcard } from '../../rules/select.ts';
import type { Profile } from '../pod-security/finding.ts';

/**
 * What happens to pods that the profile forbids: `audit` lets them in and tells Lanner's outputs, `warn` tells who
 * asked as well, `enforce` refuses them.
 */
export const MODES = ['audit', 'warn', 'enforce'] as const;
export type Mode = (typeof MODES)[number];

/** What pods of a namespace are held to. */
export interface Standard {
  readonly profile: Profile;
  readonly mode: Mode;
}

export interface AdmissionPolicy extends Standard {
  /** Of the Pod Security Standards, by its minor number. */
  readonly minor: number;
  /** The first whose name fits (`*` stands for any text) says what it says; the rest is as for all. */
  readonly namespaces: readonly NamespaceStandard[];
  /** Who and what is let in without being judged; `*` stands for any text. */
  readonly exempt: Exemptions;
}

export interface NamespaceStandard {
  readonly name: string;
  readonly profile: Profile | undefined;
  readonly mode: Mode | undefined;
}

export interface Exemptions {
  readonly users: readonly string[];
  readonly namespaces: readonly string[];
  readonly runtimeClasses: readonly string[];
}

/** Why a request is not judged. */
export type Exemption = 'user' | 'namespace' | 'runtimeClass';

export function standardFor(policy: AdmissionPolicy, namespace: string): Standard {
  const own = policy.namespaces.find(({ name }) => matchesWildcard(name, namespace));
  return { profile: own?.profile ?? policy.profile, mode: own?.mode ?? policy.mode };
}

/** `undefined` for what has to be judged. */
export function exemptionFor(
  { exempt }: AdmissionPolicy,
  request: { readonly user: string; readonly namespace: string; readonly runtimeClass: string },
): Exemption | undefined {
  const fits = (patterns: readonly string[], text: string): boolean =>
    text !== '' && patterns.some((pattern) => matchesWildcard(pattern, text));
  if (fits(exempt.namespaces, request.namespace)) return 'namespace';
  if (fits(exempt.users, request.user)) return 'user';
  return fits(exempt.runtimeClasses, request.runtimeClass) ? 'runtimeClass' : undefined;
}
