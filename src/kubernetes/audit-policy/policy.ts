/**
 * An audit policy of Kubernetes (`audit.k8s.io/v1`): what the API server records of which request. Names and
 * meaning are those of k8s.io/apiserver/pkg/apis/audit/v1.
 */
import type { FieldPath } from '../manifests/field-path.ts';
import type { Place } from '../manifests/manifest.ts';

/** How much is recorded, from nothing to everything. */
export const LEVELS = ['None', 'Metadata', 'Request', 'RequestResponse'] as const;
export type Level = (typeof LEVELS)[number];

/** Moments of a request at which an event can be recorded, in the order of time. */
export const STAGES = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'] as const;
export type Stage = (typeof STAGES)[number];

/** Resources of one API group; the core group is the empty text. */
export interface GroupResources {
  /** `*` stands for every group, from Kubernetes 1.36 on. */
  readonly group: string;
  /** `pods`, `pods/log`, `pods/*`, `*\/scale`, `*`; none stands for all of the group. */
  readonly resources: readonly string[];
  /** None stands for every name. */
  readonly resourceNames: readonly string[];
}

/** Requests that match every field are recorded at the level. Empty lists stand for no restriction. */
export interface PolicyRule {
  readonly level: Level;
  readonly users: readonly string[];
  readonly userGroups: readonly string[];
  readonly verbs: readonly string[];
  readonly resources: readonly GroupResources[];
  /** The empty text stands for what is in no namespace. */
  readonly namespaces: readonly string[];
  readonly nonResourceURLs: readonly string[];
  readonly omitStages: readonly Stage[];
  /** In place of the policy's own. */
  readonly omitManagedFields: boolean | undefined;
}

/** A rule as it stands in a file. */
export interface WrittenRule extends PolicyRule {
  /** From 0. */
  readonly index: number;
  /** Place of a field by its path in the rule; that of the rule for an empty path. */
  locate(path: FieldPath): Place;
}

export interface Policy<R extends PolicyRule = PolicyRule> {
  /** The first that matches decides; where none does, nothing is recorded. */
  readonly rules: readonly R[];
  /** Omitted for all rules, beside what each omits itself. */
  readonly omitStages: readonly Stage[];
  readonly omitManagedFields: boolean;
}

export function isLevelAtLeast(level: Level, wanted: Level): boolean {
  return LEVELS.indexOf(level) >= LEVELS.indexOf(wanted);
}

export function higherLevel(a: Level, b: Level): Level {
  return isLevelAtLeast(a, b) ? a : b;
}

export function isLevel(text: string): text is Level {
  return (LEVELS as readonly string[]).includes(text);
}

export function isStage(text: string): text is Stage {
  return (STAGES as readonly string[]).includes(text);
}
