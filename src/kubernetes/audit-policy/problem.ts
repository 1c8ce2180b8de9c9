/** What is wrong with an audit policy, or worth knowing of it. */
import type { Place } from '../manifests/manifest.ts';

/**
 * `error`: the API server does not start with the policy, or overlooks what is written there. `warning`: it is
 * probably not what was meant. `note`: it may be meant.
 */
export type Severity = 'error' | 'warning' | 'note';

/** Kinds of problems, for programs that read them. */
export const PROBLEM_CODES = {
  'not-yaml': 'The file is not YAML',
  'not-a-policy': 'The file holds no audit policy',
  'api-version': 'The version of the policy is unknown or has gone',
  'unknown-field': 'A field that does not exist',
  'wrong-type': 'A value of the wrong type',
  'invalid-value': 'A value that is not allowed',
  'no-rules': 'A policy without rules',
  'conflicting-fields': 'Fields that cannot stand in one rule',
  'newer-kubernetes': 'Something that only newer versions of Kubernetes understand',
  unreachable: 'A rule that no request reaches',
  'never-matches': 'A rule, or a part of one, that no request matches',
  'records-nothing': 'All stages are omitted',
  'records-secrets': 'Secrets are recorded',
  'records-nothing-for-rules': 'Requests that rules need are not recorded, or with too little',
  'alerts-incomplete': 'Alerts name something that is not recorded',
  'too-tangled': 'Not everything can be said of the policy',
} as const;

export type ProblemCode = keyof typeof PROBLEM_CODES;

export interface PolicyProblem {
  readonly severity: Severity;
  readonly code: ProblemCode;
  readonly message: string;
  readonly place: Place;
  /** The API server refuses to start with the policy. */
  readonly isRefused?: boolean;
  /** The detection rules that it concerns. */
  readonly detectionRules?: readonly string[];
}

/** In the order of the file; errors first where the place is the same. */
export function inOrder(problems: readonly PolicyProblem[]): PolicyProblem[] {
  const severities: readonly Severity[] = ['error', 'warning', 'note'];
  return problems.toSorted(
    (a, b) =>
      (a.place.line ?? 0) - (b.place.line ?? 0) ||
      (a.place.column ?? 0) - (b.place.column ?? 0) ||
      severities.indexOf(a.severity) - severities.indexOf(b.severity),
  );
}
