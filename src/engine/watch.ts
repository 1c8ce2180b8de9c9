/** Watching from beginning to end: rules, probe, model, outputs, the loop, and the summary. */
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { EvidenceBudget } from '../alerts/evidence-budget.ts';
import { type InternalNews, internalAlert } from '../alerts/internal.ts';
import type { AlertSummary } from '../alerts/summary.ts';
import type { Config } from '../config/schema.ts';
import { openContainers } from '../containers/open.ts';
import type { ContainerMetadataService } from '../containers/service.ts';
import { type ByteString, toText } from '../events/bytes.ts';
import type { MatcherProfile } from '../matcher/profile.ts';
import { seesProcessIds } from '../sources/kernel/host.ts';
import {
  type KernelStatistics,
  openKernelSource,
  type WatchedKernel,
} from '../sources/kernel/kernel-source.ts';
import { NoKernel } from '../sources/kernel/no-kernel.ts';
import type { ClusterDirectory } from '../system/cluster.ts';
import type { HostNames } from '../system/host-names.ts';
import { KnownFiles } from '../system/known-files.ts';
import type { Looks } from '../system/looks/looks.ts';
import { ProcessLooks } from '../system/looks/process-looks.ts';
import { Mounts } from '../system/mounts.ts';
import type { ResyncScope } from '../system/resync.ts';
import { type Seed, System, type SystemLimits } from '../system/system.ts';
import { AlertRecordings } from './alert-recordings.ts';
import { openHosts } from './asked-hosts.ts';
import { askedPaths } from './asked-paths.ts';
import { AUDIT_SOURCE, openAudit } from './audit.ts';
import { openKeeper } from './audit-keep.ts';
import { type CommandExit, type RunningCommand, startCommand } from './command.ts';
import { Engine, type EventObserver } from './engine.ts';
import { HeldBackFile, KEPT_WINDOWS } from './held-back-file.ts';
import { hostRootOf } from './host-root.ts';
import { joinSources } from './joined-source.ts';
import { makeJudge, type RunSettings } from './judge.ts';
import { MemoryGuard } from './memory-guard.ts';
import { collectGarbage, memoryCeiling, memorySteps, readMemory } from './memory-steps.ts';
import { RunMetrics } from './metrics/run-metrics.ts';
import { type OutputSet, openOutputs, outputFailure } from './outputs.ts';
import { deriveFilters } from './prefilter.ts';
import { placeProcesses } from './process-places.ts';
import { Recording, type RecordingSummary, type RecordRequest, recordedEvents } from './recording.ts';
import { type ReloadResult, type ReloadSettings, reloader } from './reload.ts';
import { configuredFields } from './rule-options.ts';
import { SelfWatch } from './self-watch.ts';
import { chooseEvents } from './traced-events.ts';
import type { AlertTarget, StoreChoice } from './wanted-outputs.ts';
import { type WatchHealth, watchHealth } from './watch-health.ts';

export type WatchScope =
  | { readonly kind: 'host' }
  /** `isGrowing`: processes are added on the way, so that it may be empty for a while. */
  | { readonly kind: 'processes'; readonly pids: readonly number[]; readonly isGrowing?: boolean }
  | { readonly kind: 'cgroup'; readonly path: string };

export interface WatchOptions extends RunSettings {
  /** Of system calls. */
  readonly scope: WatchScope;
  /** Names of the event sources: `syscall`, `k8s_audit`. Absent: system calls alone. */
  readonly sources?: readonly string[];
  /** Program and arguments to start and watch, with all that it starts; the scope is `processes` then. */
  readonly command?: readonly string[];
  /** Where alerts go instead of standard output. */
  readonly alertsTo?: AlertTarget;
  /** Whether alerts are kept; without it they are not. */
  readonly store?: StoreChoice | undefined;
  /** Writes what is seen to a file. */
  readonly record?: RecordRequest | undefined;
  /** See every event that the rules are asked about. */
  readonly observers?: readonly EventObserver[];
  /** Ends the watching; what has been collected by then is still judged. */
  readonly stop: AbortSignal;
  /** What the cluster says of the machine's pods. */
  readonly cluster?: ClusterDirectory | undefined;
  /** Takes lines for people: what goes wrong on the way. */
  readonly log: (line: string) => void;
  /** Called when events are being collected and the command, if there is one, has been started. */
  readonly onReady?: (watching: Watching) => void;
}

