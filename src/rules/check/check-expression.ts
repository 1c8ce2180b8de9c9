/** Fields and transformers: every name resolved, every type worked out. */
import type { ArgumentRule, FieldInfo, ValueType } from '../../fields/field-info.ts';
import type { Expression, FieldExpression, TransformExpression, TransformOperand } from '../checked.ts';
import { isText, type RuleEnvironment } from '../environment.ts';
import { textOfBytes } from '../source/byte-text.ts';
import { nearest } from '../suggest.ts';
import { type FieldNode, locationOf, type OperandNode, type TransformNode } from '../syntax/nodes.ts';
import { CheckError } from './draft.ts';
import { describeType } from './types.ts';

/** Where an expression stands: some fields are for conditions only, some for outputs only. */
export type Usage = 'condition' | 'output';

/** What expressions are checked against. */
export interface Scope {
  readonly environment: RuleEnvironment;
  /** Event source of the rule. */
  readonly source: string;
  readonly usage: Usage;
}

/** Checks a field or a transformer. Throws a CheckError. */
export function checkExpression(node: FieldNode | TransformNode, scope: Scope): Expression {
  return node.kind === 'field' ? checkField(node, scope) : checkTransform(node, scope);
}

/** Whether a rule of `source` may use the field. */
export function isFieldOf(field: FieldInfo, source: string): boolean {
  return field.sources.length === 0 || field.sources.includes(source);
}

function checkField(node: FieldNode, { environment, source, usage }: Scope): FieldExpression {
  const reference = environment.fields.find(node.name);
  if (reference === undefined) {
    const known = environment.fields.fields.filter((field) => !field.hidden && isFieldOf(field, source));
    throw new CheckError(`unknown field ${node.name}`, nameSpan(node), {
      suggestion: nearestField(node.name, known),
      unknownName: true,
    });
  }
  const { field, argument: dotted } = reference;
  if (!isFieldOf(field, source)) {
    const message = `field ${field.name} is for rules of source ${field.sources.join(', ')}, and this rule is of source ${source}`;
    throw new CheckError(message, node, { unknownName: true });
  }
  if (usage === 'output' && field.conditionOnly === true) {
    throw new CheckError(`field ${field.name} can be used in conditions only`, node);
  }
  if (usage === 'condition' && field.outputOnly === true) {
    throw new CheckError(`field ${field.name} can be used in outputs only`, node);
  }
  if (dotted !== undefined && node.argument !== undefined) {
    throw new CheckError(`field ${field.name} has two arguments`, node);
  }
  const argument = dotted ?? node.argument;
  checkArgument(node, field, argument);
  const type = reference.type ?? field.type;
  return { kind: 'field', field, argument, type, isList: field.isList, location: locationOf(node) };
}

/** The field that was probably meant: a longer or shorter name of the same kind counts as near too. */
function nearestField(name: string, fields: readonly FieldInfo[]): string | undefined {
  return nearest(
    name,
    fields.map((field) => field.name),
  );
}

function nameSpan(node: FieldNode): { text: FieldNode['text']; start: number; end: number } {
  return { text: node.text, start: node.start, end: node.start + node.name.length };
}

function checkArgument(node: FieldNode, field: FieldInfo, argument: string | undefined): void {
  const { presence, kind } = field.argument as ArgumentRule;
  if (argument === undefined) {
    if (presence !== 'required') return;
    const example = kind === 'index' ? '[0]' : '[NAME]';
    throw new CheckError(`field ${field.name} needs an argument: ${field.name}${example}`, node, {
      unknownName: true,
    });
  }
  if (presence === 'none') {
    throw new CheckError(`field ${field.name} takes no argument`, node, { unknownName: true });
  }
  // A dotted argument was already accepted by the catalogue.
  if (kind === 'index' && node.argument !== undefined && !/^[0-9]+$/.test(argument)) {
    const message = `the argument of ${field.name} must be a number, not "${textOfBytes(argument)}"`;
    throw new CheckError(message, node, { unknownName: true });
  }
}

/** Checks the single-value transformers; what they make of a type, `undefined` where it does not fit. */
const SINGLE: Readonly<Record<string, (type: ValueType) => ValueType | undefined>> = {
  tolower: (type) => (isText(type) ? type : undefined),
  toupper: (type) => (isText(type) ? type : undefined),
  basename: (type) => (isText(type) ? type : undefined),
  b64: (type) => (type === 'CHARBUF' || type === 'BYTEBUF' ? type : undefined),
  len: (type) => (isText(type) || type === 'BYTEBUF' ? 'UINT64' : undefined),
};

