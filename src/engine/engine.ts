/** The loop: every event passes through the model, the matcher, and what matches becomes alerts. */
import type { AlertMaker } from '../alerts/alert-maker.ts';
import { AlertSummary } from '../alerts/summary.ts';
import type { EventCursor } from '../events/cursor.ts';
import type { Matcher } from '../matcher/compile.ts';
import type { CheckedRule } from '../rules/checked.ts';
import type { EventSource } from '../sources/source.ts';
import type { EventContext } from '../system/context.ts';
import type { System } from '../system/system.ts';
import type { OutputSet } from './outputs.ts';

export interface EngineParts {
  readonly source: EventSource;
  readonly system: System;
  readonly matcher: Matcher;
  readonly maker: AlertMaker;
  readonly outputs: OutputSet;
  /** For the order of the summary. */
  readonly rules: readonly CheckedRule[];
  /** Told of the first event of which the engine could not make sense; later ones are only counted. */
  readonly onFailure: (error: unknown) => void;
}

export class Engine {
  readonly alerts: AlertSummary;
  readonly #parts: EngineParts;
  #failed = 0;

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.alerts = new AlertSummary(parts.rules);
  }

  /** Judges events until the source ends or is stopped. */
  run(): Promise<void> {
    return this.#parts.source.run((event) => this.#take(event));
  }

  /** Events that could not be judged to the end, because something in the engine threw. */
  get failed(): number {
    return this.#failed;
  }

  /** One event that cannot be judged must not end the watching of all others. */
  #take(event: EventCursor): void {
    try {
      this.#judge(event);
    } catch (error) {
      if (this.#failed++ === 0) this.#parts.onFailure(error);
    }
  }

  #judge(event: EventCursor): void {
    const { system, matcher } = this.#parts;
    const context = system.learn(event);
    if (!event.stateOnly) for (const rule of matcher.match(context)) this.#raise(rule, context);
    system.settle();
  }

  #raise(rule: CheckedRule, context: EventContext): void {
    this.alerts.count(rule);
    this.#parts.outputs.write(this.#parts.maker.make(rule, context));
  }
}
