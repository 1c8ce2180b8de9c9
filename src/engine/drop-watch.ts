/** Says when events are lost, as `syscall_event_drops` in the configuration wants it. */
import { isDeepStrictEqual } from 'node:util';
import type { InternalAlert } from '../alerts/alert.ts';
import { internalAlert } from '../alerts/internal.ts';
import type { Config } from '../config/schema.ts';
import { TokenBucket } from '../system/token-bucket.ts';

/** Counts of a source since its start. */
export interface LossCounts {
  readonly delivered: number;
  readonly lost: ReadonlyMap<string, number>;
  /** The same losses by Falco's categories, of which some alerts have a field. */
  readonly lostByCategory: ReadonlyMap<string, number>;
}

export interface DropActions {
  readonly log: (line: string) => void;
  readonly alert: (alert: InternalAlert) => void;
  /** The configuration wants the program to end. */
  readonly exit: (reason: string) => void;
}

/** Categories with a field of their own in the alert, as in Falco. */
const CATEGORIES = ['clone_fork', 'execve', 'connect', 'open', 'dir_file', 'other_interest', 'close', 'proc'];

/** What has been counted up to some moment. */
interface Mark {
  readonly delivered: number;
  readonly lost: number;
  readonly byCategory: ReadonlyMap<string, number>;
}

const START: Mark = { delivered: 0, lost: 0, byCategory: new Map() };

/**
 * Looks at the counts from time to time. When more of a period's events were lost than the threshold
 * allows, the actions are taken, unless they were taken too recently; what is then left unsaid is part
 * of the next report, so that the reports add up to all losses.
 */
export class DropWatch {
  #config: Config['syscall_event_drops'];
  readonly #counts: () => LossCounts;
  readonly #actions: DropActions;
  readonly #hostname: string;
  #bucket: TokenBucket;
  readonly #clock: () => number;
  #looked = START;
  #reported = START;
  #due = false;
  /** Losses that were pretended. */
  #simulated = 0;

  constructor(options: {
    readonly config: Config['syscall_event_drops'];
    readonly counts: () => LossCounts;
    readonly actions: DropActions;
    readonly hostname: string;
    /** Milliseconds of a clock that never goes back. */
    readonly clock?: () => number;
  }) {
    const { config, clock = () => performance.now() } = options;
    this.#config = config;
    this.#counts = options.counts;
    this.#actions = options.actions;
    this.#hostname = options.hostname;
    this.#clock = clock;
    this.#bucket = new TokenBucket(config.rate, config.max_burst, clock);
  }

  /** Other settings from now on; what has been counted stays. */
  configure(config: Config['syscall_event_drops']): void {
    if (isDeepStrictEqual(config, this.#config)) return;
    this.#config = config;
    this.#bucket = new TokenBucket(config.rate, config.max_burst, this.#clock);
  }

  /** To be called once a second. */
  look(): void {
    // As Falco does, one event a second.
    if (this.#config.simulate_drops) this.#simulated++;
    this.#look();
  }

  #look(): void {
    const now = this.#mark();
    const lost = now.lost - this.#looked.lost;
    const all = lost + now.delivered - this.#looked.delivered;
    const { threshold, simulate_drops: isSimulated } = this.#config;
    if (lost > 0 && (isSimulated || lost / all > threshold)) this.#due = true;
    this.#looked = now;
    if (this.#due && this.#bucket.take()) this.#report(now);
  }

  /** To be called at the end: reports what is due, however recent the last report was. */
  finish(): void {
    this.#look();
    if (this.#due) this.#report(this.#looked);
  }

  #report(now: Mark): void {
    this.#due = false;
    const before = this.#reported;
    this.#reported = now;
    const { actions } = this.#config;
    if (actions.includes('ignore')) return;
    const lost = now.lost - before.lost;
    const detail = `${lost} system call events dropped.`;
    if (actions.includes('log')) this.#actions.log(detail);
    if (actions.includes('alert')) this.#actions.alert(this.#alert(now, before, detail));
    if (actions.includes('exit')) this.#actions.exit(`${detail} The configuration wants an end then.`);
  }

  #alert(now: Mark, before: Mark, detail: string): InternalAlert {
    const lost = now.lost - before.lost;
    const byCategory = CATEGORIES.map((name): [string, string] => [
      `n_drops_buffer_${name}_exit`,
      String((now.byCategory.get(name) ?? 0) - (before.byCategory.get(name) ?? 0)),
    ]);
    return internalAlert({
      subject: 'syscall event drop',
      detail,
      priority: 'Debug',
      time: BigInt(Date.now()) * 1_000_000n,
      hostname: this.#hostname,
      fields: {
        n_evts: String(lost + now.delivered - before.delivered),
        n_drops: String(lost),
        n_drops_buffer_total: String(lost),
        ...Object.fromEntries(byCategory),
        n_drops_scratch_map: '0',
        n_drops_page_faults: '0',
        n_drops_bug: '0',
        ebpf_enabled: '1',
      },
    });
  }

  #mark(): Mark {
    const { delivered, lost, lostByCategory } = this.#counts();
    let sum = 0;
    for (const count of lost.values()) sum += count;
    return { delivered, lost: sum + this.#simulated, byCategory: lostByCategory };
  }
}
