/** `lanner replay FILE`: judges the events of a capture, as if they happened now. */
import type { Command } from 'commander';
import type { Config } from '../config/schema.ts';
import type { ReplaySummary } from '../engine/replay.ts';
import type { StoreChoice } from '../engine/wanted-outputs.ts';
import { profileTable } from '../matcher/profile.ts';
import type { CheckedRuleSet } from '../rules/checked.ts';
import { addFlags } from './flags.ts';
import { type Log, plainLog } from './log.ts';
import { type CommonOptions, configFrom } from './options.ts';
import { printLine } from './print.ts';
import { showProgress } from './progress.ts';
import { onEndSignal, onReopenSignal } from './signals.ts';
import { loadConfiguredRules } from './start.ts';
import { storeChoice, storeOption } from './store.ts';

export function addReplayCommand(program: Command, finish: (code: number) => void): void {
  const command = program
    .command('replay')
    .summary('judge the events of a capture or an audit log')
    .description(
      'Judges the events of a .scap capture, plain or compressed. Processes, users, addresses and the name of\n' +
        'the machine are those of the capture. Alerts go where the configuration says; on a terminal, a line\n' +
        'on standard error tells how far it is. FILE may also be an audit log of Kubernetes, one event in each\n' +
        'line, or a folder of such logs.',
    )
    .usage('[options] FILE')
    .argument('<file>')
    .option('--profile', 'show at the end which rules cost how much')
    .addOption(storeOption())
    .action(async (file: string, options: ReplayFlags) => finish(await replayFile(file, options)));
  addFlags(command, 'common');
}

interface ReplayFlags extends CommonOptions {
  readonly profile?: boolean;
  readonly store?: string | true;
}

async function replayFile(file: string, options: ReplayFlags): Promise<number> {
  const config = configFrom(options, plainLog);
  const { ruleSet } = loadConfiguredRules(options, config, plainLog);
  const stop = new AbortController().signal;
  const store = storeChoice(options.store, config);
  const showProfile = options.profile === true;
  return runReplay({ file, config, ruleSet, log: plainLog, stop, store, showProfile });
}

/** Rules in the table of a profile; the others only cost less. */
const PROFILED_RULES = 40;

export interface ReplayRun {
  readonly file: string;
  readonly config: Config;
  readonly ruleSet: CheckedRuleSet;
  readonly log: Log;
  /** Ends the replay early; so does a signal. */
  readonly stop: AbortSignal;
  /** Whether alerts are kept; without it they are not. */
  readonly store?: StoreChoice;
  /** Print what the rules have cost, too. */
  readonly showProfile?: boolean;
}

/**
 * Replays a capture and prints the summary. Returns the exit code. Throws what damaged the capture, after
 * everything before the damage has been judged and counted.
 */
export async function runReplay({
  file,
  config,
  ruleSet,
  log,
  stop,
  store,
  showProfile,
}: ReplayRun): Promise<number> {
  const interrupt = new AbortController();
  let reopenOutputs = (): void => {};
  let progress: ReturnType<typeof showProgress> | undefined;
  const handlers = [onEndSignal(() => interrupt.abort()), onReopenSignal(() => reopenOutputs())];
  let summary: ReplaySummary;
  try {
    const { replay } = await import('../engine/replay.ts');
    summary = await replay({
      config,
      ruleSet,
      file,
      stop: AbortSignal.any([stop, interrupt.signal]),
      store,
      log,
      onReady(replaying) {
        reopenOutputs = replaying.reopenOutputs;
        if (process.stderr.isTTY) progress = showProgress(replaying.progress);
      },
    });
  } finally {
    progress?.end();
    for (const handler of handlers) handler.end();
  }
  printLine(summary.alerts.format());
  if (showProfile && summary.profile) printLine(profileTable(summary.profile, PROFILED_RULES));
  log(describeReplay(summary));
  if (summary.damage) throw summary.damage;
  return 0;
}

/** One line: events, alerts, and what is missing. */
function describeReplay({ events, alerts, alertsDropped, failed }: ReplaySummary): string {
  const priorities = alerts.byPriority.map(([priority, count]) => `${priority} ${count}`);
  const parts = [
    `${events} events`,
    `${alerts.total} ${alerts.total === 1 ? 'alert' : 'alerts'}${priorities.length === 0 ? '' : ` (${priorities.join(', ')})`}`,
  ];
  if (alertsDropped > 0) parts.push(`${alertsDropped} alerts not written`);
  if (failed > 0) parts.push(`${failed} events not judged`);
  return parts.join(', ');
}
