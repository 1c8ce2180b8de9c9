/**
 * Conditions from text to syntax tree. One function per rule of the grammar:
 *
 *     or         = and { "or" and }
 *     and        = not { "and" not }
 *     not        = { "not" } ( check | "(" or ")" )
 *     check      = expression ( "exists" | operator right ) | macro
 *     expression = field [ "[" argument "]" ] | transformer "(" operands ")" [ "[" argument "]" ]
 */
import type { ListModifier } from '../checked.ts';
import type { MappedText } from '../source/mapped-text.ts';
import { nearest } from '../suggest.ts';
import { ExpressionParser, NESTING_LIMIT } from './expression-parser.ts';
import { type CheckNode, type ConditionNode, type ExpressionNode, extentOver, type Span } from './nodes.ts';
import {
  ALL_OPERATORS,
  isListOperator,
  isNumericOperator,
  isOperator,
  isStringOperator,
  MODIFIERS,
  TRANSFORMERS,
} from './operators.ts';
import { Scanner } from './scanner.ts';

const LEAF = { size: 1, height: 1 } as const;

/** Parses a whole condition. Throws a ConditionError that says what is wrong and where. */
export function parseCondition(source: MappedText): ConditionNode {
  return new ConditionParser(new Scanner(source)).condition();
}

/** Parses one field or transformer at the scanner's position: the tokens of outputs. */
export function parseExpression(scanner: Scanner): ExpressionNode | undefined {
  return new ExpressionParser(scanner).expression();
}

class ConditionParser {
  readonly #scanner: Scanner;
  readonly #expressions: ExpressionParser;
  #depth = 0;

  constructor(scanner: Scanner) {
    this.#scanner = scanner;
    this.#expressions = new ExpressionParser(scanner);
  }

  condition(): ConditionNode {
    const scanner: Scanner = this.#scanner;
    scanner.blanks();
    if (scanner.atEnd) scanner.fail('the condition is empty', 0, 1);
    const node = this.#or();
    if (!scanner.atEnd) this.#failAfterCheck(node);
    return node;
  }

