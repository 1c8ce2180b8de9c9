/** Conditions: from syntax tree to checked condition. */
import type { Condition, Expression, ListOperator, ScalarOperator, Value } from '../checked.ts';
import { textOfBytes } from '../source/byte-text.ts';
import { nearest } from '../suggest.ts';
import {
  type CheckNode,
  type ConditionNode,
  locationOf,
  type TransformNode,
  type ValueNode,
} from '../syntax/nodes.ts';
import { isListOperator, TRANSFORMERS } from '../syntax/operators.ts';
import { checkExpression, isFieldOf, type Scope } from './check-expression.ts';
import { CheckError, type Draft } from './draft.ts';
import { isTrivialRegex, regexError } from './regex.ts';
import { describeType, operatorsFor } from './types.ts';
import { parseHex, parseValue, ValueError } from './values.ts';

/** A subtree without errors, and what it was warned of. */
interface CheckedNode {
  readonly condition: Condition;
  readonly warnings: readonly Draft[];
}

/**
 * Checks conditions of one event source. Trees are shared between conditions (macros are), and so is
 * what they become: each subtree is checked once.
 */
export class ConditionChecker {
  readonly #scope: Scope;
  readonly #checked = new WeakMap<ConditionNode, CheckedNode>();
  readonly #eventNames: ReadonlySet<string>;

  constructor(scope: Scope) {
    this.#scope = scope;
    this.#eventNames = new Set(scope.environment.events.names());
  }

