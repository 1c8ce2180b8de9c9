/**
 * Necessary conditions: what must hold of an event for a rule to match it, said in predicates that someone can
 * decide early and cheaply. The candidate index asks before it evaluates rules, the kernel before it collects
 * an event. Both derive what they ask from this one analysis:
 *
 *     const analysis = new Necessary<MyPredicate>((check, wanted) => …);
 *     const formula = analysis.of(rule.condition);        // over MyPredicate, or just true or false
 *
 * `decide` is asked about every check (a leaf of the condition) with the truth value that the rule wants of it.
 * It answers with a formula that holds whenever the check has that value, as strong as it can tell: often one
 * {@link predicate}, several joined by {@link allOf} or {@link anyOf}, or `true` for "cannot tell". It is asked with
 * `wanted` false for what stands under a negation. For checks that the event's type decides alone, such as
 * `evt.type = openat`, wrap `decide` in `withEventCode` (event-code.ts), once per event code.
 *
 * Why this is sound: conditions have two truth values, since a check whose field is missing is false
 * (interpreter.ts). So negation can be pushed down to the checks: `not (a and b)` wants a false or b false. By
 * induction over the condition, the formula of (condition, wanted) holds whenever the condition has the value
 * `wanted`: for a check by what `decide` promises; for a junction because `and` and `or` are monotonic, so that
 * putting something weaker in the place of an operand can only make the whole weaker. There is no step that makes
 * anything stronger. Mind that a check that is false may be so because its field is missing: what `decide` answers
 * for `wanted` false must hold for such events as well.
 */
import type { Condition, ExistsCheck, ListCheck, ScalarCheck } from '../rules/checked.ts';

/** A leaf of a condition. */
export type Check = ExistsCheck | ScalarCheck | ListCheck;

/** `true` and `false` stand only for whole formulas, never inside of one. */
export type Formula<P> = boolean | Junction<P> | Literal<P>;

export interface Junction<P> {
  readonly kind: 'and' | 'or';
  /** At least two, none of them constant or of the same kind. */
  readonly operands: readonly (Junction<P> | Literal<P>)[];
}

/** The predicate has the value `holds`. */
export interface Literal<P> {
  readonly kind: 'literal';
  readonly predicate: P;
  readonly holds: boolean;
}

/** A formula that holds whenever `check` has the value `wanted`; `true` when nothing can be told. */
export type Decide<P> = (check: Check, wanted: boolean) => Formula<P>;

export function predicate<P>(predicate: P, holds = true): Literal<P> {
  return { kind: 'literal', predicate, holds };
}

/** Conjunction, without what is constant or there twice. */
export function allOf<P>(operands: readonly Formula<P>[]): Formula<P> {
  return junction('and', operands);
}

/** Disjunction, in the same way. */
export function anyOf<P>(operands: readonly Formula<P>[]): Formula<P> {
  return junction('or', operands);
}

function junction<P>(kind: 'and' | 'or', operands: readonly Formula<P>[]): Formula<P> {
  const neutral = kind === 'and';
  const kept = new Set<Junction<P> | Literal<P>>();
  for (const operand of operands) {
    if (operand === neutral) continue;
    if (typeof operand === 'boolean') return operand;
    if (operand.kind === kind) for (const inner of operand.operands) kept.add(inner);
    else kept.add(operand);
  }
  const [first] = kept;
  if (first === undefined) return neutral;
  return kept.size === 1 ? first : { kind, operands: [...kept] };
}

/** The truth value of a formula when `isTrue` tells that of the predicates. */
export function evaluateFormula<P>(formula: Formula<P>, isTrue: (predicate: P) => boolean): boolean {
  if (typeof formula === 'boolean') return formula;
  switch (formula.kind) {
    case 'literal':
      return isTrue(formula.predicate) === formula.holds;
    case 'and':
      return formula.operands.every((operand) => evaluateFormula(operand, isTrue));
    case 'or':
      return formula.operands.some((operand) => evaluateFormula(operand, isTrue));
  }
}

/**
 * Derives necessary conditions. What was derived is remembered: macros are shared by many rules, and the parts of
 * formulas that come from them are then the same objects.
 */
export class Necessary<P> {
  readonly #decide: Decide<P>;
  readonly #wanted = new Map<Condition, Formula<P>>();
  readonly #unwanted = new Map<Condition, Formula<P>>();

  constructor(decide: Decide<P>) {
    this.#decide = decide;
  }

  /** A formula that holds at every event at which the condition has the value `wanted`. */
  of(condition: Condition, wanted = true): Formula<P> {
    const known = wanted ? this.#wanted : this.#unwanted;
    let formula = known.get(condition);
    if (formula === undefined) {
      formula = this.#derive(condition, wanted);
      known.set(condition, formula);
    }
    return formula;
  }

  #derive(condition: Condition, wanted: boolean): Formula<P> {
    switch (condition.kind) {
      case 'not':
        return this.of(condition.operand, !wanted);
      case 'and':
      case 'or': {
        const operands = condition.operands.map((operand) => this.of(operand, wanted));
        return (condition.kind === 'and') === wanted ? allOf(operands) : anyOf(operands);
      }
      default:
        return this.#decide(condition, wanted);
    }
  }
}
