/** Goes on with other rules and settings while events come in. */
import type { KernelSource } from '../sources/kernel/kernel-source.ts';
import type { HostNames } from '../system/host-names.ts';
import type { KnownFiles } from '../system/known-files.ts';
import { hostsToResolve } from './asked-hosts.ts';
import { askedPaths } from './asked-paths.ts';
import type { Engine } from './engine.ts';
import { makeJudge, type RunSettings } from './judge.ts';
import type { RunMetrics } from './metrics/run-metrics.ts';
import type { OutputSet } from './outputs.ts';
import { deriveFilters } from './prefilter.ts';
import type { SelfWatch } from './self-watch.ts';
import { chooseEvents } from './traced-events.ts';

/** What goes on through a reload, and is told of it. */
export interface Reloadable {
  readonly source: Pick<KernelSource, 'ask' | 'filter' | 'trim'>;
  /** Names of the event sources. */
  readonly sources: readonly string[];
  readonly engine: Pick<Engine, 'replace'>;
  readonly outputs: Pick<OutputSet, 'configure'>;
  readonly files: Pick<KnownFiles, 'ask' | 'inodes'>;
  readonly hosts: Pick<HostNames, 'ask'>;
  readonly self: Pick<SelfWatch, 'configure'>;
  readonly metrics: Pick<RunMetrics, 'reloaded'>;
  /** Names of the events that are collected at first. */
  readonly traced: ReadonlySet<string>;
  /** What is recorded is recorded whole: nothing is left out in the kernel. */
  readonly recording: boolean;
  readonly log: (line: string) => void;
}

/** By then the thread that has read the rules is gone, with some forty megabytes. */
const TRIM_MS = 1000;

export interface ReloadResult {
  /** How long events had to wait in the buffers, in milliseconds. */
  readonly gap: number;
}

/**
 * The function that reloads. Everything that can fail comes first. The kernel tells first what the rules before and
 * after need, then the rules change, then what nobody needs any more is left out: there is no moment in which a
 * rule misses events that it needs.
 */
export function reloader({
  source,
  sources,
  engine,
  outputs,
  files,
  hosts,
  self,
  metrics,
  traced,
  recording,
  log,
}: Reloadable): (next: RunSettings) => ReloadResult {
  let present = traced;
  return (next) => {
    const { config, ruleSet } = next;
    const start = performance.now();
    const judge = makeJudge(next, sources);
    const choice = chooseEvents(ruleSet, config.base_syscalls);
    for (const warning of choice.warnings) log(`warning: ${warning}`);
    const wanted = new Set(choice.traced.keys());
    outputs.configure(config);
    source.filter(undefined);
    const missing = source.ask(wanted.union(present));
    if (missing.length > 0)
      log(
        `warning: the events ${missing.join(', ')} are told from the next start on: nobody needed them before`,
      );
    files.ask(askedPaths(ruleSet));
    hosts.ask(hostsToResolve(config, ruleSet));
    engine.replace(judge, config.container_engines.wait_ms);
    self.configure(config);
    metrics.reloaded(next);
    source.ask(wanted);
    present = wanted;
    if (config.engine.prefilter && !recording) source.filter(deriveFilters(ruleSet, choice), files.inodes);
    setTimeout(() => source.trim(), TRIM_MS).unref();
    return { gap: performance.now() - start };
  };
}
