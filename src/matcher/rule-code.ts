/** Rules as code: each becomes a function when an event first needs it, which for most of many rules is never. */
import type { Field, FieldCatalog } from '../fields/field.ts';
import type { Condition } from '../rules/checked.ts';
import { Constants } from './constants.ts';
import { CostModel } from './cost.ts';
import { ConditionEmitter, type EmitterParts } from './emit-condition.ts';
import { type ContextFunction, MemoFunctions } from './memo.ts';
import type { Steps } from './steps.ts';

export class RuleCode {
  readonly #conditions: readonly Condition[];
  readonly #parts: EmitterParts & { readonly memo: MemoFunctions };
  readonly #functions: (ContextFunction<boolean> | undefined)[];

  /** Looks through all conditions for those that several rules share: they are decided once per event. */
  static *of(conditions: readonly Condition[], catalog: FieldCatalog<Field>): Steps<RuleCode> {
    const seen = new Set<Condition>();
    const shared = new Set<Condition>();
    for (const condition of conditions) {
      findShared(condition, seen, shared);
      yield;
    }
    return new RuleCode(conditions, shared, catalog);
  }

  private constructor(
    conditions: readonly Condition[],
    shared: ReadonlySet<Condition>,
    catalog: FieldCatalog<Field>,
  ) {
    this.#conditions = conditions;
    this.#parts = { catalog, costs: new CostModel(catalog), memo: new MemoFunctions(), shared };
    this.#functions = new Array(conditions.length).fill(undefined);
  }

  /** To be called before the rules are asked about another event: forgets what is remembered of the last one. */
  begin(): void {
    if (!this.#parts.memo.begin()) this.#functions.fill(undefined);
  }

  /** The function that tells whether the condition of this number holds. */
  rule(number: number): ContextFunction<boolean> {
    return this.#functions[number] ?? this.#generate(number);
  }

  #generate(number: number): ContextFunction<boolean> {
    const generated = compileCondition(this.#conditions[number] as Condition, this.#parts);
    this.#functions[number] = generated;
    return generated;
  }
}

/** A condition as a function. */
export function compileCondition(condition: Condition, parts: EmitterParts): ContextFunction<boolean> {
  const constants = new Constants();
  const code = new ConditionEmitter(parts, constants).emit(condition);
  return constants.evaluate(
    `return function rule(context) { let v, w; return ${code}; };`,
  ) as ContextFunction<boolean>;
}

/** Adds junctions and negations to `shared` that are reached on more than one way, as those of macros are. */
function findShared(condition: Condition, seen: Set<Condition>, shared: Set<Condition>): void {
  if (condition.kind !== 'and' && condition.kind !== 'or' && condition.kind !== 'not') return;
  if (seen.has(condition)) {
    shared.add(condition);
    return;
  }
  seen.add(condition);
  if (condition.kind === 'not') findShared(condition.operand, seen, shared);
  else for (const operand of condition.operands) findShared(operand, seen, shared);
}
