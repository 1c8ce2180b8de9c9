/** From a checked rule set to a matcher of generated code. */
import type { Field, FieldCatalog } from '../fields/field.ts';
import type { CheckedRule, CheckedRuleSet } from '../rules/checked.ts';
import type { EventContext } from '../system/context.ts';
import { Constants } from './constants.ts';
import { CostModel } from './cost.ts';
import { ConditionEmitter } from './emit-condition.ts';
import { ExpressionEmitter } from './emit-expression.ts';
import { MemoFunctions } from './memo.ts';

export interface Matcher {
  /** Rules that match the event, in the order of the rule set. The same array is used for every event. */
  match(context: EventContext): readonly CheckedRule[];
}

export interface MatcherOptions {
  /** Report the first rule that matches an event, or all. */
  readonly matching: 'first' | 'all';
  /** Event source whose rules are compiled; the other rules are left out. */
  readonly source: string;
}

/** `epoch` starts anew here, long before it would stop being a small integer. */
const LAST_EPOCH = 2 ** 30;

type MatchFunction = (context: EventContext, matched: CheckedRule[]) => void;

/**
 * Compiles the enabled rules of one source. Every condition becomes a function of its own; for every event
 * code there is a function that tries the rules which can match that code. Throws when an expression of
 * `regex` cannot be compiled or a field is not in the catalogue; a set that was checked with this catalogue
 * has neither.
 */
export function compileMatcher(
  { rules }: CheckedRuleSet,
  catalog: FieldCatalog<Field>,
  options: MatcherOptions,
): Matcher {
  const candidates = rules.filter((rule) => rule.enabled && rule.source === options.source);
  const match = generate(candidates, catalog, options.matching);
  const matched: CheckedRule[] = [];
  return {
    match(context) {
      matched.length = 0;
      match(context, matched);
      return matched;
    },
  };
}

function generate(
  rules: readonly CheckedRule[],
  catalog: FieldCatalog<Field>,
  matching: MatcherOptions['matching'],
): MatchFunction {
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
  const ruleFunctions = rules.map(
    ({ condition }, index) =>
      `function rule${index}(context) { let v, w; return ${conditions.emit(condition)}; }`,
  );
  const tries = emitTries(rules, (index) => constants.bind(rules[index]), matching);
  const body = `'use strict';
${constants.declaration('constants')}
let epoch = 0;
${memo.declarations}
${ruleFunctions.join('\n')}
${tries.functions}
const byCode = [${tries.byCode.join(', ')}];
return function match(context, matched) {
  const tryRules = byCode[context.event.code];
  if (tryRules === undefined) return;
  if (++epoch === ${LAST_EPOCH}) { epoch = 1; ${memo.forgetting} }
  tryRules(context, matched);
};`;
  return new Function('constants', body)(constants.values) as MatchFunction;
}

/**
 * The functions that try rules, and their names by event code. Codes with the same rules share one
 * function. An index that picks candidate rules before their conditions are asked belongs here.
 */
function emitTries(
  rules: readonly CheckedRule[],
  ruleName: (index: number) => string,
  matching: MatcherOptions['matching'],
): { functions: string; byCode: string[] } {
  const byRules = new Map<string, string>();
  const functions: string[] = [];
  const byCode = rulesByCode(rules).map((indices) => {
    if (indices.length === 0) return 'undefined';
    const key = indices.join();
    let name = byRules.get(key);
    if (name === undefined) {
      name = `try${byRules.size}`;
      byRules.set(key, name);
      const leave = matching === 'first' ? ' return;' : '';
      const lines = indices.map(
        (index) => `  if (rule${index}(context)) { matched.push(${ruleName(index)});${leave} }`,
      );
      functions.push(`function ${name}(context, matched) {\n${lines.join('\n')}\n}`);
    }
    return name;
  });
  return { functions: functions.join('\n'), byCode };
}

/** For every event code up to the greatest one in use, the rules that can match it, in order. */
function rulesByCode(rules: readonly CheckedRule[]): number[][] {
  const byCode: number[][] = [];
  rules.forEach((rule, index) => {
    for (const code of rule.eventCodes) {
      while (byCode.length <= code) byCode.push([]);
      (byCode[code] as number[]).push(index);
    }
  });
  return byCode;
}
