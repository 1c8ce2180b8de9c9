/** `lanner explain RULE`: what a rule watches, and what it makes of an event. */
import { type Command, InvalidArgumentError } from 'commander';
import { watchedByRule, watchedText } from '../authoring/describe-rule.ts';
import { treeData, verdictText } from '../authoring/explanation-text.ts';
import { EventJudge, verdictOn } from '../authoring/judge-events.ts';
import { prefilterText } from '../authoring/prefilter-text.ts';
import { readEvents, type TestInput } from '../authoring/test-file.ts';
import type { Config } from '../config/schema.ts';
import { parseConfigText } from '../config/yaml.ts';
import { prefilterOfRule } from '../engine/prefilter.ts';
import { chooseEvents } from '../engine/traced-events.ts';
import type { CheckedRule } from '../rules/checked.ts';
import type { LoadOutcome } from '../rules/load.ts';
import { nearest } from '../rules/suggest.ts';
import { fail } from './fail.ts';
import { addFlags } from './flags.ts';
import { plainLog } from './log.ts';
import { type CommonOptions, configFrom } from './options.ts';
import { printLine } from './print.ts';
import { loadConfiguredRules } from './start.ts';

interface ExplainOptions extends CommonOptions {
  readonly event?: string;
  readonly capture?: string;
  readonly number?: number;
  readonly json?: boolean;
}

export function addExplainCommand(program: Command): void {
  const command = program
    .command('explain')
    .summary('explain a rule, and what it makes of an event')
    .description(
      'Says what RULE watches: events, fields, macros and lists with their places, and what the kernel decides ' +
        'before it hands an event over. With --event or --capture, says whether RULE fires and which part of its ' +
        'condition decided, and shows the whole condition with the value and truth of each part.',
    )
    .argument('<rule>')
    .option('--event <event>', "an event as tests have it, such as 'execve: {proc.name: bash}'")
    .option(
      '--capture <file>',
      'a capture, a recording or an audit log: the event at which RULE fires, or nearly',
    )
    .option('--number <number>', 'this event (evt.num) of the capture', parseNumber)
    .option('--json', 'print as JSON')
    .action(explain);
  addFlags(command, 'common');
}

async function explain(name: string, options: ExplainOptions): Promise<void> {
  const input = inputOf(options);
  const config = configFrom(options, plainLog);
  const outcome = loadConfiguredRules(options, config, plainLog);
  const rule = ruleNamed(name, outcome);
  if (input === undefined) explainRule(rule, outcome, config, options);
  else await explainEvent(rule, outcome, input, options);
}

function inputOf({ event, capture, number }: ExplainOptions): TestInput | undefined {
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

function ruleNamed(name: string, { ruleSet }: LoadOutcome): CheckedRule {
  const found = ruleSet.rules.find((rule) => rule.name === name);
  if (found) return found;
  const suggestion = nearest(
    name,
    ruleSet.rules.map((rule) => rule.name),
  );
  fail(`there is no rule "${name}"${suggestion === undefined ? '' : `; did you mean "${suggestion}"?`}`);
}

function explainRule(
  rule: CheckedRule,
  { compiled, ruleSet }: LoadOutcome,
  config: Config,
  { json }: ExplainOptions,
): void {
  const watched = watchedByRule(rule, compiled);
  if (watched === undefined) fail(`the rule "${rule.name}" was left out`);
  const isFiltered = rule.enabled && rule.source === 'syscall';
  const [, ...kernel] = isFiltered
    ? prefilterText(rule.name, prefilterOfRule(rule, chooseEvents(ruleSet, config.base_syscalls))).split('\n')
    : [];
  if (json) printLine(JSON.stringify({ ...watched, kernel: kernel.map((line) => line.slice(2)) }));
  else if (kernel.length === 0) printLine(watchedText(watched));
  else
    printLine(
      [watchedText(watched), '', '  The kernel hands over:', ...kernel.map((line) => `  ${line}`)].join('\n'),
    );
}

async function explainEvent(
  rule: CheckedRule,
  outcome: LoadOutcome,
  input: TestInput,
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
  printLine(verdictText(rule.name, verdict));
  if (!enabled) printLine('\nThe rule is disabled: live it is never asked.');
}

function parseNumber(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError('Give the number of an event.');
  return Number(text);
}
