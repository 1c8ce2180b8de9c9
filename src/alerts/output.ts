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

export interface CompiledOutput {
  /** The message in bytes. A missing value prints as `<NA>`. */
  message(context: EventContext): ByteString;
  /** The fields that the output names, each once, in the order of their first appearance. */
  fields(context: EventContext): AlertField[];
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
  const readers = new Map<string, (context: EventContext) => AlertField>();
  for (const segment of segments) {
    if (segment.kind === 'text') continue;
    for (const [key, expression] of namedFields(segment.expression, segment.source, catalog)) {
      if (!readers.has(key)) readers.set(key, compileField(key, expression, catalog));
    }
  }
  return {
    message: (context) => parts.map((part) => part(context)).join(''),
    fields: (context) => [...readers.values().map((read) => read(context))],
  };
}

function compileSegment(
  segment: OutputSegment,
  catalog: FieldCatalog<Field>,
): (context: EventContext) => ByteString {
  if (segment.kind === 'text') {
    const text = toByteString(segment.text);
    return () => text;
  }
  const { expression, width } = segment;
  if (width === undefined) return (context) => expressionText(expression, context, catalog);
  return (context) => expressionText(expression, context, catalog).slice(0, width).padEnd(width);
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
): (context: EventContext) => AlertField {
  const { type } = expression;
  if (expression.kind !== 'field') {
    return (context) => ({ key, type, value: alertValue(evaluate(expression, context, catalog), type) });
  }
  const field = readableField(catalog, expression.field);
  const { argument } = expression;
  return (context) => {
    const value = field.json ? field.json(context, argument) : field.read(context, argument);
    return { key, type, value: alertValue(shownValue(field, value, type), type) };
  };
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
