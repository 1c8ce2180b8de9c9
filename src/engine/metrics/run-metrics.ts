/** The metrics of a run, from its beginning to its end and through reloads. */
import type { Config } from '../../config/schema.ts';
import { toText } from '../../events/bytes.ts';
import type { WatchedKernel } from '../../sources/kernel/kernel-source.ts';
import type { System } from '../../system/system.ts';
import type { OutputSet } from '../outputs.ts';
import type { About } from './about-metrics.ts';
import { type Measured, MetricRegistry } from './registry.ts';
import { MetricSnapshots } from './snapshots.ts';

export interface RunMetricsParts
  extends Pick<Measured, 'engine' | 'containers' | 'cluster' | 'memory' | 'audit'> {
  readonly source: WatchedKernel;
  readonly system: System;
  readonly outputs: OutputSet;
  readonly log: (line: string) => void;
}

/** What changes with a reload. */
export interface MetricSettings {
  readonly config: Config;
  readonly about?: About | undefined;
}

const UNKNOWN: About = { version: 'unknown', files: [] };

export class RunMetrics {
  readonly #registry: MetricRegistry;
  readonly #snapshots: MetricSnapshots;
  #about: About;
  #reloadTime: bigint;

  constructor(parts: RunMetricsParts, { config, about = UNKNOWN }: MetricSettings) {
    const { source, system, outputs, engine, containers, cluster, memory, audit, log } = parts;
    const startTime = now();
    const start = performance.now();
    const hostname = toText(system.hostname);
    this.#about = about;
    this.#reloadTime = startTime;
    const facts = {
      ...{ source: source.name, hostname, bootTime: system.bootTime, startTime },
      reloadTime: () => this.#reloadTime,
      duration: () => Math.floor((performance.now() - start) / 1000),
      about: () => this.#about,
    };
    this.#registry = new MetricRegistry(
      { facts, source, model: system, engine, outputs, containers, cluster, memory, audit },
      config.metrics,
    );
    this.#snapshots = new MetricSnapshots(
      { registry: this.#registry, hostname, alert: (alert) => outputs.write(alert), log },
      config.metrics,
    );
  }

  /** Rules and configuration are others from now on. */
  reloaded({ config, about = UNKNOWN }: MetricSettings): void {
    this.#about = about;
    this.#reloadTime = now();
    this.#registry.configure(config.metrics);
    this.#snapshots.configure(config.metrics);
  }

  /** Text for Prometheus. */
  prometheus(): string {
    return this.#registry.prometheus();
  }

  close(): void {
    this.#snapshots.close();
  }
}

/** Nanoseconds since the epoch. */
function now(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}
