/**
 * The tokens of a condition that may be wrong or end anywhere, each with what the grammar expects at its place.
 * The parser of the rule language refuses such text; an editor must say what could come next. The grammar is
 * that of src/rules/syntax/parser.ts.
 */
import {
  isListOperator,
  isNumericOperator,
  isOperator,
  isStringOperator,
  MODIFIERS,
  TRANSFORMERS,
} from '../rules/syntax/operators.ts';

export type TokenKind =
  | 'field'
  | 'argument'
  | 'transformer'
  | 'operator'
  | 'modifier'
  | 'keyword'
  | 'macro'
  | 'value'
  | 'string'
  | 'number'
  | 'punctuation'
  | 'unknown';

/** What may come next. */
export type Expected =
  | 'operand'
  | 'operator'
  | 'value'
  | 'number'
  | 'list'
  | 'list item'
  | 'connective'
  | 'transformer operand'
  | 'argument';

export interface TokenContext {
  readonly expected: Expected;
  /** The field or transformer on the left of the check that the place is in. */
  readonly left: string | undefined;
  /** Its operator, with a modifier behind it. */
  readonly operator: string | undefined;
  /** Number of open parentheses. */
  readonly depth: number;
}

/** `[start, end)` of the text. */
export interface ConditionToken {
  readonly kind: TokenKind;
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** What was expected where it begins. */
  readonly context: TokenContext;
}

export interface ScannedCondition {
  readonly tokens: readonly ConditionToken[];
  /** What may stand behind the last one. */
  readonly after: TokenContext;
}

