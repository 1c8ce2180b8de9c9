/**
 * Facets: what the candidate index looks at, one after the other. A facet sorts events into classes so that all
 * atoms about it have one truth value in each class.
 */
import type { ByteString } from '../../events/bytes.ts';
import type { FieldValue, Scalar } from '../../fields/field.ts';
import type { EventContext } from '../../system/context.ts';
import type { Steps } from '../steps.ts';
import type { Atom, Relation, Subject } from './atom.ts';
import { ClassCache } from './class-cache.ts';
import { RadixTree } from './radix-tree.ts';
import { Substrings } from './substrings.ts';

export interface Facet {
  /** Number of the facet within its index. */
  readonly id: number;
  /** What it costs to classify an event, in the unit of Field.cost. */
  readonly cost: number;
  /** Class of an event: not negative. */
  classify(context: EventContext): number;
  /** Whether an atom of this facet holds for the events of a class. */
  holds(atom: Atom, eventClass: number): boolean;
  /** Classes that are remembered beside those that the atoms alone make. */
  readonly remembered: number;
  /** Forgets them. Classes have other numbers then. */
  forget(): void;
}

/** A few atoms of a cheap field, whose answers are the bits of the class: at most 30. */
export class BitsFacet implements Facet {
  static readonly most = 30;

  readonly id: number;
  readonly cost: number;
  readonly remembered = 0;
  readonly classify: (context: EventContext) => number;
  readonly #bits: ReadonlyMap<Atom, number>;

  /** `read` answers the `atoms` at an event, the first in the lowest bit. */
  constructor(id: number, atoms: readonly Atom[], read: (context: EventContext) => number) {
    this.id = id;
    this.cost = 1;
    this.classify = read;
    this.#bits = new Map(atoms.map((atom, bit) => [atom, bit]));
  }

  holds(atom: Atom, eventClass: number): boolean {
    const bit = this.#bits.get(atom);
    if (bit === undefined) throw new Error('an atom of another facet');
    return ((eventClass >>> bit) & 1) === 1;
  }

  forget(): void {}
}

/** Class of events that lack the field. Others have the number of their set, and 1. */
const MISSING = 0;

const CONTAINING = ['contains', 'contains in any case'] as const;

/** More sets than there can be: makes one key of the numbers of two. */
const KEY_FACTOR = 2 ** 26;

/**
 * The value of one field, by the literals that rules compare it with: the class is the set of relations that the
 * value has. Takes the time of a few look-ups, whether the literals are ten or ten thousand.
 */
export class ValueFacet implements Facet {
  readonly id: number;
  readonly cost: number;

  readonly #read: (context: EventContext) => FieldValue;
  readonly #equal = new Map<Scalar, number>();
  #starts: RadixTree | undefined;
  #ends: RadixTree | undefined;
  #contains: Substrings | undefined;
  #containsInAnyCase: Substrings | undefined;
  /** Sets of atoms by number, and their numbers by the atoms in them; set 0 is empty. */
  readonly #sets: ReadonlySet<Atom>[] = [new Set()];
  readonly #numbers = new Map<string, number>([['', 0]]);
  readonly #atomIds = new Map<Atom, number>();
  /** How many of the sets are of the literals themselves. */
  #own = 1;
  /** Numbers of unions, by the numbers of both sets. */
  readonly #unions = new Map<number, number>();
  readonly #join = (set: number, other: number): number => this.#union(set, other);
  readonly #cache = new ClassCache();
  readonly #classify = (value: Scalar): number => 1 + this.#setFor(value);
  /** The value that was classified last: mostly the next event has the same. */
  #lastValue: FieldValue;
  #lastClass = MISSING;

  /** Whether the atoms of one field can be answered by a facet of this kind; `check` atoms cannot. */
  static fits(atoms: readonly Atom[]): boolean {
    if (atoms.some(({ kind }) => kind === 'check')) return false;
    return CONTAINING.every((relation) =>
      Substrings.fits([...literals(atoms, relation).keys()] as ByteString[]),
    );
  }

