/**
 * Which events a condition can match at all, worked out from its checks of `evt.type`.
 *
 * Sets follow the operators: `and` intersects, `or` unites. Negation is pushed down to the checks (De
 * Morgan), since a check that says nothing of the event's type matches all events, negated or not. That
 * `evt.num` is at least 1 is known too, so that the customary never-true `evt.num=0` matches none.
 */
import type { EventNames } from '../environment.ts';
import type { CheckNode, ConditionNode, ExistsNode, ExpressionNode } from '../syntax/nodes.ts';
import { CheckError } from './draft.ts';

/** A rule that may match more events than this is warned of. */
export const MANY_EVENTS = 100;

/** A set of events: bit n of word n/32 is code n. `known` is false for "says nothing of the type". */
interface CodeSet {
  readonly words: Uint32Array;
  readonly known: boolean;
}

/** What is known of `evt.num`. */
export type EventNumberKnowledge = 'at least 1' | 'any event number';

/** Works out event codes of conditions; what was worked out for a shared subtree is kept. */
export class EventCodes {
  readonly #events: Pick<EventNames, 'allCodes' | 'codes'>;
  readonly #eventNumber: EventNumberKnowledge;
  readonly #all: CodeSet;
  readonly #plain = new WeakMap<ConditionNode, CodeSet>();
  readonly #negated = new WeakMap<ConditionNode, CodeSet>();

  constructor(
    events: Pick<EventNames, 'allCodes' | 'codes'>,
    eventNumber: EventNumberKnowledge = 'at least 1',
  ) {
    this.#events = events;
    this.#eventNumber = eventNumber;
    this.#all = { words: setOf(events.allCodes, events.allCodes), known: false };
  }

  /** Codes of the events of system calls that the condition can match. Throws a CheckError. */
  of(node: ConditionNode): Set<number> {
    const { words } = this.#visit(node, false);
    return new Set(this.#events.allCodes.filter((code) => ((words[code >> 5] ?? 0) >>> (code & 31)) & 1));
  }

  #visit(node: ConditionNode, negated: boolean): CodeSet {
    const cache = negated ? this.#negated : this.#plain;
    const known = cache.get(node);
    if (known !== undefined) return known;
    const codes = this.#codes(node, negated);
    cache.set(node, codes);
    return codes;
  }

  #codes(node: ConditionNode, negated: boolean): CodeSet {
    switch (node.kind) {
      case 'and':
      case 'or': {
        const sets = node.operands.map((operand) => this.#visit(operand, negated));
        return (node.kind === 'and') !== negated ? this.#intersection(sets) : this.#union(sets);
      }
      case 'not':
        return this.#visit(node.operand, !negated);
      case 'exists':
        return this.#leaf(this.#exists(node), negated);
      case 'check':
        return this.#leaf(this.#check(node), negated);
      case 'macro':
        return this.#all;
    }
  }

  #leaf(set: CodeSet, negated: boolean): CodeSet {
    return negated && set.known ? this.#complement(set) : set;
  }

  #exists(node: ExistsNode): CodeSet {
    return isEventType(node.left) ? { words: this.#all.words, known: true } : this.#all;
  }

  #check(node: CheckNode): CodeSet {
    const number = eventNumberOutcome(node);
    if (number !== undefined && this.#eventNumber === 'at least 1') {
      return { words: number ? this.#all.words : this.#empty(), known: true };
    }
    const { operator, modifier } = node;
    if (modifier !== undefined || !['=', '==', '!=', 'in'].includes(operator)) return this.#all;
    if (!isEventType(node.left)) {
      if (node.left.kind === 'transform' && node.left.operands.some(isEventType)) {
        throw new CheckError('evt.type cannot be compared through a transformer', node.left);
      }
      return this.#all;
    }
    const { right } = node;
    if (right.kind === 'transform') {
      throw new CheckError('evt.type cannot be compared with another field', right);
    }
    const literals = right.kind === 'list' ? right.items : [right];
    const codes = literals.flatMap(({ value }) => this.#events.codes(value));
    const set = { words: setOf(codes, this.#events.allCodes), known: true };
    return operator === '!=' ? this.#complement(set) : set;
  }

  #empty(): Uint32Array {
    return new Uint32Array(this.#all.words.length);
  }

  #complement({ words }: CodeSet): CodeSet {
    const all = this.#all.words;
    return { words: words.map((word, index) => (all[index] ?? 0) & ~word), known: true };
  }

  #intersection(sets: readonly CodeSet[]): CodeSet {
    const words = this.#all.words.slice();
    for (const set of sets) {
      for (let index = 0; index < words.length; index++) {
        words[index] = (words[index] ?? 0) & (set.words[index] ?? 0);
      }
    }
    return { words, known: true };
  }

  #union(sets: readonly CodeSet[]): CodeSet {
    const words = this.#empty();
    for (const set of sets) {
      for (let index = 0; index < words.length; index++) {
        words[index] = (words[index] ?? 0) | (set.words[index] ?? 0);
      }
    }
    return { words, known: true };
  }
}

function setOf(codes: readonly number[], all: readonly number[]): Uint32Array {
  const words = new Uint32Array((all.reduce((most, code) => Math.max(most, code), 0) >> 5) + 1);
  for (const code of codes) words[code >> 5] = (words[code >> 5] ?? 0) | (1 << (code & 31));
  return words;
}

function isEventType(node: { readonly kind: string }): boolean {
  const field = node as ExpressionNode;
  if (field.kind !== 'field' || field.argument !== undefined) return false;
  return field.name === 'evt.type' || field.name === 'syscall.type';
}

/** Whether a check of `evt.num` holds always (true) or never (false); `undefined` when it depends. */
function eventNumberOutcome({ left, operator, modifier, right }: CheckNode): boolean | undefined {
  if (left.kind !== 'field' || left.name !== 'evt.num' || left.argument !== undefined) return undefined;
  if (operator === 'in') {
    if (right.kind !== 'list') return undefined;
    return right.items.every(({ value }) => wholeNumber(value) === 0) ? false : undefined;
  }
  if (modifier !== undefined || right.kind !== 'value') return undefined;
  const number = wholeNumber(right.value);
  if (number === undefined) return undefined;
  switch (operator) {
    case '=':
    case '==':
    case '<=':
      return number === 0 ? false : undefined;
    case '<':
      return number <= 1 ? false : undefined;
    case '!=':
    case '>':
      return number === 0 ? true : undefined;
    case '>=':
      return number <= 1 ? true : undefined;
    default:
      return undefined;
  }
}

function wholeNumber(text: string): number | undefined {
  return /^[+]?[0-9]{1,15}$/.test(text) ? Number(text) : undefined;
}
