/** Tells the metrics at intervals, as `metrics` in the configuration wants it: as an internal alert, and in a file. */
import { appendFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { InternalAlert } from '../../alerts/alert.ts';
import { internalAlert } from '../../alerts/internal.ts';
import type { Config } from '../../config/schema.ts';
import type { MetricRegistry, SnapshotFields } from './registry.ts';

type Settings = Config['metrics'];

/** Intervals that are shorter would measure little but themselves; Falco's shortest is as long. */
const SHORTEST_MS = 100;

/** Timers of Node hold no more (2^31 - 1), some 24 days. */
const LONGEST_MS = 2 ** 31 - 1;

export interface SnapshotParts {
  readonly registry: Pick<MetricRegistry, 'snapshot'>;
  readonly hostname: string;
  readonly alert: (alert: InternalAlert) => void;
  readonly log: (line: string) => void;
  /** Milliseconds of a clock that never goes back; for tests. */
  readonly clock?: () => number;
}

export class MetricSnapshots {
  readonly #parts: SnapshotParts;
  readonly #clock: () => number;
  #settings: Settings;
  #timer: NodeJS.Timeout | undefined;
  #samples = 0;
  #before: Mark;
  #isFileFailing = false;

  constructor(parts: SnapshotParts, settings: Settings) {
    this.#parts = parts;
    this.#clock = parts.clock ?? (() => performance.now());
    this.#settings = settings;
    this.#before = { at: this.#clock(), delivered: 0, events: 0, lost: 0 };
    this.#start();
  }

  configure(settings: Settings): void {
    if (isDeepStrictEqual(settings, this.#settings)) return;
    this.close();
    this.#settings = settings;
    this.#start();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #start(): void {
    const { enabled, interval, output_rule, output_file } = this.#settings;
    if (!enabled || interval === 0 || (!output_rule && output_file === '')) return;
    const period = Math.min(Math.max(interval, SHORTEST_MS), LONGEST_MS);
    this.#timer = setInterval(() => this.tell(), period);
    this.#timer.unref();
  }

  /** Tells the metrics of this moment. */
  tell(): void {
    const { registry, hostname, alert } = this.#parts;
    const time = BigInt(Date.now()) * 1_000_000n;
    const fields = this.#withRates(registry.snapshot(time));
    this.#samples++;
    const { output_rule, output_file } = this.#settings;
    if (output_rule)
      alert(
        internalAlert({ subject: 'metrics snapshot', priority: 'Informational', time, hostname, fields }),
      );
    if (output_file !== '') this.#append(output_file, fields);
  }

  /** Adds what Falco says of the time since the snapshot before. */
  #withRates(fields: SnapshotFields): SnapshotFields {
    const before = this.#before;
    const [delivered, events, lost] = ['falco.num_evts', 'scap.n_evts', 'scap.n_drops'].map((key) =>
      Number(fields[key] ?? 0),
    ) as [number, number, number];
    this.#before = { at: this.#clock(), delivered, events, lost };
    const seconds = (this.#before.at - before.at) / 1000;
    const rate = (count: number): number => (seconds > 0 ? Math.round((count / seconds) * 10) / 10 : 0);
    const own = {
      ...fields,
      'falco.num_evts_prev': before.delivered,
      'falco.evts_rate_sec': rate(delivered - before.delivered),
    };
    if (fields['scap.n_evts'] === undefined) return own;
    const [eventsSince, lostSince] = [events - before.events, lost - before.lost];
    return {
      ...own,
      'scap.n_evts_prev': before.events,
      'scap.n_drops_prev': before.lost,
      'scap.evts_rate_sec': rate(eventsSince),
      'scap.evts_drop_rate_sec': rate(lostSince),
      'scap.n_drops_perc': eventsSince > 0 ? (100 * lostSince) / eventsSince : 0,
    };
  }

  #append(path: string, fields: SnapshotFields): void {
    try {
      appendFileSync(path, `${line(this.#samples, fields)}\n`);
      this.#isFileFailing = false;
    } catch (error) {
      if (!this.#isFileFailing)
        this.#parts.log(`metrics.output_file: ${(error as Error).message}: metrics are not written there`);
      this.#isFileFailing = true;
    }
  }
}

/** What the last snapshot said. */
interface Mark {
  readonly at: number;
  readonly delivered: number;
  readonly events: number;
  readonly lost: number;
}

function line(sample: number, fields: SnapshotFields): string {
  const values = Object.entries(fields)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(
      ([key, value]) => `${JSON.stringify(key)}:${typeof value === 'bigint' ? value : JSON.stringify(value)}`,
    );
  return `{"output_fields":{${values.join(',')}},"sample":${sample}}`;
}
