/** Which checks of conditions the events of tests have seen true, and which false. */
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
}

export interface RuleCoverage {
  readonly rule: string;
  readonly checks: readonly CoveredCheck[];
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
      if (checks && judged) note(judged, checks, []);
    }
  }

  /** Rules that a test expects, and the names of those that none does. */
  get result(): { readonly rules: readonly RuleCoverage[]; readonly untested: readonly string[] } {
    const all = [...this.#rules].map(([rule, checks]) => ({ rule, checks: [...checks.values()] }));
    return {
      rules: all.filter(({ rule }) => this.#tested.has(rule)),
      untested: all.filter(({ rule }) => !this.#tested.has(rule)).map(({ rule }) => rule),
    };
  }
}

/** What tells checks apart: the place, and by which macros it is reached. */
function keyOf(part: Part, macros: readonly string[]): string {
  const { file, offset } = part.location;
  return JSON.stringify([file, offset, part.text, ...macros]);
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
    yield [keyOf(part, macros), { text: part.text, place, macros, wasTrue: false, wasFalse: false }];
  }
  const around = part.kind === 'macro' ? [...macros, part.text] : macros;
  for (const operand of part.operands) yield* checksOf(operand, around);
}

/** A part that a test has overridden is not the rule's own, and counts for nothing. */
function note(
  judged: JudgedPart,
  checks: ReadonlyMap<string, CoveredCheck>,
  macros: readonly string[],
): void {
  const { part } = judged;
  if (part.kind === 'check') {
    const check = checks.get(keyOf(part, macros));
    if (check && judged.holds) check.wasTrue = true;
    if (check && !judged.holds) check.wasFalse = true;
  }
  const around = part.kind === 'macro' ? [...macros, part.text] : macros;
  for (const operand of judged.operands) note(operand, checks, around);
}
