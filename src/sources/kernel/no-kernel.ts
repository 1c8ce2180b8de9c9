/** In place of the kernel where system calls are not watched. */
import { KernelSourceError } from './error.ts';
import type { KernelStatistics, WatchedKernel } from './kernel-source.ts';

const NOTHING: KernelStatistics = {
  delivered: 0,
  lost: new Map(),
  lostByCategory: new Map(),
  emitted: 0,
  filtered: new Map(),
  compatCalls: 0,
  unwatchedThreads: 0,
  earlyRequests: 0,
};

export class NoKernel implements WatchedKernel {
  readonly name = 'syscall';
  readonly missingEvents: readonly string[] = [];
  readonly watchesUring = true;
  readonly bootTime = undefined;
  readonly statistics = NOTHING;

  async run(): Promise<void> {}

  ask(): readonly string[] {
    return [];
  }

  trim(): void {}
  filter(): void {}
  knowNames(): void {}
  placeProcesses(): void {}
  meetInode(): void {}
  knowInodes(): void {}
  stop(): void {}
  close(): void {}

  spawnInScope<T>(_spawn: () => T): T {
    throw new KernelSourceError(
      'BAD_SCOPE',
      'system calls are not watched: no program can be started in scope',
    );
  }

  watch(): void {}

  scopedPids(): readonly number[] {
    return [];
  }

  losses(): [] {
    return [];
  }

  countsByCpu(): [] {
    return [];
  }
}
