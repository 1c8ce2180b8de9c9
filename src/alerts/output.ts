/** From the parsed output of a rule to functions that read its values from an event. */
import { type ByteString, toByteString, toText } from '../events/bytes.ts';
import type { Field, FieldCatalog, FieldValue, ValueType } from '../fields/field.ts';
import { readableField } from '../matcher/catalog.ts';
import { evaluate } from '../matcher/evaluate.ts';
import type { Expression, FieldExpression, OutputSegment, TransformOperand } from '../rules/checked.ts';
import type { EventContext } from '../system/context.ts';
import type { AlertField } from './alert.ts';
import { printableText, printableValue } from './printable.ts';
import { alertValue, MISSING_TEXT, valueText } from './value-text.ts';

/** Reads one thing from an event, at once or in part later: what container engines tell (`late` fields). */
export interface Reader<T> {
  /** Something of it may become known after the event. */
  readonly isLate: boolean;
  /** Reads what the event tells; what is returned reads the rest and gives the value. */
  hold(context: EventContext): (later: EventContext) => T;
}

/** `read` as a reader: with the event, or, when it reads late fields only, later. */
function readerOf<T>(isLate: boolean, read: (context: EventContext) => T): Reader<T> {
  if (isLate) return { isLate, hold: () => read };
  return {
    isLate,
    hold(context) {
      const value = read(context);
      return () => value;
    },
  };
}

/** Several readers as one. */
export function readerOfAll<T>(readers: readonly Reader<T>[]): Reader<T[]> {
  return {
    isLate: readers.some((reader) => reader.isLate),
    hold(context) {
      const held = readers.map((reader) => reader.hold(context));
      return (later) => held.map((finish) => finish(later));
    },
  };
}

export interface CompiledOutput {
  /** The parts of the message, in bytes. A missing value prints as `<NA>`. */
  readonly message: readonly Reader<ByteString>[];
  /** The fields that the output names by their keys, in the order of their first appearance. */
  readonly fields: ReadonlyMap<string, Reader<AlertField>>;
}

/**
 * Compiles an output. Fields inside a transformer count as named, the transformer's own result does not:
 * that is what Falco puts into `output_fields`.
 */
export function compileOutput(
  segments: readonly OutputSegment[],
  catalog: FieldCatalog<Field>,
): CompiledOutput {
  const parts = segments.map((segment) => compileSegment(segment, catalog));
  const readers = new Map<string, Reader<AlertField>>();
  for (const segment of segments) {
    if (segment.kind === 'text') continue;
    for (const [key, expression] of namedFields(segment.expression, segment.source, catalog)) {
      if (!readers.has(key)) readers.set(key, compileField(key, expression, catalog));
    }
  }
  return { message: parts, fields: readers };
}

function compileSegment(segment: OutputSegment, catalog: FieldCatalog<Field>): Reader<ByteString> {
  if (segment.kind === 'text') {
    const text = toByteString(segment.text);
    return readerOf(false, () => text);
  }
  const { expression, width } = segment;
  return readerOf(isLateOperand(expression, catalog), (context) => {
    const text = expressionText(expression, context, catalog);
    return width === undefined ? text : text.slice(0, width).padEnd(width);
  });
}

/** An expression that also reads what only the event tells must be read with the event. */
function isLateOperand(operand: TransformOperand, catalog: FieldCatalog<Field>): boolean {
  const fields = [...namedFields(operand, undefined, catalog)].map(([, expression]) =>
    readableField(catalog, expression.field),
  );
  return fields.length > 0 && fields.every((field) => field.late === true);
}

/** Text of an expression in the message. */
export function expressionText(
  expression: Expression,
  context: EventContext,
  catalog: FieldCatalog<Field>,
): ByteString {
  if (expression.kind === 'field') {
    const field = readableField(catalog, expression.field);
    const { argument, type } = expression;
    if (field.format) {
      const text = field.format(context, argument);
      return text === undefined ? MISSING_TEXT : isOfSystem(field) ? printableText(text) : text;
    }
    return valueText(shownValue(field, field.read(context, argument), type), type);
  }
  return valueText(evaluate(expression, context, catalog), expression.type);
}

/** Reader of one entry of `output_fields`. */
export function compileField(
  key: string,
  expression: Expression,
  catalog: FieldCatalog<Field>,
): Reader<AlertField> {
  const { type } = expression;
  const isLate = isLateOperand(expression, catalog);
  if (expression.kind !== 'field') {
    const read = (context: EventContext): FieldValue => evaluate(expression, context, catalog);
    return readerOf(isLate, (context) => ({ key, type, value: alertValue(read(context), type) }));
  }
  const field = readableField(catalog, expression.field);
  const { argument } = expression;
  return readerOf(isLate, (context) => {
    const value = field.json ? field.json(context, argument) : field.read(context, argument);
    return { key, type, value: alertValue(shownValue(field, value, type), type) };
  });
}

/** The value as people see it: Falco cleans the text of system events, and that of other sources it does not. */
function shownValue(field: Field, value: FieldValue, type: ValueType): FieldValue {
  const shown = candidatesAsText(field, value);
  return isOfSystem(field) ? printableValue(shown, type) : shown;
}

function isOfSystem({ sources }: Field): boolean {
  return sources.length === 0 || sources.includes('syscall');
}

/** All ancestors, where a field without an index stands for them, as one text. */
function candidatesAsText(field: Field, value: FieldValue): FieldValue {
  if (field.multiplicity === undefined || !Array.isArray(value)) return value;
  return value.length === 0 ? undefined : value.join(' ');
}

/** The fields that an expression reads, with their keys. */
function* namedFields(
  operand: TransformOperand,
  source: string | undefined,
  catalog: FieldCatalog<Field>,
): Generator<[string, FieldExpression]> {
  if (operand.kind === 'field') {
    yield [source ?? fieldKey(operand, catalog), operand];
  } else if (operand.kind !== 'literal') {
    const inner = operand.kind === 'list' ? operand.items : operand.operands;
    for (const each of inner) yield* namedFields(each, undefined, catalog);
  }
}

/** Key of a field that stands inside a transformer; the dotted form where the field has one. */
function fieldKey({ field, argument }: FieldExpression, catalog: FieldCatalog<Field>): string {
  if (argument === undefined) return field.name;
  const dotted = `${field.name}.${argument}`;
  return toText(catalog.find(dotted)?.field.name === field.name ? dotted : `${field.name}[${argument}]`);
}
