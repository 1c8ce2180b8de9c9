/** The loop: every event passes through the model, the matcher, and what matches becomes alerts. */
import type { RuleAlert } from '../alerts/alert.ts';
import type { AlertMaker, HeldAlert } from '../alerts/alert-maker.ts';
import type { EvidenceBudget, EvidenceCounts } from '../alerts/evidence-budget.ts';
import type { EvidenceMaker } from '../alerts/evidence-maker.ts';
import { NO_NOISE_SETTINGS, NoiseFilter, type NoiseSettings } from '../alerts/noise.ts';
import { AlertSummary } from '../alerts/summary.ts';
import type { EventCursor } from '../events/cursor.ts';
import type { NamingMatcher } from '../matcher/other-names.ts';
import type { MatcherProfile } from '../matcher/profile.ts';
import { Histogram } from '../metrics/histogram.ts';
import type { HistogramCounts } from '../metrics/metric.ts';
import type { CheckedRule } from '../rules/checked.ts';
import type { EventSource } from '../sources/source.ts';
import type { EventContext } from '../system/context.ts';
import type { System } from '../system/system.ts';
import { AlertQueue, type PendingContainers } from './alert-queue.ts';
import type { OutputSet } from './outputs.ts';

/** Sees every event after it has been judged, and before the model forgets what it has ended. */
export interface EventObserver {
  /** `matched`: the rules that raised an alert. Array, event and context are reused for the next event. */
  judged(event: EventCursor, context: EventContext, matched: readonly CheckedRule[]): void;
}

/** What judges events: made of one rule set, and replaced as a whole. */
export interface Judge {
  readonly matcher: NamingMatcher;
  readonly maker: AlertMaker;
  /** What alerts that are stored know besides. */
  readonly evidence?: EvidenceMaker;
  /** For the order of the summary. */
  readonly rules: readonly CheckedRule[];
  /** Which alerts are held back; without it, none. */
  readonly noise?: NoiseSettings;
}

export interface EngineParts {
  readonly source: EventSource;
  readonly system: System;
  readonly judge: Judge;
  readonly outputs: OutputSet;
  /** Who finds out about containers; alerts of one that is still being asked about wait `waitMs` at most. */
  readonly containers?: PendingContainers;
  readonly waitMs?: number;
  readonly observers?: readonly EventObserver[];
  /** How much evidence may be gathered for alerts that are stored; without it, none. */
  readonly evidence?: EvidenceBudget;
  /** Told of the first event of which the engine could not make sense; later ones are only counted. */
  readonly onFailure: (error: unknown) => void;
}

/** Seconds. */
const LATENCY_BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

const NOBODY: readonly EventObserver[] = [];