/** What can be done while watching goes on. */
export interface Watching {
  readonly command: ChildProcess | undefined;
  /** Opens files of outputs anew. */
  readonly reopenOutputs: () => void;
  /**
   * Adds a running process, and all that it starts, to a scope of processes. Resolves when as much is known of its
   * container as its engine tells, after `limitMs` milliseconds at the latest.
   */
  readonly follow: (pid: number, limitMs: number) => Promise<void>;
  /**
   * Goes on with other settings: between two events, with nothing missed and nothing forgotten. Rejects when an
   * output cannot be opened; everything then stays as it was.
   */
  readonly reload: (next: ReloadSettings) => Promise<ReloadResult>;
  /** What the rules that judge now have cost so far. */
  readonly profile: () => MatcherProfile | undefined;
  /** What the kernel has counted so far, by name of the event, and how many kinds of events are collected. */
  readonly kernel: () => Pick<KernelStatistics, 'filtered' | 'lost'> & { readonly traced: number };
  /** All metrics of this moment, as text for Prometheus. */
  readonly metrics: () => string;
  /** Why events are not being read, in words for people; `undefined` when they are. */
  readonly trouble: () => string | undefined;
  /** How the run is at this moment. */
  readonly health: () => WatchHealth;
  /** Raises an internal alert. */
  readonly warn: (news: Pick<InternalNews, 'subject' | 'priority' | 'detail' | 'reason' | 'fields'>) => void;
}

export interface WatchSummary {
  /** Events that the engine has seen. */
  readonly events: number;
  /** Events that did not fit the buffers, by name. */
  readonly lost: ReadonlyMap<string, number>;
  readonly alerts: AlertSummary;
  /** Alerts that an output did not write. */
  readonly alertsDropped: number;
  /** Alerts that went out before the container engine had answered. */
  readonly alertsIncomplete: number;
  /** Events that the engine could not judge to the end. */
  readonly failed: number;
  /** Events that the kernel left out, since no rule can match them, by name. */
  readonly filtered: ReadonlyMap<string, number>;
  /** System calls of interfaces that are not watched, as 32-bit ARM, and with numbers that are not known. */
  readonly compatCalls: number;
  /** Threads that were not watched, since too many were in scope. */
  readonly unwatchedThreads: number;
  /** Requests of io_uring that were told without their result, since too many were under way. */
  readonly earlyRequests: number;
  /** Paths of calls whose links were not followed, since too many came at once. */
  readonly unresolvedPaths: number;
  /** Looks at file systems that were given up or not made, since a file system did not answer. */
  readonly looksWithoutAnswer: number;
  /** Threads that the command has started and that run on after the end of the watching. */
  readonly leftRunning: number;
  readonly recording?: RecordingSummary | undefined;
  /** How the command ended; `undefined` without one. */
  readonly exit: CommandExit | undefined;
}

const MEGABYTE = 1 << 20;
/** How often losses are looked for, and whether anything is left to watch. */
const LOOK_MS = 1000;
/** How often memory is looked at, which takes some fifty microseconds. */
const MEMORY_MS = 200;
/** How often containers without processes are forgotten, and memory is given back. */
const FORGET_MS = 60_000;
/** What the start has used is not used any more by then. */
const STARTED_MS = 1000;
/** How often the files behind the names that rules ask for are looked at anew. */
const REFRESH_MS = 5000;

/**
 * Watches until `stop`, until the command ends, or until nothing is left of the processes in scope.
 * Rejects when the kernel cannot be watched or an output cannot be opened; nothing stays attached then.
 */
