/** The candidate index of a rule set: one graph for every event code, built when its first event comes. */
import type { Field, FieldCatalog } from '../../fields/field.ts';
import type { CheckedRule, Condition } from '../../rules/checked.ts';
import type { EventContext } from '../../system/context.ts';
import { Constants } from '../constants.ts';
import { CostModel } from '../cost.ts';
import { ConditionEmitter } from '../emit-condition.ts';
import { ExpressionEmitter } from '../emit-expression.ts';
import { withEventCode } from '../event-code.ts';
import { MemoFunctions } from '../memo.ts';
import { allOf, anyOf, type Formula, Necessary } from '../necessary.ts';
import { type Atom, AtomMaker, type Relation, type Subject } from './atom.ts';
import { CandidateIndex } from './candidates.ts';
import { BitsFacet, type Facet, ValueFacet } from './facet.ts';

/** A cheap field with no more atoms than this is asked by bits, where asking costs next to nothing. */
const FEW_ATOMS = 4;
const MAX_VALUE_FACETS = 30;

/** The index of the events of one code; `undefined` when none of the rules can match them. */
export function indexFor(
  code: number,
  rules: readonly CheckedRule[],
  catalog: FieldCatalog<Field>,
): CandidateIndex | undefined {
  const necessary = new Necessary<Atom>(withEventCode(code, catalog, new AtomMaker(catalog).decide));
  const formulas = new Map<number, Formula<Atom>>();
  rules.forEach(({ condition, eventCodes }, rule) => {
    const formula = eventCodes.has(code) && necessary.of(condition);
    if (formula !== false) formulas.set(rule, formula);
  });
  if (formulas.size === 0) return undefined;
  const { facets, facetOf } = chooseFacets(usage(formulas.values()), catalog);
  const weaken = new Map<Formula<Atom>, Formula<Atom>>();
  for (const [rule, formula] of formulas)
    formulas.set(
      rule,
      without(formula, (atom) => facetOf.has(atom), weaken),
    );
  return new CandidateIndex(facets, formulas, (atom) => facetOf.get(atom) as number);
}

/** All atoms, and in how many rules each occurs. */
function usage(formulas: Iterable<Formula<Atom>>): Map<Atom, number> {
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
  }
  return counts;
}

function chooseFacets(
  counts: ReadonlyMap<Atom, number>,
  catalog: FieldCatalog<Field>,
): { facets: Facet[]; facetOf: Map<Atom, number> } {
  const uses = (atom: Atom): number => counts.get(atom) as number;
  const groups = [
    ...Map.groupBy(counts.keys(), ({ kind, subject }) => (kind === 'check' ? undefined : subject)),
  ];
  const bits: Atom[] = groups.find(([subject]) => subject === undefined)?.[1].slice() ?? [];
  const values: [Subject, Atom[]][] = [];
  for (const [subject, atoms] of groups) {
    if (subject === undefined) continue;
    if (subject.field.cost <= 1 && atoms.length <= FEW_ATOMS) bits.push(...atoms);
    else if (ValueFacet.fits(atoms)) values.push([subject, atoms]);
  }
  const usesOfAll = (atoms: readonly Atom[]) => atoms.reduce((sum, atom) => sum + uses(atom), 0);
  values.sort(([, a], [, b]) => usesOfAll(b) - usesOfAll(a));
  bits.sort((a, b) => uses(b) - uses(a));

  const facets: Facet[] = [];
  const facetOf = new Map<Atom, number>();
  const add = (facet: Facet, atoms: readonly Atom[]): void => {
    facets.push(facet);
    for (const atom of atoms) facetOf.set(atom, facet.id);
  };
  const asked = bits.slice(0, BitsFacet.most);
  if (asked.length > 0) add(new BitsFacet(0, asked, bitReader(asked, catalog)), asked);
  for (const [subject, atoms] of values.slice(0, MAX_VALUE_FACETS)) {
    const { field, expression } = subject;
    const { argument } = expression;
    const read = (context: EventContext) => field.read(context, argument);
    add(new ValueFacet(facets.length, subject, atoms, read), atoms);
  }
  return { facets, facetOf };
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
  const conditions = atoms.map(conditionOf);
  const constants = new Constants();
  const memo = new MemoFunctions();
  const expressions = new ExpressionEmitter(catalog, constants, memo);
  const emitter = new ConditionEmitter(conditions, new CostModel(catalog), constants, expressions, memo);
  const bits = conditions.map((condition, bit) => `(${emitter.emit(condition)} ? ${1 << bit} : 0)`);
  const body = `'use strict';
${constants.declaration('constants')}
return function bits(context) { let v, w; return ${bits.join(' | ')}; };`;
  return new Function('constants', body)(constants.values) as (context: EventContext) => number;
}

const OPERATORS: Readonly<Record<Relation, '=' | 'startswith' | 'endswith' | 'contains'>> = {
  equals: '=',
  starts: 'startswith',
  ends: 'endswith',
  contains: 'contains',
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
