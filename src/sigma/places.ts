/** What of Lanner's a field of Sigma's stands for. */
import type { Expression } from './expression.ts';

/** A text of Lanner's that a field of Sigma's is looked for in. */
export interface Place {
  /** A field, or transformers of fields, as a condition has it. */
  readonly expression: string;
  /** Where it counts; everywhere when absent. */
  readonly where?: Expression;
  /** What Lanner's text ends with and Sigma's does not: the slash of a directory; always, or if nothing follows. */
  readonly ending?: { readonly text: string; readonly always: boolean };
  /**
   * Looked at only where the condition asks for the value, not where it excepts it: whoever attacks chooses it.
   * `beside exceptions`: only in rules that except values of the field; in others Lanner looks there by itself.
   */
  readonly untrusted?: 'always' | 'beside exceptions';
  /** It has the last component of a path alone. */
  readonly isBasename?: true;
}

export type Mapping =
  | { readonly kind: 'text'; readonly places: readonly Place[] }
  /** `number` gives the number that a value stands for, as a condition writes it. */
  | {
      readonly kind: 'number';
      readonly field: string;
      readonly number?: (value: string) => string | undefined;
    }
  /** An address, and the same for comparing with networks. */
  | { readonly kind: 'address'; readonly field: string; readonly network: string }
  /** Known only for hosts that rules name in full. */
  | { readonly kind: 'host'; readonly field: string }
  /** Every value has an expression of its own; `undefined` where there is none. */
  | { readonly kind: 'choice'; readonly choose: (value: string) => Expression | undefined };

/** A log source of Sigma's whose events Lanner has. */
export interface LogSource {
  /** As reports name it. */
  readonly name: string;
  /** What all of its events have in common. */
  readonly events: Expression;
  /** What a field stands for; `siblings` are those that stand beside it in one map. A text says why there is nothing. */
  field(name: string, siblings: Siblings): Mapping | string;
  /** Where words without a field are looked for. */
  keywords(siblings: Siblings): readonly Place[];
  /** What alerts tell beside the process: words with fields. */
  readonly tells: readonly string[];
  readonly tag: string;
  /** Said of every rule: these are not the events that it means. */
  readonly instead?: string;
}

/** Values of the fields of a map, by name without modifiers. */
export type Siblings = ReadonlyMap<string, readonly string[]>;

export function text(...expressions: readonly string[]): Mapping {
  return { kind: 'text', places: expressions.map((expression) => ({ expression })) };
}

export function number(field: string, read?: (value: string) => string | undefined): Mapping {
  return { kind: 'number', field, ...(read === undefined ? {} : { number: read }) };
}

/** What a field stands for by a table, or why there is nothing. */
export function fieldOf(fields: Readonly<Record<string, Mapping>>, name: string): Mapping | string {
  return (Object.hasOwn(fields, name) && fields[name]) || `no field of Lanner's corresponds to ${name}`;
}
