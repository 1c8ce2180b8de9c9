/** `lanner run [options] -- COMMAND…`: watches a program and all that it starts. */
import type { Command } from 'commander';
import type { AlertTarget } from '../engine/wanted-outputs.ts';
import { writeError } from './fail.ts';
import { addFlags } from './flags.ts';
import { plainLog } from './log.ts';
import { type CommonOptions, configFrom } from './options.ts';
import { whileForwarding } from './signals.ts';
import { checkEngine, loadConfiguredRules, logRules, summaryLine } from './start.ts';
import { storeChoice, storeOption } from './store.ts';

interface RunOptions extends CommonOptions {
  readonly alerts: string;
  readonly store?: string | true;
}

export function addRunCommand(program: Command, finish: (code: number) => void): void {
  const command = program
    .command('run')
    .summary('watch a program and all that it starts')
    .description(
      'Starts COMMAND and watches it and all that it starts, and nothing else. Ends when COMMAND ends, with\n' +
        'its exit code, after a one-line summary on standard error. Alerts go to standard error too, since\n' +
        "standard output is COMMAND's.",
    )
    .usage('[options] -- COMMAND…')
    .argument('<command...>')
    .passThroughOptions()
    .option('--alerts <where>', 'where alerts go: stdout, stderr, or the path of a file', 'stderr')
    .addOption(storeOption())
    .action(async (words: string[], options: RunOptions) => finish(await run(words, options)));
  addFlags(command, 'common');
}

/** Returns the exit code: the command's own, as a shell would tell it. */
async function run(command: readonly string[], options: RunOptions): Promise<number> {
  const config = configFrom(options, plainLog);
  checkEngine(config, plainLog);
  const outcome = loadConfiguredRules(options, config, plainLog);
  if (options.verbose) logRules(outcome, plainLog);
  const forwarding = whileForwarding();
  try {
    const { watch } = await import('../engine/watch.ts');
    const summary = await watch({
      config,
      ruleSet: outcome.ruleSet,
      scope: { kind: 'processes', pids: [] },
      command,
      alertsTo: alertTarget(options.alerts),
      store: storeChoice(options.store, config),
      stop: new AbortController().signal,
      log: plainLog,
      onReady: (watching) => forwarding.to(watching.command),
    });
    if (summary.exit?.failure !== undefined) writeError(`lanner: ${summary.exit.failure}\n`);
    plainLog(summaryLine(summary));
    return summary.exit?.code ?? 1;
  } finally {
    forwarding.end();
  }
}

export function alertTarget(where: string): AlertTarget {
  return where === 'stdout' || where === 'stderr' ? where : { file: where };
}
