/** `lanner` without a command: watches the machine, or what `--scope` names, as falco does. */
import { writeFileSync } from 'node:fs';
import os from 'node:os';
import process from 'node:process';
import type { Config } from '../config/schema.ts';
import { type WatchScope, watch } from '../engine/watch.ts';
import type { LoadOutcome } from '../rules/load.ts';
import { type Log, openLog } from './log.ts';
import { type CommonOptions, configFrom } from './options.ts';
import { printLine } from './print.ts';
import { onEndSignal, onReopenSignal } from './signals.ts';
import { checkEngine, loadConfiguredRules, summaryLine } from './start.ts';
import { LANNER_VERSION } from './version.ts';

export interface DaemonOptions extends CommonOptions {
  readonly scope?: WatchScope;
  /** Seconds. */
  readonly M?: number;
  readonly pidfile?: string;
  readonly dryRun?: boolean;
}

/** Returns the exit code. */
export async function runDaemon(options: DaemonOptions): Promise<number> {
  const config = configFrom(options, openLog(false));
  const log = openLog(config.time_format_iso_8601);
  checkEngine(config);
  log(`Lanner version: ${LANNER_VERSION} (${os.machine()})`);
  const outcome = loadConfiguredRules(options, config, log);
  logRules(outcome, log);
  if (options.dryRun) return 0;
  if (options.pidfile !== undefined) writeFileSync(options.pidfile, `${process.pid}\n`);
  await watchUntilStopped(options, config, outcome, log);
  return 0;
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
    printLine(summary.alerts.format());
    log(summaryLine(summary));
  } finally {
    for (const handler of handlers) handler.end();
  }
}

function withLimit(signal: AbortSignal, seconds: number): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(seconds * 1000)]);
}

function logRules({ files, ruleSet }: LoadOutcome, log: Log): void {
  log('Loading rules from:');
  for (const { name } of files) log(`   ${name}`);
  const enabled = ruleSet.rules.filter((rule) => rule.enabled).length;
  log(`${enabled} of ${ruleSet.rules.length} rules are enabled`);
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