  static *of(
    id: number,
    subject: Subject,
    atoms: readonly Atom[],
    read: (context: EventContext) => FieldValue,
  ): Steps<ValueFacet> {
    const facet = new ValueFacet(id, subject, atoms, read);
    yield;
    facet.#starts = tree('start', yield* facet.#numbered(atoms, 'starts'));
    yield;
    facet.#ends = tree('end', yield* facet.#numbered(atoms, 'ends'));
    yield;
    facet.#contains = substrings(yield* facet.#numbered(atoms, 'contains'));
    yield;
    facet.#containsInAnyCase = substrings(yield* facet.#numbered(atoms, 'contains in any case'), true);
    yield;
    for (const [literal, set] of yield* facet.#numbered(atoms, 'equals')) facet.#equal.set(literal, set);
    facet.#own = facet.#sets.length;
    return facet;
  }

  private constructor(
    id: number,
    subject: Subject,
    atoms: readonly Atom[],
    read: (context: EventContext) => FieldValue,
  ) {
    this.id = id;
    this.cost = subject.field.cost + 1;
    this.#read = read;
    atoms.forEach((atom, index) => {
      this.#atomIds.set(atom, index);
    });
  }

  get remembered(): number {
    return this.#sets.length - this.#own;
  }

  forget(): void {
    this.#unions.clear();
    this.#cache.clear();
    for (const set of this.#sets.splice(this.#own)) this.#numbers.delete(this.#key(set));
    this.#lastValue = undefined;
    this.#lastClass = MISSING;
  }

  classify(context: EventContext): number {
    const value = this.#read(context);
    if (value === this.#lastValue) return this.#lastClass;
    let found = MISSING;
    if (Array.isArray(value)) {
      if (value.length > 0)
        found = 1 + value.reduce((set, each) => this.#union(set, this.#classOf(each) - 1), 0);
    } else if (value !== undefined) found = this.#classOf(value as Scalar);
    this.#lastValue = value;
    this.#lastClass = found;
    return found;
  }

  holds(atom: Atom, eventClass: number): boolean {
    if (eventClass === MISSING) return false;
    return atom.kind === 'exists' || (this.#sets[eventClass - 1] as ReadonlySet<Atom>).has(atom);
  }

  #classOf(value: Scalar): number {
    return this.#cache.of(value, this.#classify);
  }

  /** The relations that one value has. */
  #setFor(value: Scalar): number {
    let set = this.#equal.get(value) ?? 0;
    if (typeof value === 'string') {
      if (this.#starts !== undefined) set = this.#starts.fold(value, set, this.#join);
      if (this.#ends !== undefined) set = this.#ends.fold(value, set, this.#join);
      if (this.#contains !== undefined) set = this.#contains.fold(value, set, this.#join);
      if (this.#containsInAnyCase !== undefined) set = this.#containsInAnyCase.fold(value, set, this.#join);
    }
    return set;
  }

  #union(set: number, other: number): number {
    if (set === other || other === 0) return set;
    if (set === 0) return other;
    const key = set * KEY_FACTOR + other;
    let union = this.#unions.get(key);
    if (union === undefined) {
      union = this.#setOf([
        ...(this.#sets[set] as ReadonlySet<Atom>),
        ...(this.#sets[other] as ReadonlySet<Atom>),
      ]);
      this.#unions.set(key, union);
    }
    return union;
  }

  #setOf(atoms: Iterable<Atom>): number {
    const set = new Set(atoms);
    const key = this.#key(set);
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.#sets.push(set) - 1;
      this.#numbers.set(key, number);
    }
    return number;
  }

  #key(set: ReadonlySet<Atom>): string {
    return [...set]
      .map((atom) => this.#atomIds.get(atom) as number)
      .sort((a, b) => a - b)
      .join();
  }

  /** The literals of one relation with the numbers of their sets. */
  *#numbered(atoms: readonly Atom[], relation: Relation): Steps<Map<Scalar, number>> {
    const numbers = new Map<Scalar, number>();
    for (const [literal, atom] of literals(atoms, relation)) {
      numbers.set(literal, this.#setOf([atom]));
      yield;
    }
    return numbers;
  }
}

function tree(side: 'start' | 'end', numbers: ReadonlyMap<Scalar, number>): RadixTree | undefined {
  return numbers.size > 0 ? new RadixTree(side, numbers as ReadonlyMap<ByteString, number>) : undefined;
}

function substrings(numbers: ReadonlyMap<Scalar, number>, ignoreCase = false): Substrings | undefined {
  if (numbers.size === 0) return undefined;
  return new Substrings(numbers as ReadonlyMap<ByteString, number>, { ignoreCase });
}

function literals(atoms: readonly Atom[], relation: Relation): Map<Scalar, Atom> {
  const found = new Map<Scalar, Atom>();
  for (const atom of atoms)
    if (atom.kind === 'relation' && atom.relation === relation) found.set(atom.literal, atom);
  return found;
}
