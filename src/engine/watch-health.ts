/** How a run is, for people who look at it: counts since the start and what is wrong now, as plain data. */
import type { HistogramCounts } from '../metrics/metric.ts';
import type { KernelSource } from '../sources/kernel/kernel-source.ts';
import type { System } from '../system/system.ts';
import type { Engine } from './engine.ts';
import type { MemoryGuard } from './memory-guard.ts';
import { processCpu, processMemory } from './metrics/usage.ts';
import type { OutputCounts, OutputSet } from './outputs.ts';
import type { SelfWatch } from './self-watch.ts';

export interface WatchHealth {
  /** Events that were judged, of all sources. */
  readonly events: number;
  /** Events that the kernel left out since no rule can match them, by name. */
  readonly filtered: ReadonlyMap<string, number>;
  readonly losses: readonly { readonly event: string; readonly cause: string; readonly count: number }[];
  readonly alerts: number;
  /** Seconds from events to their alerts. */
  readonly latency: HistogramCounts;
  /** Events that could not be judged to the end. */
  readonly failed: number;
  readonly memory: {
    /** Bytes. */
    readonly resident: number;
    /** Bytes; 0 for no limit. */
    readonly ceiling: number;
    /** Steps that are given up since memory is short. */
    readonly givenUp: number;
    /** Share of one CPU. */
    readonly cpu: number;
  };
  readonly tables: {
    readonly processes: number;
    readonly threads: number;
    readonly containers: number;
  };
  readonly outputs: readonly OutputCounts[];
  /** What is wrong with outputs, by their names, in words for people. */
  readonly outputTroubles: ReadonlyMap<string, string>;
  /** Names of the event sources. */
  readonly sources: readonly string[];
  /** Why events are not read; `undefined` when they are. */
  readonly trouble: string | undefined;
}

export interface HealthParts {
  readonly source: Pick<KernelSource, 'statistics' | 'losses'>;
  readonly all: { readonly statistics: { readonly delivered: number } };
  readonly system: Pick<System, 'statistics'>;
  readonly engine: Pick<Engine, 'alerts' | 'latency' | 'failed'>;
  readonly outputs: Pick<OutputSet, 'counts'>;
  readonly containers: { readonly statistics: { readonly known: number } };
  readonly memory: Pick<MemoryGuard, 'ceiling' | 'given'>;
  readonly self: Pick<SelfWatch, 'trouble' | 'outputTroubles'>;
  readonly sources: readonly string[];
}

/** Reads the counters of the probe, which takes a while on machines with many CPUs: not for every event. */
export function watchHealth(parts: HealthParts): WatchHealth {
  const { source, all, system, engine, outputs, containers, memory, self, sources } = parts;
  const { processes, threads } = system.statistics;
  return {
    events: all.statistics.delivered,
    filtered: source.statistics.filtered,
    losses: source.losses(),
    alerts: engine.alerts.total,
    latency: engine.latency,
    failed: engine.failed,
    memory: {
      resident: processMemory().resident,
      ceiling: memory.ceiling,
      givenUp: memory.given,
      cpu: processCpu(),
    },
    tables: { processes, threads, containers: containers.statistics.known },
    outputs: outputs.counts(),
    outputTroubles: self.outputTroubles,
    sources,
    trouble: self.trouble,
  };
}
