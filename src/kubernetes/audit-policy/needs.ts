/** What detection rules need of the audit log: which requests, at which stage, and how much of them. */
import { type Check, type Formula, type Junction, type Literal, Necessary } from '../../matcher/necessary.ts';
import type { CheckedRule, ExtraField, OutputSegment } from '../../rules/checked.ts';
import type { Location } from '../../rules/location.ts';
import { demandOf } from './field-levels.ts';
import { groupsWith, resourcesWith, subresourcesOf } from './known-resources.ts';
import { higherLevel, isLevelAtLeast, type Level, STAGES, type Stage } from './policy.ts';
import {
  EVERY_PATH,
  EVERY_RESOURCE,
  intersectBoxes,
  isWithin,
  joinBoxes,
  type RequestBox,
} from './request-set.ts';
import { fieldsOf, type Restriction, restrictionOf } from './restrictions.ts';
import { isEveryText, only } from './text-set.ts';

/** Some of the requests at whose events a rule may fire. */
export interface AuditNeed {
  /** Name of the detection rule. */
  readonly rule: string;
  readonly location: Location;
  readonly box: RequestBox;
  /** The rule can fire at these stages only. */
  readonly stages: ReadonlySet<Stage>;
  /** At a lower level the condition cannot be judged. */
  readonly level: Level;
  /** At a lower level the alert lacks values that its output names. */
  readonly outputLevel: Level;
}

/** Parts that a condition may have; beyond, all that it may match is one part. */
const MAX_PARTS = 500;
const AUDIT_SOURCE = 'k8s_audit';

/** A conjunction of restrictions. */
interface Part {
  readonly box: RequestBox;
  readonly stages: ReadonlySet<Stage>;
  readonly level: Level;
}

/**
 * What the enabled rules among `rules` need. Whatever event a rule fires at, it is an event of one of these
 * requests, with one exception: where a rule names a resource, that of Kubernetes itself is meant, and not one that
 * has the same name in an API group that somebody added.
 */
export function auditNeeds(rules: readonly CheckedRule[]): AuditNeed[] {
  const analysis = new Necessary<Restriction>((check: Check, wanted) => restrictionOf(check, wanted));
  return rules
    .filter(({ enabled, source }) => enabled && source === AUDIT_SOURCE)
    .flatMap((rule) => needsOfRule(rule, analysis.of(rule.condition)));
}

function needsOfRule(rule: CheckedRule, formula: Formula<Restriction>): AuditNeed[] {
  const { name, location } = rule;
  const outputLevel = levelOfOutput(rule);
  return merged(partsOf(formula).flatMap(withKnownResources)).map(({ box, stages, level }) => {
    const needed = higherLevel(level, 'Metadata');
    return {
      rule: name,
      location,
      box,
      stages,
      level: box.kind === 'path' ? 'Metadata' : needed,
      outputLevel: box.kind === 'path' ? 'Metadata' : higherLevel(needed, outputLevel),
    };
  });
}

function levelOfOutput({ outputSegments, extraFields = [] }: CheckedRule): Level {
  const segments = [...outputSegments, ...extraFields.flatMap((field: ExtraField) => field.segments)];
  return segments.flatMap(fieldsOfSegment).reduce<Level>(higherLevel, 'Metadata');
}

function fieldsOfSegment(segment: OutputSegment): Level[] {
  return segment.kind === 'text' ? [] : fieldsOf(segment.expression).map((use) => demandOf(use).level);
}

/** The formula as alternatives. Where there are too many, restrictions are left out, which asks for more. */
function partsOf(formula: Formula<Restriction>): Part[] {
  const every = [EVERY_RESOURCE, EVERY_PATH].map((box): Part => {
    return { box, stages: new Set(STAGES), level: 'None' };
  });
  if (typeof formula === 'boolean') return formula ? every : [];
  return expand(formula, every);
}

function expand(formula: Junction<Restriction> | Literal<Restriction>, within: readonly Part[]): Part[] {
  switch (formula.kind) {
    case 'literal':
      return within.flatMap((part) => restrict(part, formula.predicate));
    case 'or': {
      const parts = merged(formula.operands.flatMap((operand) => expand(operand, within)));
      return parts.length <= MAX_PARTS ? parts : [...within].map((part) => raised(part, levelIn(formula)));
    }
    case 'and': {
      let parts = [...within];
      for (const operand of formula.operands) parts = expand(operand, parts);
      return parts;
    }
  }
}

