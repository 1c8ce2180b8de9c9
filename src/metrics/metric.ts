/** What a metric is. Values are read when somebody asks for them: counting costs nothing but the counters. */

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels?: Labels;
  readonly value: number;
}

/** How a snapshot writes what Prometheus has in its base units: bytes, and shares of 1. */
export type SnapshotUnit = 'bytes' | 'kilobytes' | 'percent';

export interface ScalarMetric {
  /** Of Prometheus, with prefix and unit. */
  readonly name: string;
  readonly help: string;
  /** `untyped` where Falco has given a value that goes up and down the name of a counter. */
  readonly type: 'counter' | 'gauge' | 'untyped';
  /** Of snapshots, with its prefix and without its unit; absent where snapshots do not have it. */
  readonly key?: string | ((labels: Labels) => string);
  readonly unit?: SnapshotUnit;
  /** A snapshot has it also when it is zero. */
  readonly isKept?: boolean;
  /** Only part of snapshots. */
  readonly isSnapshotOnly?: boolean;
  readonly read: () => number | readonly Sample[];
}

/** A distribution, counted in buckets. */
export interface HistogramMetric {
  readonly name: string;
  readonly help: string;
  readonly type: 'histogram';
  readonly read: () => HistogramCounts;
}

export interface HistogramCounts {
  /** Upper bounds, ascending, without the infinite one. */
  readonly bounds: readonly number[];
  /** Observations in each bucket; one more than bounds. */
  readonly counts: readonly number[];
  readonly sum: number;
}

export type Metric = ScalarMetric | HistogramMetric;

/** The samples of a metric, a single value as one without labels. */
export function samplesOf(metric: ScalarMetric): readonly Sample[] {
  const values = metric.read();
  return typeof values === 'number' ? [{ value: values }] : values;
}
