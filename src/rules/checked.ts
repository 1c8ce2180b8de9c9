/**
 * The checked rule set: what the rule language hands to the matcher. Macros are substituted, lists
 * expanded, every name resolved to a field, every literal turned into a value of the field's type.
 * Pure data: the same files give the same set on every machine.
 */
import type { FieldInfo, Scalar, ValueType } from '../fields/field-info.ts';
import type { Location } from './location.ts';

/** Severities from the most to the least severe; the index is the syslog number. */
export const PRIORITIES = [
  'Emergency',
  'Alert',
  'Critical',
  'Error',
  'Warning',
  'Notice',
  'Informational',
  'Debug',
] as const;

export type Priority = (typeof PRIORITIES)[number];

/** Operators that compare a field with one value. */
export type ScalarOperator =
  | '='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'glob'
  | 'iglob'
  | 'contains'
  | 'icontains'
  | 'bcontains'
  | 'startswith'
  | 'bstartswith'
  | 'endswith'
  | 'regex';

/** Operators that compare a field with a list of values. */
export type ListOperator = 'in' | 'intersects' | 'pmatch';

/** How many values of a list a scalar operator must hold for. */
export type ListModifier = 'oneof' | 'anyof' | 'allof';

/** A field, or a transformer applied to fields and literals. */
export type Expression = FieldExpression | TransformExpression;

export interface FieldExpression {
  readonly kind: 'field';
  readonly field: FieldInfo;
  /** Argument, unquoted; from brackets or from the dotted form. */
  readonly argument: string | undefined;
  readonly type: ValueType;
  readonly isList: boolean;
  readonly location: Location;
}

export type TransformerName =
  | 'tolower'
  | 'toupper'
  | 'b64'
  | 'basename'
  | 'len'
  | 'join'
  | 'concat'
  | 'getopt'
  | 'val';

export interface TransformExpression {
  readonly kind: 'transform';
  readonly name: TransformerName;
  readonly operands: readonly TransformOperand[];
  /** Argument in brackets after the transformer (`getopt(…)[c]`). */
  readonly argument: string | undefined;
  readonly type: ValueType;
  readonly isList: boolean;
  readonly location: Location;
}

export type TransformOperand =
  | Expression
  | { readonly kind: 'literal'; readonly value: string | number }
  | { readonly kind: 'list'; readonly items: readonly TransformOperand[] };

/** An address range: `prefix` leading bits of `address` (4 or 16 bytes as a byte string). */
export interface IpNetwork {
  readonly address: string;
  readonly prefix: number;
}

/** A literal as the left-hand side's type reads it; texts and byte buffers are byte strings. */
export type Value = Scalar | IpNetwork;

/** Condition of a checked rule. `and` and `or` have at least two operands. */
export type Condition =
  | { readonly kind: 'and'; readonly operands: readonly Condition[] }
  | { readonly kind: 'or'; readonly operands: readonly Condition[] }
  | { readonly kind: 'not'; readonly operand: Condition }
  | ExistsCheck
  | ScalarCheck
  | ListCheck;

export interface ExistsCheck {
  readonly kind: 'exists';
  readonly left: Expression;
  readonly location: Location;
}

export interface ScalarCheck {
  readonly kind: 'scalar';
  readonly left: Expression;
  readonly operator: ScalarOperator;
  /** Absent: compare with the one right-hand side. */
  readonly modifier: ListModifier | undefined;
  /** One value, several under a modifier, or another expression. */
  readonly right: { readonly kind: 'values'; readonly values: readonly Value[] } | Expression;
  readonly location: Location;
}

export interface ListCheck {
  readonly kind: 'list';
  readonly left: Expression;
  readonly operator: ListOperator;
  readonly right: { readonly kind: 'values'; readonly values: readonly Value[] } | Expression;
  readonly location: Location;
}

/** One piece of an output format. */
export type OutputSegment =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'value';
      readonly expression: Expression;
      /** The token as written, without `%` and width: the key in JSON. */
      readonly source: string;
      /** Pad or cut to exactly this many characters. */
      readonly width: number | undefined;
    };

/** A field that is added to a rule's alerts beside its output. */
export interface ExtraField {
  readonly key: string;
  readonly segments: readonly OutputSegment[];
  /** The value itself, in its JSON type, instead of text. */
  readonly raw: boolean;
}

export interface CheckedRule {
  readonly name: string;
  readonly description: string;
  readonly priority: Priority;
  readonly source: string;
  /** Sorted, without duplicates. */
  readonly tags: readonly string[];
  readonly enabled: boolean;
  readonly capture: boolean;
  /** Milliseconds; 0 for the configured default. */
  readonly captureDuration: number;
  readonly condition: Condition;
  /**
   * The condition as it was written, with what was appended to it and its exceptions; macros and lists are names.
   * Absent in rules that were not loaded from files.
   */
  readonly written?: string;
  /** The output as written, and parsed. */
  readonly output: string;
  readonly outputSegments: readonly OutputSegment[];
  /** Fields that the configuration adds (`append_output`); absent when there are none. */
  readonly extraFields?: readonly ExtraField[];
  /** Codes of the events that the rule can match. */
  readonly eventCodes: ReadonlySet<number>;
  readonly location: Location;
}

export interface CheckedRuleSet {
  /** In the order in which they are tried. */
  readonly rules: readonly CheckedRule[];
  /** The conditions of macros by their names, as they were written. */
  readonly macros?: ReadonlyMap<string, string>;
}
