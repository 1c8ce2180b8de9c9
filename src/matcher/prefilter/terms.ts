/**
 * Formulas as the probe takes them: a disjunction of few terms. Where it would become many, it is made weaker, so
 * that it still holds whenever the formula does.
 */
import type { NameTexts, Predicate, Term } from '../../events/event-filter.ts';
import type { Formula } from '../necessary.ts';
import type { KernelPredicate } from './kernel-predicates.ts';

const MAX_TERMS = 64;
const ANYTHING: Term = { predicates: new Map() };

/** Terms of which one holds whenever the formula does; none when it never does. */
export function termsOf(formula: Formula<KernelPredicate>): readonly Term[] {
  if (typeof formula === 'boolean') return formula ? [ANYTHING] : [];
  switch (formula.kind) {
    case 'literal': {
      const asked = formula.predicate;
      if (asked.kind !== 'texts') return [{ predicates: new Map([[asked, formula.holds]]) }];
      return formula.holds ? [{ predicates: new Map(), texts: asked.texts }] : [ANYTHING];
    }
    case 'or':
      return simplify(formula.operands.flatMap(termsOf));
    case 'and': {
      const factors = formula.operands.map(termsOf).sort((left, right) => left.length - right.length);
      // A factor that would make too many terms is left out.
      return factors.reduce<readonly Term[]>(
        (terms, factor) => (terms.length * factor.length > MAX_TERMS ? terms : product(terms, factor)),
        [ANYTHING],
      );
    }
  }
}

function product(left: readonly Term[], right: readonly Term[]): readonly Term[] {
  return simplify(left.flatMap((one) => right.flatMap((other) => both(one, other) ?? [])));
}

/** The conjunction of two terms; `undefined` when it never holds. Of two sets of texts the better one stays. */
function both(left: Term, right: Term): Term | undefined {
  const predicates = new Map(left.predicates);
  for (const [predicate, holds] of right.predicates) {
    if (predicates.has(predicate) && predicates.get(predicate) !== holds) return undefined;
    predicates.set(predicate, holds);
  }
  const texts = left.texts && right.texts ? better(left.texts, right.texts) : (left.texts ?? right.texts);
  return texts ? { predicates, texts } : { predicates };
}

/** Longer texts are found in fewer names. */
function better(left: NameTexts, right: NameTexts): NameTexts {
  return shortest(right) > shortest(left) ? right : left;
}

function shortest(texts: NameTexts): number {
  return Math.min(...[...texts].map((text) => text.length));
}

/** A disjunction without terms that another one covers; those with the same predicates share their texts. */
export function simplify(all: readonly Term[]): readonly Term[] {
  const terms = withoutComplements(all);
  const merged: Term[] = [];
  for (const term of terms) {
    const at = merged.findIndex((other) => samePredicates(term.predicates, other.predicates));
    if (at < 0) merged.push(term);
    else merged[at] = either(merged[at] as Term, term);
  }
  return merged.filter(
    (term) =>
      !merged.some((other) => other !== term && !other.texts && isSubset(other.predicates, term.predicates)),
  );
}

/** Two terms that differ in the value of one predicate become one without it. */
function withoutComplements(terms: readonly Term[]): readonly Term[] {
  for (const [at, term] of terms.entries()) {
    if (term.texts) continue;
    for (const other of terms.slice(at + 1)) {
      if (other.texts || other.predicates.size !== term.predicates.size) continue;
      const differing = [...term.predicates].filter(([key, holds]) => other.predicates.get(key) !== holds);
      const [first] = differing;
      if (differing.length !== 1 || first === undefined || !other.predicates.has(first[0])) continue;
      const joined = new Map(term.predicates);
      joined.delete(first[0]);
      return withoutComplements([
        ...terms.filter((kept) => kept !== term && kept !== other),
        { predicates: joined },
      ]);
    }
  }
  return terms;
}

function either(left: Term, right: Term): Term {
  if (!left.texts || !right.texts) return { predicates: left.predicates };
  return { predicates: left.predicates, texts: left.texts.union(right.texts) };
}

function samePredicates(left: ReadonlyMap<Predicate, boolean>, right: ReadonlyMap<Predicate, boolean>) {
  return left.size === right.size && isSubset(left, right);
}

/** Whether a conjunction of `part` holds whenever that of `whole` does. */
function isSubset(part: ReadonlyMap<Predicate, boolean>, whole: ReadonlyMap<Predicate, boolean>): boolean {
  return [...part].every(([predicate, holds]) => whole.get(predicate) === holds);
}
