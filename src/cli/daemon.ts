/** `lanner` without a command: watches the machine, or what `--scope` names, as falco does. */
import os from 'node:os';
import type { LoadedConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { isConsoleServed } from '../console/files.ts';
import type { ReloadReport } from '../console/rule-changes.ts';
import type { Watching, WatchScope } from '../engine/watch.ts';
import type { ClusterMetadata } from '../kubernetes/metadata/cluster-metadata.ts';
import type { LoadOutcome } from '../rules/load.ts';
import type { WebServer } from '../server/web-server.ts';
import { describeLoaded } from './about.ts';
import { openCluster } from './cluster-metadata.ts';
import { DaemonConsole } from './daemon-console.ts';
import { fail } from './fail.ts';
import type { Log, OpenLog } from './log.ts';
import type { CommonOptions } from './options.ts';
import { writePidFile } from './pid-file.ts';
import { printLastWords } from './print.ts';
import { fingerprint, Reloader, type ReloadOptions } from './reload.ts';
import { runReplay } from './replay.ts';
import { Service } from './service.ts';
import { onEndSignal, onReloadSignal, onReopenSignal } from './signals.ts';
import { chosenSources, type SourceFlags } from './sources.ts';
import { checkEngine, configuredRuleFiles, loadDaemonRules, logRules, summaryLine } from './start.ts';
import { LANNER_VERSION } from './version.ts';
import { openWebServer, webSettings } from './web.ts';

export interface DaemonOptions extends CommonOptions, SourceFlags {
  readonly scope?: WatchScope;
  /** Seconds. */
  readonly M?: number;
  readonly pidfile?: string;
  readonly dryRun?: boolean;
}

/** Returns the exit code. */
export async function runDaemon(
  options: DaemonOptions,
  loaded: LoadedConfig,
  opened: OpenLog,
): Promise<number> {
  const { config } = loaded;
  const { log } = opened;
  const isReplay = config.engine.kind === 'replay';
  const sources = isReplay ? [] : liveSources(options, config, log);
  if (isReplay && config.engine.replay.capture_file === '')
    fail('engine.kind replay needs engine.replay.capture_file, the path of a capture');
  log(`Lanner version: ${LANNER_VERSION} (${os.machine()})`);
  const isServed = (config: Config): boolean =>
    !isReplay && isConsoleServed(config, options.scope === undefined);
  const seen = fingerprint(options, isServed);
  let leftOut: ReloadReport | undefined;
  const outcome = loadDaemonRules(
    options,
    config,
    { log, withConsole: isServed(config) },
    (message, report) => {
      leftOut = { time: Date.now() * 1000, ok: false, message, report };
    },
  );
  logRules(outcome, log);
  if (options.dryRun) return 0;
  const removePidFile = writePidFile(options.pidfile, log);
  try {
    if (isReplay) return await replayConfigured(options, config, outcome, log);
    await watchUntilStopped({ options, loaded, sources, log: opened, seen, isServed, leftOut }, outcome);
    return 0;
  } finally {
    removePidFile();
  }
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

/** Names of the sources that are watched. Ends the command when they cannot be. */
function liveSources(options: DaemonOptions, config: Config, log: Log): readonly string[] {
  const sources = chosenSources(options, config);
  if (sources.includes('syscall')) checkEngine(config, log);
  else if (options.scope !== undefined) fail('--scope is for system calls, and these are not watched');
  return sources;
}

interface Start extends ReloadOptions {
  readonly options: DaemonOptions;
  /** Why the console's rules were left out; `undefined` when they were not. */
  readonly leftOut: ReloadReport | undefined;
  readonly sources: readonly string[];
}

async function watchUntilStopped(start: Start, { ruleSet }: LoadOutcome): Promise<void> {
  const { options, loaded, sources } = start;
  const { log } = start.log;
  const stop = new AbortController();
  const scope = options.scope ?? { kind: 'host' };
  let watching: Watching | undefined;
  let reloader: Reloader | undefined;
  // A signal that comes before all is set up is answered then.
  let isReloadDue = false;
  const service = new Service();
  let web: WebServer | undefined;
  let cluster: ClusterMetadata | undefined;
  let console: DaemonConsole | undefined;
  const serve = (config: Config): void => {
    console?.configure(config);
    const isServed = start.isServed(config);
    void web?.configure(webSettings(config, log, isServed)).then(() => {
      if (isServed) console?.announce(web?.url);
    });
  };
  const handlers = [
    onEndSignal(() => {
      service.stopping();
      stop.abort();
    }),
    onReopenSignal(() => watching?.reopenOutputs()),
    onReloadSignal(() => {
      if (reloader) void reloader.reload();
      else isReloadDue = true;
    }),
  ];
  try {
    const { watch } = await import('../engine/watch.ts');
    cluster = sources.includes('syscall') ? openCluster(loaded.config, log) : undefined;
    const summary = await watch({
      config: loaded.config,
      ruleSet,
      about: describeLoaded(
        loaded.files,
        configuredRuleFiles(options, loaded.config, () => {}, start.isServed(loaded.config)),
      ),
      scope,
      ...{ sources, cluster },
      store: scope.kind === 'host' ? 'whole' : 'part',
      stop: options.M === undefined ? stop.signal : withLimit(stop.signal, options.M),
      log,
      onReady(ready) {
        watching = ready;
        console = new DaemonConsole(start, ready, () => reloader?.reload());
        web = openWebServer(ready, log, console.opened);
        serve(loaded.config);
        const status = describeWatching(sources, scope);
        reloader = new Reloader(
          {
            ...start,
            status: {
              begins: () => service.reloading(),
              ends(report) {
                service.ready(status);
                console?.opened.reloaded(report);
              },
              replaced: serve,
            },
          },
          ready,
        );
        log(status);
        service.ready(status);
        if (isReloadDue) void reloader.reload();
      },
    });
    await printLastWords(summary.alerts.format());
    log(summaryLine(summary));
  } finally {
    service.stopping();
    cluster?.close();
    console?.opened.close();
    await web?.close();
    reloader?.close();
    for (const handler of handlers) handler.end();
  }
}

function withLimit(signal: AbortSignal, seconds: number): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(seconds * 1000)]);
}

function describeWatching(sources: readonly string[], scope: WatchScope): string {
  const calls = `system calls of ${describeScope(scope)} on Linux ${os.release()}`;
  const parts = sources.map((source) => (source === 'syscall' ? calls : 'audit events of Kubernetes'));
  return `Watching ${parts.join(', and ')}`;
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
