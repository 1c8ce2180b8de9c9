/** Fields, transformers and literals: what stands on either side of an operator, and in outputs. */
import type { TransformerName } from '../checked.ts';
import { bytesOfText } from '../source/byte-text.ts';
import type {
  ExpressionNode,
  FieldNode,
  ListNode,
  OperandListNode,
  OperandNode,
  Span,
  TransformNode,
  ValueNode,
} from './nodes.ts';
import { TRANSFORMERS } from './operators.ts';
import type { Scanner } from './scanner.ts';

/**
 * How deep parentheses may be nested, and how deep transformers. Falco gives up after 1000 nested steps of its
 * parser, of which a parenthesis takes at least four.
 */
export const NESTING_LIMIT = 250;

/** Each method takes what it is called after, or leaves the scanner where it was and returns `undefined`. */
export class ExpressionParser {
  readonly #scanner: Scanner;
  #depth = 0;

  constructor(scanner: Scanner) {
    this.#scanner = scanner;
  }

  expression(): ExpressionNode | undefined {
    const scanner: Scanner = this.#scanner;
    const start = scanner.position;
    const name = scanner.fieldName();
    if (name !== undefined) return this.#fieldAfterName(name, start);
    const transformer = this.#transformerName();
    return transformer === undefined ? undefined : this.#transformAfterName(transformer, start);
  }

  /** `val(field)` or a transformer on the right of an operator. */
  rightTransform(): TransformNode | undefined {
    const scanner: Scanner = this.#scanner;
    const start = scanner.position;
    if (!scanner.take('val(')) {
      const name = this.#transformerName();
      return name === undefined ? undefined : this.#transformAfterName(name, start);
    }
    scanner.blanks();
    const fieldStart = scanner.position;
    const name = scanner.fieldName();
    if (name === undefined) scanner.fail('expected a field in val( )', fieldStart, fieldStart + 1);
    const field = this.#fieldAfterName(name, fieldStart);
    scanner.blanks();
    if (!scanner.take(')')) {
      scanner.fail('expected ")" after the field', scanner.position, scanner.position + 1);
    }
    const argument = this.#argument();
    return { kind: 'transform', name: 'val', operands: [field], argument, ...this.#span(start) };
  }

  #transformerName(): TransformerName | undefined {
    const scanner: Scanner = this.#scanner;
    const word = scanner.peekWord();
    const name = TRANSFORMERS.find((transformer) => transformer === word);
    return name !== undefined && scanner.take(`${name}(`) ? name : undefined;
  }

  #transformAfterName(name: TransformerName, start: number): TransformNode {
    const scanner: Scanner = this.#scanner;
    this.#enter(start);
    const operands: OperandNode[] = [];
    do {
      scanner.blanks();
      operands.push(this.#operand());
      scanner.blanks();
    } while (scanner.take(','));
    if (!scanner.take(')')) {
      scanner.fail(`expected "," or ")" in ${name}( )`, scanner.position, scanner.position + 1);
    }
    this.#depth--;
    const argument = this.#argument();
    return { kind: 'transform', name, operands, argument, ...this.#span(start) };
  }

  #operand(): OperandNode {
    const scanner: Scanner = this.#scanner;
    const start = scanner.position;
    if (scanner.take('(')) return this.#operandList(start);
    return this.#scalarOperand();
  }

  #scalarOperand(): OperandNode {
    const scanner: Scanner = this.#scanner;
    const start = scanner.position;
    const value = scanner.number() ?? scanner.quoted();
    if (value !== undefined) return { kind: 'value', value, ...this.#span(start) };
    const expression = this.expression();
    if (expression !== undefined) return expression;
    return scanner.fail('expected a field, a transformer, a quoted text or a number', start, start + 1);
  }

  #operandList(start: number): OperandListNode {
    const scanner: Scanner = this.#scanner;
    const items: OperandNode[] = [];
    scanner.blanks();
    if (!scanner.next(')')) {
      do {
        scanner.blanks();
        items.push(this.#scalarOperand());
        scanner.blanks();
      } while (scanner.take(','));
    }
    if (!scanner.take(')')) scanner.fail('expected "," or ")"', scanner.position, scanner.position + 1);
    return { kind: 'operands', items, ...this.#span(start) };
  }

  #fieldAfterName(name: string, start: number): FieldNode {
    const argument = this.#argument();
    return { kind: 'field', name, argument, ...this.#span(start) };
  }

  #argument(): string | undefined {
    const scanner: Scanner = this.#scanner;
    if (!scanner.take('[')) return undefined;
    const start = scanner.position;
    const bare = (): string | undefined => {
      const text = scanner.bareArgument();
      return text === undefined ? undefined : bytesOfText(text);
    };
    const argument = scanner.quoted() ?? bare();
    if (argument === undefined) scanner.fail('expected the argument of the field', start, start + 1);
    if (!scanner.take(']')) scanner.fail('expected "]"', scanner.position, scanner.position + 1);
    return argument;
  }

  /** A literal, quoted or bare. */
  value(): ValueNode | undefined {
    const scanner: Scanner = this.#scanner;
    const start = scanner.position;
    const quoted = scanner.quoted();
    if (quoted !== undefined) return { kind: 'value', value: quoted, ...this.#span(start) };
    const bare = scanner.bareValue();
    if (bare === undefined) return undefined;
    return { kind: 'value', value: bytesOfText(bare), ...this.#span(start) };
  }

  /** Literals in parentheses. */
  list(): ListNode | undefined {
    const scanner: Scanner = this.#scanner;
    const start = scanner.position;
    if (!scanner.take('(')) return undefined;
    const items: ValueNode[] = [];
    scanner.blanks();
    if (!scanner.next(')')) {
      do {
        scanner.blanks();
        const at = scanner.position;
        items.push(this.value() ?? scanner.fail('expected a value of the list', at, at + 1));
        scanner.blanks();
      } while (scanner.take(','));
    }
    if (!scanner.take(')')) {
      if (scanner.atEnd) scanner.fail('there is no ")" for this "("', start, start + 1);
      scanner.fail('expected "," or ")" in the list', scanner.position, scanner.position + 1);
    }
    return { kind: 'list', items, ...this.#span(start) };
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
