/** Metrics of the outputs. */
import type { Metric, Sample } from '../../metrics/metric.ts';
import type { OutputCounts } from '../outputs.ts';

export interface MeasuredOutputs {
  readonly counts: () => readonly OutputCounts[];
  /** Alerts that did not fit `outputs_queue`, or that an output did not write. */
  readonly dropped: number;
  readonly leftOut: ReadonlyMap<string, number>;
}

export function outputMetrics(outputs: MeasuredOutputs): Metric[] {
  const each = (value: (counts: OutputCounts) => number | undefined) => (): Sample[] =>
    sums(outputs.counts(), value);
  return [
    {
      name: 'falcosecurity_falco_outputs_queue_num_drops_total',
      help: 'Alerts that an output did not write, summed over the outputs.',
      type: 'counter',
      key: 'falco.outputs_queue_num_drops',
      isKept: true,
      read: () => outputs.dropped,
    },
    {
      name: 'lanner_output_written_total',
      help: 'Alerts that the output has written, or that its receiver has taken.',
      type: 'counter',
      read: each(({ written }) => written),
    },
    {
      name: 'lanner_output_dropped_total',
      help: 'Alerts that the output did not write, since too much waited, or its receiver refused them.',
      type: 'counter',
      read: each(({ dropped }) => dropped),
    },
    {
      name: 'lanner_output_waiting_bytes',
      help: 'What waits in memory to be written.',
      type: 'gauge',
      read: each(({ waiting }) => waiting),
    },
    {
      name: 'lanner_output_queued',
      help: 'The same, in alerts.',
      type: 'gauge',
      read: each(({ queued }) => queued),
    },
    {
      name: 'lanner_output_left_out_total',
      help: 'Alerts that did not fit outputs_queue.capacity.',
      type: 'counter',
      read: () => [...outputs.leftOut].map(([output, value]) => ({ labels: { output }, value })),
    },
    {
      name: 'lanner_output_retries_total',
      help: 'Batches that were sent again.',
      type: 'counter',
      read: each(({ retries }) => retries),
    },
    {
      name: 'lanner_output_undelivered',
      help: 'Alerts that wait for their receiver, in memory and on disk.',
      type: 'gauge',
      read: each(({ undelivered }) => undelivered),
    },
    {
      name: 'lanner_output_removed_total',
      help: 'Alerts that the store has removed, since they were too old or too many.',
      type: 'counter',
      read: each(({ removed }) => removed),
    },
    {
      name: 'lanner_store_failing',
      help: '1 while the store cannot be written, and alerts wait for it.',
      type: 'gauge',
      read: each(({ isFailing }) => (isFailing === undefined ? undefined : Number(isFailing))),
    },
    {
      name: 'lanner_store_damaged_total',
      help: 'Files of the store that were found damaged and moved aside.',
      type: 'counter',
      read: each(({ setAside }) => setAside),
    },
  ];
}

/** One sample per name: an output that is leaving and its successor count as one. */
function sums(all: readonly OutputCounts[], value: (counts: OutputCounts) => number | undefined): Sample[] {
  const byName = new Map<string, number>();
  for (const counts of all) {
    const part = value(counts);
    if (part !== undefined) byName.set(counts.name, (byName.get(counts.name) ?? 0) + part);
  }
  return [...byName].map(([output, sum]) => ({ labels: { output }, value: sum }));
}