export class Engine {
  readonly alerts: AlertSummary;
  readonly #parts: EngineParts;
  readonly #queue: AlertQueue;
  readonly #noise: NoiseFilter;
  readonly #latency = new Histogram(LATENCY_BOUNDS);
  #judge: Judge;
  /** Rules that the event at work matched. */
  readonly #matched: CheckedRule[] = [];
  /** The event at work. */
  #context: EventContext | undefined;
  /** One function for all events. */
  readonly #found = (rule: CheckedRule): void => this.#raise(rule, this.#context as EventContext);
  #failed = 0;

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.#judge = parts.judge;
    const { outputs, containers, waitMs = 0 } = parts;
    const write = (alert: RuleAlert): void => {
      outputs.write(alert);
      // Where the machine's clock was set back a moment ago, times of events do not know it yet.
      this.#latency.observe(Math.max(0, Date.now() - Number(alert.time / 1_000_000n)) / 1000);
    };
    this.#queue = new AlertQueue({ write, containers, waitMs });
    this.#noise = new NoiseFilter(parts.judge.noise ?? NO_NOISE_SETTINGS, (alert) => outputs.write(alert));
    this.alerts = new AlertSummary(parts.judge.rules);
  }

  /** Judges events until the source ends or is stopped, and waits for alerts that wait. */
  async run(): Promise<void> {
    const { source, system } = this.#parts;
    system.onResumed = (event) => this.#take(event);
    try {
      await source.run((event) => this.#take(event));
    } finally {
      await system.drained();
      await this.#queue.drained();
      this.#noise.finish();
    }
  }

  /**
   * Judges by other rules, from the next event on. What is known of the machine, and the counts, stay; alerts
   * that wait go out as they were made.
   */
  replace(judge: Judge, waitMs: number): void {
    this.#judge = judge;
    this.#noise.configure(judge.noise ?? NO_NOISE_SETTINGS);
    this.#queue.waitMs = waitMs;
    this.alerts.follow(judge.rules);
  }

  /** What became of the evidence of alerts that are stored. */
  get evidence(): EvidenceCounts | undefined {
    return this.#parts.evidence?.counts;
  }

  /** Events that could not be judged to the end, because something in the engine threw. */
  get failed(): number {
    return this.#failed;
  }

  /** What the rules that judge now have cost so far. */
  get profile(): MatcherProfile | undefined {
    return this.#judge.matcher.profile;
  }

  /** Codes of the events that have come since the rules were replaced. */
  get met(): Iterable<number> {
    return this.#judge.matcher.met ?? [];
  }

  /** To be called once a second while events come as they happen: tells what was held back long enough. */
  upkeep(): void {
    this.#noise.sweep(performance.timeOrigin + performance.now());
  }

  /** Alerts that were held back, by rule: as part of others, and by rate limits; and those that are not told yet. */
  get heldBack(): Pick<NoiseFilter, 'folded' | 'limited' | 'pending' | 'revision'> {
    return this.#noise;
  }

  /** The rules that judge now. */
  get rules(): readonly CheckedRule[] {
    return this.#judge.rules;
  }

  /** Seconds from an event to its alert being handed to the outputs. */
  get latency(): HistogramCounts {
    return this.#latency.counts;
  }

  /** Windows of alike alerts that are open. */
  get folds(): number {
    return this.#noise.open;
  }

  /** Alerts that wait for what a container engine has to say. */
  get waiting(): number {
    return this.#queue.waiting;
  }

  /** Alerts that went out before their container was known. */
  get incomplete(): number {
    return this.#queue.incomplete;
  }

  /** One event that cannot be judged must not end the watching of all others. */
  #take(event: EventCursor): void {
    try {
      this.#judgeEvent(event);
    } catch (error) {
      if (this.#failed++ === 0) this.#parts.onFailure(error);
    }
  }

  #judgeEvent(event: EventCursor): void {
    const { system, observers = NOBODY } = this.#parts;
    if (system.postpone(event)) return;
    const context = system.learn(event);
    if (this.#matched.length > 0) this.#matched.length = 0;
    this.#context = context;
    if (!event.stateOnly) this.#judge.matcher.match(context, this.#found);
    for (const observer of observers) observer.judged(event, context, this.#matched);
    system.settle();
  }

  #raise(rule: CheckedRule, context: EventContext): void {
    this.#matched.push(rule);
    this.alerts.count(rule);
    const held = this.#noise.take(rule, context, () => this.#judge.maker.hold(rule, context));
    if (held) this.#queue.add(this.#withEvidence(held, rule, context), context.thread?.containerId ?? '');
  }

  /** What is held back for long has none: evidence is large. */
  #withEvidence(alert: HeldAlert, rule: CheckedRule, context: EventContext): HeldAlert {
    const { outputs, evidence: budget } = this.#parts;
    const { evidence: gatherer } = this.#judge;
    if (budget === undefined || gatherer === undefined || !outputs.keepsEvidence) return alert;
    const evidence = gatherer.hold(rule, context, budget);
    return {
      isLate: alert.isLate,
      finish: () => ({ ...alert.finish(), evidence: evidence.finish() }),
    };
  }
}
