/** `lanner` without a command: watches the machine, or what `--scope` names, as falco does. */
import { writeFileSync } from 'node:fs';
import os from 'node:os';
import process from 'node:process';
import type { LoadedConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { type WatchScope, watch } from '../engine/watch.ts';
import type { LoadOutcome } from '../rules/load.ts';
import { fail } from './fail.ts';
import type { Log, OpenLog } from './log.ts';
import type { CommonOptions } from './options.ts';
import { printLastWords } from './print.ts';
import { runReplay } from './replay.ts';
import { onEndSignal, onReopenSignal } from './signals.ts';
import { checkEngine, loadConfiguredRules, logRules, summaryLine } from './start.ts';
import { LANNER_VERSION } from './version.ts';

export interface DaemonOptions extends CommonOptions {
  readonly scope?: WatchScope;
  /** Seconds. */
  readonly M?: number;
  readonly pidfile?: string;
  readonly dryRun?: boolean;
}

/** Returns the exit code. */
export async function runDaemon(
  options: DaemonOptions,
  { config }: LoadedConfig,
  { log }: OpenLog,
): Promise<number> {
  const isReplay = config.engine.kind === 'replay';
  if (!isReplay) checkEngine(config);
  else if (config.engine.replay.capture_file === '')
    fail('engine.kind replay needs engine.replay.capture_file, the path of a capture');
  log(`Lanner version: ${LANNER_VERSION} (${os.machine()})`);
  const outcome = loadConfiguredRules(options, config, log);
  logRules(outcome, log);
  if (options.dryRun) return 0;
  if (options.pidfile !== undefined) writeFileSync(options.pidfile, `${process.pid}\n`);
  if (isReplay) return replayConfigured(options, config, outcome, log);
  await watchUntilStopped(options, config, outcome, log);
  return 0;
}

function replayConfigured(
  { M: seconds, scope }: DaemonOptions,
  config: Config,
  { ruleSet }: LoadOutcome,
  log: Log,
): Promise<number> {
  if (scope !== undefined) fail('--scope is for live events: a replay judges all events of the capture');
  const file = config.engine.replay.capture_file;
  const stop = new AbortController().signal;
  log(`Replaying ${file}`);
  return runReplay({
    file,
    config,
    ruleSet,
    log,
    stop: seconds === undefined ? stop : withLimit(stop, seconds),
  });
}

async function watchUntilStopped(
  options: DaemonOptions,
  config: Config,
  { ruleSet }: LoadOutcome,
  log: Log,
): Promise<void> {
  const stop = new AbortController();
  const scope = options.scope ?? { kind: 'host' };
  let reopenOutputs = (): void => {};
  const handlers = [onEndSignal(() => stop.abort()), onReopenSignal(() => reopenOutputs())];
  try {
    const summary = await watch({
      config,
      ruleSet,
      scope,
      stop: options.M === undefined ? stop.signal : withLimit(stop.signal, options.M),
      log,
      onReady(watching) {
        reopenOutputs = watching.reopenOutputs;
        log(`Watching system calls of ${describeScope(scope)} on Linux ${os.release()}`);
      },
    });
    await printLastWords(summary.alerts.format());
    log(summaryLine(summary));
  } finally {
    for (const handler of handlers) handler.end();
  }
}

function withLimit(signal: AbortSignal, seconds: number): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(seconds * 1000)]);
}

function describeScope(scope: WatchScope): string {
  switch (scope.kind) {
    case 'host':
      return 'the whole machine';
    case 'processes':
      return `the processes ${scope.pids.join(', ')} and all that they start`;
    case 'cgroup':
      return `the control group ${scope.path}`;
  }
}
