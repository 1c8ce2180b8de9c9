/** From a checked rule set to a matcher of generated code. */
import { EVENT_TYPES } from '../events/table.ts';
import type { Field, FieldCatalog } from '../fields/field.ts';
import type { CheckedRule, CheckedRuleSet } from '../rules/checked.ts';
import type { EventContext } from '../system/context.ts';
import { FalcoComparisons } from './falco-comparisons.ts';
import type { CandidateIndex } from './index/candidates.ts';
import { indexFor, indexInSteps } from './index/rule-index.ts';
import { type MatcherProfile, RuleProfiler } from './profile.ts';
import { RuleCode } from './rule-code.ts';
import { finish, type Steps } from './steps.ts';

export interface Matcher {
  /** Rules that match the event, in the order of the rule set. The same array is used for every event. */
  match(context: EventContext): readonly CheckedRule[];
  /** What the rules have cost so far. */
  readonly profile: MatcherProfile;
  /** Codes of the events that have come. */
  readonly met: Iterable<number>;
}

export interface MatcherOptions {
  /** Report the first rule that matches an event, or all. */
  readonly matching: 'first' | 'all';
  /** Event source whose rules are compiled; the other rules are left out. */
  readonly source: string;
  /** The events are those of a capture of Falco's: compare as Falco does, also where it is odd. */
  readonly asFalco?: boolean;
}

const NONE: readonly number[] = [];

/**
 * Compiles the enabled rules of one source. Every condition becomes a function of its own, and an index picks those
 * that are called for an event; both are made when they are first needed. An event throws that needs a rule with a
 * field that is not in the catalogue; a set that was checked with this catalogue has none.
 */
export function compileMatcher(
  ruleSet: CheckedRuleSet,
  catalog: FieldCatalog<Field>,
  options: MatcherOptions,
): Matcher {
  return finish(compileInSteps(ruleSet, catalog, options));
}

/** The same in steps. `expected`: codes of events that are about to come, for which the index is made at once. */
export function* compileInSteps(
  { rules }: CheckedRuleSet,
  catalog: FieldCatalog<Field>,
  options: MatcherOptions,
  expected: Iterable<number> = [],
): Steps<Matcher> {
  const asked = rules.filter((rule) => rule.enabled && rule.source === options.source);
  const comparisons = options.asFalco ? new FalcoComparisons(catalog) : undefined;
  const judged = comparisons
    ? asked.map((rule) => ({ ...rule, condition: comparisons.of(rule.condition) }))
    : asked;
  const isFirstOnly = options.matching === 'first';
  const code = yield* RuleCode.of(
    judged.map(({ condition }) => condition),
    catalog,
  );
  /** By event code; `null` where no rule can match, `undefined` before the first such event. */
  const indexes = new Array<CandidateIndex | null | undefined>(EVENT_TYPES.length).fill(undefined);
  const matched: CheckedRule[] = [];
  const profiler = new RuleProfiler(asked);

  for (const eventCode of expected)
    indexes[eventCode] = (yield* indexInSteps(eventCode, judged, catalog)) ?? null;

  function indexOf(eventCode: number): CandidateIndex | null {
    const index = indexFor(eventCode, judged, catalog) ?? null;
    indexes[eventCode] = index;
    return index;
  }

  function evaluate(rule: number, context: EventContext): boolean {
    const holds = code.rule(rule);
    if (!profiler.begins(rule)) return holds(context);
    const start = performance.now();
    const result = holds(context);
    profiler.timed(rule, performance.now() - start);
    return result;
  }

  return {
    match(context) {
      // Setting the length costs even when it changes nothing.
      if (matched.length > 0) matched.length = 0;
      profiler.events++;
      const eventCode = context.event.code;
      let index = indexes[eventCode];
      if (index === undefined) index = indexOf(eventCode);
      const candidates = index === null ? NONE : index.candidates(context);
      if (candidates.length === 0) {
        profiler.settled++;
        return matched;
      }
      code.begin();
      for (let at = 0; at < candidates.length; at++) {
        const rule = candidates[at] as number;
        if (evaluate(rule, context)) {
          profiler.matched(rule);
          matched.push(asked[rule] as CheckedRule);
          if (isFirstOnly) break;
        }
      }
      return matched;
    },
    get profile() {
      return profiler.profile;
    },
    get met() {
      return indexes.keys().filter((eventCode) => indexes[eventCode] !== undefined);
    },
  };
}
