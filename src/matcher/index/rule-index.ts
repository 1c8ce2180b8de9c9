/** The candidate index of a rule set: one graph for every event code, built when its first event comes. */
import type { Field, FieldCatalog } from '../../fields/field.ts';
import type { CheckedRule, Condition, ScalarOperator } from '../../rules/checked.ts';
import type { EventContext } from '../../system/context.ts';
import { Constants } from '../constants.ts';
import { CostModel } from '../cost.ts';
import { ConditionEmitter } from '../emit-condition.ts';
import { withEventCode } from '../event-code.ts';
import type { ContextFunction } from '../memo.ts';
import { allOf, anyOf, type Formula, Necessary } from '../necessary.ts';
import { finish, type Steps } from '../steps.ts';
import { type Atom, AtomMaker, type Relation } from './atom.ts';
import { CandidateIndex, type IndexedRule, type IndexLimits } from './candidates.ts';
import { BitsFacet, type Facet, ValueFacet } from './facet.ts';

/** A cheap field with no more atoms than this is asked about each of them. */
const FEW_ATOMS = 4;
/** Bits of a mask. */
const MAX_FACETS = 31;

/** The index of the events of one code; `undefined` when none of the rules can match them. */
export function indexFor(
  code: number,
  rules: readonly CheckedRule[],
  catalog: FieldCatalog<Field>,
  limits?: IndexLimits,
): CandidateIndex | undefined {
  return finish(indexInSteps(code, rules, catalog, limits));
}

/** The same in steps. */
export function* indexInSteps(
  code: number,
  rules: readonly CheckedRule[],
  catalog: FieldCatalog<Field>,
  limits?: IndexLimits,
): Steps<CandidateIndex | undefined> {
  const necessary = new Necessary<Atom>(withEventCode(code, catalog, new AtomMaker(catalog).decide));
  const formulas = new Map<number, Formula<Atom>>();
  for (const [rule, { condition, eventCodes }] of rules.entries()) {
    const formula = eventCodes.has(code) && necessary.of(condition);
    if (formula !== false) formulas.set(rule, formula);
    yield;
  }
  if (formulas.size === 0) return undefined;
  const { facets, facetOf } = yield* chooseFacets(yield* usage(formulas.values()), catalog);
  const costs = new CostModel(catalog);
  const done = new Map<Formula<Atom>, Formula<Atom>>();
  const indexed: IndexedRule[] = [];
  for (const [number, formula] of formulas) {
    indexed.push({
      number,
      formula: without(formula, (atom) => facetOf.has(atom), done),
      cost: costs.cost((rules[number] as CheckedRule).condition),
    });
    yield;
  }
  return yield* CandidateIndex.of(facets, indexed, (atom) => facetOf.get(atom) as number, limits);
}

/** All atoms, and in how many rules each occurs. */
function* usage(formulas: Iterable<Formula<Atom>>): Steps<Map<Atom, number>> {
  const counts = new Map<Atom, number>();
  for (const formula of formulas) {
    const seen = new Set<Atom>();
    const visit = (part: Formula<Atom>): void => {
      if (typeof part === 'boolean') return;
      if (part.kind === 'literal') seen.add(part.predicate);
      else part.operands.forEach(visit);
    };
    visit(formula);
    for (const atom of seen) counts.set(atom, (counts.get(atom) ?? 0) + 1);
    yield;
  }
  return counts;
}

/** One facet for each field, or two where some atoms are checks; of too many, those that most rules ask for. */
function* chooseFacets(
  counts: ReadonlyMap<Atom, number>,
  catalog: FieldCatalog<Field>,
): Steps<{ facets: Facet[]; facetOf: Map<Atom, number> }> {
  const groups: Atom[][] = [];
  for (const atoms of Map.groupBy(counts.keys(), ({ subject }) => subject).values()) {
    const [checks, others] = [atoms.filter(isCheck), atoms.filter((atom) => !isCheck(atom))];
    if (atoms.length <= FEW_ATOMS && isCheap(atoms)) groups.push(atoms);
    else groups.push(checks.slice(0, BitsFacet.most), others);
  }
  const uses = (atoms: readonly Atom[]) => atoms.reduce((sum, atom) => sum + (counts.get(atom) as number), 0);
  groups.sort((a, b) => uses(b) - uses(a));

  const facets: Facet[] = [];
  const facetOf = new Map<Atom, number>();
  for (const atoms of groups) {
    if (facets.length === MAX_FACETS) break;
    const facet = yield* facetFor(facets.length, atoms, catalog);
    if (facet === undefined) continue;
    facets.push(facet);
    for (const atom of atoms) facetOf.set(atom, facet.id);
    yield;
  }
  return { facets, facetOf };
}

/** A facet that answers atoms of one field; `undefined` when there is none that could. */
function* facetFor(
  id: number,
  atoms: readonly Atom[],
  catalog: FieldCatalog<Field>,
): Steps<Facet | undefined> {
  const [first] = atoms;
  if (first === undefined) return undefined;
  const { subject } = first;
  if (atoms.some(isCheck) || (atoms.length <= FEW_ATOMS && isCheap(atoms)))
    return new BitsFacet(id, atoms, bitReader(atoms, catalog));
  if (!ValueFacet.fits(atoms)) return undefined;
  const { argument } = subject.expression;
  return yield* ValueFacet.of(id, subject, atoms, (context) => subject.field.read(context, argument));
}

function isCheck({ kind }: Atom): boolean {
  return kind === 'check';
}

function isCheap(atoms: readonly Atom[]): boolean {
  return atoms.every(({ subject }) => subject.field.cost <= 1);
}

/** The formula without the atoms that no facet answers: they may hold or not. */
function without(
  formula: Formula<Atom>,
  isKnown: (atom: Atom) => boolean,
  done: Map<Formula<Atom>, Formula<Atom>>,
): Formula<Atom> {
  if (typeof formula === 'boolean') return formula;
  let result = done.get(formula);
  if (result === undefined) {
    if (formula.kind === 'literal') result = isKnown(formula.predicate) ? formula : true;
    else {
      const operands = formula.operands.map((operand) => without(operand, isKnown, done));
      result = formula.kind === 'and' ? allOf(operands) : anyOf(operands);
    }
    done.set(formula, result);
  }
  return result;
}

/** Generated code that answers the atoms at an event, one bit each. */
function bitReader(atoms: readonly Atom[], catalog: FieldCatalog<Field>): (context: EventContext) => number {
  const constants = new Constants();
  const emitter = new ConditionEmitter(
    { catalog, costs: new CostModel(catalog), shared: new Set() },
    constants,
  );
  const bits = atoms.map((atom, bit) => `(${emitter.emit(conditionOf(atom))} ? ${1 << bit} : 0)`);
  return constants.evaluate(
    `return function bits(context) { let v, w; return ${bits.join(' | ')}; };`,
  ) as ContextFunction<number>;
}

const OPERATORS: Readonly<Record<Relation, ScalarOperator>> = {
  equals: '=',
  starts: 'startswith',
  ends: 'endswith',
  contains: 'contains',
  'contains in any case': 'icontains',
};

/** The atom as a condition. */
function conditionOf(atom: Atom): Condition {
  if (atom.kind === 'check') return atom.check;
  const left = atom.subject.expression;
  const { location } = left;
  if (atom.kind === 'exists') return { kind: 'exists', left, location };
  const right = { kind: 'values', values: [atom.literal] } as const;
  return { kind: 'scalar', left, operator: OPERATORS[atom.relation], modifier: undefined, right, location };
}
