/**
 * What a policy decides of one request: the semantics of k8s.io/apiserver/pkg/audit/policy/checker.go, plainly.
 * The algebra of whole sets of requests (request-set.ts) is tested against it.
 */
import type { GroupResources, Level, Policy, PolicyRule, Stage } from './policy.ts';
import { STAGES } from './policy.ts';

/** What the API server knows of a request when it decides: before it is authorized, before impersonation. */
export interface AuditedRequest {
  /** Who authenticated; `system:anonymous` for nobody. */
  readonly user: string;
  readonly groups: readonly string[];
  /** `get`, `list`, `create` and so on; the HTTP method in small letters for paths. */
  readonly verb: string;
  readonly target: ResourceTarget | PathTarget;
}

export interface ResourceTarget {
  readonly kind: 'resource';
  /** Empty for the core group. */
  readonly group: string;
  readonly resource: string;
  /** Empty for the resource itself. */
  readonly subresource: string;
  /** As in the address; empty for lists, and for objects that are created. */
  readonly name: string;
  /** Empty for what is in no namespace, and for all namespaces. */
  readonly namespace: string;
}

export interface PathTarget {
  readonly kind: 'path';
  readonly path: string;
}

export interface Decision<R extends PolicyRule = PolicyRule> {
  /** The first rule that matches; `undefined` where none does. */
  readonly rule: R | undefined;
  readonly level: Level;
  /** Stages at which events are recorded, when the request reaches them; none at level None. */
  readonly stages: readonly Stage[];
  readonly omitManagedFields: boolean;
}

export function decide<R extends PolicyRule>(policy: Policy<R>, request: AuditedRequest): Decision<R> {
  const rule = policy.rules.find((candidate) => isMatch(candidate, request));
  return decisionOf(policy, rule);
}

/** What holds for requests that `rule` decides; `undefined` for those that no rule matches. */
export function decisionOf<R extends PolicyRule>(policy: Policy<R>, rule: R | undefined): Decision<R> {
  const level = rule?.level ?? 'None';
  const omitted = new Set([...policy.omitStages, ...(rule?.omitStages ?? [])]);
  return {
    rule,
    level,
    stages: level === 'None' ? [] : STAGES.filter((stage) => !omitted.has(stage)),
    omitManagedFields: rule?.omitManagedFields ?? policy.omitManagedFields,
  };
}

export function isMatch(rule: PolicyRule, { user, groups, verb, target }: AuditedRequest): boolean {
  if (rule.users.length > 0 && !rule.users.includes(user)) return false;
  if (rule.userGroups.length > 0 && !groups.some((group) => rule.userGroups.includes(group))) return false;
  if (rule.verbs.length > 0 && !rule.verbs.includes(verb)) return false;
  if (rule.namespaces.length > 0 || rule.resources.length > 0) {
    return target.kind === 'resource' && isResourceMatch(rule, target);
  }
  if (rule.nonResourceURLs.length > 0) {
    return (
      target.kind === 'path' && rule.nonResourceURLs.some((pattern) => isPathMatch(pattern, target.path))
    );
  }
  return true;
}

function isResourceMatch({ namespaces, resources }: PolicyRule, target: ResourceTarget): boolean {
  if (namespaces.length > 0 && !namespaces.includes(target.namespace)) return false;
  return resources.length === 0 || resources.some((entry) => isGroupMatch(entry, target));
}

function isGroupMatch(entry: GroupResources, target: ResourceTarget): boolean {
  if (entry.group !== '*' && entry.group !== target.group) return false;
  if (entry.resources.length === 0) return true;
  if (entry.resourceNames.length > 0 && !entry.resourceNames.includes(target.name)) return false;
  return entry.resources.some((pattern) => isResourcePatternMatch(pattern, target));
}

/** `pods/*` matches pods themselves, too: that is what the API server does, whatever its documentation says. */
function isResourcePatternMatch(pattern: string, { resource, subresource }: ResourceTarget): boolean {
  if (pattern === '*') return true;
  if (pattern === (subresource === '' ? resource : `${resource}/${subresource}`)) return true;
  if (subresource !== '' && pattern === `*/${subresource}`) return true;
  return pattern === `${resource}/*`;
}

/** A star at the end stands for any rest. */
export function isPathMatch(pattern: string, path: string): boolean {
  return pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern;
}

/** Requests that stay open, whose response begins long before it ends: only these have ResponseStarted. */
export function isLongRunning({ verb, target }: AuditedRequest): boolean {
  if (verb === 'watch' || verb === 'proxy') return true;
  if (target.kind === 'path') return target.path.startsWith('/debug/pprof/');
  return ['attach', 'exec', 'proxy', 'log', 'portforward'].includes(target.subresource);
}
