/** All metrics of a run, and which of them the configuration wants. */
import type { Config } from '../../config/schema.ts';
import type { ContainerMetadataService } from '../../containers/service.ts';
import type { Metric } from '../../metrics/metric.ts';
import { prometheusText } from '../../metrics/prometheus.ts';
import { snapshotOf } from '../../metrics/snapshot.ts';
import type { ClusterDirectory } from '../../system/cluster.ts';
import { aboutMetrics, type RunFacts, snapshotFacts } from './about-metrics.ts';
import { auditMetrics, type MeasuredAudit } from './audit-metrics.ts';
import { clusterMetrics } from './cluster-metrics.ts';
import { cpuMetrics, eventMetrics, type MeasuredSource } from './event-metrics.ts';
import { type MeasuredMemory, memoryMetrics } from './memory-metrics.ts';
import { containerMetrics, type MeasuredModel, modelMetrics } from './model-metrics.ts';
import { type MeasuredOutputs, outputMetrics } from './output-metrics.ts';
import { engineMetrics, type MeasuredEngine, ruleMetrics } from './rule-metrics.ts';
import { usageMetrics } from './usage-metrics.ts';

type Settings = Config['metrics'];

/** What is measured. */
export interface Measured {
  readonly facts: RunFacts;
  readonly source: MeasuredSource;
  readonly model: MeasuredModel;
  readonly engine: MeasuredEngine;
  readonly outputs: MeasuredOutputs;
  readonly memory: MeasuredMemory;
  readonly containers: Pick<ContainerMetadataService, 'statistics' | 'withoutImage'>;
  /** Where the cluster is asked about pods. */
  readonly cluster?: ClusterDirectory | undefined;
  /** Where audit events are judged. */
  readonly audit?: MeasuredAudit | undefined;
}

export type SnapshotFields = Readonly<Record<string, string | number | bigint>>;

export class MetricRegistry {
  readonly #measured: Measured;
  readonly #source: SourceAtOneMoment;
  #settings: Settings;
  #metrics: readonly Metric[];

  constructor(measured: Measured, settings: Settings) {
    this.#source = new SourceAtOneMoment(measured.source);
    this.#measured = { ...measured, source: this.#source };
    this.#settings = settings;
    this.#metrics = wanted(this.#measured, settings);
  }

  configure(settings: Settings): void {
    this.#settings = settings;
    this.#metrics = wanted(this.#measured, settings);
  }

  /** Text for Prometheus. */
  prometheus(): string {
    this.#source.forget();
    return prometheusText(this.#metrics);
  }

  /** Falco's names and values of this moment, `now` in nanoseconds since the epoch. */
  snapshot(now: bigint): SnapshotFields {
    this.#source.forget();
    const { convert_memory_to_mb: inMegabytes, include_empty_values: withZeros } = this.#settings;
    return {
      ...snapshotFacts(this.#measured.facts, now),
      ...snapshotOf(this.#metrics, { inMegabytes, withZeros }),
      'falco.num_evts': this.#measured.source.statistics.delivered,
    };
  }
}

/** Reads the counters of the probe once for all metrics of a moment: there are many, for each CPU. */
class SourceAtOneMoment implements MeasuredSource {
  readonly #source: MeasuredSource;
  #statistics: MeasuredSource['statistics'] | undefined;

  constructor(source: MeasuredSource) {
    this.#source = source;
  }

  forget(): void {
    this.#statistics = undefined;
  }

  get statistics(): MeasuredSource['statistics'] {
    this.#statistics ??= this.#source.statistics;
    return this.#statistics;
  }

  losses(): ReturnType<MeasuredSource['losses']> {
    return this.#source.losses();
  }

  countsByCpu(): ReturnType<MeasuredSource['countsByCpu']> {
    return this.#source.countsByCpu();
  }
}

function wanted(measured: Measured, settings: Settings): Metric[] {
  const { facts, source, model, engine, outputs, containers, memory, audit, cluster } = measured;
  return [
    ...aboutMetrics(facts),
    ...outputMetrics(outputs),
    ...(settings.kernel_event_counters_enabled ? eventMetrics(source) : []),
    ...(settings.kernel_event_counters_per_cpu_enabled ? cpuMetrics(source) : []),
    ...(settings.state_counters_enabled ? modelMetrics(model) : []),
    ...(settings.plugins_metrics_enabled ? containerMetrics(containers) : []),
    ...(settings.rules_counters_enabled ? ruleMetrics(engine) : []),
    ...(settings.resource_utilization_enabled ? usageMetrics() : []),
    ...engineMetrics(engine),
    ...memoryMetrics(memory),
    ...auditMetrics(audit),
    ...(cluster ? clusterMetrics(cluster) : []),
  ];
}
