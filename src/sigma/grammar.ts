/** Conditions of Sigma's: which detections have to match. */

export type SigmaCondition =
  | { readonly kind: 'and' | 'or'; readonly operands: readonly SigmaCondition[] }
  | { readonly kind: 'not'; readonly operand: SigmaCondition }
  /** A detection by its name. */
  | { readonly kind: 'name'; readonly name: string }
  /** `1 of` or `all of` the detections that a pattern fits. */
  | { readonly kind: 'some' | 'all'; readonly pattern: string };

/** A condition does not follow the grammar; `offset` is where. */
export class GrammarError extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

interface Token {
  readonly text: string;
  readonly offset: number;
}

/** How deep parentheses may be nested. */
const DEEPEST = 50;

/** Reads a condition. Throws {@link GrammarError}. */
export function parseSigmaCondition(text: string): SigmaCondition {
  return new Parser(text).parse();
}

/**
 * Names that `1 of` and `all of` mean: `them` are all that do not begin with an underscore; `*` in a pattern
 * stands for any letters, and takes those with an underscore only where the pattern begins with one.
 */
export function namesOf(pattern: string, names: Iterable<string>): string[] {
  const wanted = pattern === 'them' ? '*' : pattern;
  const parts = wanted.split('*').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  const fits = new RegExp(`^${parts.join('.*')}$`);
  return [...names].filter((name) => fits.test(name) && (wanted.startsWith('_') || !name.startsWith('_')));
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #end: number;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#tokens = [...text.matchAll(/[()|]|[^\s()|]+/g)].map((match) => ({
      text: match[0],
      offset: match.index,
    }));
    this.#end = text.length;
  }

  parse(): SigmaCondition {
    const condition = this.#junction('or');
    const rest = this.#tokens[this.#at];
    if (rest?.text === '|')
      throw new GrammarError(
        'an aggregation over several events (behind |) cannot be expressed',
        rest.offset,
      );
    if (rest !== undefined) throw new GrammarError(`"${rest.text}" was not expected here`, rest.offset);
    return condition;
  }

  #junction(kind: 'and' | 'or'): SigmaCondition {
    const operand = (): SigmaCondition => (kind === 'or' ? this.#junction('and') : this.#negation());
    const operands = [operand()];
    while (this.#take(kind)) operands.push(operand());
    return operands.length === 1 ? (operands[0] as SigmaCondition) : { kind, operands };
  }

  #negation(): SigmaCondition {
    let negated = false;
    while (this.#take('not')) negated = !negated;
    const operand = this.#primary();
    return negated ? { kind: 'not', operand } : operand;
  }

  #primary(): SigmaCondition {
    const token = this.#next('a detection');
    if (token.text === '(') {
      if (++this.#depth > DEEPEST) throw new GrammarError('too many parentheses in each other', token.offset);
      const inner = this.#junction('or');
      const close = this.#next(')');
      if (close.text !== ')') throw new GrammarError(`")" was expected, not "${close.text}"`, close.offset);
      this.#depth--;
      return inner;
    }
    if (/^(?:[()|]|and|or|of)$/i.test(token.text))
      throw new GrammarError(`a detection was expected, not "${token.text}"`, token.offset);
    if (!this.#take('of')) return { kind: 'name', name: token.text };
    const pattern = this.#next('a name behind "of"').text;
    if (/^(?:1|any)$/i.test(token.text)) return { kind: 'some', pattern };
    if (/^all$/i.test(token.text)) return { kind: 'all', pattern };
    throw new GrammarError(`"${token.text} of" is not "1 of", "any of" or "all of"`, token.offset);
  }

  #take(word: string): boolean {
    const found = this.#tokens[this.#at]?.text.toLowerCase() === word;
    if (found) this.#at++;
    return found;
  }

  #next(expected: string): Token {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw new GrammarError(`${expected} was expected at the end`, this.#end);
    return token;
  }
}
