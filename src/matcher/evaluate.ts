/** Values of expressions at an event, without preparation: for the interpreter and for alerts. */
import type { Field, FieldCatalog, FieldValue } from '../fields/field.ts';
import type { Expression, TransformExpression, TransformOperand } from '../rules/checked.ts';
import type { EventContext } from '../system/context.ts';
import { readableField } from './catalog.ts';
import {
  baseName,
  concat,
  decodeB64,
  getopt,
  join,
  lengthOf,
  listOf,
  toLower,
  toUpper,
} from './transformers.ts';

/** Value of a field or transformer; `undefined` when the event lacks anything that it needs. */
export function evaluate(
  expression: Expression,
  context: EventContext,
  catalog: FieldCatalog<Field>,
): FieldValue {
  return expression.kind === 'field'
    ? readableField(catalog, expression.field).read(context, expression.argument)
    : transform(expression, context, catalog);
}

function transform(
  { name, operands, argument }: TransformExpression,
  context: EventContext,
  catalog: FieldCatalog<Field>,
): FieldValue {
  const values = operands.map((operand) => operandValue(operand, context, catalog));
  const [first, second] = values;
  switch (name) {
    case 'tolower':
      return toLower(first);
    case 'toupper':
      return toUpper(first);
    case 'b64':
      return decodeB64(first);
    case 'basename':
      return baseName(first);
    case 'len':
      return lengthOf(first);
    case 'join':
      return join(first, second);
    case 'concat':
      return concat(...values);
    case 'getopt':
      return getopt(first, second, argument);
    case 'val':
      return first;
  }
}

function operandValue(
  operand: TransformOperand,
  context: EventContext,
  catalog: FieldCatalog<Field>,
): FieldValue {
  if (operand.kind === 'literal') return operand.value;
  if (operand.kind !== 'list') return evaluate(operand, context, catalog);
  return listOf(...operand.items.map((item) => operandValue(item, context, catalog)));
}
