/** Metrics of memory: how near its ceiling is, what was given up, and what the tables hold. */
import type { Metric } from '../../metrics/metric.ts';
import type { MemoryGuard } from '../memory-guard.ts';

export interface MeasuredMemory {
  readonly guard: Pick<MemoryGuard, 'ceiling' | 'given' | 'pressure' | 'times'>;
  /** Entries that each table has now. */
  readonly tables: () => Readonly<Record<Table, number>>;
  /** Recordings of what surrounds alerts; `undefined` where none are made. */
  readonly recordings:
    | {
        readonly files: number;
        readonly failures: number;
        readonly forgotten: number;
        readonly bytes: number;
      }
    | undefined;
}

/**
 * Bytes that an entry of usual size takes, as measured with texts of usual length: a process with four arguments and
 * twenty variables, an alert with a dozen fields. What entries share is counted in each.
 */
const ENTRY_BYTES = { processes: 2500, threads: 400, containers: 2000, folds: 1500, alerts: 1500 } as const;

type Table = keyof typeof ENTRY_BYTES;

export function memoryMetrics({ guard, tables, recordings }: MeasuredMemory): Metric[] {
  const entries = (): [Table, number][] => Object.entries(tables()) as [Table, number][];
  return [
    {
      name: 'lanner_memory_ceiling_bytes',
      help: 'Memory that Lanner may use for itself, see limits.memory_mb; 0 for no limit.',
      type: 'gauge',
      read: () => guard.ceiling,
    },
    {
      name: 'lanner_memory_pressure_ratio',
      help: 'Share of that memory which is in use, or of the most that V8 takes, if that is nearer.',
      type: 'gauge',
      read: () => guard.pressure,
    },
    {
      name: 'lanner_memory_steps_given_up',
      help: 'How many steps are given up now since memory is short: 0 for none.',
      type: 'gauge',
      read: () => guard.given,
    },
    {
      name: 'lanner_memory_given_up_total',
      help: 'How often each step was given up, since memory was short.',
      type: 'counter',
      read: () => [...guard.times].map(([step, value]) => ({ labels: { step }, value })),
    },
    {
      name: 'lanner_table_entries',
      help: 'Entries of the tables that grow with the machine.',
      type: 'gauge',
      read: () => entries().map(([table, value]) => ({ labels: { table }, value })),
    },
    {
      name: 'lanner_table_estimated_bytes',
      help: 'Their memory, estimated: entries times the bytes that one of usual size takes.',
      type: 'gauge',
      read: () =>
        entries().map(([table, count]) => ({ labels: { table }, value: count * ENTRY_BYTES[table] })),
    },
    ...(recordings === undefined ? [] : recordingMetrics(recordings)),
  ];
}

function recordingMetrics(recordings: Exclude<MeasuredMemory['recordings'], undefined>): Metric[] {
  return [
    {
      name: 'lanner_recordings_total',
      help: 'Recordings of what surrounds alerts that were begun.',
      type: 'counter',
      read: () => recordings.files,
    },
    {
      name: 'lanner_recordings_failed_total',
      help: 'Those that could not be begun, or not be written to their end.',
      type: 'counter',
      read: () => recordings.failures,
    },
    {
      name: 'lanner_recording_events_forgotten_total',
      help: 'Events from before alerts that were forgotten early, since capture.before_mb is too small.',
      type: 'counter',
      read: () => recordings.forgotten,
    },
    {
      name: 'lanner_recording_memory_bytes',
      help: 'Memory for events from before alerts.',
      type: 'gauge',
      read: () => recordings.bytes,
    },
  ];
}
