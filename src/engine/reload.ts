/** Goes on with other rules and settings while events come in. */

import { inSlices } from '../matcher/steps.ts';
import type { KernelSource } from '../sources/kernel/kernel-source.ts';
import type { HostNames } from '../system/host-names.ts';
import type { KnownFiles } from '../system/known-files.ts';
import type { Engine } from './engine.ts';
import { judgeInSteps, type RunSettings } from './judge.ts';
import type { RunMetrics } from './metrics/run-metrics.ts';
import type { OutputSet } from './outputs.ts';
import type { RuleNeeds } from './rule-needs.ts';
import type { SelfWatch } from './self-watch.ts';

/** What goes on through a reload, and is told of it. */
export interface Reloadable {
  readonly source: Pick<KernelSource, 'ask' | 'filter' | 'trim'>;
  /** Names of the event sources. */
  readonly sources: readonly string[];
  readonly engine: Pick<Engine, 'met' | 'replace'>;
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

/** Milliseconds that events may have to wait at a time while a judge is made. */
const SLICE_MS = 5;

export interface ReloadSettings extends RunSettings {
  /** What follows from the rules. */
  readonly needs: RuleNeeds;
}

export interface ReloadResult {
  /** How long events had to wait in the buffers at most, in milliseconds. */
  readonly gap: number;
}

/**
 * The function that reloads. The judge is made between events; everything else changes in one turn, in which what can
 * fail comes first. The kernel tells first what the rules before and after need, then the rules change, then what
 * nobody needs any more is left out: there is no moment in which a rule misses events that it needs.
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
}: Reloadable): (next: ReloadSettings) => Promise<ReloadResult> {
  let present = traced;
  return async (next) => {
    const { config, needs } = next;
    const options = { sources, expected: engine.met };
    const { result: judge, longest } = await inSlices(judgeInSteps(next, options), SLICE_MS);
    const start = performance.now();
    for (const warning of needs.warnings) log(`warning: ${warning}`);
    outputs.configure(config);
    source.filter(undefined);
    const missing = source.ask(needs.events.union(present));
    if (missing.length > 0)
      log(
        `warning: the events ${missing.join(', ')} are told from the next start on: nobody needed them before`,
      );
    files.ask(needs.paths);
    hosts.ask(needs.hosts);
    engine.replace(judge, config.container_engines.wait_ms);
    self.configure(config);
    metrics.reloaded(next);
    source.ask(needs.events);
    present = needs.events;
    if (needs.filters && !recording) source.filter(needs.filters, files.inodes);
    setTimeout(() => source.trim(), TRIM_MS).unref();
    return { gap: Math.max(longest, performance.now() - start) };
  };
}