const BLANKS = /[ \t\b\r\n]+/y;
const FIELD = /[a-zA-Z][a-zA-Z0-9_]*(?:\.[a-zA-Z0-9_]*)+/y;
const IDENTIFIER = /[a-zA-Z][a-zA-Z0-9_]*/y;
const SYMBOL_OPERATOR = /<=|<|>=|>|==|=|!=/y;
const NUMBER = /0[xX][0-9a-fA-F]+|[+-]?[0-9]+\.?[0-9]*(?:[eE][+-][0-9]+)?/y;
const BARE_VALUE = /[^()"'\t\n\v\f\r =,]+/y;
const BARE_ARGUMENT = /[^\][\t\n\v\f\r "']+/y;
const REST = /[^ \t\b\r\n()"',=]+|./suy;

/** What an opened parenthesis was opened for. */
type Opened = 'group' | 'list' | 'left transformer' | 'right transformer' | 'operands';

export function scanCondition(text: string): ScannedCondition {
  return new ConditionScanner(text).scan();
}

class ConditionScanner {
  readonly #text: string;
  readonly #tokens: ConditionToken[] = [];
  readonly #opened: Opened[] = [];
  #at = 0;
  #expected: Expected = 'operand';
  #left: string | undefined;
  #operator: string | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  scan(): ScannedCondition {
    this.#match(BLANKS);
    while (this.#at < this.#text.length) {
      this.#token();
      this.#match(BLANKS);
    }
    return { tokens: this.#tokens, after: this.#context() };
  }

  #token(): void {
    this.#readers[this.#expected]();
  }

  readonly #readers: Readonly<Record<Expected, () => void>> = {
    operand: () => this.#operand(),
    operator: () => this.#readOperator(),
    value: () => this.#right(),
    number: () => this.#right(),
    list: () => this.#right(),
    'list item': () => this.#listItem(),
    'transformer operand': () => this.#transformerOperand(),
    connective: () => this.#connective(),
    // Only at the end of the text is an argument still expected.
    argument: () => this.#connective(),
  };

  #operand(): void {
    if (this.#open('(', 'group', 'operand')) return;
    if (this.#close()) return;
    if (this.#expression('left transformer', 'operator')) return;
    const word = this.#peek(IDENTIFIER);
    if (word === 'not' || word === 'and' || word === 'or') this.#take('keyword', IDENTIFIER);
    else if (word !== undefined) this.#take('macro', IDENTIFIER, 'connective');
    else this.#quotedOr('unknown', REST);
  }

  #readOperator(): void {
    const { word, pattern } = this.#operatorWord();
    if (word !== undefined && isOperator(word)) {
      const next =
        word === 'exists'
          ? 'connective'
          : isNumericOperator(word)
            ? 'number'
            : isListOperator(word)
              ? 'list'
              : 'value';
      this.#take('operator', pattern, next);
      this.#operator = word;
      if (word === 'exists') this.#endCheck();
      else if (isStringOperator(word)) this.#modifier();
      return;
    }
    if (word === 'and' || word === 'or') {
      this.#endCheck();
      this.#take('keyword', IDENTIFIER, 'operand');
    } else if (!this.#close()) this.#quotedOr('unknown', REST);
  }

  #operatorWord(): { word: string | undefined; pattern: RegExp } {
    const symbol = this.#peek(SYMBOL_OPERATOR);
    return symbol === undefined
      ? { word: this.#peek(IDENTIFIER), pattern: IDENTIFIER }
      : { word: symbol, pattern: SYMBOL_OPERATOR };
  }

  /** `oneof` and its kin count only when a list follows; at the end of the text that is not known yet. */
  #modifier(): void {
    const start = this.#at;
    if (this.#match(BLANKS) !== undefined) {
      const word = this.#peek(IDENTIFIER);
      const after = this.#text.slice(this.#at + (word?.length ?? 0));
      if (MODIFIERS.some((name) => name === word) && /^[ \t\b\r\n]+[(a-zA-Z]|^[ \t\b\r\n]+$/.test(after)) {
        this.#take('modifier', IDENTIFIER, 'list');
        this.#operator = `${this.#operator} ${word}`;
        return;
      }
    }
    this.#at = start;
  }

  #right(): void {
    if (this.#expected === 'list' && this.#open('(', 'list', 'list item')) return;
    if (this.#startsTransformer(['val', ...TRANSFORMERS])) {
      this.#takeTransformer('right transformer');
      return;
    }
    if (this.#close()) return;
    if (this.#expected === 'number' && this.#peek(NUMBER) !== undefined) {
      this.#take('number', NUMBER, 'connective');
    } else {
      this.#quotedOr('value', BARE_VALUE);
      this.#expected = 'connective';
    }
    this.#endCheck();
  }

  #listItem(): void {
    if (this.#close() || this.#punctuation(',')) return;
    this.#quotedOr('value', BARE_VALUE);
  }

  #transformerOperand(): void {
    if (this.#close() || this.#punctuation(',') || this.#open('(', 'operands', 'transformer operand')) return;
    if (this.#peek(NUMBER) !== undefined) this.#take('number', NUMBER);
    else if (!this.#expression('operands', 'transformer operand')) this.#quotedOr('unknown', REST);
  }

  #connective(): void {
    const word = this.#peek(IDENTIFIER);
    if (word === 'and' || word === 'or') {
      this.#endCheck();
      this.#take('keyword', IDENTIFIER, 'operand');
    } else if (!this.#close()) {
      // Between two checks a word is missing; what follows is read as if it were there.
      if (this.#peek(FIELD) !== undefined || word !== undefined) this.#operand();
      else this.#quotedOr('unknown', REST);
    }
  }

  /** A field with its argument, or the name of a transformer with its parenthesis. */
  #expression(opened: Opened, next: Expected): boolean {
    const start = this.#at;
    if (this.#peek(FIELD) !== undefined) {
      this.#take('field', FIELD, next);
      this.#argument(this.#text.slice(start, this.#at));
    } else if (this.#startsTransformer(['val', ...TRANSFORMERS])) {
      this.#takeTransformer(opened);
    } else {
      return false;
    }
    if (opened === 'left transformer') this.#left = this.#text.slice(start, this.#at);
    return true;
  }

  #startsTransformer(names: readonly string[]): boolean {
    const word = this.#peek(IDENTIFIER);
    return word !== undefined && names.includes(word) && this.#text.charAt(this.#at + word.length) === '(';
  }

  #takeTransformer(opened: Opened): void {
    this.#take('transformer', IDENTIFIER);
    this.#open('(', opened, 'transformer operand');
  }

  /** In brackets, what the field or transformer is asked for. */
  #argument(of: string): void {
    if (this.#text.charAt(this.#at) !== '[') return;
    const after = this.#expected;
    const left = this.#left;
    this.#left = of;
    this.#push('punctuation', this.#at, this.#at + 1, 'argument');
    this.#at++;
    if (this.#at < this.#text.length && this.#text.charAt(this.#at) !== ']') {
      this.#quotedOr('argument', BARE_ARGUMENT);
    }
    if (this.#at >= this.#text.length) return;
    if (this.#text.charAt(this.#at) === ']') {
      this.#push('punctuation', this.#at, this.#at + 1);
      this.#at++;
    }
    this.#expected = after;
    this.#left = left;
  }

  #open(symbol: string, opened: Opened, expected: Expected): boolean {
    if (!this.#punctuation(symbol)) return false;
    this.#opened.push(opened);
    this.#expected = expected;
    return true;
  }

  #close(): boolean {
    if (!this.#punctuation(')')) return false;
    const opened = this.#opened.pop();
    if (opened === 'operands') this.#expected = 'transformer operand';
    else if (opened === 'left transformer') {
      this.#expected = 'operator';
      this.#left = this.#leftTransformer();
    } else {
      this.#expected = 'connective';
      this.#endCheck();
    }
    if (opened === 'left transformer' || opened === 'right transformer') this.#argument('');
    return true;
  }

  /** The transformer on the left, from its name to here. */
  #leftTransformer(): string {
    let depth = 0;
    for (let index = this.#tokens.length - 1; index >= 0; index--) {
      const token = this.#tokens[index] as ConditionToken;
      if (token.text === ')') depth++;
      else if (token.text === '(') depth--;
      else if (depth === 0 && token.kind === 'transformer') return this.#text.slice(token.start, this.#at);
    }
    return '';
  }

  #punctuation(symbol: string): boolean {
    if (this.#text.charAt(this.#at) !== symbol) return false;
    this.#push('punctuation', this.#at, this.#at + 1);
    this.#at++;
    return true;
  }

  #endCheck(): void {
    this.#left = undefined;
    this.#operator = undefined;
  }

  /** A quoted text, closed or not, or what `pattern` takes; in doubt one character. */
  #quotedOr(kind: TokenKind, pattern: RegExp): void {
    const start = this.#at;
    const quote = this.#text.charAt(start);
    if (quote !== '"' && quote !== "'") {
      if (this.#peek(pattern) !== undefined) this.#take(kind, pattern);
      else this.#take('unknown', REST);
      return;
    }
    let end = start + 1;
    // A quote directly behind a backslash never closes.
    do end = this.#text.indexOf(quote, end) + 1;
    while (end > 0 && this.#text.charAt(end - 2) === '\\');
    this.#at = end === 0 ? this.#text.length : end;
    this.#push('string', start, this.#at);
  }

  #take(kind: TokenKind, pattern: RegExp, next: Expected = this.#expected): void {
    const start = this.#at;
    this.#match(pattern);
    this.#push(kind, start, this.#at, next);
  }

  #push(kind: TokenKind, start: number, end: number, next: Expected = this.#expected): void {
    const text = this.#text.slice(start, end);
    this.#tokens.push({ kind, text, start, end, context: this.#context() });
    this.#expected = next;
  }

  #context(): TokenContext {
    return {
      expected: this.#expected,
      left: this.#left,
      operator: this.#operator,
      depth: this.#opened.length,
    };
  }

  #peek(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#text)?.[0];
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at = pattern.lastIndex;
    return found;
  }
}