  #or(): ConditionNode {
    return this.#chain('or', () => this.#and());
  }

  #and(): ConditionNode {
    return this.#chain('and', () => this.#not());
  }

  /** Operands with the same keyword between them; a single one stands for itself. */
  #chain(kind: 'and' | 'or', operand: () => ConditionNode): ConditionNode {
    const scanner: Scanner = this.#scanner;
    scanner.blanks();
    const start = scanner.position;
    const first = operand();
    let operands: ConditionNode[] | undefined;
    scanner.blanks();
    while (scanner.take(kind)) {
      operands ??= [first];
      const end = scanner.position;
      const blanks = scanner.blanks();
      if (scanner.atEnd) {
        scanner.fail(`expected a field, a macro or "(" after "${kind}"`, end - kind.length, end);
      }
      if (blanks) operands.push(operand());
      else if (scanner.take('(')) operands.push(this.#parenthesised());
      else scanner.fail(`expected a blank or "(" after "${kind}"`, scanner.position, scanner.position + 1);
      scanner.blanks();
    }
    if (operands === undefined) return first;
    return { kind, operands, ...extentOver(operands), ...this.#span(start) };
  }

  #not(): ConditionNode {
    const scanner: Scanner = this.#scanner;
    scanner.blanks();
    const start = scanner.position;
    let negated = false;
    while (scanner.not()) negated = !negated;
    let operand: ConditionNode;
    if (scanner.take('not(')) {
      negated = !negated;
      operand = this.#parenthesised();
    } else {
      operand = this.#check();
    }
    if (!negated) return operand;
    return { kind: 'not', operand, ...extentOver([operand]), ...this.#span(start) };
  }

  /** The rest of `( or )` behind the opening parenthesis. */
  #parenthesised(): ConditionNode {
    const scanner: Scanner = this.#scanner;
    const open = scanner.position - 1;
    this.#enter(open);
    const node = this.#or();
    scanner.blanks();
    if (!scanner.take(')')) {
      if (scanner.atEnd) scanner.fail('there is no ")" for this "("', open, open + 1);
      this.#failAfterCheck(node);
    }
    this.#depth--;
    return node;
  }

  #check(): ConditionNode {
    const scanner: Scanner = this.#scanner;
    scanner.blanks();
    const start = scanner.position;
    if (scanner.take('(')) return this.#parenthesised();
    const left = this.#expressions.expression();
    if (left !== undefined) return this.#comparison(left, start);
    const name = scanner.identifier();
    if (name !== undefined) return this.#macro(name, start);
    return scanner.fail('expected a field, a macro or "("', start, start + 1);
  }

  #macro(name: string, start: number): ConditionNode {
    const scanner: Scanner = this.#scanner;
    if (name === 'and' || name === 'or' || name === 'not') {
      scanner.fail(`expected a field, a macro or "(" instead of "${name}"`, start, scanner.position);
    }
    if (scanner.next('(')) {
      const suggestion = nearest(name, TRANSFORMERS);
      scanner.fail(`"${name}" is not a transformer`, start, scanner.position, suggestion);
    }
    return { kind: 'macro', name, ...LEAF, ...this.#span(start) };
  }

  #comparison(left: ExpressionNode, start: number): ConditionNode {
    const scanner: Scanner = this.#scanner;
    scanner.blanks();
    const operatorStart = scanner.position;
    const operator = this.#operator();
    if (operator === undefined) this.#failOperator(left, operatorStart);
    if (operator === 'exists') return { kind: 'exists', left, ...LEAF, ...this.#span(start) };
    let modifier: ListModifier | undefined;
    let right: CheckNode['right'];
    if (isNumericOperator(operator)) {
      right = this.#number();
    } else if (isListOperator(operator)) {
      right = this.#listOperand(true);
    } else {
      modifier = this.#modifier();
      right = modifier === undefined ? this.#stringOperand() : this.#listOperand(false);
    }
    return { kind: 'check', left, operator, operatorStart, modifier, right, ...LEAF, ...this.#span(start) };
  }

  /** An operator with the blank that a word needs behind it. */
  #operator(): string | undefined {
    const scanner: Scanner = this.#scanner;
    const symbol = scanner.symbolOperator();
    if (symbol !== undefined) return symbol;
    // Alone of all words, `exists` need not be set off from the `and` or `or` behind it.
    const word = scanner.peekWord().replace(/^exists(?:and|or)$/, 'exists');
    const after = scanner.text.charAt(scanner.position + word.length);
    if (isListOperator(word)) {
      if (/[a-zA-Z0-9_.]/.test(after)) return undefined;
    } else if (isStringOperator(word)) {
      if (!/[ \t\b\r\n]/.test(after)) return undefined;
    } else if (word !== 'exists') {
      return undefined;
    }
    scanner.position += word.length;
    return word;
  }

  #failOperator(left: ExpressionNode, start: number): never {
    const scanner: Scanner = this.#scanner;
    const written = scanner.text.slice(left.start, left.end);
    if (scanner.atEnd) scanner.fail(`expected an operator after "${written}"`, left.start, left.end);
    const word = scanner.bareValue();
    if (word === undefined || word === 'and' || word === 'or') {
      scanner.fail(`expected an operator after "${written}"`, start, start + (word?.length ?? 1));
    }
    if (isStringOperator(word)) {
      scanner.fail(`expected a blank after the operator "${word}"`, start, start + word.length);
    }
    scanner.fail(`"${word}" is not an operator`, start, start + word.length, nearest(word, ALL_OPERATORS));
  }

  /** `oneof`, `anyof` or `allof` before a list; otherwise the word is an ordinary value. */
  #modifier(): ListModifier | undefined {
    const scanner: Scanner = this.#scanner;
    const { position } = scanner;
    if (scanner.blanks()) {
      const word = scanner.peekWord();
      const modifier = MODIFIERS.find((name) => name === word);
      if (modifier !== undefined) {
        scanner.position += modifier.length;
        if (scanner.blanks() && this.#listFollows()) return modifier;
      }
    }
    scanner.position = position;
    return undefined;
  }

  #listFollows(): boolean {
    const scanner: Scanner = this.#scanner;
    if (scanner.next('(')) return true;
    const { position } = scanner;
    const word = scanner.identifier();
    scanner.position = position;
    return word !== undefined && !/^(and|or|not)(?![a-zA-Z0-9])/.test(word);
  }

  #number(): CheckNode['right'] {
    const scanner: Scanner = this.#scanner;
    scanner.blanks();
    const transform = this.#expressions.rightTransform();
    if (transform !== undefined) return transform;
    const start = scanner.position;
    const value = scanner.number();
    if (value === undefined) {
      const found = scanner.quoted() !== undefined || scanner.bareValue() !== undefined;
      scanner.fail(
        'expected a number, val(field) or a transformer',
        start,
        found ? scanner.position : start + 1,
      );
    }
    return { kind: 'value', value, ...this.#span(start) };
  }

  #stringOperand(): CheckNode['right'] {
    this.#scanner.blanks();
    const transform = this.#expressions.rightTransform();
    if (transform !== undefined) return transform;
    const value = this.#expressions.value();
    if (value !== undefined) return value;
    const { position } = this.#scanner;
    return this.#scanner.fail('expected a value, val(field) or a transformer', position, position + 1);
  }

  /** A list in parentheses, or the name that stands for one. */
  #listOperand(transformAllowed: boolean): CheckNode['right'] {
    const scanner: Scanner = this.#scanner;
    scanner.blanks();
    const list = this.#expressions.list();
    if (list !== undefined) return list;
    if (transformAllowed) {
      const transform = this.#expressions.rightTransform();
      if (transform !== undefined) return transform;
    }
    const start = scanner.position;
    const name = scanner.identifier();
    if (name === undefined) scanner.fail('expected a list in parentheses', start, start + 1);
    return { kind: 'value', value: name, ...this.#span(start) };
  }

  /** Something stands behind a complete condition that does not belong there. */
  #failAfterCheck(before: ConditionNode): never {
    const scanner: Scanner = this.#scanner;
    const start = scanner.position;
    if (scanner.take(')')) scanner.fail('there is no "(" for this ")"', start, start + 1);
    const word = scanner.symbolOperator() ?? scanner.bareValue();
    const end = Math.max(scanner.position, start + 1);
    const last = lastOperand(before);
    if (last.kind === 'macro' && word !== undefined && isOperator(word)) {
      scanner.fail(`"${last.name}" is not a field: a field has a dot in its name`, last.start, last.end);
    }
    const after =
      scanner.text
        .slice(Math.max(0, start - 30), start)
        .trim()
        .split(/\s/)
        .at(-1) ?? '';
    scanner.fail(`expected "and" or "or" after "${after}"`, start, end);
  }

  #enter(start: number): void {
    this.#depth++;
    if (this.#depth > NESTING_LIMIT) {
      this.#scanner.fail(`the condition is nested more than ${NESTING_LIMIT} deep`, start, start + 1);
    }
  }

  #span(start: number): Span {
    return { text: this.#scanner.source, start, end: this.#scanner.position };
  }
}

/** What stands last in the text of a condition. */
function lastOperand(node: ConditionNode): ConditionNode {
  let last = node;
  for (;;) {
    const inner = last.kind === 'not' ? last.operand : 'operands' in last ? last.operands.at(-1) : undefined;
    if (inner === undefined) return last;
    last = inner;
  }
}
