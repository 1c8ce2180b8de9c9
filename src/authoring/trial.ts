/** Follows a trial of rules: how many events they were asked about, and what was never true where none matched. */
import type { EventObserver } from '../engine/engine.ts';
import type { EventCursor } from '../events/cursor.ts';
import { type JudgedPart, nearness, type Part } from '../matcher/explain.ts';
import type { CheckedRule } from '../rules/checked.ts';
import type { LoadOutcome } from '../rules/load.ts';
import type { EventContext } from '../system/context.ts';
import { Coverage } from './coverage.ts';
import { reasonLines, shortened } from './explanation-text.ts';
import { EventJudge, isAskedOf } from './judge-events.ts';

/** The event at which a rule came nearest to a match. */
interface Nearest {
  readonly rule: string;
  readonly origin: string;
  readonly judged: JudgedPart;
}

export class TrialObserver implements EventObserver {
  readonly #judge: EventJudge;
  readonly #coverage = new Coverage();
  #asked = 0;
  #matched = 0;
  #nearest: Nearest | undefined;

  /** `outcome` without errors in the tried rules. */
  constructor(outcome: LoadOutcome) {
    this.#judge = new EventJudge(outcome);
    this.#coverage.add(this.#judge);
    this.#coverage.expect(this.#judge.rules.map(({ name }) => name));
  }

  /** Events of the types and the source that a tried rule is about. */
  get asked(): number {
    return this.#asked;
  }

  /** Those of them that a rule has matched. */
  get matched(): number {
    return this.#matched;
  }

  judged(event: EventCursor, context: EventContext, matched: readonly CheckedRule[]): void {
    if (event.stateOnly) return;
    const asked = this.#judge.rules.filter((rule) => isAskedOf(rule, context));
    if (asked.length === 0) return;
    this.#asked++;
    if (matched.length > 0) this.#matched++;
    // Why nothing matches is asked only while nothing has.
    if (this.#matched > 0) return;
    this.#coverage.see(this.#judge, context);
    for (const rule of asked) this.#compare(rule, context);
  }

  #compare(rule: CheckedRule, context: EventContext): void {
    const judged = this.#judge.explain(rule, context);
    if (judged === undefined) return;
    if (this.#nearest && nearness(judged) <= nearness(this.#nearest.judged)) return;
    this.#nearest = { rule: rule.name, origin: `event ${context.event.number}`, judged };
  }

  /** Why no event has matched; empty when one has. One line each. */
  whyNone(): string[] {
    if (this.#matched > 0) return [];
    if (this.#asked === 0) return ['no event came of a type that the condition is about'];
    const lines = this.#coverage.result.rules.flatMap(({ rule, checks }) => {
      const parts = this.#judge.parts(rule);
      const denied = new Set(parts && placesDenied(parts, false));
      return checks
        .filter(({ place, wasTrue, wasFalse }) => !(denied.has(place) ? wasFalse : wasTrue))
        .map(({ text, place }) => `never ${!denied.has(place)}: ${shortened(text)} (${place})`);
    });
    if (this.#nearest === undefined) return lines;
    const { origin, judged } = this.#nearest;
    return [...lines, `${origin} came nearest:`, ...reasonLines(judged).map((line) => `  ${line}`)];
  }
}

/** Places of the checks that must be false for the condition to hold: those within `not`. */
function* placesDenied({ kind, location, operands }: Part, isDenied: boolean): Generator<string> {
  if (kind === 'check' && isDenied) yield `${location.file}:${location.line}:${location.column}`;
  for (const operand of operands) yield* placesDenied(operand, kind === 'not' ? !isDenied : isDenied);
}
