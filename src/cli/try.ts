/** `lanner try CONDITION`: the events for which a condition holds, live or from a recording. */
import { type Command, InvalidArgumentError } from 'commander';
import { type Alert, fieldEntries, type RuleAlert } from '../alerts/alert.ts';
import { DEFAULT_FORMAT, escapeText, formatJson, formatText } from '../alerts/format.ts';
import { TrialObserver } from '../authoring/trial.ts';
import { defaultOutput, loadTrial, type Trial, withPlacesInCondition } from '../authoring/trial-rules.ts';
import type { Config } from '../config/schema.ts';
import { readRuleFiles, ruleFilePaths } from '../engine/rule-files.ts';
import type { WatchScope } from '../engine/watch.ts';
import type { LoadOutcome } from '../rules/load.ts';
import { fail, writeError } from './fail.ts';
import { collect } from './flags.ts';
import { plainLog } from './log.ts';
import { configFrom } from './options.ts';
import { printLine } from './print.ts';
import { parseScope } from './scope.ts';
import { onEndSignal, whileForwarding } from './signals.ts';
import { checkEngine } from './start.ts';

interface TryOptions {
  readonly file?: string;
  readonly read?: string;
  readonly scope?: WatchScope;
  readonly print?: string;
  readonly number?: number;
  readonly json?: boolean;
  readonly source: string;
  readonly rules?: readonly string[];
  readonly c?: string;
  readonly option?: readonly string[];
}

export function addTryCommand(program: Command, finish: (code: number) => void): void {
  program
    .command('try')
    .summary('show the events for which a condition holds')
    .description(
      'Shows every event for which CONDITION, or a rule of --file, holds: of COMMAND and all that it starts, of what\n' +
        '--scope names, of a capture, a recording or an audit log (--read), or of the whole machine. Macros and lists\n' +
        'of the configured rules can be used. Lines go to standard output, or to standard error beside a COMMAND.\n' +
        'If no event matches, says which parts of the condition were never true.',
    )
    .usage("[options] 'CONDITION' [-- COMMAND…]")
    .argument('[words...]')
    .option('-f, --file <file>', 'try the rules of this file, instead of a condition')
    .option('-r, --read <file>', 'take the events of a capture, a recording or an audit log')
    .option('--scope <what>', 'watch only pid=N[,N…] and all that they start, or cgroup=PATH', parseScope)
    .option('-p, --print <format>', 'what a line tells, as the output of a rule')
    .option('-n, --number <count>', 'end after so many events that match', parseCount)
    .option('--json', 'print each event as JSON')
    .option('--source <name>', 'event source of the condition', 'syscall')
    .option(
      '--rules <file|dir>',
      'take macros and lists from here, instead of the configured rules; repeatable',
      collect,
    )
    .option('-c <path>', 'configuration file in the form of falco.yaml; "" for none')
    .option('-o, --option <key=value>', 'set a configuration key; repeatable', collect)
    .action(async (words: string[], options: TryOptions) => finish(await tryRules(words, options)));
}

/** Returns the exit code: the command's own. */
async function tryRules(words: readonly string[], options: TryOptions): Promise<number> {
  const command = options.file === undefined ? words.slice(1) : words;
  checkInput(words, command, options);
  // Folding, limits and the filters of the kernel would hide events; no other alerts are wanted.
  const configured = configFrom(options, plainLog);
  const config: Config = {
    ...configured,
    engine: { ...configured.engine, prefilter: false },
    ...{ rule_matching: 'all', rate_limits: [], fold: { ...configured.fold, window: 0 } },
    capture: { ...configured.capture, enabled: false },
    metrics: { ...configured.metrics, enabled: false },
  };
  const outcome = load(words[0] ?? '', options, config);
  const trial = new TrialObserver(outcome);
  const print = printer(options, command.length > 0);
  const stop = new AbortController();
  let printed = 0;
  const take = (alert: Alert): void => {
    if (alert.kind === 'internal' || stop.signal.aborted) return;
    const isRead = print(alert);
    if (++printed === options.number || !isRead) stop.abort();
  };
  const run = { config, ruleSet: outcome.ruleSet, alertsTo: { take }, observers: [trial], log: plainLog };
  const { code, note } =
    options.read === undefined
      ? await tryLive(run, command, options, stop)
      : await tryFile(run, options.read, stop);
  plainLog(`${trial.matched} of ${trial.asked} events matched${note}`);
  for (const line of trial.whyNone()) plainLog(withPlacesInCondition(line));
  return code;
}