export async function watch(options: WatchOptions): Promise<WatchSummary> {
  const { config, log } = options;
  const watchesKernel = sourcesOf(options).includes('syscall');
  const stop = new AbortController();
  const outputs = openOutputs(
    config,
    options.alertsTo,
    {
      log,
      onFailure(output, error) {
        // Whoever read the alerts has gone: if nobody else does, there is nobody left to watch for.
        if (error.code === 'EPIPE' && outputs.isSingle) stop.abort();
        else log(outputFailure(output, error));
      },
    },
    options.store,
  );
  const looks = new ProcessLooks();
  const containers = openContainers(
    config.container_engines,
    ({ api, socket }, error) => log(`${api} at ${socket} cannot be asked about containers: ${error.message}`),
    looks,
    hostRootOf(config),
  );
  const choice = chooseEvents(options.ruleSet, config.base_syscalls);
  if (watchesKernel) for (const warning of choice.warnings) log(`warning: ${warning}`);
  if (watchesKernel && !seesProcessIds())
    log(
      'warning: Lanner runs in a container with process ids of its own, and events have those of the machine: processes are not known, and scopes by process see nothing. Share the ids of the machine (hostPID: true, --pid=host)',
    );
  // Before the probe is there, so that no container starts unheard. A single command is watched for itself.
  if (watchesKernel && !options.command) containers.listen();
  // They are asked for while everything else is set up.
  const { hosts, answered } = openHosts(config, options.ruleSet, log);
  try {
    const source = watchesKernel
      ? await openKernelSource({
          scope: options.scope,
          eventNames: options.record ? recordedEvents(options.record, choice) : new Set(choice.traced.keys()),
          // As in Falco, 0 stands for the default.
          ...(config.falco_libs.snaplen > 0 ? { dataLimit: config.falco_libs.snaplen } : {}),
          bufferSize: MEGABYTE << (config.engine.modern_ebpf.buf_size_preset - 1),
        })
      : new NoKernel();
    try {
      const traced = new Set(choice.traced.keys());
      const parts = { source, outputs, containers, stop, hosts, hostsAnswered: answered, looks, traced };
      return await watchSource(parts, options);
    } finally {
      source.close();
    }
  } finally {
    hosts.close();
    looks.close();
    containers.close();
    await outputs.close();
  }
}

/** What is open while watching. */
interface Parts {
  /** Of system calls; nothing comes from it where they are not watched. */
  readonly source: WatchedKernel;
  readonly outputs: OutputSet;
  readonly containers: ContainerMetadataService;
  readonly stop: AbortController;
  readonly hosts: HostNames;
  readonly hostsAnswered: Promise<void>;
  readonly looks: Looks;
  /** Names of the events that are collected. */
  readonly traced: ReadonlySet<string>;
}

