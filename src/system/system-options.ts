/** What a model of the machine is opened with: where it begins, its limits, and whom it asks. */
import type { ClusterDirectory } from './cluster.ts';
import type { ContainerObserver } from './container.ts';
import type { ProcessCounters } from './counters.ts';
import type { HostNames } from './host-names.ts';
import type { Looks } from './looks/looks.ts';
import type { Mounts } from './mounts.ts';
import type { FileNames } from './other-names.ts';
import type { PostponedLimits } from './postponed-events.ts';
import type { ProcInquiry } from './proc-inquiry.ts';
import type { ArgumentAuthority } from './process-model.ts';

/**
 * What is read from /proc at the start, and with it what may be read later. `host`: every process, in
 * full. `processes`: these in full and their ancestors by name. `none`: nothing. In the last two, a
 * process that an event names as the one that acted is read in full when it is not known, and only its
 * ancestors' names are read: a scoped capture does not pry into what is outside its scope. `capture`: nothing
 * of this machine is read, ever; the capture itself tells, see `System.snapshot`. `recording`: the same, and
 * the capture is one of Lanner's own: its events mean what they meant live.
 */
export type Seed =
  | { readonly kind: 'host' }
  | { readonly kind: 'processes'; readonly pids: readonly number[] }
  | { readonly kind: 'none' }
  | { readonly kind: 'capture' }
  | { readonly kind: 'recording' };

export interface SystemLimits {
  /** Threads in the table; Falco's `thread_table_size`. */
  readonly threads: number;
  /** Look-ups in /proc a second, and at once after a quiet time. 0 keeps away from /proc (captures). */
  readonly lookupsPerSecond: number;
  readonly lookupBurst: number;
  /**
   * A thread that no event told of for so long is looked for in /proc, and removed if it is gone: its exit was
   * lost. Falco's `thread_table_auto_purging_thread_timeout_s`.
   */
  readonly unseenMs: number;
  /** How often the table is gone through for them; Falco's `thread_table_auto_purging_interval_s`. */
  readonly purgeIntervalMs: number;
  /** Containers whose users and groups are remembered. */
  readonly containerUsers: number;
}

export const DEFAULT_LIMITS: SystemLimits = {
  threads: 262_144,
  lookupsPerSecond: 500,
  lookupBurst: 1000,
  unseenMs: 300_000,
  purgeIntervalMs: 300_000,
  containerUsers: 1024,
};

export interface SystemOptions {
  /** Prefix of /proc and /etc when the host's files are mounted elsewhere; empty by default. */
  readonly hostRoot?: string;
  readonly seed: Seed;
  readonly limits?: Partial<SystemLimits>;
  /** Who looks at the machine's file systems; this thread unless told, which then waits for them. */
  readonly looks?: Looks;
  /** Who reads /proc after the start; whoever looks at file systems unless told. */
  readonly inquiry?: ProcInquiry;
  /** How many events may wait for a look-up, and for how long. */
  readonly postponed?: Partial<PostponedLimits>;
  /** Finds out about containers; told of each as soon as a process is known to be in it. */
  readonly containers?: ContainerObserver | undefined;
  /** What the cluster says of the machine's pods. */
  readonly cluster?: ClusterDirectory | undefined;
  /** Hosts that rules ask for by name; without them, no address has a name. */
  readonly hosts?: HostNames | undefined;
  /**
   * When the machine started, nanoseconds since the epoch, by the clock that stamps the events; unless told, as /proc
   * has it, which knows it to 10 ms only.
   */
  readonly bootTime?: bigint | undefined;
  /** Names that rules ask for by the files that they lead to. */
  readonly fileNames?: FileNames | undefined;
  /** The machine's mounts, for the paths of files that processes see by other ones. */
  readonly mounts?: Mounts | undefined;
  /** `every event` for captures unless told, so that they give Falco's answers; `exec` for everything else. */
  readonly argumentAuthority?: ArgumentAuthority;
  /** Milliseconds of a clock that never goes back; for tests. */
  readonly clock?: () => number;
  /** Milliseconds since the epoch; for tests. */
  readonly wallClock?: () => number;
}

/** Counts since the start; `threads` and `processes` are those known now. */
export interface SystemStatistics extends Readonly<ProcessCounters> {
  readonly threads: number;
  readonly processes: number;
  /** Threads that came into the table, and left it. */
  readonly added: number;
  readonly removed: number;
  /** Threads that did not fit the table. */
  readonly discarded: number;
  /** Paths whose links were not followed, since too many came at once. */
  readonly unresolvedPaths: number;
  /** Symbolic links that events told of and that were forgotten, since newer ones came. */
  readonly forgottenLinks: number;
  /** Readings of /proc that were given up, since the process did not let itself be read. */
  readonly stuckReadings: number;
  /** Looks at the machine's file systems that did not come back, and those that were not made because of such. */
  readonly looksGivenUp: number;
  readonly looksRefused: number;
}