function checkInput(
  words: readonly string[],
  command: readonly string[],
  { file, read, scope, print }: TryOptions,
): void {
  if (file === undefined && words.length === 0) fail('give a condition, or a file of rules with --file');
  if ([command.length > 0, read !== undefined, scope !== undefined].filter(Boolean).length > 1)
    fail('give one of COMMAND, --read and --scope');
  if (file !== undefined && print !== undefined) fail('--print is for a condition: rules have outputs');
}

function load(condition: string, options: TryOptions, config: Config): LoadOutcome {
  const { file, source, print = defaultOutput(source), rules = [] } = options;
  const paths = ruleFilePaths(rules, config, (path) =>
    plainLog(`warning: no rules at ${path}, which the configuration names`),
  );
  const [own] = file === undefined ? [] : readRuleFiles([file]);
  const trial: Trial = own
    ? { kind: 'file', file: own }
    : { kind: 'condition', text: condition, output: print, source };
  const { outcome, errors } = loadTrial(trial, readRuleFiles(paths.filter((path) => path !== file)), config);
  if (errors.length > 0) {
    writeError(`${errors.join('\n')}\n`);
    fail(own ? 'the rules cannot be tried' : 'the condition cannot be tried');
  }
  if (outcome.ruleSet.rules.length === 0)
    fail(own ? `${file} has no rule` : `there is no event source "${source}"`);
  return outcome;
}

interface Run {
  readonly config: Config;
  readonly ruleSet: LoadOutcome['ruleSet'];
  readonly alertsTo: { readonly take: (alert: Alert) => void };
  readonly observers: readonly TrialObserver[];
  readonly log: (line: string) => void;
}

interface Result {
  readonly code: number;
  /** What else the summary has to say. */
  readonly note: string;
}

async function tryLive(
  run: Run,
  command: readonly string[],
  { scope }: TryOptions,
  stop: AbortController,
): Promise<Result> {
  checkEngine(run.config, plainLog);
  const isCommand = command.length > 0;
  const forwarding = isCommand ? whileForwarding() : undefined;
  const ending = isCommand ? undefined : onEndSignal(() => stop.abort());
  try {
    const { watch } = await import('../engine/watch.ts');
    const { lost, exit } = await watch({
      ...run,
      scope: scope ?? (isCommand ? { kind: 'processes', pids: [] } : { kind: 'host' }),
      ...(isCommand ? { command } : {}),
      sources: [...new Set(run.ruleSet.rules.map(({ source }) => source))],
      stop: stop.signal,
      onReady: (watching) => forwarding?.to(watching.command),
    });
    if (exit?.failure !== undefined) writeError(`lanner: ${exit.failure}\n`);
    const losses = [...lost.values()].reduce((sum, count) => sum + count, 0);
    return { code: exit?.code ?? 0, note: losses === 0 ? '' : `; ${losses} events were lost` };
  } finally {
    forwarding?.end();
    ending?.end();
  }
}

async function tryFile(run: Run, file: string, stop: AbortController): Promise<Result> {
  const ending = onEndSignal(() => stop.abort());
  try {
    const { replay } = await import('../engine/replay.ts');
    const { damage } = await replay({ ...run, file, stop: stop.signal });
    return { code: damage ? 1 : 0, note: damage ? `; the file is damaged: ${damage.message}` : '' };
  } finally {
    ending.end();
  }
}

/** Writes one line for each event: of whole rules, as their alerts are. Tells whether somebody reads them. */
function printer({ file, json }: TryOptions, isCommand: boolean): (alert: RuleAlert) => boolean {
  const text = (alert: RuleAlert): string => {
    if (json && file !== undefined) return formatJson(alert, DEFAULT_FORMAT);
    if (json) return JSON.stringify(Object.fromEntries(fieldEntries(alert)), plainNumber);
    return file === undefined ? escapeText(alert.message) : formatText(alert, DEFAULT_FORMAT);
  };
  // Standard output is the command's.
  if (!isCommand) return (alert) => printLine(text(alert));
  return (alert) => {
    writeError(`${text(alert)}\n`);
    // The command runs on, whoever reads.
    return true;
  };
}

/** Numbers beyond what JSON's readers keep exactly are texts. */
function plainNumber(_: string, value: unknown): unknown {
  return typeof value === 'bigint'
    ? Number.isSafeInteger(Number(value))
      ? Number(value)
      : String(value)
    : value;
}

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError('Give a number above 0.');
  return Number(text);
}