async function watchSource(
  { source, outputs, containers, stop, hosts, hostsAnswered, looks, traced }: Parts,
  options: WatchOptions,
): Promise<WatchSummary> {
  const { config, ruleSet, log } = options;
  const hostRoot = hostRootOf(config);
  const files = new KnownFiles(askedPaths(ruleSet), looks, hostRoot);
  const { refused } = files.statistics;
  if (refused > 0) log(`${refused} files that rules name are too many to be known by their other names`);
  // Within a container /proc/self has the mounts of the container.
  const mounts = new Mounts(hostRoot === '' ? undefined : `${hostRoot}/proc/1/mountinfo`);
  const system = System.open({
    ...{ hostRoot, seed: seedOf(options), containers, fileNames: files, hosts, looks, mounts },
    cluster: options.cluster,
    limits: limitsOf(config),
    bootTime: source.bootTime,
  });
  // The command begins with what this process has; its first events need not wait for an answer then.
  if (options.command) system.introduceSelf();
  const recording =
    options.record &&
    new Recording(options.record, {
      system,
      containers,
      catalog: configuredFields(config),
      // A command is the user's, and runs on.
      onEnd: () => options.command ?? stop.abort(),
    });
  recording?.begin(options.command !== undefined);
  const captures = config.capture.enabled
    ? new AlertRecordings({
        settings: config.capture,
        system,
        containers,
        log,
        alert: (alert) => outputs.write(alert),
      })
    : undefined;
  const sources = sourcesOf(options);
  const audit = sources.includes(AUDIT_SOURCE)
    ? openAudit(config, { log, hostname: toText(system.hostname), alert: (alert) => outputs.write(alert) })
    : undefined;
  const keeper = audit && openKeeper(config, toText(system.hostname), log);
  const allSources = audit ? joinSources(source, audit.source) : source;
  const evidence = new EvidenceBudget(true);
  const engine = new Engine({
    source: allSources,
    system,
    observers: [recording, captures, keeper, ...(options.observers ?? [])].filter(
      (observer) => observer !== undefined,
    ),
    judge: makeJudge(options, { sources }),
    outputs,
    evidence,
    containers,
    waitMs: config.container_engines.wait_ms,
    onFailure: (error) => log(`an event could not be judged, which is a fault in Lanner: ${String(error)}`),
  });
  files.onKnown = (inode, names) => source.meetInode(inode, names);
  source.knowNames(system.threads());
  const stopPlacing = config.engine.prefilter ? placeProcesses(system, source) : () => {};
  if (config.engine.prefilter && !options.record)
    source.filter(deriveFilters(ruleSet, chooseEvents(ruleSet, config.base_syscalls)), files.inodes);
  const warn: Watching['warn'] = (news) =>
    outputs.write(
      internalAlert({ ...news, time: BigInt(Date.now()) * 1_000_000n, hostname: toText(system.hostname) }),
    );
  const memory = new MemoryGuard(
    {
      steps: memorySteps({ system, containers, captures, outputs }),
      read: readMemory,
      reclaim() {
        collectGarbage();
        source.trim();
      },
      tell(news) {
        log(`${news.detail} limits.memory_mb says how much there may be.`);
        warn(news);
      },
      clock: () => performance.now(),
    },
    memoryCeiling(config.limits.memory_mb),
  );
  let exitReason: string | undefined;
  const self = new SelfWatch(
    {
      ...{ source, system, outputs, memory, log, isHost: isWholeMachine(options) },
      exit(reason) {
        exitReason = reason;
        stop.abort();
      },
    },
    config,
  );
  const tables = () => ({
    ...{ processes: system.statistics.processes, threads: system.statistics.threads },
    ...{ containers: containers.statistics.known, folds: engine.folds, alerts: engine.waiting },
  });
  const metrics = new RunMetrics(
    {
      ...{ source, system, engine, outputs, containers, audit: audit && { ...audit, keeper }, log },
      cluster: options.cluster,
      memory: { guard: memory, tables, recordings: captures },
    },
    options,
  );

  const heldBack = heldBackFile(options);
  for (const alert of heldBack?.left() ?? []) outputs.write(alert);
  let heldBackRevision = 0;
  // Events that come meanwhile wait in the buffers.
  await hostsAnswered;
  const running = engine.run();
  const command = startInScope(source, options);
  const end = AbortSignal.any([options.stop, stop.signal]);
  onAbort(end, () => allSources.stop());
  void command?.exit.then(() => stop.abort());
  if (source.missingEvents.length > 0)
    log(`this kernel cannot tell the events ${source.missingEvents.join(', ')}: rules do not see them`);
  if (!source.watchesUring)
    log('this kernel cannot tell requests of io_uring (Linux 6.0 can): rules do not see them');
  options.onReady?.({
    command: command?.process,
    reopenOutputs() {
      outputs.reopen();
      keeper?.reopen();
    },
    async follow(pid, limitMs) {
      source.watch([pid]);
      system.meet([pid]);
      const container = system.thread(pid)?.containerId ?? '';
      if (container !== '') await whenKnown(containers, container, limitMs);
    },
    reload: reloader({
      ...{ source, sources, engine, outputs, files, hosts, self, metrics, traced, log },
      recording: options.record !== undefined,
    }),
    profile: () => engine.profile,
    kernel: () => ({ ...source.statistics, traced: traced.size }),
    metrics: () => metrics.prometheus(),
    trouble: () => self.trouble,
    health: () =>
      watchHealth({ source, all: allSources, system, engine, outputs, containers, memory, self, sources }),
    warn,
  });
  let lostBefore = 0;
  const looking = setInterval(() => {
    self.look();
    engine.upkeep();
    if (engine.heldBack.revision !== heldBackRevision) heldBack?.keep(engine.heldBack.pending(KEPT_WINDOWS));
    heldBackRevision = engine.heldBack.revision;
    const lostNow = sum(source.statistics.lost);
    if (lostNow > lostBefore) system.resync(scopeOf(source, options));
    lostBefore = lostNow;
    system.upkeep();
    captures?.look(performance.timeOrigin + performance.now());
    if (!command && isScopeEmpty(source, options)) stop.abort();
  }, LOOK_MS);
  const started = setTimeout(() => source.trim(), STARTED_MS);
  const forgetting = setInterval(() => {
    containers.retain(system.containersInUse());
    source.trim();
  }, FORGET_MS);
  const weighing = setInterval(() => memory.look(), MEMORY_MS);
  const refreshing = setInterval(() => {
    files.refresh();
    source.knowInodes(files.inodes);
    mounts.refresh();
  }, REFRESH_MS);
  try {
    await running;
  } finally {
    stopPlacing();
    clearInterval(refreshing);
    clearInterval(looking);
    clearInterval(weighing);
    clearInterval(forgetting);
    clearTimeout(started);
    metrics.close();
    system.close();
  }
  self.finish();
  const recorded = await recording?.close();
  await captures?.close();
  await keeper?.close();
  await outputs.close();
  await heldBack?.close();
  if (exitReason !== undefined) throw new Error(exitReason);

  const { lost, filtered, compatCalls, unwatchedThreads, earlyRequests } = source.statistics;
  return {
    events: allSources.statistics.delivered,
    lost,
    filtered,
    alerts: engine.alerts,
    alertsDropped: outputs.dropped,
    alertsIncomplete: engine.incomplete,
    failed: engine.failed,
    compatCalls,
    unwatchedThreads,
    earlyRequests,
    unresolvedPaths: system.statistics.unresolvedPaths,
    looksWithoutAnswer: system.statistics.looksGivenUp + system.statistics.looksRefused,
    leftRunning: command ? source.scopedPids().length : 0,
    recording: recorded,
    exit: await command?.exit,
  };
}

