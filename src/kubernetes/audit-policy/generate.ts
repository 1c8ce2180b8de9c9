/**
 * The smallest policy that feeds given rules: of no request is more recorded than a rule needs, as far as a policy can
 * say that. What it cannot say (users whose name begins with something) is left to the rules, and recorded.
 */
import type { AuditNeed } from './needs.ts';
import { partition } from './partition.ts';
import {
  type GroupResources,
  isLevelAtLeast,
  type Level,
  type Policy,
  type PolicyRule,
  STAGES,
  type Stage,
} from './policy.ts';
import { doOverlap, isWithin, joinBoxes, type RequestBox } from './request-set.ts';
import { requestsOf } from './rule-requests.ts';
import { exceptionsOf, ruleFor } from './write-rule.ts';

export interface GeneratedRule extends PolicyRule {
  /** Names of the detection rules that need it; of an exception, none. */
  readonly detectionRules: readonly string[];
}

export interface GenerateOptions {
  /** Record what alerts name in their output, too, and not only what conditions need. Default true. */
  readonly withOutputs?: boolean;
}

/** Requests that are to be recorded in the same way. */
interface Entry {
  readonly level: Level;
  readonly stages: ReadonlySet<Stage>;
  readonly box: RequestBox;
  readonly needs: readonly AuditNeed[];
}

/** A policy for `needs`; its rules are empty when nothing is needed. */
export function generatePolicy(
  needs: readonly AuditNeed[],
  { withOutputs = true }: GenerateOptions = {},
): Policy<GeneratedRule> {
  const wanted = needs.map((need): Entry => {
    const level = withOutputs ? need.outputLevel : need.level;
    return { level, stages: recordedStages(need), box: need.box, needs: [need] };
  });
  const entries = withStagesOfLater(ordered(joined(wanted)));
  const rules = entries.flatMap((entry, index) => rulesOf(entry, entries.slice(index)));
  const omitted = STAGES.filter((stage) => entries.every(({ stages }) => !stages.has(stage)));
  return {
    rules: withoutRedundant(mergedRules(rules)).map((rule) => ({
      ...rule,
      omitStages: rule.omitStages.filter((stage) => !omitted.includes(stage)),
    })),
    omitStages: entries.length === 0 ? [] : omitted,
    // No rule can tell who wrote which field of an object, and that is often half of it.
    omitManagedFields: entries.some(({ level }) => isLevelAtLeast(level, 'Request')),
  };
}

/** A rule that fires at any stage is fed without the first, at which the outcome is unknown. */
function recordedStages({ stages }: AuditNeed): ReadonlySet<Stage> {
  const later = new Set([...stages].filter((stage) => stage !== 'RequestReceived'));
  return later.size > 0 ? later : stages;
}

/** Without what others have in them, and neighbours as one. */
function joined(entries: readonly Entry[]): Entry[] {
  let kept: Entry[] = [];
  for (const entry of entries) {
    let current = entry;
    for (;;) {
      const other = kept
        .map((known) => ({ known, both: joinEntries(known, current) }))
        .find(({ both }) => both);
      if (other?.both === undefined) break;
      kept = kept.filter((known) => known !== other.known);
      current = other.both;
    }
    kept.push(current);
  }
  return kept;
}

function joinEntries(a: Entry, b: Entry): Entry | undefined {
  if (a.stages.symmetricDifference(b.stages).size > 0) return undefined;
  const needs = [...new Set([...a.needs, ...b.needs])];
  if (isLevelAtLeast(a.level, b.level) && isWithin([b.box], [a.box])) return { ...a, needs };
  if (isLevelAtLeast(b.level, a.level) && isWithin([a.box], [b.box])) return { ...b, needs };
  const box = a.level === b.level ? joinBoxes(a.box, b.box) : undefined;
  return box === undefined ? undefined : { ...a, box, needs };
}

/** The highest level first, since the first rule decides; among equals what says least of its requests last. */
function ordered(entries: readonly Entry[]): Entry[] {
  return entries.toSorted(
    (a, b) =>
      Number(isLevelAtLeast(b.level, a.level)) - Number(isLevelAtLeast(a.level, b.level)) ||
      openness(a.box) - openness(b.box) ||
      // What can be listed in one rule goes side by side.
      neighbourhood(a).localeCompare(neighbourhood(b), 'en'),
  );
}

function neighbourhood({ box, level, stages }: Entry): string {
  const { resources: _, ...rule } = ruleFor(box, level);
  return JSON.stringify([rule, STAGES.filter((stage) => stages.has(stage))]);
}

/** How little a rule for the box can say of requests. */
function openness({ kind, verb, resource, subresource, user }: RequestBox): number {
  const target = kind === 'path' || resource.isComplement ? (subresource.isComplement ? 4 : 2) : 0;
  return target + (verb.isComplement ? 1 : 0) + (user.isComplement ? 0.5 : 0);
}

