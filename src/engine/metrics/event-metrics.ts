/** Metrics of the probe: events and losses. Falco's are those of its drivers; buffers of entry events stay at 0. */
import type { Metric, Sample } from '../../metrics/metric.ts';
import type { KernelSource, KernelStatistics } from '../../sources/kernel/kernel-source.ts';

export type MeasuredSource = Pick<KernelSource, 'statistics' | 'losses' | 'countsByCpu'>;

/** Falco's categories of lost events, as its metrics have them. */
const CATEGORIES = ['clone_fork', 'execve', 'connect', 'open', 'dir_file', 'other_interest', 'close', 'proc'];
/** Those of which Falco's older versions also counted what the entry of a call was told with. */
const ENTRY_CATEGORIES = ['connect', 'open'];

/** `kernel_event_counters_enabled`. */
export function eventMetrics(source: MeasuredSource): Metric[] {
  const read = (value: (statistics: KernelStatistics) => number) => () => value(source.statistics);
  return [
    {
      name: 'falcosecurity_scap_n_evts_total',
      help: 'Events that the probe has handed over or lost.',
      type: 'counter',
      key: 'scap.n_evts',
      isKept: true,
      read: read((statistics) => statistics.emitted + lostIn(statistics)),
    },
    {
      name: 'falcosecurity_scap_n_drops_total',
      help: 'Events that were lost, whatever the cause.',
      type: 'counter',
      key: 'scap.n_drops',
      isKept: true,
      read: read(lostIn),
    },
    {
      name: 'scap_n_drops_buffer',
      help: '',
      type: 'counter',
      key: 'scap.n_drops_buffer_total',
      isSnapshotOnly: true,
      read: read(lostIn),
    },
    {
      name: 'falcosecurity_scap_n_drops_buffer_total',
      help: 'Lost events by category.',
      type: 'counter',
      key: ({ drop, dir }) => `scap.n_drops_buffer_${drop}_${dir}`,
      read: () => lostByCategory(source.statistics),
    },
    ...['scratch_map', 'page_faults', 'bug'].map(
      (cause): Metric => ({
        name: `falcosecurity_scap_n_drops_${cause}_total`,
        help: 'A cause of losses that the probe does not have.',
        type: 'counter',
        key: `scap.n_drops_${cause}`,
        read: () => 0,
      }),
    ),
    {
      name: 'lanner_events_delivered_total',
      help: 'Events that have been judged, or wait for that outside of the buffers.',
      type: 'counter',
      read: read(({ delivered }) => delivered),
    },
    {
      name: 'lanner_events_in_buffers',
      help: 'Events that the probe has handed over and nobody has read yet.',
      type: 'gauge',
      read: read(({ emitted, delivered }) => Math.max(emitted - delivered, 0)),
    },
    {
      name: 'lanner_events_lost_total',
      help: 'Lost events by type and by cause: the buffer was full, the CPU was busy with another event, or the event was too large.',
      type: 'counter',
      read: () =>
        source.losses().map(({ event, cause, count }) => ({ labels: { event, cause }, value: count })),
    },
    {
      name: 'lanner_events_filtered_total',
      help: 'Events that the kernel left out, since no rule can match them, by type.',
      type: 'counter',
      read: () => [...source.statistics.filtered].map(([event, value]) => ({ labels: { event }, value })),
    },
    {
      name: 'lanner_calls_unseen_total',
      help: 'System calls of interfaces that are not watched, as 32-bit ARM, and with numbers that are not known.',
      type: 'counter',
      read: read(({ compatCalls }) => compatCalls),
    },
    {
      name: 'lanner_threads_unwatched_total',
      help: 'Threads that were not watched, since too many were in scope.',
      type: 'counter',
      read: read(({ unwatchedThreads }) => unwatchedThreads),
    },
    {
      name: 'lanner_uring_requests_early_total',
      help: 'Requests of io_uring that were told without their result, since too many were under way.',
      type: 'counter',
      read: read(({ earlyRequests }) => earlyRequests),
    },
  ];
}

/** `kernel_event_counters_per_cpu_enabled`. */
export function cpuMetrics(source: MeasuredSource): Metric[] {
  const each = (value: (cpu: { emitted: number; lost: number }) => number) => (): Sample[] =>
    source.countsByCpu().map((counts, cpu) => ({ labels: { cpu: String(cpu) }, value: value(counts) }));
  return [
    {
      name: 'falcosecurity_scap_n_evts_cpu_total',
      help: 'Events of each CPU, handed over or lost.',
      type: 'counter',
      key: ({ cpu }) => `scap.n_evts_cpu_${cpu}`,
      read: each(({ emitted, lost }) => emitted + lost),
    },
    {
      name: 'falcosecurity_scap_n_drops_cpu_total',
      help: 'Lost events of each CPU.',
      type: 'counter',
      key: ({ cpu }) => `scap.n_drops_cpu_${cpu}`,
      read: each(({ lost }) => lost),
    },
  ];
}

function lostIn({ lost }: KernelStatistics): number {
  let sum = 0;
  for (const count of lost.values()) sum += count;
  return sum;
}

function lostByCategory({ lostByCategory: lost }: KernelStatistics): Sample[] {
  const counts: ReadonlyMap<string, number> = lost;
  return [
    ...CATEGORIES.map((drop) => ({ labels: { drop, dir: 'exit' }, value: counts.get(drop) ?? 0 })),
    ...ENTRY_CATEGORIES.map((drop) => ({ labels: { drop, dir: 'enter' }, value: 0 })),
  ];
}