/** Where counts of what is held back survive a kill: of a daemon, as alerts do that wait on disk. */
function heldBackFile({ config, command, alertsTo, log }: WatchOptions): HeldBackFile | undefined {
  const { spool, spool_directory } = config.delivery;
  if (!spool || command || alertsTo !== undefined) return undefined;
  return new HeldBackFile(join(spool_directory, 'held-back'), log);
}

function sourcesOf({ sources = ['syscall'] }: WatchOptions): readonly string[] {
  return sources;
}

function isWholeMachine(options: WatchOptions): boolean {
  return sourcesOf(options).includes('syscall') && options.scope.kind === 'host' && !options.command;
}

/** A scoped capture does not read what is outside its scope; nor do those who watch no system calls. */
function seedOf(options: WatchOptions): Seed {
  const { scope } = options;
  if (!sourcesOf(options).includes('syscall')) return { kind: 'none' };
  switch (scope.kind) {
    case 'host':
      return { kind: 'host' };
    case 'processes':
      return scope.pids.length === 0 ? { kind: 'none' } : { kind: 'processes', pids: scope.pids };
    case 'cgroup':
      return { kind: 'none' };
  }
}

function limitsOf({ falco_libs }: Config): Partial<SystemLimits> {
  return {
    threads: falco_libs.thread_table_size,
    purgeIntervalMs: falco_libs.thread_table_auto_purging_interval_s * 1000,
    unseenMs: falco_libs.thread_table_auto_purging_thread_timeout_s * 1000,
  };
}

/** What may be read of the machine's processes when events were lost. */
function scopeOf(source: WatchedKernel, { scope }: WatchOptions): ResyncScope {
  return scope.kind === 'host' ? 'host' : source.scopedPids();
}

function sum(counts: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const count of counts.values()) total += count;
  return total;
}

function startInScope(source: WatchedKernel, { command }: WatchOptions): RunningCommand | undefined {
  return command && source.spawnInScope(() => startCommand(command));
}

function isScopeEmpty(source: WatchedKernel, { scope }: WatchOptions): boolean {
  return scope.kind === 'processes' && !scope.isGrowing && source.scopedPids().length === 0;
}

function whenKnown(containers: ContainerMetadataService, id: ByteString, limitMs: number): Promise<void> {
  if (!containers.isPending(id)) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, limitMs);
    containers.whenSettled(id, () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function onAbort(signal: AbortSignal, action: () => void): void {
  if (signal.aborted) action();
  else signal.addEventListener('abort', action, { once: true });
}
