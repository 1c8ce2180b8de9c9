/** Watches the watching itself: losses, silence, events that nobody reads, what does not answer or takes nothing. */
import type { InternalAlert } from '../alerts/alert.ts';
import type { Config } from '../config/schema.ts';
import { toText } from '../events/bytes.ts';
import type { KernelSource, KernelStatistics } from '../sources/kernel/kernel-source.ts';
import type { System } from '../system/system.ts';
import { DropWatch } from './drop-watch.ts';
import { LookWatch } from './look-watch.ts';
import type { MemoryGuard } from './memory-guard.ts';
import { memoryCeiling } from './memory-steps.ts';
import { OutputWatch } from './output-watch.ts';
import type { OutputSet } from './outputs.ts';
import { ReadingWatch } from './reading-watch.ts';
import { SilenceWatch } from './silence-watch.ts';
import { StoreWatch } from './store-watch.ts';

export interface SelfWatchParts {
  readonly source: Pick<KernelSource, 'statistics'>;
  readonly system: Pick<System, 'hostname' | 'looks'>;
  readonly outputs: Pick<OutputSet, 'write' | 'counts'>;
  readonly memory: Pick<MemoryGuard, 'configure'>;
  /** The whole machine is watched, which is never silent for long. */
  readonly isHost: boolean;
  readonly log: (line: string) => void;
  /** The configuration wants the program to end. */
  readonly exit: (reason: string) => void;
}

export class SelfWatch {
  readonly #source: SelfWatchParts['source'];
  /** Of the last look. Reading them takes a while on machines with many CPUs. */
  #counts: KernelStatistics;
  readonly #drops: DropWatch;
  readonly #reading: ReadingWatch;
  readonly #silence: SilenceWatch | undefined;
  readonly #looks: LookWatch;
  readonly #outputs: OutputWatch;
  readonly #stores: StoreWatch;
  readonly #memory: SelfWatchParts['memory'];

  constructor({ source, system, outputs, memory, isHost, log, exit }: SelfWatchParts, config: Config) {
    this.#memory = memory;
    this.#source = source;
    this.#counts = source.statistics;
    const hostname = toText(system.hostname);
    const alert = (news: InternalAlert): void => outputs.write(news);
    this.#drops = new DropWatch({
      config: config.syscall_event_drops,
      counts: () => this.#counts,
      hostname,
      actions: { log, alert, exit },
    });
    this.#looks = new LookWatch({ counts: () => system.looks.statistics, log, alert, hostname });
    this.#reading = new ReadingWatch(() => this.#counts);
    if (isHost)
      this.#silence = new SilenceWatch(
        { delivered: () => this.#counts.delivered, hostname, alert },
        config.syscall_event_timeouts.max_consecutives,
      );
    this.#stores = new StoreWatch({ counts: () => outputs.counts(), alert, hostname });
    this.#outputs = new OutputWatch({ counts: () => outputs.counts(), log }, config.output_timeout);
  }

  configure(config: Config): void {
    this.#memory.configure(memoryCeiling(config.limits.memory_mb));
    this.#drops.configure(config.syscall_event_drops);
    this.#outputs.timeout = config.output_timeout;
    if (this.#silence) this.#silence.maxTimeouts = config.syscall_event_timeouts.max_consecutives;
  }

  /** To be called once a second. */
  look(): void {
    this.#counts = this.#source.statistics;
    this.#drops.look();
    this.#reading.look();
    this.#silence?.look();
    this.#looks.look();
    this.#outputs.look();
    this.#stores.look();
  }

  /** To be called at the end: tells the losses that have not been told yet. */
  finish(): void {
    this.#counts = this.#source.statistics;
    this.#drops.finish();
    this.#looks.finish();
  }

  /** What is wrong with outputs, by their names; without those that take alerts. */
  get outputTroubles(): ReadonlyMap<string, string> {
    return this.#outputs.troubles;
  }

  /** Why events are not being read; `undefined` when they are. */
  get trouble(): string | undefined {
    return this.#reading.trouble;
  }
}
