/** Rules that no request reaches, and those that no request matches. */
import { nearest } from '../../rules/suggest.ts';
import type { FieldPath } from '../manifests/field-path.ts';
import { placeText } from '../manifests/manifest.ts';
import {
  groupsWith,
  isClusterWide,
  KNOWN_RESOURCES,
  PATH_VERBS,
  RESOURCE_VERBS,
  resourcesWith,
  subresourcesOf,
} from './known-resources.ts';
import { type Policy, STAGES, type WrittenRule } from './policy.ts';
import type { PolicyProblem, ProblemCode, Severity } from './problem.ts';
import { isWithin, type RequestBox } from './request-set.ts';
import { requestsOf } from './rule-requests.ts';

/** Rules all of whose requests earlier rules have decided. */
export function unreachableRules({ rules }: Policy<WrittenRule>): PolicyProblem[] {
  const requests = rules.map(requestsOf);
  return rules.flatMap((rule, index) => {
    const own = requests[index] ?? [];
    if (own.length === 0) return [problem(rule, [], 'never-matches', 'no request matches this rule')];
    const [single] = rules.slice(0, index).filter((_, other) => isWithin(own, requests[other] ?? []));
    if (single !== undefined) {
      const message = `no request reaches this rule: the one at ${linePlace(single)} decides all that it matches`;
      return [problem(rule, [], 'unreachable', message)];
    }
    const earlier = requests.slice(0, index).flat();
    if (!isWithin(own, earlier)) return [];
    const places = covering(own, rules.slice(0, index), requests).map(linePlace);
    const message = `no request reaches this rule: those at ${places.join(', ')} together decide all that it matches`;
    return [problem(rule, [], 'unreachable', message)];
  });
}

/** Earlier rules without which a request would get through. */
function covering(
  own: readonly RequestBox[],
  earlier: readonly WrittenRule[],
  requests: readonly (readonly RequestBox[])[],
): WrittenRule[] {
  let needed = [...earlier];
  for (const rule of earlier) {
    const fewer = needed.filter((other) => other !== rule);
    if (
      isWithin(
        own,
        fewer.flatMap(({ index }) => requests[index] ?? []),
      )
    )
      needed = fewer;
  }
  return needed;
}

function linePlace(rule: WrittenRule): string {
  return placeText(rule.locate([]));
}

/** Names in rules that no request has: mistyped, of another group, or the subject of authorization only. */
export function impossibleParts({ rules, omitStages }: Policy<WrittenRule>): PolicyProblem[] {
  return rules.flatMap((rule) => [
    ...rule.verbs.flatMap((verb, index) => verbProblem(rule, verb, index)),
    ...rule.resources.flatMap((_, index) => resourceProblems(rule, index)),
    ...omissionProblem(rule, omitStages),
  ]);
}

function omissionProblem(rule: WrittenRule, omitted: Policy['omitStages']): PolicyProblem[] {
  const all = new Set([...omitted, ...rule.omitStages]);
  if (rule.level === 'None' || all.size < STAGES.length) return [];
  const message = 'all stages are omitted, so that nothing is recorded: level None says so plainly';
  return [problem(rule, ['omitStages'], 'records-nothing', message)];
}

function verbProblem(rule: WrittenRule, verb: string, index: number): PolicyProblem[] {
  const isOfPaths = rule.nonResourceURLs.length > 0;
  const isOfResources = rule.resources.length > 0 || rule.namespaces.length > 0;
  const verbs = [...(isOfPaths ? [] : RESOURCE_VERBS), ...(isOfResources ? [] : PATH_VERBS)];
  if (verbs.includes(verb as never)) return [];
  const meant = verb === '*' ? undefined : nearest(verb, verbs);
  const hint =
    verb === '*' ? ': leave verbs out for all' : meant === undefined ? '' : `: did you mean ${meant}?`;
  const message = `no request ${isOfPaths ? 'for a path' : ''} has the verb ${JSON.stringify(verb)}${hint}`;
  return [problem(rule, ['verbs', index], 'never-matches', message.replace('  ', ' '))];
}

