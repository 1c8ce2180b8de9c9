/** Metrics of the model of the machine, and of what container engines tell. */
import type { ContainerStatistics } from '../../containers/service.ts';
import type { Metric } from '../../metrics/metric.ts';
import type { SystemStatistics } from '../../system/system.ts';

export interface MeasuredModel {
  readonly statistics: SystemStatistics;
}

/** Falco's names for what is a count of the table of threads: in Prometheus among those of the library. */
const FALCOS: readonly [name: string, help: string, read: (statistics: SystemStatistics) => number][] = [
  ['n_added_threads', 'Threads that came into the model.', ({ added }) => added],
  ['n_removed_threads', 'Threads that left the model.', ({ removed }) => removed],
  [
    'n_noncached_thread_lookups',
    'Processes that were not known and were read from /proc.',
    ({ lookups }) => lookups,
  ],
  [
    'n_failed_thread_lookups',
    'Such processes that were gone already, or too many.',
    ({ lookupsFailed, lookupsRefused }) => lookupsFailed + lookupsRefused,
  ],
  [
    'n_drops_full_threadtable',
    'Threads that were not taken into the model, since it was full.',
    ({ discarded }) => discarded,
  ],
];

const OWN: readonly [name: keyof SystemStatistics, metric: string, help: string][] = [
  ['lookupsRefused', 'lookups_refused', 'Processes that were not looked up, since too many came at once.'],
  ['unknown', 'threads_unknown', 'Threads of which nothing but the id was known when their event came.'],
  ['healed', 'processes_healed', 'Processes of which a later event told what an earlier one should have.'],
  ['replaced', 'threads_replaced', 'Threads whose exit was not seen, and whose id another one got.'],
  ['purged', 'threads_purged', 'Threads whose exit was not seen, and that were found to be gone.'],
  ['postponed', 'events_postponed', 'Events that waited until their process had been looked up.'],
  ['notAwaited', 'events_not_awaited', 'Events that should have waited so, and did not, or not to the end.'],
  ['resyncs', 'resyncs', 'Comparisons of the model with /proc, each after losses.'],
  ['found', 'resync_processes_found', 'Processes that such a comparison found.'],
  ['corrected', 'resync_processes_corrected', 'Processes that such a comparison corrected.'],
  [
    'unresolvedPaths',
    'paths_unresolved',
    'Paths whose links were not followed, since too many came at once.',
  ],
  ['forgottenLinks', 'links_forgotten', 'Symbolic links that were forgotten, since newer ones came.'],
  ['stuckReadings', 'readings_stuck', 'Readings of /proc that were given up, since they did not come back.'],
  [
    'looksGivenUp',
    'looks_given_up',
    'Looks at file systems that were given up, since they did not come back.',
  ],
  [
    'looksRefused',
    'looks_refused',
    'Looks at file systems that were not made, since others had not come back.',
  ],
];

/** `state_counters_enabled`. */
export function modelMetrics(model: MeasuredModel): Metric[] {
  return [
    {
      name: 'falcosecurity_scap_n_threads_total',
      help: 'Threads that the model knows now.',
      type: 'untyped',
      key: 'falco.n_threads',
      read: () => model.statistics.threads,
    },
    {
      name: 'lanner_processes',
      help: 'Processes that the model knows now.',
      type: 'gauge',
      read: () => model.statistics.processes,
    },
    ...FALCOS.map(
      ([name, help, read]): Metric => ({
        name: `falcosecurity_scap_${name}_total`,
        help,
        type: 'counter',
        key: `falco.${name}`,
        read: () => read(model.statistics),
      }),
    ),
    ...OWN.map(
      ([key, name, help]): Metric => ({
        name: `lanner_${name}_total`,
        help,
        type: 'counter',
        read: () => model.statistics[key],
      }),
    ),
  ];
}

/** `plugins_metrics_enabled`: what Falco's container plugin tells. */
export function containerMetrics(containers: {
  readonly statistics: ContainerStatistics;
  readonly withoutImage: number;
}): Metric[] {
  return [
    {
      name: 'falcosecurity_plugins_container_n_containers_total',
      help: 'Containers that are known now.',
      type: 'untyped',
      key: 'plugins.container.n_containers',
      read: () => containers.statistics.known,
    },
    {
      name: 'falcosecurity_plugins_container_n_missing_container_images_total',
      help: 'Containers of which no image is known now.',
      type: 'untyped',
      key: 'plugins.container.n_missing_container_images',
      read: () => containers.withoutImage,
    },
    {
      name: 'lanner_containers_pending',
      help: 'Containers that engines are being asked about.',
      type: 'gauge',
      read: () => containers.statistics.pending,
    },
    {
      name: 'lanner_container_answers_total',
      help: 'Containers by what came of asking: found, unknown to all engines, failed questions, or left out since there were too many.',
      type: 'counter',
      read() {
        const { found, unknown, failures, evicted } = containers.statistics;
        return Object.entries({ found, unknown, failures, evicted }).map(([result, value]) => ({
          labels: { result },
          value,
        }));
      },
    },
  ];
}