interface TypedOperand {
  readonly operand: TransformOperand;
  readonly type: ValueType;
  readonly isList: boolean;
  readonly node: OperandNode;
}

function checkTransform(node: TransformNode, scope: Scope): Expression {
  const [inner] = node.operands;
  // The grammar lets nothing but one field into val( ): it is the value of the field itself.
  if (node.name === 'val' && inner?.kind === 'field') {
    if (node.argument !== undefined) throw new CheckError('val( ) takes no argument in brackets', node);
    return checkField(inner, scope);
  }
  const operands = node.operands.map((operand) => checkOperand(operand, scope));
  const [first] = operands;
  if (first === undefined) throw new CheckError(`${node.name}( ) needs something to work on`, node);
  if (node.argument !== undefined && node.name !== 'getopt') {
    throw new CheckError(`transformer ${node.name} takes no argument in brackets`, node);
  }
  const single = SINGLE[node.name];
  const { type, isList } =
    single === undefined
      ? (MULTIPLE[node.name]?.(node, operands) ?? first)
      : checkSingle(node, operands, single);
  return {
    kind: 'transform',
    name: node.name,
    operands: operands.map(({ operand }) => operand),
    argument: node.argument,
    type,
    isList,
    location: locationOf(node),
  };
}

function checkSingle(
  node: TransformNode,
  operands: readonly TypedOperand[],
  resultType: (type: ValueType) => ValueType | undefined,
): { type: ValueType; isList: boolean } {
  const [first] = operands;
  if (first === undefined || operands.length > 1) {
    throw new CheckError(`transformer ${node.name} takes one value, not ${operands.length}`, node);
  }
  if (first.isList && node.name === 'len') return { type: 'UINT64', isList: false };
  const type = resultType(first.type);
  if (type === undefined) {
    const what = describeType(first.type, first.isList);
    throw new CheckError(`transformer ${node.name} does not work on a ${what}`, node);
  }
  return { type, isList: first.isList };
}

type MultipleCheck = (
  node: TransformNode,
  operands: readonly TypedOperand[],
) => { type: ValueType; isList: boolean };

const MULTIPLE: Readonly<Partial<Record<TransformExpression['name'], MultipleCheck>>> = {
  join(node, operands) {
    const [separator, list] = operands;
    if (separator === undefined || list === undefined || operands.length !== 2) {
      throw new CheckError('join( ) takes a separator and a list', node);
    }
    if (separator.isList) throw new CheckError('the separator of join( ) is a single text', separator.node);
    if (!list.isList) throw new CheckError('the second operand of join( ) is a list', list.node);
    return { type: 'CHARBUF', isList: false };
  },
  concat(node, operands) {
    if (operands.length < 2) throw new CheckError('concat( ) takes two or more texts', node);
    for (const operand of operands) {
      if (operand.isList || !isText(operand.type)) {
        throw new CheckError('concat( ) takes texts only', operand.node);
      }
    }
    return { type: 'CHARBUF', isList: false };
  },
  getopt(node, operands) {
    const [args, options] = operands;
    if (args === undefined || options === undefined || operands.length !== 2) {
      throw new CheckError('getopt( ) takes a list of arguments and the letters of options', node);
    }
    if (!args.isList || !isText(args.type)) {
      throw new CheckError('the first operand of getopt( ) is a list of texts', args.node);
    }
    if (options.isList || !isText(options.type)) {
      throw new CheckError('the letters of options in getopt( ) are a single text', options.node);
    }
    if (node.argument === undefined) return { type: 'CHARBUF', isList: true };
    if (node.argument.length !== 1) {
      throw new CheckError('the argument of getopt( ) is a single letter', node);
    }
    return { type: 'CHARBUF', isList: false };
  },
};

function checkOperand(node: OperandNode, scope: Scope): TypedOperand {
  switch (node.kind) {
    case 'value':
      return { operand: { kind: 'literal', value: node.value }, type: 'CHARBUF', isList: false, node };
    case 'operands': {
      const items = node.items.map((item) => checkOperand(item, scope).operand);
      return { operand: { kind: 'list', items }, type: 'CHARBUF', isList: true, node };
    }
    case 'transform': {
      const operand = checkTransform(node, scope);
      return { operand, type: operand.type, isList: operand.isList, node };
    }
    case 'field': {
      const operand = checkField(node, scope);
      if (operand.field.noTransformer === true) {
        throw new CheckError(`field ${operand.field.name} cannot be used in a transformer`, node);
      }
      return { operand, type: operand.type, isList: operand.isList, node };
    }
  }
}
