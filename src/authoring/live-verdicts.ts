/** What a rule makes of events as they come: of each type of event the first at which it fires, or the nearest. */
import type { EventObserver } from '../engine/engine.ts';
import { toText } from '../events/bytes.ts';
import type { EventCursor } from '../events/cursor.ts';
import { FIELD_CATALOG } from '../fields/catalog.ts';
import { type JudgedPart, nearness } from '../matcher/explain.ts';
import type { CheckedRule } from '../rules/checked.ts';
import type { EventContext } from '../system/context.ts';
import { TimeBudget } from '../system/time-budget.ts';
import { shortened } from './explanation-text.ts';
import { type EventJudge, isAskedOf, type Verdict } from './judge-events.ts';

/** Of one type of event. */
export interface TypeVerdict {
  readonly type: string;
  /** Events of the type, and those at which the rule has fired. */
  readonly events: number;
  readonly fired: number;
  /** The first at which it fired, otherwise the first of those that came nearest. */
  readonly verdict: Verdict | undefined;
}

const ARGUMENTS = FIELD_CATALOG.find('evt.args')?.field;

/** Share of the time in which events may be judged part by part: they must not be lost for it. */
const SHARE = 0.5;
const MOST_MS = 1000;

export class LiveVerdicts implements EventObserver {
  readonly #rule: CheckedRule;
  readonly #judge: EventJudge;
  readonly #budget: Pick<TimeBudget, 'spend'>;
  readonly #types = new Map<string, { events: number; fired: number; verdict: Verdict | undefined }>();
  #unjudged = 0;

  constructor(
    rule: CheckedRule,
    judge: EventJudge,
    budget: Pick<TimeBudget, 'spend'> = new TimeBudget(SHARE, MOST_MS),
  ) {
    this.#rule = rule;
    this.#judge = judge;
    this.#budget = budget;
  }

  judged(event: EventCursor, context: EventContext, matched: readonly CheckedRule[]): void {
    if (event.stateOnly || !isAskedOf(this.#rule, context)) return;
    const hasFired = matched.some(({ name }) => name === this.#rule.name);
    const type = event.type.name;
    const seen = this.#types.get(type) ?? { events: 0, fired: 0, verdict: undefined };
    this.#types.set(type, seen);
    seen.events++;
    if (hasFired) seen.fired++;
    // The first is shown: others are only counted.
    if (seen.verdict?.fired) return;
    const judged = this.#budget.spend(() => this.#explain(context, hasFired));
    if (judged === undefined) this.#unjudged++;
    else if (hasFired || seen.verdict === undefined || nearness(judged) > nearness(seen.verdict.judged))
      seen.verdict = { origin: originOf(context), judged, fired: hasFired };
  }

  /** Those at which the rule fired first, then those with most events. */
  get types(): TypeVerdict[] {
    return [...this.#types]
      .map(([type, seen]) => ({ type, ...seen }))
      .sort((one, other) => other.fired - one.fired || other.events - one.events);
  }

  /** Events that were not looked at part by part, since they came too fast. */
  get unjudged(): number {
    return this.#unjudged;
  }

  /** An event of which the file has several names is judged by the one under which the rule has matched. */
  #explain(context: EventContext, hasFired: boolean): JudgedPart | undefined {
    const own = this.#judge.explain(this.#rule, context);
    if (!hasFired || own?.holds) return own;
    try {
      for (const name of context.otherNames ?? []) {
        context.showAs?.(name);
        const judged = this.#judge.explain(this.#rule, context);
        if (judged?.holds) return judged;
      }
      return own;
    } finally {
      context.showAs?.(undefined);
    }
  }
}

function originOf(context: EventContext): string {
  const { event, thread } = context;
  const who = thread === undefined ? '' : ` of ${toText(thread.comm)} (${thread.pid})`;
  const told = ARGUMENTS?.read(context, undefined) ?? '';
  return shortened(`${event.type.name}${who} ${toText(String(told))}`.trimEnd());
}