/** A rule that comes first must record at the stages of those behind it, where they share requests. */
function withStagesOfLater(entries: readonly Entry[]): Entry[] {
  return entries.map((entry, index) => {
    const own = requestsOf(ruleFor(entry.box, entry.level));
    const sharing = entries.slice(index + 1).filter(({ box }) => doOverlap(own, [box]));
    const stages = sharing.reduce<ReadonlySet<Stage>>((all, other) => all.union(other.stages), entry.stages);
    return { ...entry, stages };
  });
}

/** The rule of an entry, behind rules that leave out what it must not record and no later entry needs. */
function rulesOf({ box, level, stages, needs }: Entry, following: readonly Entry[]): GeneratedRule[] {
  const needed = following.flatMap((entry) => entry.needs.map((need) => need.box));
  const exceptions = exceptionsOf(box, (rule) => !doOverlap(requestsOf(rule), needed));
  const omitStages = STAGES.filter((stage) => !stages.has(stage));
  const detectionRules = [...new Set(needs.map(({ rule }) => rule))];
  return [
    ...exceptions.map((rule): GeneratedRule => ({ ...rule, detectionRules: [] })),
    { ...ruleFor(box, level), omitStages, detectionRules },
  ];
}

/** One rule for neighbours that differ in their resources only: it can list them. */
function mergedRules(rules: readonly GeneratedRule[]): GeneratedRule[] {
  const kept: GeneratedRule[] = [];
  for (const rule of rules) {
    const last = kept.at(-1);
    if (last !== undefined && isWithin(requestsOf(rule), requestsOf(last)) && areSameWay(last, rule)) {
      kept[kept.length - 1] = { ...last, detectionRules: union(last.detectionRules, rule.detectionRules) };
    } else if (last !== undefined && areSameWay(last, rule) && areSameButResources(last, rule)) {
      const detectionRules = union(last.detectionRules, rule.detectionRules);
      kept[kept.length - 1] = {
        ...last,
        resources: mergedGroups([...last.resources, ...rule.resources]),
        detectionRules,
      };
    } else kept.push(rule);
  }
  return kept;
}

/** Without rules whose requests the others treat in the same way. */
function withoutRedundant(rules: readonly GeneratedRule[]): readonly GeneratedRule[] {
  for (const rule of rules) {
    const fewer = without(rule, rules);
    if (fewer !== undefined) return withoutRedundant(fewer);
  }
  return rules;
}

/** The other rules, which do as well without this one; `undefined` when they do not. */
function without(rule: GeneratedRule, rules: readonly GeneratedRule[]): GeneratedRule[] | undefined {
  const others = rules.filter((other) => other !== rule);
  const own = partition(policyOf(rules), requestsOf(rule));
  const share = own?.find((each) => each.rule === rule)?.boxes ?? [];
  const heirs = own && partition(policyOf(others), share);
  if (heirs === undefined || !heirs.every((heir) => isSameDecision(heir.rule, rule))) return undefined;
  return others.map((other) => {
    const inherits = heirs.some((heir) => heir.rule === other) && other.detectionRules.length > 0;
    return inherits ? { ...other, detectionRules: union(other.detectionRules, rule.detectionRules) } : other;
  });
}

function policyOf(rules: readonly GeneratedRule[]): Policy<GeneratedRule> {
  return { rules, omitStages: [], omitManagedFields: false };
}

function isSameDecision(a: GeneratedRule | undefined, b: GeneratedRule): boolean {
  return b.level === 'None' ? (a?.level ?? 'None') === 'None' : a !== undefined && areSameWay(a, b);
}

/** One entry for each group, as far as names allow it. */
function mergedGroups(entries: readonly GroupResources[]): GroupResources[] {
  const byGroup = new Map<string, GroupResources>();
  for (const entry of entries) {
    const key = JSON.stringify([entry.group, entry.resourceNames, entry.resources.length === 0]);
    const known = byGroup.get(key);
    const resources = union(known?.resources ?? [], entry.resources);
    byGroup.set(key, { ...entry, resources });
  }
  return [...byGroup.values()];
}

function union(a: readonly string[], b: readonly string[]): string[] {
  return [...new Set([...a, ...b])];
}

function areSameWay(a: GeneratedRule, b: GeneratedRule): boolean {
  return a.level === b.level && a.omitStages.join() === b.omitStages.join();
}

function areSameButResources(a: GeneratedRule, b: GeneratedRule): boolean {
  const fields = ['users', 'userGroups', 'verbs', 'namespaces'] as const;
  return (
    a.resources.length > 0 &&
    b.resources.length > 0 &&
    fields.every((field) => a[field].join('\n') === b[field].join('\n'))
  );
}
