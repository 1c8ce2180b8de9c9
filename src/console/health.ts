/** How Lanner is, for the health page and for streams. */
import type { OutputCounts } from '../engine/outputs.ts';
import type { WatchHealth } from '../engine/watch-health.ts';
import type { HistogramCounts } from '../metrics/metric.ts';
import type { Health, HealthBrief, HealthEvents, HealthOutput } from '../server/api-types.ts';

/** Milliseconds between two samples of counters, at least: reading them takes a while. */
const SAMPLE_MS = 1000;
/** Samples from which rates are made. */
const SAMPLES = 6;
/** Names of events that are listed. */
const MOST_NAMES = 20;

interface Sample {
  /** Milliseconds of a clock that never goes back. */
  readonly at: number;
  readonly health: WatchHealth;
}

/** Reads counters when somebody asks, not more often than once a second, and makes rates of them. */
export class HealthSampler {
  readonly #read: () => WatchHealth;
  readonly #clock: () => number;
  #samples: Sample[] = [];

  constructor(read: () => WatchHealth, clock: () => number = () => performance.now()) {
    this.#read = read;
    this.#clock = clock;
  }

  brief(): HealthBrief {
    const { health } = this.#sample();
    return {
      time: Date.now() * 1000,
      trouble: troublesOf(health)[0] ?? null,
      events: health.events,
      lost: lostIn(health),
      alerts: health.alerts,
      eventsPerSecond: this.#rate(({ events }) => events),
      lostPerSecond: this.#rate(lostIn),
    };
  }

  events(): HealthEvents {
    const { health } = this.#sample();
    const { events, filtered, losses, alerts, latency } = health;
    const reasons = new Map<string, number>();
    for (const { cause, count } of losses) reasons.set(cause, (reasons.get(cause) ?? 0) + count);
    return {
      seen: events,
      filtered: sum(filtered.values()),
      perSecond: this.#rate(({ events }) => events),
      filteredPerSecond: this.#rate(({ filtered }) => sum(filtered.values())),
      lost: lostIn(health),
      losses: [...reasons]
        .filter(([, count]) => count > 0)
        .map(([cause, count]) => ({ reason: LOSSES[cause] ?? cause, count }))
        .sort((one, other) => other.count - one.count),
      alerts,
      latency: latencyOf(latency),
      filteredByName: [...filtered]
        .filter(([, count]) => count > 0)
        .map(([name, count]) => ({ name, count }))
        .sort((one, other) => other.count - one.count)
        .slice(0, MOST_NAMES),
    };
  }

  memory(): NonNullable<Health['memory']> {
    const { memory, tables } = this.#sample().health;
    const { resident, ceiling, cpu } = memory;
    return { resident, limit: ceiling === 0 ? null : ceiling, cpu, ...tables };
  }

  outputs(): HealthOutput[] {
    const { health } = this.#sample();
    return health.outputs.map((counts) => {
      const { name, written, dropped, waiting, queued, undelivered } = counts;
      const trouble = outputTrouble(counts, health) ?? resent(counts);
      return { name, written, dropped, waitingBytes: waiting, waiting: undelivered ?? queued, trouble };
    });
  }

  sources(): readonly string[] {
    return this.#sample().health.sources;
  }

  troubles(): string[] {
    return troublesOf(this.#sample().health);
  }

  #sample(): Sample {
    const now = this.#clock();
    const last = this.#samples.at(-1);
    if (last && now - last.at < SAMPLE_MS) return last;
    const sample = { at: now, health: this.#read() };
    this.#samples = [...this.#samples.slice(1 - SAMPLES), sample];
    return sample;
  }

  /** Per second, over the samples that there are. */
  #rate(value: (health: WatchHealth) => number): number {
    const [first, last] = [this.#samples.at(0), this.#samples.at(-1)];
    if (first === undefined || last === undefined || first === last) return 0;
    return Math.max(0, ((value(last.health) - value(first.health)) * 1000) / (last.at - first.at));
  }
}

const LOSSES: Readonly<Record<string, string>> = {
  full: 'the buffer was full',
  busy: 'the CPU was busy with another event',
  oversize: 'the event was too large',
};

/** What is wrong with an output; `null` when nothing is known to be. */
function outputTrouble({ name, trouble }: OutputCounts, { outputTroubles }: WatchHealth): string | null {
  const both = [trouble, outputTroubles.get(name)].filter((text) => text !== undefined);
  return both.length === 0 ? null : both.join('; ');
}

function resent({ undelivered = 0, retries = 0 }: OutputCounts): string | null {
  return undelivered > 0 && retries > 0 ? `batches were sent again ${retries} times` : null;
}

function troublesOf(health: WatchHealth): string[] {
  const { trouble, outputs, memory, failed } = health;
  const ofOutputs = outputs.flatMap((counts) => {
    const what = outputTrouble(counts, health);
    return what === null ? [] : [`${counts.name}: ${what}`];
  });
  return [
    ...(trouble === undefined ? [] : [trouble]),
    ...ofOutputs,
    ...(memory.givenUp > 0
      ? [`memory is short: ${memory.givenUp} steps are given up, see docs/service.md`]
      : []),
    ...(failed > 0 ? [`${failed} events could not be judged, which is a fault in Lanner`] : []),
  ];
}

function lostIn({ losses }: WatchHealth): number {
  return losses.reduce((total, { count }) => total + count, 0);
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

function latencyOf(counts: HistogramCounts): HealthEvents['latency'] {
  const total = sum(counts.counts);
  if (total === 0) return null;
  return { median: boundOf(counts, total / 2), p99: boundOf(counts, total * 0.99) };
}

/** Upper bound, in milliseconds, of the bucket in which so many observations are reached; `null` for the last one. */
function boundOf({ bounds, counts }: HistogramCounts, wanted: number): number | null {
  let seen = 0;
  for (const [index, count] of counts.entries()) {
    seen += count;
    const bound = bounds[index];
    if (seen >= wanted) return bound === undefined ? null : bound * 1000;
  }
  return null;
}
