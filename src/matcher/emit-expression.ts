/** Code that reads fields and applies transformers. */
import type { Field, FieldCatalog } from '../fields/field.ts';
import type {
  Expression,
  FieldExpression,
  TransformExpression,
  TransformerName,
  TransformOperand,
} from '../rules/checked.ts';
import { readableField } from './catalog.ts';
import type { Constants } from './constants.ts';
import type { MemoFunctions } from './memo.ts';
import { asComparable } from './runtime.ts';
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

/**
 * Fields at least this dear are read once per event and remembered; reading cheaper ones again costs no
 * more than remembering them.
 */
const REMEMBER_FROM_COST = 2;

const TRANSFORMERS: Readonly<Record<Exclude<TransformerName, 'val' | 'getopt'>, unknown>> = {
  tolower: toLower,
  toupper: toUpper,
  b64: decodeB64,
  basename: baseName,
  len: lengthOf,
  join,
  concat,
};

/** Turns expressions into JavaScript expressions over `context`. Each yields a FieldValue. */
export class ExpressionEmitter {
  readonly #catalog: FieldCatalog<Field>;
  readonly #constants: Constants;
  readonly #memo: MemoFunctions | undefined;

  /** `constants` are those of the function that is being written. Without `memo` all fields are read anew. */
  constructor(catalog: FieldCatalog<Field>, constants: Constants, memo: MemoFunctions | undefined) {
    this.#catalog = catalog;
    this.#constants = constants;
    this.#memo = memo;
  }

  /** Code of the expression's value; byte buffers come as text. */
  emit(expression: Expression): string {
    const code = this.#raw(expression);
    const mayBeBuffer =
      expression.type === 'BYTEBUF' || (expression.kind === 'field' && expression.field.type === 'DYN');
    return mayBeBuffer ? `${this.#constants.bind(asComparable)}(${code})` : code;
  }

  field(expression: FieldExpression): Field {
    return readableField(this.#catalog, expression.field);
  }

  #raw(expression: Expression): string {
    return expression.kind === 'field' ? this.#read(expression) : this.#transform(expression);
  }

  #read(expression: FieldExpression): string {
    const field = this.field(expression);
    const { argument } = expression;
    const read = (constants: Constants): string =>
      `${constants.bind(field)}.read(context, ${constants.literal(argument)})`;
    if (this.#memo === undefined || field.cost < REMEMBER_FROM_COST) return read(this.#constants);
    const key = argument === undefined ? field.name : `${field.name}[${argument}]`;
    return `${this.#constants.bind(this.#memo.of(key, read))}(context)`;
  }

  #transform({ name, operands, argument }: TransformExpression): string {
    const values = operands.map((operand) => this.#operand(operand));
    if (name === 'val') return values[0] as string;
    if (name === 'getopt') {
      return this.#call(getopt, [...values, this.#constants.literal(argument)]);
    }
    return this.#call(TRANSFORMERS[name], values);
  }

  #operand(operand: TransformOperand): string {
    if (operand.kind === 'literal') return this.#constants.literal(operand.value);
    if (operand.kind !== 'list') return this.#raw(operand);
    return this.#call(
      listOf,
      operand.items.map((item) => this.#operand(item)),
    );
  }

  #call(callee: unknown, values: readonly string[]): string {
    return `${this.#constants.bind(callee)}(${values.join(', ')})`;
  }
}
