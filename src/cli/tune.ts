/** `lanner tune`: proposes exceptions for what raises alerts again and again. */
import { writeFileSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import type { Config } from '../config/schema.ts';
import { milliseconds } from '../config/shape.ts';
import { ruleEnvironment } from '../engine/rule-environment.ts';
import { loadRuleFiles, readRuleFiles } from '../engine/rule-files.ts';
import { configuredFields } from '../engine/rule-options.ts';
import { matchesWildcard } from '../rules/select.ts';
import type { AlertHistory } from '../tuning/history.ts';
import { LineHistory } from '../tuning/line-history.ts';
import { isoTime } from '../tuning/override-file.ts';
import { type Proposal, Tuning } from '../tuning/proposals.ts';
import { StoreHistory } from '../tuning/store-history.ts';
import { type Tuned, tune } from '../tuning/tune.ts';
import { fail, writeError } from './fail.ts';
import { addFlags, collect } from './flags.ts';
import { plainLog } from './log.ts';
import { type CommonOptions, configFrom } from './options.ts';
import { printLine } from './print.ts';
import { failOnErrors } from './problems.ts';
import { configuredRuleFiles } from './start.ts';
import { openStore, pathOfStore } from './store.ts';

interface TuneOptions extends CommonOptions {
  readonly minCount: number;
  /** Milliseconds since the epoch. */
  readonly since?: number;
  readonly rule?: readonly string[];
  readonly write?: string;
  readonly json?: boolean;
  readonly store?: string;
}

export function addTuneCommand(program: Command): void {
  const command = program
    .command('tune')
    .summary('propose exceptions for what raises alerts again and again')
    .description(
      'Reads the alerts of the store, or those in the form of json_output in FILES (- for standard input), and\n' +
        'proposes exceptions for those that come again and again: by program, parent program and container image, and by file, command line or\n' +
        'port where few were seen. Prints an override file, to be loaded after the rules, with the alerts that each\n' +
        'exception would have silenced, and what it lets through beside them. The file has been tried: it silences\n' +
        'these alerts and no others of the history. Read it before you use it: what is frequent need not be harmless.',
    )
    .argument('[files...]', 'files of alerts, rotated ones among them, instead of the store')
    .option('--min-count <number>', 'alerts of a kind that are worth an exception', parseCount, 10)
    .option('--since <when>', 'leave out older alerts: 7d, 12h, or a time such as 2026-01-31', parseSince)
    .option('--rule <name>', 'this rule alone; * stands for any text; repeatable', collect)
    .option('--write <file>', 'write the override file, which must not be there yet, and print a summary')
    .option('--store <file>', 'this store instead of the configured one')
    .option('--json', 'print proposals and override file as JSON')
    .action(tuneHistory);
  addFlags(command, 'common');
}

async function tuneHistory(files: string[], options: TuneOptions): Promise<void> {
  const config = configFrom(options, plainLog);
  if (files.length > 0) {
    if (options.store !== undefined) fail('give files or --store: alerts that are in both would count twice');
    await printTuned(new LineHistory(files), config, options);
    return;
  }
  const store = openStore(pathOfStore(options.store, config));
  try {
    await printTuned(new StoreHistory(store.query), config, options);
  } finally {
    store.close();
  }
}

async function printTuned(history: AlertHistory, config: Config, options: TuneOptions): Promise<void> {
  const paths = configuredRuleFiles(options, config, plainLog);
  const outcome = loadRuleFiles(paths, config);
  failOnErrors(outcome);
  const tuning = await gather(history, options);
  const fields = configuredFields(config);
  const tuned = tune(tuning, options.minCount, {
    ...{ files: readRuleFiles(paths), outcome, fields, environment: ruleEnvironment },
  });
  const { write, json } = options;
  const text = heading(tuning, tuned) + tuned.override;
  if (write !== undefined) writeNew(write, text);
  const summary = summaryOf(tuning, tuned, history);
  if (json) printLine(JSON.stringify(jsonOf(tuning, tuned, history, text), undefined, 2));
  else if (write !== undefined) printLine([...tuned.proposals.map(proposalLine), summary].join('\n'));
  else printLine(text.trimEnd());
  // Standard output is for the file alone.
  if (json || write === undefined) writeError(`${summary}\n`);
}

async function gather(history: AlertHistory, { since, rule: rules = [] }: TuneOptions): Promise<Tuning> {
  const tuning = new Tuning();
  try {
    for await (const alert of history.alerts()) {
      if (since !== undefined && alert.time < since) continue;
      if (rules.length > 0 && !rules.some((pattern) => matchesWildcard(pattern, alert.rule))) continue;
      tuning.add(alert);
    }
  } catch (error) {
    fail(`cannot read alerts: ${(error as Error).message}`);
  }
  return tuning;
}

function heading({ total, rules }: Tuning, { proposals }: Tuned): string {
  const lines = [
    `Exceptions that "lanner tune" proposes, from ${total} alerts of ${rules} ${rules === 1 ? 'rule' : 'rules'}.`,
    'Read them before you load this file after the rules: what is frequent need not be harmless.',
    ...(proposals.length === 0 ? ['There is nothing to propose.'] : []),
  ];
  return `${lines.map((line) => `# ${line}`).join('\n')}\n${proposals.length === 0 ? '' : '\n'}`;
}

function writeNew(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'wx' });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST')
      fail(`${path} is there already, and what it says may be in force: give the name of a new file`);
    fail(`cannot write ${path}: ${message}`);
  }
}

function proposalLine({ rule, count, comparisons }: Proposal): string {
  const compared = comparisons.map(
    ({ field, operator, values }) => `${field} ${operator} ${values.join(', ')}`,
  );
  return `${String(count).padStart(8)}  ${rule}: ${compared.join('; ')}`;
}

function summaryOf(tuning: Tuning, { proposals, leftAlone }: Tuned, { passedOver }: AlertHistory): string {
  const silenced = proposals.reduce((sum, { count }) => sum + count, 0);
  const share = tuning.total === 0 ? 0 : Math.floor((100 * silenced) / tuning.total);
  const what = `${proposals.length} ${proposals.length === 1 ? 'exception' : 'exceptions'}`;
  return [
    `${what}, tried on all alerts, would have silenced ${silenced} of ${tuning.total} (${share} %)`,
    ...leftAlone.map(({ rule, reason, count }) => `left as they are: ${count} of ${rule}: ${reason}`),
    ...[...passedOver].map(([reason, count]) => `passed over: ${count} ${reason}`),
    ...(tuning.total === 0 && passedOver.size > 0
      ? ['no alert was read: files must have been written with json_output: true']
      : []),
  ].join('\n');
}

function jsonOf(tuning: Tuning, tuned: Tuned, { passedOver }: AlertHistory, override: string): object {
  return {
    alerts: tuning.total,
    proposals: tuned.proposals.map(({ shapes: _, comparisons, first, last, ...rest }) => ({
      ...rest,
      first: isoTime(first),
      last: isoTime(last),
      comparisons: comparisons.map(({ field, operator, values }) => ({ field, operator, values })),
    })),
    left_alone: tuned.leftAlone,
    passed_over: Object.fromEntries(passedOver),
    override,
  };
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1) throw new InvalidArgumentError('Give a number from 1 on.');
  return count;
}

function parseSince(text: string): number {
  const ago = milliseconds(text);
  const time = ago === undefined ? Date.parse(text) : Date.now() - ago;
  if (Number.isNaN(time)) throw new InvalidArgumentError('Give a time such as 7d, 12h or 2026-01-31.');
  return time;
}
