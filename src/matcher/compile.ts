/** From a checked rule set to a matcher of generated code. */
import { EVENT_TYPES } from '../events/table.ts';
import type { Field, FieldCatalog } from '../fields/field.ts';
import type { CheckedRule, CheckedRuleSet } from '../rules/checked.ts';
import type { EventContext } from '../system/context.ts';
import { Constants } from './constants.ts';
import { CostModel } from './cost.ts';
import { ConditionEmitter } from './emit-condition.ts';
import { ExpressionEmitter } from './emit-expression.ts';
import type { CandidateIndex } from './index/candidates.ts';
import { indexFor } from './index/rule-index.ts';
import { MemoFunctions } from './memo.ts';
import { type MatcherProfile, RuleProfiler } from './profile.ts';

export interface Matcher {
  /** Rules that match the event, in the order of the rule set. The same array is used for every event. */
  match(context: EventContext): readonly CheckedRule[];
  /** What the rules have cost so far. */
  readonly profile: MatcherProfile;
}

export interface MatcherOptions {
  /** Report the first rule that matches an event, or all. */
  readonly matching: 'first' | 'all';
  /** Event source whose rules are compiled; the other rules are left out. */
  readonly source: string;
}

/** `epoch` starts anew here, long before it would stop being a small integer. */
const LAST_EPOCH = 2 ** 30;

type RuleFunction = (context: EventContext) => boolean;

const NONE: readonly number[] = [];

/** The code of all rules. */
interface RuleCode {
  /** One function per rule, in order: does its condition hold? */
  readonly rules: readonly RuleFunction[];
  /** To be called before the rules are asked about another event: forgets what is remembered of the last one. */
  begin(): void;
}

/**
 * Compiles the enabled rules of one source. Every condition becomes a function of its own, and an index picks those
 * that are called for an event. Throws when an expression of `regex` cannot be compiled or a field is not in the
 * catalogue; a set that was checked with this catalogue has neither.
 */
export function compileMatcher(
  { rules }: CheckedRuleSet,
  catalog: FieldCatalog<Field>,
  options: MatcherOptions,
): Matcher {
  const asked = rules.filter((rule) => rule.enabled && rule.source === options.source);
  const isFirstOnly = options.matching === 'first';
  const code = generate(asked, catalog);
  /** By event code; `null` where no rule can match, `undefined` before the first such event. */
  const indexes = new Array<CandidateIndex | null | undefined>(EVENT_TYPES.length).fill(undefined);
  const matched: CheckedRule[] = [];
  const profiler = new RuleProfiler(asked);

  function indexOf(eventCode: number): CandidateIndex | null {
    const index = indexFor(eventCode, asked, catalog) ?? null;
    indexes[eventCode] = index;
    return index;
  }

  function evaluate(rule: number, context: EventContext): boolean {
    const holds = code.rules[rule] as RuleFunction;
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
  };
}

function generate(rules: readonly CheckedRule[], catalog: FieldCatalog<Field>): RuleCode {
  const constants = new Constants();
  const memo = new MemoFunctions();
  const expressions = new ExpressionEmitter(catalog, constants, memo);
  const conditions = new ConditionEmitter(
    rules.map(({ condition }) => condition),
    new CostModel(catalog),
    constants,
    expressions,
    memo,
  );
  const functions = rules.map(
    ({ condition }, index) =>
      `function rule${index}(context) { let v, w; return ${conditions.emit(condition)}; }`,
  );
  const body = `'use strict';
${constants.declaration('constants')}
let epoch = 0;
${memo.declarations}
${functions.join('\n')}
return {
  rules: [${rules.map((_, index) => `rule${index}`).join(', ')}],
  begin() {
    if (++epoch === ${LAST_EPOCH}) { epoch = 1; ${memo.forgetting} }
  },
};`;
  return new Function('constants', body)(constants.values) as RuleCode;
}
