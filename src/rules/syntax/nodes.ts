/**
 * The syntax tree of a condition: readonly nodes, each with a `kind`. Nodes do not point upwards, so a
 * macro's tree is parsed once and shared by all conditions that use it.
 */
import type { ListModifier, TransformerName } from '../checked.ts';
import type { Location } from '../location.ts';
import type { MappedText } from '../source/mapped-text.ts';
import { DeferredLocation } from '../source/source-file.ts';

/** Where a node stands: `[start, end)` of `text`. */
export interface Span {
  readonly text: MappedText;
  readonly start: number;
  readonly end: number;
}

/** Size and nesting of a condition, macros included; both are limited. */
export interface Extent {
  /** Number of checks and macro references. */
  readonly size: number;
  /** Longest path downwards; 1 for a single check. */
  readonly height: number;
}

export type ConditionNode = AndNode | OrNode | NotNode | ExistsNode | CheckNode | MacroNode;

export interface AndNode extends Span, Extent {
  readonly kind: 'and';
  readonly operands: readonly ConditionNode[];
}

export interface OrNode extends Span, Extent {
  readonly kind: 'or';
  readonly operands: readonly ConditionNode[];
}

export interface NotNode extends Span, Extent {
  readonly kind: 'not';
  readonly operand: ConditionNode;
}

export interface ExistsNode extends Span, Extent {
  readonly kind: 'exists';
  readonly left: ExpressionNode;
}

/** Comparison of an expression with values or another expression. */
export interface CheckNode extends Span, Extent {
  readonly kind: 'check';
  readonly left: ExpressionNode;
  /** As written: `==` stays `==`. */
  readonly operator: string;
  readonly operatorStart: number;
  readonly modifier: ListModifier | undefined;
  readonly right: ValueNode | ListNode | TransformNode;
}

/** Name of a macro. */
export interface MacroNode extends Span, Extent {
  readonly kind: 'macro';
  readonly name: string;
}

/** What stands on the left of an operator, or in a transformer. */
export type ExpressionNode = FieldNode | TransformNode;

export interface FieldNode extends Span {
  readonly kind: 'field';
  readonly name: string;
  /** Byte string from the brackets, unquoted. */
  readonly argument: string | undefined;
}

export interface TransformNode extends Span {
  readonly kind: 'transform';
  readonly name: TransformerName;
  readonly operands: readonly OperandNode[];
  readonly argument: string | undefined;
}

export type OperandNode = ExpressionNode | ValueNode | OperandListNode;

/** List of operands in a transformer: `join("/", (proc.name, "x"))`. */
export interface OperandListNode extends Span {
  readonly kind: 'operands';
  readonly items: readonly OperandNode[];
}

/** A literal, unescaped, as a byte string. */
export interface ValueNode extends Span {
  readonly kind: 'value';
  readonly value: string;
}

export interface ListNode extends Span {
  readonly kind: 'list';
  readonly items: readonly ValueNode[];
}

/** Place of a node in its file. */
export function locationOf(node: Span): Location {
  return new DeferredLocation(node.text, node.start);
}

/** Size and nesting of a node over these operands. */
export function extentOver(operands: readonly Extent[]): Extent {
  let size = 0;
  let height = 0;
  for (const operand of operands) {
    size += operand.size;
    if (operand.height > height) height = operand.height;
  }
  return { size, height: height + 1 };
}