function resourceProblems(rule: WrittenRule, index: number): PolicyProblem[] {
  const { group, resources } = rule.resources[index] ?? { group: '', resources: [] };
  const known = Object.hasOwn(KNOWN_RESOURCES, group) ? Object.keys(KNOWN_RESOURCES[group] ?? {}) : undefined;
  const problems = resources.flatMap((pattern, item) => {
    const message = patternProblem(pattern, group, known) ?? scopeProblem(pattern, group, rule);
    return message === undefined
      ? []
      : [problem(rule, ['resources', index, 'resources', item], 'never-matches', message)];
  });
  return [...problems, ...namesProblem(rule, index)];
}

function scopeProblem(pattern: string, group: string, { namespaces }: WrittenRule): string | undefined {
  const [resource = ''] = pattern.split('/');
  if (namespaces.length === 0 || namespaces.includes('') || !isClusterWide(group, resource)) return undefined;
  return `${resource} lie in no namespace, so that no request for them matches "namespaces": it is "" there`;
}

/** What is created, or deleted all at once, has no name in its address. */
function namesProblem(rule: WrittenRule, index: number): PolicyProblem[] {
  const entry = rule.resources[index];
  if (entry === undefined) return [];
  const { resources, resourceNames } = entry;
  if (resourceNames.length === 0 || resourceNames.includes('') || rule.verbs.length === 0) return [];
  const isNameless = rule.verbs.every((verb) => verb === 'create' || verb === 'deletecollection');
  if (!isNameless || resources.some((pattern) => pattern.includes('/') || pattern === '*')) return [];
  const message = `requests with ${rule.verbs.join(' and ')} have no name that the policy could see: no request matches`;
  return [problem(rule, ['resources', index, 'resourceNames'], 'never-matches', message)];
}

/** What is wrong with a pattern; groups of others may have any resource. */
function patternProblem(
  pattern: string,
  group: string,
  known: readonly string[] | undefined,
): string | undefined {
  const [resource = '', subresource, ...more] = pattern.split('/');
  if (resource === '' || subresource === '' || more.length > 0)
    return `no request matches ${JSON.stringify(pattern)}: it is RESOURCE or RESOURCE/SUBRESOURCE`;
  if (pattern === '*/*')
    return 'no request matches "*/*": "*" stands for all resources with their subresources';
  if (pattern === '*') return undefined;
  if (resource.includes('*', 1) || (subresource ?? '').includes('*', 1))
    return `no request matches ${JSON.stringify(pattern)}: a star stands for a whole name only`;
  if (known === undefined) return undefined;
  if (resource === '*') {
    const isKnown = resourcesWith(subresource ?? '').some((owner) => owner.group === group);
    return isKnown ? undefined : `nothing in the group ${groupText(group)} has a subresource ${subresource}`;
  }
  if (!known.includes(resource)) return unknownResource(resource, group, known);
  const subresources = subresourcesOf(group, resource) ?? [];
  if (subresource === undefined || subresource === '*' || subresources.includes(subresource))
    return undefined;
  const meant = nearest(subresource, subresources);
  return `${resource} have no subresource ${subresource}${meant === undefined ? '' : `: did you mean ${resource}/${meant}?`}`;
}

function unknownResource(resource: string, group: string, known: readonly string[]): string {
  const start = `the group ${groupText(group)} has no resource ${JSON.stringify(resource)}`;
  const [other] = groupsWith(resource);
  if (other !== undefined) return `${start}: it is in the group ${groupText(other)}`;
  const lower = resource.toLowerCase();
  const plural = [lower, `${lower}s`, `${lower}es`, lower.replace(/y$/, 'ies')];
  const meant = plural.find((name) => known.includes(name)) ?? nearest(resource, known);
  return meant === undefined ? start : `${start}: did you mean ${meant}?`;
}

function groupText(group: string): string {
  return group === '' ? '"" (core)' : group;
}

function problem(
  rule: WrittenRule,
  path: FieldPath,
  code: ProblemCode,
  message: string,
  severity: Severity = 'warning',
): PolicyProblem {
  return { severity, code, message, place: rule.locate(path) };
}
