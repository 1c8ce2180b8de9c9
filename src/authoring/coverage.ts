/**
 * Which checks of conditions the events of tests have seen true, and which false; and where they decided: the other
 * answer would have changed the rule's verdict, so that a test would have noticed.
 */
import type { JudgedPart, Part } from '../matcher/explain.ts';
import type { EventContext } from '../system/context.ts';
import { type EventJudge, isAskedOf } from './judge-events.ts';

export interface CoveredCheck {
  readonly text: string;
  /** `file:line:column`. */
  readonly place: string;
  /** Macros around it, from the outermost to the innermost. */
  readonly macros: readonly string[];
  wasTrue: boolean;
  wasFalse: boolean;
  /** At some event the rule's verdict hung on the check being true. */
  decidedTrue: boolean;
  decidedFalse: boolean;
}

export interface RuleCoverage {
  readonly rule: string;
  readonly checks: readonly CoveredCheck[];
}

export interface CoverageResult {
  /** Of the rules that tests expect. */
  readonly rules: readonly RuleCoverage[];
  /** Names of the enabled rules that no test expects. */
  readonly untested: readonly string[];
  readonly total: CoverageTotal;
}

/** Counts over all enabled rules. Of rules that no test expects nothing counts as seen. */
export interface CoverageTotal {
  readonly checks: number;
  /** Seen both true and false. */
  readonly seen: number;
  /** Decided both by being true and by being false. */
  readonly decided: number;
}

/** Collects over all tests. */
export class Coverage {
  readonly #rules = new Map<string, Map<string, CoveredCheck>>();
  readonly #tested = new Set<string>();

  /** Takes up the rules of a judge, with their conditions as the rule files have them. */
  add(judge: EventJudge): void {
    for (const { name, enabled } of judge.rules) {
      const parts = judge.parts(name);
      if (enabled && parts && !this.#rules.has(name)) this.#rules.set(name, new Map(checksOf(parts, [])));
    }
  }

  /** Rules that a test expects are those whose coverage counts. */
  expect(rules: Iterable<string>): void {
    for (const rule of rules) this.#tested.add(rule);
  }

  /** Takes an event into account that the rules of the judge were asked about. */
  see(judge: EventJudge, context: EventContext): void {
    for (const rule of judge.rules) {
      const checks = this.#rules.get(rule.name);
      const judged = checks && isAskedOf(rule, context) ? judge.explain(rule, context) : undefined;
      if (checks && judged) note(judged, checks, [], true);
    }
  }

  get result(): CoverageResult {
    const all = [...this.#rules].map(([rule, checks]) => ({ rule, checks: [...checks.values()] }));
    const rules = all.filter(({ rule }) => this.#tested.has(rule));
    const tested = rules.flatMap(({ checks }) => checks);
    return {
      rules,
      untested: all.filter(({ rule }) => !this.#tested.has(rule)).map(({ rule }) => rule),
      total: {
        checks: all.reduce((sum, { checks }) => sum + checks.length, 0),
        seen: tested.filter(wasSeen).length,
        decided: tested.filter(hasDecided).length,
      },
    };
  }
}

/** Seen true and seen false. */
export function wasSeen({ wasTrue, wasFalse }: CoveredCheck): boolean {
  return wasTrue && wasFalse;
}

/** Decided by being true, and by being false. */
export function hasDecided({ decidedTrue, decidedFalse }: CoveredCheck): boolean {
  return decidedTrue && decidedFalse;
}

/** What tells checks apart: the place, and by which macros it is reached. Other items of a list do not. */
function keyOf(part: Part, macros: readonly string[]): string {
  const { file, offset } = part.location;
  return JSON.stringify([file, offset, ...macros]);
}

/** Checks of the event's type are not counted: of events of other types a rule is never asked. */
function asksType({ condition }: Part): boolean {
  return (
    'left' in condition && condition.left.kind === 'field' && condition.left.field.name.startsWith('evt.type')
  );
}

function* checksOf(part: Part, macros: readonly string[]): Generator<[string, CoveredCheck]> {
  if (part.kind === 'check' && !asksType(part)) {
    const { file, line, column } = part.location;
    const place = `${file}:${line}:${column}`;
    const unseen = { wasTrue: false, wasFalse: false, decidedTrue: false, decidedFalse: false };
    yield [keyOf(part, macros), { text: part.text, place, macros, ...unseen }];
  }
  const around = part.kind === 'macro' ? [...macros, part.text] : macros;
  for (const operand of part.operands) yield* checksOf(operand, around);
}

/**
 * Takes down a judged part; `decides`: the rule's verdict hangs on it. A part that a test has overridden is not the
 * rule's own, and counts for nothing.
 */
function note(
  judged: JudgedPart,
  checks: ReadonlyMap<string, CoveredCheck>,
  macros: readonly string[],
  decides: boolean,
): void {
  const { part, operands } = judged;
  if (part.kind === 'check') {
    const check = checks.get(keyOf(part, macros));
    if (check) noteCheck(check, judged.holds, decides);
  }
  const around = part.kind === 'macro' ? [...macros, part.text] : macros;
  // One operand that is false settles an `and`, one that is true an `or`: others decide nothing then.
  const settles = part.kind === 'or';
  const settling = operands.filter(({ holds }) => holds === settles);
  for (const operand of operands) {
    const isAlone = settling.length === 0 || (settling.length === 1 && settling[0] === operand);
    note(operand, checks, around, decides && (isAlone || operands.length === 1));
  }
}

function noteCheck(check: CoveredCheck, holds: boolean, decides: boolean): void {
  if (holds) check.wasTrue = true;
  else check.wasFalse = true;
  if (decides && holds) check.decidedTrue = true;
  if (decides && !holds) check.decidedFalse = true;
}
