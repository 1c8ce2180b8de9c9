/** Formulas of which parts are known by now: what is left of them, each form of it only once. */
import { allOf, anyOf, type Formula, type Junction, type Literal } from '../necessary.ts';
import type { Atom } from './atom.ts';

type Node = Junction<Atom> | Literal<Atom>;

/** A formula with what the index wants to know of it again and again. */
export interface Residue {
  /** The same for all residues that say the same. */
  readonly id: number;
  readonly formula: Formula<Atom>;
  /** Bit n: facet n is asked about. */
  readonly facets: number;
}

/** Gives the same object to formulas of the same form. */
export class Residues {
  readonly #byKey = new Map<string, Residue>();
  readonly #byNode = new WeakMap<Node, Residue>();
  readonly #atomIds = new Map<Atom, number>();
  readonly #facetOf: (atom: Atom) => number;
  readonly never: Residue = { id: 0, formula: false, facets: 0 };
  readonly always: Residue = { id: 1, formula: true, facets: 0 };

  /** `facetOf` gives the number of the facet that an atom belongs to, below 31. */
  constructor(facetOf: (atom: Atom) => number) {
    this.#facetOf = facetOf;
  }

  get size(): number {
    return this.#byKey.size;
  }

  of(formula: Formula<Atom>): Residue {
    if (typeof formula === 'boolean') return formula ? this.always : this.never;
    let residue = this.#byNode.get(formula);
    if (residue === undefined) {
      residue = formula.kind === 'literal' ? this.#literal(formula) : this.#junction(formula);
      this.#byNode.set(formula, residue);
    }
    return residue;
  }

  #literal(literal: Literal<Atom>): Residue {
    const { predicate } = literal;
    let id = this.#atomIds.get(predicate);
    if (id === undefined) {
      id = this.#atomIds.size;
      this.#atomIds.set(predicate, id);
    }
    return this.#unique(`${literal.holds ? '+' : '-'}${id}`, literal, 1 << this.#facetOf(predicate));
  }

  #junction(junction: Junction<Atom>): Residue {
    const operands = junction.operands.map((operand) => this.of(operand));
    const key = `${junction.kind} ${operands
      .map(({ id }) => id)
      .sort((a, b) => a - b)
      .join()}`;
    return this.#unique(
      key,
      junction,
      operands.reduce((all, { facets }) => all | facets, 0),
    );
  }

  #unique(key: string, formula: Node, facets: number): Residue {
    let residue = this.#byKey.get(key);
    if (residue === undefined) {
      residue = { id: this.#byKey.size + 2, formula, facets };
      this.#byKey.set(key, residue);
    }
    return residue;
  }
}

/**
 * Puts truth values in the place of the atoms of one facet. Formulas share parts, and what became of a part is
 * remembered: use one of these for all formulas.
 */
export class Substitution {
  readonly #residues: Residues;
  readonly #facet: number;
  readonly #holds: (atom: Atom) => boolean;
  readonly #known = new Map<Residue, Residue>();

  constructor(residues: Residues, facet: number, holds: (atom: Atom) => boolean) {
    this.#residues = residues;
    this.#facet = 1 << facet;
    this.#holds = holds;
  }

  in(residue: Residue): Residue {
    if ((residue.facets & this.#facet) === 0) return residue;
    let result = this.#known.get(residue);
    if (result === undefined) {
      result = this.#residues.of(this.#replace(residue.formula as Node));
      this.#known.set(residue, result);
    }
    return result;
  }

  #replace(node: Node): Formula<Atom> {
    if (node.kind === 'literal') return this.#holds(node.predicate) === node.holds;
    const operands = node.operands.map((operand) => this.in(this.#residues.of(operand)).formula);
    return node.kind === 'and' ? allOf(operands) : anyOf(operands);
  }
}
