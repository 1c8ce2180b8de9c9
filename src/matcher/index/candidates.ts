/**
 * Which rules may match an event? A graph of states, made while events come: in each state some rules are left,
 * each with what must still hold of the event for it to match. A state looks at one facet of the event and goes on
 * to the state in which that is known too. Rules of which nothing can hold any more are gone, and after a few
 * steps mostly all of them are.
 *
 * Why no rule is lost: what stands at a rule in a state is a necessary condition of the rule for the events that
 * come to that state. At the beginning that is so by what necessary.ts says. A step puts the truth values that the
 * facet's atoms have at this event in their places, which does not change the truth value of the formula at this
 * event; simplifying does not either. So a formula that has become false was false at this event, and the rule
 * does not match it. What remains in a state are candidates, and their whole conditions are evaluated.
 *
 * How fast this is does not depend on how many rules there are, but on how many steps are taken, and on the
 * number of candidates. States are made when they are first needed; they are bounded, and counted.
 */
import type { EventContext } from '../../system/context.ts';
import type { Formula } from '../necessary.ts';
import type { Steps } from '../steps.ts';
import type { Atom } from './atom.ts';
import type { Facet } from './facet.ts';
import { type Residue, Residues, Substitution } from './residue.ts';

/** A rule of an index. */
export interface IndexedRule {
  readonly number: number;
  /** Necessary condition. */
  readonly formula: Formula<Atom>;
  /** What its condition costs to evaluate, in the unit of Field.cost. */
  readonly cost: number;
}

/** A rule that is left, and what must hold for it. */
interface Candidate {
  readonly rule: IndexedRule;
  readonly residue: Residue;
}

interface State {
  /**
   * The facet to look at next; `undefined`: the rules that are left are to be evaluated; `null`: to be chosen when
   * the first event comes here.
   */
  facet: Facet | undefined | null;
  /** Where the classes of the facet lead. */
  readonly next: Map<number, State>;
  /** Numbers of the rules that are left, ascending. */
  readonly rules: readonly number[];
  readonly candidates: readonly Candidate[];
}

/** Sizes beyond which everything that was made while events came is forgotten. */
export interface IndexLimits {
  readonly states: number;
  /** Rules in all states together. */
  readonly candidates: number;
  readonly residues: number;
  /** Classes of one facet, beside those of its literals. */
  readonly classes: number;
}

const LIMITS: IndexLimits = {
  states: 20_000,
  candidates: 2_000_000,
  residues: 500_000,
  classes: 50_000,
};

/** What it costs to call a rule, beside what its condition costs, in the unit of Field.cost. */
const COST_OF_CALL = 1;
/** How much of a rule's cost one answer saves that leaves others to be asked, when all of them are needed. */
const NEARER = 0.5;

export interface IndexStatistics {
  readonly states: number;
  /** How often all states were forgotten because they were too many. */
  readonly resets: number;
}

export class CandidateIndex {
  readonly #facets: readonly Facet[];
  readonly #rules: readonly IndexedRule[];
  readonly #facetOf: (atom: Atom) => number;
  readonly #limits: IndexLimits;
  #residues: Residues;
  readonly #states = new Map<string, State>();
  /** Where every event begins. */
  #root: State;
  #candidates = 0;
  #resets = 0;

  /**
   * `rules` by ascending number. `facetOf` gives the number of the facet that an atom belongs to, which is its
   * place among `facets`; there are 31 at most.
   */
  static *of(
    facets: readonly Facet[],
    rules: readonly IndexedRule[],
    facetOf: (atom: Atom) => number,
    limits: IndexLimits = LIMITS,
  ): Steps<CandidateIndex> {
    const index = new CandidateIndex(facets, rules, facetOf, limits);
    for (const { formula } of rules) {
      index.#residues.of(formula);
      yield;
    }
    index.#root = index.#begin();
    return index;
  }

  private constructor(
    facets: readonly Facet[],
    rules: readonly IndexedRule[],
    facetOf: (atom: Atom) => number,
    limits: IndexLimits,
  ) {
    this.#limits = limits;
    this.#facets = facets;
    this.#rules = rules;
    this.#facetOf = facetOf;
    this.#residues = new Residues(facetOf);
    this.#root = this.#state([]);
  }