function restrict(part: Part, restriction: Restriction): Part[] {
  switch (restriction.kind) {
    case 'level':
      return [raised(part, restriction.level)];
    case 'stages': {
      const stages = part.stages.intersection(restriction.stages);
      return stages.size === 0 ? [] : [{ ...part, stages }];
    }
    case 'requests': {
      const box = intersectBoxes(part.box, restriction.box);
      return box === undefined ? [] : [{ ...part, box }];
    }
  }
}

function raised(part: Part, level: Level): Part {
  return { ...part, level: higherLevel(part.level, level) };
}

function levelIn(formula: Junction<Restriction> | Literal<Restriction>): Level {
  if (formula.kind === 'literal') {
    return formula.predicate.kind === 'level' ? formula.predicate.level : 'None';
  }
  return formula.operands.map(levelIn).reduce(higherLevel, 'None');
}

/** Without the parts that others have in them, with at least their level; neighbours as one. */
function merged(parts: readonly Part[]): Part[] {
  let kept: Part[] = [];
  for (let part of parts) {
    if (kept.some((other) => isPartWithin(part, other))) continue;
    for (let joined: Part | undefined = part; joined !== undefined; ) {
      part = joined;
      const current: Part = part;
      kept = kept.filter((other) => !isPartWithin(other, current));
      joined = kept.map((other) => joinParts(other, current)).find((both) => both !== undefined);
    }
    kept.push(part);
  }
  return kept;
}

function isPartWithin(inner: Part, outer: Part): boolean {
  return (
    isLevelAtLeast(outer.level, inner.level) &&
    areStagesEqual(inner, outer) &&
    isWithin([inner.box], [outer.box])
  );
}

function joinParts(a: Part, b: Part): Part | undefined {
  if (a.level !== b.level || !areStagesEqual(a, b)) return undefined;
  const box = joinBoxes(a.box, b.box);
  return box === undefined ? undefined : { ...a, box };
}

function areStagesEqual(a: Part, b: Part): boolean {
  return a.stages.symmetricDifference(b.stages).size === 0;
}

/**
 * Rules name resources without their API group, and leave subresources open that a resource does not have. Where
 * Kubernetes has such resources itself, these are taken to be meant, so that a policy can name them.
 */
function withKnownResources(part: Part): Part[] {
  const { box } = part;
  if (box.kind === 'path' || !isEveryText(box.group)) return [part];
  if (!box.resource.isComplement) return [...box.resource.values].flatMap((name) => ofResource(part, name));
  if (box.subresource.isComplement || box.subresource.values.has('')) return [part];
  return [...box.subresource.values].flatMap((name) => ofSubresource(part, name));
}

function ofResource(part: Part, resource: string): Part[] {
  const groups = groupsWith(resource);
  const named = { ...part.box, resource: only([resource]) };
  if (groups.length === 0) return [{ ...part, box: named }];
  return groups.flatMap((group) => {
    const subresource = only(['', ...(subresourcesOf(group, resource) ?? [])]);
    return within(part, named, { ...EVERY_RESOURCE, group: only([group]), subresource });
  });
}

function ofSubresource(part: Part, subresource: string): Part[] {
  const owners = resourcesWith(subresource);
  const named = { ...part.box, subresource: only([subresource]) };
  if (owners.length === 0) return [{ ...part, box: named }];
  return owners.flatMap(({ group, resource }) =>
    within(part, named, { ...EVERY_RESOURCE, group: only([group]), resource: only([resource]) }),
  );
}

function within(part: Part, box: RequestBox, outer: RequestBox): Part[] {
  const both = intersectBoxes(box, outer);
  return both === undefined ? [] : [{ ...part, box: both }];
}

/** Whether events of a request at these stages feed the need: one stage at which the rule can fire is enough. */
export function isFed({ stages }: AuditNeed, recorded: readonly Stage[], isLongRunning: boolean): boolean {
  const reached = STAGES.filter((stage) => stage !== 'ResponseStarted' || isLongRunning);
  const wanted = reached.filter((stage) => stages.has(stage));
  // What can fire at no stage that is reached needs nothing.
  return wanted.length === 0 || wanted.some((stage) => recorded.includes(stage));
}