  /** The checked condition; `undefined` when `report` was given an error. */
  check(node: ConditionNode, report: (draft: Draft) => void): Condition | undefined {
    const known = this.#checked.get(node);
    if (known !== undefined) {
      for (const warning of known.warnings) report(warning);
      return known.condition;
    }
    const warnings: Draft[] = [];
    const condition = this.#condition(node, (draft) => {
      if (draft.warning === true) warnings.push(draft);
      report(draft);
    });
    if (condition !== undefined) this.#checked.set(node, { condition, warnings });
    return condition;
  }

  #condition(node: ConditionNode, report: (draft: Draft) => void): Condition | undefined {
    switch (node.kind) {
      case 'and':
      case 'or': {
        const operands = node.operands.map((operand) => this.check(operand, report));
        return operands.every((operand) => operand !== undefined) ? { kind: node.kind, operands } : undefined;
      }
      case 'not': {
        const operand = this.check(node.operand, report);
        return operand && { kind: 'not', operand };
      }
      case 'macro':
        throw new Error(`macro ${node.name} is still in the condition`);
      default:
        try {
          return this.#leaf(node, report);
        } catch (error) {
          if (!(error instanceof CheckError)) throw error;
          report(error.draft);
          return undefined;
        }
    }
  }

  #leaf(
    node: Extract<ConditionNode, { kind: 'exists' | 'check' }>,
    report: (draft: Draft) => void,
  ): Condition | undefined {
    const left = checkExpression(node.left, this.#scope);
    if (node.kind === 'exists') return { kind: 'exists', left, location: locationOf(node) };
    checkOperator(node, left);
    const right = this.#right(node, left, report);
    if (right === undefined) return undefined;
    const location = locationOf(node);
    if (isListOperator(node.operator)) {
      return { kind: 'list', left, operator: node.operator as ListOperator, right, location };
    }
    const written = node.operator === '==' ? '=' : node.operator;
    const operator = (equalsUpTo(left) ? '<=' : written) as ScalarOperator;
    return { kind: 'scalar', left, operator, modifier: node.modifier, right, location };
  }

  #right(
    node: CheckNode,
    left: Expression,
    report: (draft: Draft) => void,
  ): Expression | { kind: 'values'; values: Value[] } | undefined {
    const { right } = node;
    if (right.kind === 'transform') return this.#rightExpression(node, left, right);
    const literals = right.kind === 'list' ? right.items : [right];
    const values: Value[] = [];
    for (const literal of literals) {
      try {
        values.push(this.#value(node, left, literal, report));
      } catch (error) {
        if (!(error instanceof CheckError)) throw error;
        report(error.draft);
      }
    }
    return values.length === literals.length ? { kind: 'values', values } : undefined;
  }

  #rightExpression(node: CheckNode, left: Expression, right: TransformNode): Expression {
    if (node.operator === 'pmatch' || node.operator === 'regex') {
      throw new CheckError(`operator ${node.operator} cannot compare with another field`, right);
    }
    if (left.type === 'IPNET') {
      throw new CheckError('an IP network cannot be compared with another field', right);
    }
    if (left.kind === 'field' && left.field.noRightHandSide === true) {
      throw new CheckError(`field ${left.field.name} cannot be compared with another field`, right);
    }
    const expression = checkExpression(right, this.#scope);
    if (expression.kind === 'field' && expression.field.noRightHandSide === true) {
      const message = `field ${expression.field.name} cannot stand on the right of an operator`;
      throw new CheckError(message, right);
    }
    if (expression.type !== left.type || expression.isList !== left.isList) {
      const here = describeType(left.type, left.isList);
      const there = describeType(expression.type, expression.isList);
      const types = here === there ? ` (${left.type} and ${expression.type})` : '';
      throw new CheckError(`a ${here} cannot be compared with a ${there}${types}`, right);
    }
    return expression;
  }

  #value(node: CheckNode, left: Expression, literal: ValueNode, report: (draft: Draft) => void): Value {
    const { operator } = node;
    const { value } = literal;
    if (operator === 'bcontains' || operator === 'bstartswith') return this.#hex(literal);
    if (operator === 'regex') checkRegex(literal, report);
    if (left.kind === 'field') this.#checkSpecialField(left.field.name, literal);
    this.#warnOfMistakes(literal, report);
    try {
      const typed = parseValue(value, left.type, this.#scope.environment.services);
      if (typed.warning !== undefined) report({ message: typed.warning, at: literal, warning: true });
      return typed.value;
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      const suggestion = left.type === 'BOOL' ? nearest(value, ['true', 'false']) : undefined;
      throw new CheckError(error.message, literal, { suggestion });
    }
  }

  #hex(literal: ValueNode): Value {
    try {
      return parseHex(literal.value);
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      throw new CheckError(error.message, literal);
    }
  }

  #checkSpecialField(name: string, literal: ValueNode): void {
    if (name === 'evt.type' && !this.#eventNames.has(literal.value)) {
      const written = textOfBytes(literal.value);
      throw new CheckError(`unknown event type ${written}`, literal, {
        suggestion: nearest(written, this.#eventNames),
        unknownName: true,
      });
    }
  }

  /** A field or a transformer that was written as if it were a text. */
  #warnOfMistakes(literal: ValueNode, report: (draft: Draft) => void): void {
    const plain = literal.value.replace(/[ \t\n\v\f\r]/g, '');
    const written = textOfBytes(literal.value);
    const bracket = plain.indexOf('[');
    const name = bracket < 0 ? plain : plain.slice(0, bracket);
    const field = name.includes('.') ? this.#scope.environment.fields.find(name)?.field : undefined;
    if (field !== undefined && isFieldOf(field, this.#scope.source)) {
      report({
        message: `'${written}' is compared as a text, but it is the name of a field`,
        at: literal,
        suggestion: `val(${plain})`,
        warning: true,
      });
    }
    if (
      plain.endsWith(')') &&
      ['val', ...TRANSFORMERS].some((transformer) => plain.startsWith(`${transformer}(`))
    ) {
      const message = `'${written}' is compared as a text, but it reads like a transformer`;
      report({ message, at: literal, warning: true });
    }
  }
}

function equalsUpTo(left: Expression): boolean {
  return left.kind === 'field' && left.field.equalsUpTo === true;
}

function checkOperator(node: CheckNode, left: Expression): void {
  const operators = operatorsFor(left.type, left.isList);
  const operator = node.operator === '==' ? '=' : node.operator;
  if (equalsUpTo(left) ? operator === '=' : operators.has(operator)) return;
  const at = { text: node.text, start: node.operatorStart, end: node.operatorStart + node.operator.length };
  if (left.kind === 'field' && equalsUpTo(left))
    throw new CheckError(`${left.field.name} can be compared with = only`, at);
  const what = describeType(left.type, left.isList);
  if (operators.size === 0) throw new CheckError(`a ${what} cannot be compared`, at);
  const others = [...operators].join(' ');
  const message = `operator ${node.operator} does not work on a ${what}, which has: ${others} exists`;
  throw new CheckError(message, at);
}

function checkRegex(literal: ValueNode, report: (draft: Draft) => void): void {
  const pattern = textOfBytes(literal.value);
  const wrong = regexError(pattern);
  if (wrong !== undefined) throw new CheckError(`not a regular expression: ${wrong}`, literal);
  if (isTrivialRegex(pattern)) {
    const operators = "'=', 'contains', 'startswith', 'endswith'";
    const message = `no regex is needed here: use ${operators}`;
    report({ message, at: literal, warning: true });
  }
}
