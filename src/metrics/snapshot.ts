/** Metrics as names and values, under the names that Falco's metrics have in alerts and files. */
import { type Labels, type Metric, type ScalarMetric, samplesOf } from './metric.ts';

export interface SnapshotOptions {
  /** Memory in megabytes, instead of bytes and kilobytes. */
  readonly inMegabytes: boolean;
  /** Also what is zero. */
  readonly withZeros: boolean;
}

const MEBIBYTE = 1024 * 1024;

/** The values of all metrics that have a name in snapshots. */
export function snapshotOf(metrics: readonly Metric[], options: SnapshotOptions): Record<string, number> {
  const values: Record<string, number> = {};
  for (const metric of metrics) {
    if (metric.type === 'histogram' || metric.key === undefined) continue;
    for (const { labels = {}, value } of samplesOf(metric)) {
      if (value === 0 && !options.withZeros && !metric.isKept) continue;
      const [suffix, converted] = convert(value, metric.unit, options.inMegabytes);
      values[keyOf(metric, labels) + suffix] = converted;
    }
  }
  return values;
}

function keyOf({ key }: ScalarMetric, labels: Labels): string {
  return typeof key === 'function' ? key(labels) : (key ?? '');
}

function convert(value: number, unit: ScalarMetric['unit'], inMegabytes: boolean): [string, number] {
  if (unit === undefined) return ['', value];
  if (unit === 'percent') return ['_perc', oneDecimal(value * 100)];
  if (inMegabytes) return ['_mb', oneDecimal(value / MEBIBYTE)];
  return unit === 'kilobytes' ? ['_kb', Math.round(value / 1024)] : ['_bytes', value];
}

function oneDecimal(value: number): number {
  return Math.round(value * 10) / 10;
}
