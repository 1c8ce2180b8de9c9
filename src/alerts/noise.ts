/**
 * Keeps alerts from coming in floods, where the configuration wants that: alerts of the same rule and key become
 * one with a count, and rules have rate limits. The first alert always goes out at once, and whatever is held back
 * is counted and told when its time is over.
 */
import type { CheckedRule } from '../rules/checked.ts';
import { matchesWildcard } from '../rules/select.ts';
import type { EventContext } from '../system/context.ts';
import { TokenBucket } from '../system/token-bucket.ts';
import type { RuleAlert } from './alert.ts';
import type { HeldAlert } from './alert-maker.ts';
import { type HeldBack, heldBackAlert } from './held-back.ts';

export interface RateLimit {
  /** Name of a rule; `*` stands for any text. */
  readonly rule: string;
  /** Alerts a second, and at once after a quiet time. */
  readonly rate: number;
  readonly burst: number;
}

export interface NoiseSettings {
  /** For how long alerts of the same rule and key are one, in milliseconds; 0 for never. */
  readonly windowMs: number;
  /** The key of an event. */
  readonly key: (context: EventContext) => string;
  /** The first that names a rule is the rule's. */
  readonly limits: readonly RateLimit[];
}

export const NO_NOISE_SETTINGS: NoiseSettings = { windowMs: 0, key: () => '', limits: [] };

/** Keys that are remembered at a time; alerts with more go out one by one. */
const MAX_KEYS = 16_384;
/** How long what a rate limit holds back is gathered before it is told. */
const LIMIT_WINDOW_MS = 60_000;

interface Group extends HeldBack {
  count: number;
  last: bigint;
  /** When it is told, by the clock of events. */
  readonly endsAt: number;
}

export class NoiseFilter {
  readonly #tell: (alert: RuleAlert) => void;
  #settings: NoiseSettings;
  /** By rule and key, the one that ends first in front. */
  readonly #folds = new Map<string, Group>();
  /** By rule. */
  readonly #limited = new Map<string, Group>();
  readonly #buckets = new Map<string, TokenBucket | undefined>();
  readonly #folded = new Map<string, number>();
  readonly #refused = new Map<string, number>();
  /** Milliseconds of the clock of events; it never goes back. */
  #now = 0;
  #revision = 0;

  /** `tell` takes the alerts that say what was held back. */
  constructor(settings: NoiseSettings, tell: (alert: RuleAlert) => void) {
    this.#settings = settings;
    this.#tell = tell;
  }

  /** Tells what was held back so far, and goes on with other settings. */
  configure(settings: NoiseSettings): void {
    this.finish();
    this.#settings = settings;
    this.#buckets.clear();
  }

  /** The alert of `rule` for the event in `context`, made by `hold`; `undefined` when it is held back. */
  take(rule: CheckedRule, context: EventContext, hold: () => HeldAlert): HeldAlert | undefined {
    const { windowMs, key, limits } = this.#settings;
    if (windowMs === 0 && limits.length === 0) return hold();
    const { milliseconds, wallTime } = context.event;
    this.sweep(milliseconds);
    const id = windowMs === 0 ? '' : `${rule.name}\0${key(context)}`;
    const fold = this.#folds.get(id);
    if (fold !== undefined) {
      this.#revision++;
      add(fold, wallTime);
      increment(this.#folded, rule.name);
      return undefined;
    }
    if (this.#bucketOf(rule.name)?.take() === false) {
      this.#revision++;
      increment(this.#refused, rule.name);
      const group = this.#limited.get(rule.name);
      if (group !== undefined) add(group, wallTime);
      else this.#limited.set(rule.name, newGroup('limit', hold(), 1, wallTime, this.#now + LIMIT_WINDOW_MS));
      return undefined;
    }
    const held = hold();
    if (windowMs > 0 && this.#folds.size < MAX_KEYS)
      this.#folds.set(id, newGroup('fold', held, 0, wallTime, this.#now + windowMs));
    return held;
  }

  /** Tells what was held back by groups whose time is over. `now`: milliseconds by the clock of events. */
  sweep(now: number): void {
    this.#now = Math.max(this.#now, now);
    this.#end(this.#folds, this.#now);
    this.#end(this.#limited, this.#now);
  }

  /** Tells all that was held back and has not been told. */
  finish(): void {
    this.#end(this.#folds, Number.POSITIVE_INFINITY);
    this.#end(this.#limited, Number.POSITIVE_INFINITY);
  }

  /** Alerts that became part of others, by rule. */
  get folded(): ReadonlyMap<string, number> {
    return this.#folded;
  }

  /** Alerts that rate limits held back, by rule. */
  get limited(): ReadonlyMap<string, number> {
    return this.#refused;
  }

  /** The alerts that would tell what is held back now, `most` of them. */
  pending(most: number): RuleAlert[] {
    const groups = [...this.#folds.values(), ...this.#limited.values()].filter(({ count }) => count > 0);
    return groups.slice(0, most).map(heldBackAlert);
  }

  /** Grows whenever {@link pending} changes. */
  get revision(): number {
    return this.#revision;
  }

  /** Windows and limits that are open. */
  get open(): number {
    return this.#folds.size + this.#limited.size;
  }

  #end(groups: Map<string, Group>, now: number): void {
    for (const [id, group] of groups) {
      if (group.endsAt > now) return;
      groups.delete(id);
      if (group.count === 0) continue;
      this.#revision++;
      this.#tell(heldBackAlert(group));
    }
  }

  #bucketOf(rule: string): TokenBucket | undefined {
    if (this.#settings.limits.length === 0) return undefined;
    if (!this.#buckets.has(rule)) {
      const limit = this.#settings.limits.find((each) => matchesWildcard(each.rule, rule));
      this.#buckets.set(rule, limit && new TokenBucket(limit.rate, limit.burst, () => this.#now));
    }
    return this.#buckets.get(rule);
  }
}

function newGroup(kind: Group['kind'], held: HeldAlert, count: number, time: bigint, endsAt: number): Group {
  return { kind, held, count, first: time, last: time, endsAt };
}

function add(group: Group, time: bigint): void {
  group.count++;
  group.last = time;
}

function increment(counts: Map<string, number>, rule: string): void {
  counts.set(rule, (counts.get(rule) ?? 0) + 1);
}
