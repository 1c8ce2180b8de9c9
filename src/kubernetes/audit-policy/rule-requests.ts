/** The requests that a policy rule matches, as a set. */
import type { GroupResources, PolicyRule } from './policy.ts';
import { EVERY_PATH, EVERY_RESOURCE, type RequestBox } from './request-set.ts';
import { EVERY_TEXT, only, type TextSet } from './text-set.ts';

/** What {@link isMatch} says of single requests, for all at once. */
export function requestsOf(rule: PolicyRule): RequestBox[] {
  const who = {
    user: listed(rule.users),
    groups: {
      anyOf: rule.userGroups.length === 0 ? [] : [new Set(rule.userGroups)],
      noneOf: new Set<string>(),
    },
    verb: listed(rule.verbs),
  };
  return targetsOf(rule).map((target) => ({ ...target, ...who }));
}

function targetsOf({ resources, namespaces, nonResourceURLs }: PolicyRule): RequestBox[] {
  if (resources.length > 0 || namespaces.length > 0) {
    const boxes = resources.length === 0 ? [EVERY_RESOURCE] : resources.flatMap(requestsOfGroup);
    return boxes.map((box) => ({ ...box, namespace: listed(namespaces) }));
  }
  if (nonResourceURLs.length > 0) {
    return nonResourceURLs.map((within) => ({ ...EVERY_PATH, path: { within, without: [] } }));
  }
  return [EVERY_RESOURCE, EVERY_PATH];
}

function requestsOfGroup({ group, resources, resourceNames }: GroupResources): RequestBox[] {
  const box = { ...EVERY_RESOURCE, group: group === '*' ? EVERY_TEXT : only([group]) };
  if (resources.length === 0) return [box];
  return requestsOfPatterns(resources).map((target) => ({ ...box, ...target, name: listed(resourceNames) }));
}

/** Few boxes for many patterns: those of the same subresource go together. */
function requestsOfPatterns(
  patterns: readonly string[],
): { readonly resource: TextSet; readonly subresource: TextSet }[] {
  if (patterns.includes('*')) return [{ resource: EVERY_TEXT, subresource: EVERY_TEXT }];
  const bySubresource = new Map<string, Set<string>>();
  const everySubresource: string[] = [];
  const everyResource: string[] = [];
  for (const pattern of patterns) {
    const slash = pattern.indexOf('/');
    const resource = slash < 0 ? pattern : pattern.slice(0, slash);
    const subresource = slash < 0 ? '' : pattern.slice(slash + 1);
    // Nothing has an empty subresource.
    if (slash >= 0 && subresource === '') continue;
    if (resource === '*') everyResource.push(subresource);
    else if (subresource === '*') everySubresource.push(resource);
    else bySubresource.set(subresource, (bySubresource.get(subresource) ?? new Set()).add(resource));
  }
  const boxes = [...bySubresource].map(([subresource, resources]) => ({
    resource: only(resources),
    subresource: only([subresource]),
  }));
  if (everySubresource.length > 0) boxes.push({ resource: only(everySubresource), subresource: EVERY_TEXT });
  if (everyResource.length > 0) boxes.push({ resource: EVERY_TEXT, subresource: only(everyResource) });
  return boxes;
}

function listed(values: readonly string[]): TextSet {
  return values.length === 0 ? EVERY_TEXT : only(values);
}
