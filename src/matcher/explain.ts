/**
 * Why a condition holds for an event, or why not: the condition as it was written, macros by their names, each
 * part judged on its own by the interpreter. For people who write rules; nothing of it runs while watching.
 */
import type { Field, FieldCatalog, FieldValue } from '../fields/field.ts';
import type { CheckedRule, CheckedRuleSet, Condition } from '../rules/checked.ts';
import type { CompiledMacro, CompiledRule } from '../rules/compile/state.ts';
import type { Location } from '../rules/location.ts';
import { MappedText } from '../rules/source/mapped-text.ts';
import { SourceFile } from '../rules/source/source-file.ts';
import { type ConditionNode, locationOf } from '../rules/syntax/nodes.ts';
import { parseCondition } from '../rules/syntax/parser.ts';
import { printCondition } from '../rules/syntax/print.ts';
import { ConditionError } from '../rules/syntax/scanner.ts';
import type { EventContext } from '../system/context.ts';
import { evaluate } from './evaluate.ts';
import { holds } from './interpreter.ts';

/** One part of a condition. A macro has one operand: what it stands for. */
export interface Part {
  readonly kind: 'and' | 'or' | 'not' | 'macro' | 'check';
  /** A check as it is written, lists put in; the name of a macro; otherwise the kind. */
  readonly text: string;
  readonly location: Location;
  readonly condition: Condition;
  readonly operands: readonly Part[];
}

/** A part at one event. */
export interface JudgedPart {
  readonly part: Part;
  readonly holds: boolean;
  /** Of a check: the value of its left side; `undefined` when the event has none. */
  readonly value: FieldValue;
  readonly operands: readonly JudgedPart[];
}

/** A check that decided, and the macros around it, from the outermost to the innermost. */
export interface Reason {
  readonly check: JudgedPart;
  readonly macros: readonly Part[];
}

/** The parts of a rule's condition; `undefined` when the rule has errors. */
export function partsOfRule(
  { parsed, condition }: Pick<CompiledRule, 'parsed' | 'condition'>,
  macros: ReadonlyMap<string, CompiledMacro>,
): Part | undefined {
  return parsed && condition && partsOf(parsed, condition, (name) => macros.get(name)?.parsed);
}

/**
 * The same of a rule whose syntax tree is gone, from what was written: lists are names, and places are those in the
 * text of the condition or macro. `undefined` when that is not known, or cannot be read without its lists.
 */
export function partsOfWritten(
  { name, condition, written }: Pick<CheckedRule, 'name' | 'condition' | 'written'>,
  { macros }: Pick<CheckedRuleSet, 'macros'>,
): Part | undefined {
  if (written === undefined) return undefined;
  const parsed = new Map<string, ConditionNode>();
  const meaning = (macro: string): ConditionNode | undefined => {
    const text = macros?.get(macro);
    if (text !== undefined && !parsed.has(macro)) parsed.set(macro, parse(`macro ${macro}`, text));
    return parsed.get(macro);
  };
  try {
    return partsOf(parse(`rule ${name}`, written), condition, meaning);
  } catch (error) {
    if (error instanceof ConditionError || error instanceof MismatchError) return undefined;
    throw error;
  }
}

function parse(name: string, text: string): ConditionNode {
  return parseCondition(MappedText.of(new SourceFile(name, text)));
}

/** What was written and what was checked have not the same shape. */
class MismatchError extends Error {}

/** The tree with macros and the one in which they were put in have the same shape; they are walked together. */
function partsOf(
  node: ConditionNode,
  condition: Condition,
  macros: (name: string) => ConditionNode | undefined,
): Part {
  const location = locationOf(node);
  if (node.kind === 'macro') {
    const meaning = macros(node.name);
    if (meaning === undefined) throw new MismatchError(`macro ${node.name} has no meaning`);
    return {
      kind: 'macro',
      text: node.name,
      location,
      condition,
      operands: [partsOf(meaning, condition, macros)],
    };
  }
  if ((node.kind === 'and' || node.kind === 'or') && condition.kind === node.kind) {
    if (node.operands.length !== condition.operands.length) throw new MismatchError('other operands');
    const operands = node.operands.map((operand, index) =>
      partsOf(operand, condition.operands[index] as Condition, macros),
    );
    return { kind: node.kind, text: node.kind, location, condition, operands };
  }
  if (node.kind === 'not' && condition.kind === 'not') {
    const operands = [partsOf(node.operand, condition.operand, macros)];
    return { kind: 'not', text: 'not', location, condition, operands };
  }
  return { kind: 'check', text: printCondition(node), location, condition, operands: [] };
}

/** Judges every part at the event, those too that decide nothing. */
export function judgePart(part: Part, context: EventContext, catalog: FieldCatalog<Field>): JudgedPart {
  if (part.kind === 'check') {
    const { condition } = part;
    const value = 'left' in condition ? evaluate(condition.left, context, catalog) : undefined;
    return { part, holds: holds(condition, context, catalog), value: kept(value), operands: [] };
  }
  const operands = part.operands.map((operand) => judgePart(operand, context, catalog));
  return { part, holds: combined(part.kind, operands), value: undefined, operands };
}

function combined(kind: Exclude<Part['kind'], 'check'>, operands: readonly JudgedPart[]): boolean {
  if (kind === 'and') return operands.every(isTrue);
  if (kind === 'or') return operands.some(isTrue);
  return isTrue(operands[0]) !== (kind === 'not');
}

function isTrue(judged: JudgedPart | undefined): boolean {
  return judged?.holds === true;
}

/** Bytes lie in the event's own buffer, which the next event takes. */
function kept(value: FieldValue): FieldValue {
  return value instanceof Uint8Array ? value.slice() : value;
}

/** What is looked at in a judged tree, whatever its form. */
export interface Judged<T> {
  readonly kind: Part['kind'];
  readonly holds: boolean;
  readonly operands: readonly T[];
}

/** A leaf that decided, and the macros around it, from the outermost to the innermost. */
export interface Deciding<T> {
  readonly check: T;
  readonly macros: readonly T[];
}

/**
 * The checks that decided: of an `and` that is false its first false operand, of one that is true all; of an `or`
 * the other way round.
 */
export function reasonsOf(judged: JudgedPart): Reason[] {
  const look = ({ part, holds, operands }: JudgedPart): Judged<JudgedPart> => ({
    ...{ kind: part.kind, holds, operands },
  });
  return deciding(judged, look).map(({ check, macros }) => ({
    check,
    macros: macros.map(({ part }) => part),
  }));
}

/** The same of a tree of any form. */
export function deciding<T>(node: T, look: (node: T) => Judged<T>, macros: readonly T[] = []): Deciding<T>[] {
  const { kind, holds, operands } = look(node);
  if (kind === 'check') return [{ check: node, macros }];
  const around = kind === 'macro' ? [...macros, node] : macros;
  const needsAll = kind === 'and' ? holds : kind === 'or' && !holds;
  if (needsAll) return operands.flatMap((operand) => deciding(operand, look, around));
  // A negation holds when its operand does not, so that its only operand decides.
  const one =
    kind === 'and' || kind === 'or' ? operands.find((operand) => look(operand).holds === holds) : operands[0];
  return one === undefined ? [] : deciding(one, look, around);
}

/** How many of the operands on the top hold, macros looked through: how near an event came to a match. */
export function nearness(judged: JudgedPart): number {
  const [only] = judged.operands;
  if (judged.part.kind === 'macro' && only) return nearness(only);
  if (judged.part.kind !== 'and') return Number(judged.holds);
  return judged.operands.filter(isTrue).length;
}