  get statistics(): IndexStatistics {
    return { states: this.#states.size, resets: this.#resets };
  }

  /** Numbers of the rules that may match an event, ascending. */
  candidates(context: EventContext): readonly number[] {
    let state = this.#root;
    for (;;) {
      const { facet } = state;
      if (facet === undefined) return state.rules;
      if (facet === null) state.facet = this.#facetToAsk(state.candidates, context);
      else {
        const eventClass = facet.classify(context);
        state = state.next.get(eventClass) ?? this.#expand(state, facet, eventClass);
      }
    }
  }

  /** The state after `state` for events of a class of its facet that it has not seen yet. */
  #expand(state: State, facet: Facet, eventClass: number): State {
    const next = this.#state(this.#after(state.candidates, facet, eventClass));
    state.next.set(eventClass, next);
    if (!this.#isFull(facet)) return next;
    this.#reset();
    // Its numbers mean nothing any more: all its rules are to be evaluated this time.
    return { ...next, facet: undefined };
  }

  #after(candidates: readonly Candidate[], facet: Facet, eventClass: number): Candidate[] {
    const substitution = new Substitution(this.#residues, facet.id, (atom) => facet.holds(atom, eventClass));
    const left: Candidate[] = [];
    for (const candidate of candidates) {
      const residue = substitution.in(candidate.residue);
      if (residue === candidate.residue) left.push(candidate);
      else if (residue.formula !== false) left.push({ rule: candidate.rule, residue });
    }
    return left;
  }

  #begin(): State {
    const candidates: Candidate[] = [];
    for (const rule of this.#rules) candidates.push({ rule, residue: this.#residues.of(rule.formula) });
    return this.#state(candidates);
  }

  /** The state with these candidates, whichever way leads to it. */
  #state(candidates: readonly Candidate[]): State {
    const key = candidates.map(({ rule, residue }) => `${rule.number}:${residue.id}`).join();
    let state = this.#states.get(key);
    if (state === undefined) {
      state = {
        facet: candidates.length === 0 ? undefined : null,
        next: new Map(),
        rules: candidates.map(({ rule }) => rule.number),
        candidates,
      };
      this.#states.set(key, state);
      this.#candidates += candidates.length;
    }
    return state;
  }

  /**
   * The facet that leaves the fewest rules for what it costs, if it is worth it at all. Nobody knows what events
   * will come, so the one that came first is the sample.
   */
  #facetToAsk(candidates: readonly Candidate[], context: EventContext): Facet | undefined {
    const asking = (facet: Facet) =>
      candidates.filter(({ residue }) => (residue.facets & (1 << facet.id)) !== 0);
    const promising = this.#facets
      .map((facet) => ({ facet, asking: asking(facet) }))
      .map((each) => ({ ...each, most: costOfAll(each.asking) / each.facet.cost }))
      .sort((a, b) => b.most - a.most);
    let best: Facet | undefined;
    let bestWorth = 1;
    for (const { facet, asking, most } of promising) {
      if (most <= bestWorth) break;
      const worth = this.#savedBy(facet, facet.classify(context), asking) / facet.cost;
      if (worth > bestWorth) {
        best = facet;
        bestWorth = worth;
      }
    }
    return best;
  }

  /** What knowing the class saves: the rules that are gone and a share of those that are nearer to it. */
  #savedBy(facet: Facet, eventClass: number, candidates: readonly Candidate[]): number {
    const substitution = new Substitution(this.#residues, facet.id, (atom) => facet.holds(atom, eventClass));
    let saved = 0;
    for (const { rule, residue } of candidates) {
      const after = substitution.in(residue);
      const isGone = after.formula === false;
      if (isGone) saved += costOf(rule);
      // What is certain now is not nearer to being refuted.
      else if (after.formula !== true) saved += (costOf(rule) * NEARER) / countBits(residue.facets);
    }
    return saved;
  }

  #isFull({ remembered }: Facet): boolean {
    const { states, candidates, residues, classes } = this.#limits;
    return (
      this.#states.size > states ||
      this.#candidates > candidates ||
      this.#residues.size > residues ||
      remembered > classes
    );
  }

  #reset(): void {
    this.#resets++;
    this.#states.clear();
    this.#candidates = 0;
    this.#residues = new Residues(this.#facetOf);
    for (const facet of this.#facets) facet.forget();
    this.#root = this.#begin();
  }
}

/** What evaluating a rule is expected to cost. */
function costOf({ cost }: IndexedRule): number {
  return cost + COST_OF_CALL;
}

function costOfAll(candidates: readonly Candidate[]): number {
  return candidates.reduce((sum, { rule }) => sum + costOf(rule), 0);
}

function countBits(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}
