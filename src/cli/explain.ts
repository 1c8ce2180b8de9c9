/** `lanner explain RULE`: what a rule watches, and what it makes of an event. */
import { type Command, InvalidArgumentError } from 'commander';
import { watchedByRule, watchedText } from '../authoring/describe-rule.ts';
import { treeData, verdictText } from '../authoring/explanation-text.ts';
import { EventJudge, verdictOn } from '../authoring/judge-events.ts';
import { prefilterText } from '../authoring/prefilter-text.ts';
import type { ShownInput } from '../authoring/stage.ts';
import { readEvents } from '../authoring/test-file.ts';
import type { Config } from '../config/schema.ts';
import { parseConfigText } from '../config/yaml.ts';
import { prefilterOfRule } from '../engine/prefilter.ts';
import { chooseEvents } from '../engine/traced-events.ts';
import type { CheckedRule } from '../rules/checked.ts';
import type { LoadOutcome } from '../rules/load.ts';
import { explainAlert } from './explain-alert.ts';
import { explainCommand } from './explain-command.ts';
import { fail } from './fail.ts';
import { addFlags } from './flags.ts';
import { plainLog } from './log.ts';
import { costLines, measuredCost, timesFired } from './measured-cost.ts';
import { type CommonOptions, configFrom } from './options.ts';
import { printLine } from './print.ts';
import { ruleNamed } from './rule-named.ts';
import { loadConfiguredRules } from './start.ts';
import { pathOfStore } from './store.ts';
import { parseAlertId } from './stored-alert.ts';
import { visibleLines } from './terminal-text.ts';

interface ExplainOptions extends CommonOptions {
  readonly event?: string;
  readonly capture?: string;
  readonly number?: number;
  readonly alert?: number;
  readonly store?: string;
  readonly json?: boolean;
}

export function addExplainCommand(program: Command, finish: (code: number) => void): void {
  const command = program
    .command('explain')
    .summary('explain a rule, and what it makes of an event')
    .description(
      'Says what RULE watches: events, fields, macros and lists with their places, what the kernel decides ' +
        'before it hands an event over, and what asking costs. With --event, --capture or a COMMAND, which is ' +
        'watched, says whether RULE fires and which part of its condition decided, and shows the whole condition ' +
        'with the value and truth of each part; with --alert, why an alert of the store came.',
    )
    .usage('[options] [RULE] [-- COMMAND…]')
    .argument('[rule]')
    .argument('[command...]')
    .option('--event <event>', "an event as tests have it, such as 'execve: {proc.name: bash}'")
    .option(
      '--capture <file>',
      'a capture, a recording or an audit log: the event at which RULE fires, or nearly',
    )
    .option('--number <number>', 'this event (evt.num) of the capture', parseNumber)
    .option('--alert <id>', 'an alert of the store, by its number in "lanner alerts"', parseAlertId)
    .option('--store <file>', 'this store instead of the configured one')
    .option('--json', 'print as JSON')
    .action(async (rule: string | undefined, words: string[], options: ExplainOptions) =>
      finish(await explain(rule, words, options)),
    );
  addFlags(command, 'common');
}

/** Returns the exit code: that of the command, where there is one. */
async function explain(
  name: string | undefined,
  words: readonly string[],
  options: ExplainOptions,
): Promise<number> {
  const input = inputOf(options);
  const { alert } = options;
  const inputs = [input !== undefined, alert !== undefined, words.length > 0].filter(Boolean);
  if (inputs.length > 1) fail('give one of --event, --capture, --alert and COMMAND');
  const config = configFrom(options, plainLog);
  if (alert !== undefined) {
    if (name !== undefined) fail('--alert tells the rule itself');
    explainAlert(alert, config, options);
    return 0;
  }
  if (name === undefined) fail('give the name of a rule, or an alert with --alert');
  if (words.length > 0) return explainCommand(name, words, config, options);
  const outcome = loadConfiguredRules(options, config, plainLog);
  const rule = ruleNamed(name, outcome);
  if (input === undefined) await explainRule(rule, outcome, config, options);
  else await explainEvent(rule, outcome, input, options);
  return 0;
}

function inputOf({ event, capture, number }: ExplainOptions): ShownInput | undefined {
  if (event !== undefined && capture !== undefined) fail('give one of --event and --capture');
  if (number !== undefined && capture === undefined) fail('--number is that of an event of a --capture');
  if (capture !== undefined) return { kind: 'capture', path: capture, place: '--capture' };
  if (event === undefined) return undefined;
  const mistakes: string[] = [];
  const root = parseConfigText(event, '--event', undefined);
  const events = readEvents(root, (place, message) => mistakes.push(`${place}: ${message}`));
  if (mistakes.length > 0) fail(mistakes.join('\n'));
  if (events.length === 0) fail("--event: expected an event, such as 'execve: {proc.name: bash}'");
  return { kind: 'events', events };
}

async function explainRule(
  rule: CheckedRule,
  { compiled, ruleSet }: LoadOutcome,
  config: Config,
  { json, store }: ExplainOptions,
): Promise<void> {
  const watched = watchedByRule(rule, compiled);
  if (watched === undefined) fail(`the rule "${rule.name}" was left out`);
  const isFiltered = rule.enabled && rule.source === 'syscall';
  const [, ...kernel] = isFiltered
    ? prefilterText(rule.name, prefilterOfRule(rule, chooseEvents(ruleSet, config.base_syscalls))).split('\n')
    : [];
  const measured = await measuredCost(rule.name, config);
  const fired = timesFired(rule.name, pathOfStore(store, config));
  if (json) {
    const found = { kernel: kernel.map((line) => line.slice(2)), measured, fired };
    printLine(JSON.stringify({ ...watched, ...found }));
    return;
  }
  const lines = [watchedText(watched), ...costLines(measured, fired)];
  if (kernel.length > 0) lines.push('', '  The kernel hands over:', ...kernel.map((line) => `  ${line}`));
  printLine(visibleLines(lines.join('\n')));
}

async function explainEvent(
  rule: CheckedRule,
  outcome: LoadOutcome,
  input: ShownInput,
  { number, capture, json }: ExplainOptions,
): Promise<void> {
  const verdict = await verdictOn(rule, new EventJudge(outcome), input, number);
  if (verdict === undefined && number !== undefined) fail(`${capture} has no event ${number} that rules see`);
  if (verdict === undefined) fail(`no event is of a type that "${rule.name}" is about`);
  const { fired, origin, judged } = verdict;
  const { enabled } = rule;
  if (json) {
    printLine(JSON.stringify({ rule: rule.name, enabled, fired, origin, condition: treeData(judged) }));
    return;
  }
  printLine(visibleLines(verdictText(rule.name, verdict)));
  if (!enabled) printLine('\nThe rule is disabled: live it is never asked.');
}

function parseNumber(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError('Give the number of an event.');
  return Number(text);
}
