/** From a set of requests to the policy rule that says it best. */
import { PATH_VERBS } from './known-resources.ts';
import type { GroupResources, Level, PolicyRule } from './policy.ts';
import type { RequestBox } from './request-set.ts';
import { only, type TextSet } from './text-set.ts';

const UNRESTRICTED: Omit<PolicyRule, 'level'> = {
  users: [],
  userGroups: [],
  verbs: [],
  resources: [],
  namespaces: [],
  nonResourceURLs: [],
  omitStages: [],
  omitManagedFields: undefined,
};

/**
 * The rule with the fewest requests that matches all of the box. A policy can list what it means and not what it
 * does not mean, and needs an API group for every resource: what it cannot say is left out, and matches more.
 */
export function ruleFor(box: RequestBox, level: Level): PolicyRule {
  const [groups] = box.groups.anyOf;
  const rule = {
    ...UNRESTRICTED,
    level,
    users: listed(box.user),
    userGroups: groups === undefined ? [] : [...groups].sort(),
    verbs: listed(box.verb),
  };
  if (box.kind === 'path') return { ...rule, nonResourceURLs: [box.path.within] };
  return { ...rule, resources: resourcesFor(box), namespaces: listed(box.namespace) };
}

function listed({ values, isComplement }: TextSet): string[] {
  return isComplement ? [] : [...values].sort();
}

function resourcesFor(box: RequestBox): GroupResources[] {
  if (box.group.isComplement) return [];
  const resources = patternsFor(box);
  // Names without resources are not allowed.
  const resourceNames = resources.length === 0 ? [] : listed(box.name);
  return [...box.group.values].sort().map((group) => ({ group, resources, resourceNames }));
}

function patternsFor({ resource, subresource }: RequestBox): string[] {
  if (resource.isComplement) {
    const isListed = !subresource.isComplement && !subresource.values.has('');
    return isListed ? [...subresource.values].sort().map((name) => `*/${name}`) : [];
  }
  return [...resource.values].sort().flatMap((name) => {
    if (subresource.isComplement) return subresource.values.has('') ? [`${name}/*`] : [name, `${name}/*`];
    return [...subresource.values].sort().map((part) => (part === '' ? name : `${name}/${part}`));
  });
}

/**
 * Rules with level None for what {@link ruleFor} matches and the box has not, each by one attribute, as far as `isFree`
 * says that nobody else needs what they match.
 */
export function exceptionsOf(box: RequestBox, isFree: (rule: PolicyRule) => boolean): PolicyRule[] {
  const rules: PolicyRule[] = [];
  const none = (part: Partial<RequestBox>): PolicyRule => ruleFor({ ...box, ...part }, 'None');
  for (const attribute of ['user', 'verb', 'namespace', 'resource'] as const) {
    const { values, isComplement } = box[attribute];
    if (!isComplement) continue;
    const free = [...values].filter(
      (value) => isPossible(box, attribute, value) && isFree(none({ [attribute]: only([value]) })),
    );
    if (free.length > 0) rules.push(none({ [attribute]: only(free) }));
  }
  if (box.groups.noneOf.size > 0)
    rules.push(none({ groups: { anyOf: [box.groups.noneOf], noneOf: new Set() } }));
  if (box.kind === 'path')
    rules.push(...box.path.without.map((within) => none({ path: { within, without: [] } })));
  // What lists neither resources nor namespaces matches other paths as well.
  const rule = none({});
  if (box.kind === 'resource' && rule.resources.length === 0 && rule.namespaces.length === 0)
    rules.push({ ...rule, nonResourceURLs: ['*'] });
  return rules.filter(isFree);
}

/** Lists and the like are of resources only. */
function isPossible({ kind }: RequestBox, attribute: string, value: string): boolean {
  return kind !== 'path' || attribute !== 'verb' || (PATH_VERBS as readonly string[]).includes(value);
}
