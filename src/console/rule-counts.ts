/**
 * What is counted of rules, on its way from the threads that count to the one that puts answers together: of many
 * rules that takes longer than events may wait.
 */
import type { MatcherProfile } from '../matcher/profile.ts';
import type { RuleItem, Rules } from '../server/api-types.ts';
import type { Fired } from './search.ts';

/** What rules have cost so far: each number at the place of the rule's name. */
export interface RuleCosts extends Pick<MatcherProfile, 'events' | 'settled'> {
  /** Milliseconds of all rules. */
  readonly total: number;
  readonly names: readonly string[];
  readonly evaluations: Float64Array;
  readonly matches: Float64Array;
  readonly milliseconds: Float64Array;
}

export interface RuleCounts {
  /** What `Search.fired` gives, as JSON; `undefined` without a store, or when it cannot be read. */
  readonly fired: string | undefined;
  /** `undefined` without a running engine. */
  readonly costs: RuleCosts | undefined;
}

/** The costs of a profile, of all rules or of one. */
export function costsOf({ events, settled, rules }: MatcherProfile, only?: string): RuleCosts {
  const kept = only === undefined ? rules : rules.filter(({ rule }) => rule.name === only);
  return {
    ...{ events, settled },
    total: rules.reduce((sum, { milliseconds }) => sum + milliseconds, 0),
    names: kept.map(({ rule }) => rule.name),
    evaluations: Float64Array.from(kept, (each) => each.evaluations),
    matches: Float64Array.from(kept, (each) => each.matches),
    milliseconds: Float64Array.from(kept, (each) => each.milliseconds),
  };
}

/** The rules that have fired; `undefined` where that is not known. */
export function firedOf({ fired }: Pick<RuleCounts, 'fired'>): readonly Fired[] | undefined {
  return fired === undefined ? undefined : (JSON.parse(fired) as readonly Fired[]);
}

/** Tells what is counted of a rule by its name. */
export function counter(counts: RuleCounts): (name: string) => Pick<RuleItem, 'fired' | 'cost'> {
  const { costs } = counts;
  const fired = firedOf(counts);
  const byName = new Map(fired?.map((each) => [each.name, each]));
  const places = new Map(costs?.names.map((name, place) => [name, place]));
  return (name) => {
    const { day = 0, all = 0, last = null } = byName.get(name) ?? {};
    return {
      fired: fired === undefined ? null : { day, all, last },
      cost: costs === undefined ? null : costAt(costs, places.get(name) ?? -1),
    };
  };
}

/** What all rules together have cost. */
export function wholeCost({ costs }: RuleCounts): Rules['cost'] {
  return costs === undefined
    ? null
    : { events: costs.events, settled: costs.settled, milliseconds: costs.total };
}

function costAt(costs: RuleCosts, place: number): RuleItem['cost'] {
  const milliseconds = costs.milliseconds[place] ?? 0;
  return {
    evaluations: costs.evaluations[place] ?? 0,
    matches: costs.matches[place] ?? 0,
    milliseconds,
    share: costs.total === 0 ? 0 : milliseconds / costs.total,
  };
}
