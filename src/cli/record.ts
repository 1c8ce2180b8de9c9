/** `lanner record`: writes what happens to a capture file. */
import process from 'node:process';
import { type Command, InvalidArgumentError } from 'commander';
import type { Config } from '../config/schema.ts';
import type { RecordingSummary, RecordRequest } from '../engine/recording.ts';
import { ruleEnvironment } from '../engine/rule-environment.ts';
import { configuredFields } from '../engine/rule-options.ts';
import { TRACEABLE_EVENTS } from '../engine/traced-events.ts';
import type { WatchScope } from '../engine/watch.ts';
import type { CheckedRuleSet } from '../rules/checked.ts';
import { loadRules } from '../rules/load.ts';
import { nearest } from '../rules/suggest.ts';
import { fail, writeError } from './fail.ts';
import { collect } from './flags.ts';
import { plainLog } from './log.ts';
import { configFrom } from './options.ts';
import { alertTarget } from './run.ts';
import { parseScope } from './scope.ts';
import { onEndSignal, whileForwarding } from './signals.ts';
import { checkEngine, loadConfiguredRules, summaryLine } from './start.ts';

interface RecordOptions {
  readonly output: string;
  readonly scope?: WatchScope;
  readonly events?: ReadonlySet<string>;
  readonly filter?: string;
  readonly compress?: boolean;
  readonly oldReaders: boolean;
  readonly maxSize?: number;
  /** Seconds. */
  readonly M?: number;
  readonly alerts: string;
  readonly c?: string;
  readonly r?: readonly string[];
  readonly option?: readonly string[];
}

export function addRecordCommand(program: Command, finish: (code: number) => void): void {
  program
    .command('record')
    .summary('write what happens to a capture file')
    .description(
      'Writes system calls and what is known of their processes to a .scap file, which Lanner, Falco and sysdig\n' +
        'read: those of COMMAND and all that it starts, of what --scope names, or of the whole machine, until the\n' +
        'command ends or a signal comes. Without --events or --filter every call is written that Lanner can tell.\n' +
        'With rules, their alerts are printed meanwhile, and a replay of the file raises the same.',
    )
    .usage('-o FILE [options] [-- COMMAND…]')
    .argument('[command...]')
    .passThroughOptions()
    .requiredOption('-o, --output <file>', 'the file to write; one that is there is replaced')
    .option('--scope <what>', 'record only pid=N[,N…] and all that they start, or cgroup=PATH', parseScope)
    .option(
      '--events <names>',
      'write these events alone, such as open,openat,execve; repeatable',
      parseEvents,
    )
    .option('--filter <condition>', 'write only events for which this condition of the rule language holds')
    .option('-z, --compress', 'compress the file')
    .option('--no-old-readers', 'leave out what only readers as old as sysdig 0.29 need: a smaller file')
    .option('--max-size <megabytes>', 'stop when the file is so large', parseAmount)
    .option('-M <seconds>', 'stop after so many seconds', parseAmount)
    .option('-r <file|dir>', 'rules whose alerts are printed meanwhile; repeatable', collect)
    .option('--alerts <where>', 'where alerts go: stdout, stderr, or the path of a file', 'stderr')
    .option('-c <path>', 'configuration file in the form of falco.yaml; "" for none')
    .option('--option <key=value>', 'set a configuration key; repeatable', collect)
    .action(async (words: string[], options: RecordOptions) => finish(await record(words, options)));
}

/** Returns the exit code: the command's own, or 1 when the recording is not complete. */
async function record(command: readonly string[], options: RecordOptions): Promise<number> {
  if (command.length > 0 && options.scope !== undefined) fail('give a command or --scope, not both');
  const config = configFrom(options, plainLog);
  checkEngine(config, plainLog);
  const ruleSet = options.r ? loadConfiguredRules(options, config, plainLog).ruleSet : NO_RULES;
  const isCommand = command.length > 0;
  const stop = new AbortController();
  const forwarding = isCommand ? whileForwarding() : undefined;
  const ending = isCommand ? undefined : onEndSignal(() => stop.abort());
  const limit = options.M === undefined ? [] : [AbortSignal.timeout(options.M * 1000)];
  try {
    const { watch } = await import('../engine/watch.ts');
    const summary = await watch({
      config,
      ruleSet,
      scope: options.scope ?? (isCommand ? { kind: 'processes', pids: [] } : { kind: 'host' }),
      ...(isCommand ? { command } : {}),
      alertsTo: alertTarget(options.alerts),
      record: requestOf(options, config),
      stop: AbortSignal.any([stop.signal, ...limit]),
      log: plainLog,
      onReady(watching) {
        forwarding?.to(watching.command);
        if (!isCommand && process.stderr.isTTY) plainLog(`recording to ${options.output}; Ctrl-C ends it`);
      },
    });
    if (summary.exit?.failure !== undefined) writeError(`lanner: ${summary.exit.failure}\n`);
    if (options.r) plainLog(summaryLine(summary));
    const { recording } = summary;
    const lost = [...summary.lost.values()].reduce((sum, count) => sum + count, 0);
    if (recording) plainLog(recordingLine(recording, lost));
    const code = summary.exit?.code ?? 0;
    return code === 0 && recording?.failure ? 1 : code;
  } finally {
    forwarding?.end();
    ending?.end();
  }
}

const NO_RULES: CheckedRuleSet = loadRules([], ruleEnvironment()).ruleSet;

const MEGABYTE = 1024 * 1024;

function requestOf(options: RecordOptions, config: Config): RecordRequest {
  return {
    file: options.output,
    compress: options.compress ?? false,
    forOldReaders: options.oldReaders,
    events: options.events,
    filter: options.filter === undefined ? undefined : filterOf(options.filter, config),
    maxBytes: options.maxSize === undefined ? undefined : options.maxSize * MEGABYTE,
  };
}

/** A rule set with one rule of this condition. */
function filterOf(condition: string, config: Config): CheckedRuleSet {
  const text = JSON.stringify([{ rule: 'filter', desc: '-', condition, output: '-', priority: 'DEBUG' }]);
  const outcome = loadRules([{ name: '--filter', text }], ruleEnvironment(configuredFields(config)));
  const [problem] = outcome.ok ? [] : outcome.problems;
  if (problem) fail(`--filter: ${problem.message}`);
  return outcome.ruleSet;
}

/** One line: what is in the file, and what is not. */
export function recordingLine(
  { file, events, bytes, dropped, failure }: RecordingSummary,
  lost: number,
): string {
  const parts = [`${file}: ${events} events, ${bytes} bytes, ${lost} lost`];
  if (dropped > 0) parts.push(`${dropped} not written`);
  if (failure)
    parts.push(`the recording ended early, and what was written before can be read: ${failure.message}`);
  return parts.join(', ');
}

function parseEvents(text: string, previous: ReadonlySet<string> = new Set()): ReadonlySet<string> {
  const names = text.split(',').map((name) => name.trim());
  for (const name of names) {
    if (TRACEABLE_EVENTS.has(name)) continue;
    const meant = nearest(name, [...TRACEABLE_EVENTS]);
    throw new InvalidArgumentError(
      `There is no event "${name}"${meant === undefined ? '' : `; did you mean ${meant}?`}`,
    );
  }
  return new Set([...previous, ...names]);
}

function parseAmount(text: string): number {
  const amount = Number(text);
  if (text.trim() === '' || !Number.isFinite(amount) || amount <= 0)
    throw new InvalidArgumentError('Give a number above 0.');
  return amount;
}
