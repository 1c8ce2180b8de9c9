/** Metrics as text for Prometheus: its exposition format, version 0.0.4. */
import { type HistogramMetric, type Labels, type Metric, type Sample, samplesOf } from './metric.ts';

export const PROMETHEUS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** All metrics that have samples. Those of one name stand together, as the format asks. Ends with a newline. */
export function prometheusText(metrics: readonly Metric[]): string {
  return metrics.map(family).join('');
}

function family(metric: Metric): string {
  if (metric.type !== 'histogram' && metric.isSnapshotOnly) return '';
  const lines =
    metric.type === 'histogram'
      ? histogramLines(metric)
      : samplesOf(metric).map((sample) => sampleLine(metric.name, sample));
  if (lines.length === 0) return '';
  const help = metric.help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return [`# HELP ${metric.name} ${help}`, `# TYPE ${metric.name} ${metric.type}`, ...lines, ''].join('\n');
}

function histogramLines({ name, read }: HistogramMetric): string[] {
  const { bounds, counts, sum } = read();
  let total = 0;
  const buckets = counts.map((count, bucket) => {
    total += count;
    return sampleLine(`${name}_bucket`, {
      labels: { le: bucket < bounds.length ? String(bounds[bucket]) : '+Inf' },
      value: total,
    });
  });
  return [
    ...buckets,
    sampleLine(`${name}_sum`, { value: sum }),
    sampleLine(`${name}_count`, { value: total }),
  ];
}

function sampleLine(name: string, { labels = {}, value }: Sample): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${labelName(label)}="${escapeLabel(text)}"`);
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${valueText(value)}`;
}

/** A tag of a rule may hold what a label must not. */
function labelName(text: string): string {
  return text.replace(/[^a-zA-Z0-9_]+/g, '_').replace(/^(?=\d)/, '_');
}

function escapeLabel(text: Labels[string]): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function valueText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}
