/** `lanner events [NAME]`: which events are traced with the present configuration and rules, and why. */
import { type Command, Option } from 'commander';
import { prefilterText } from '../authoring/prefilter-text.ts';
import { prefilterOfRule } from '../engine/prefilter.ts';
import { chooseEvents, type EventChoice, TRACEABLE_EVENTS } from '../engine/traced-events.ts';
import type { CheckedRuleSet } from '../rules/checked.ts';
import { nearest } from '../rules/suggest.ts';
import { eventPage, eventTable, TABLE_FORMATS, type TableFormat } from './event-table.ts';
import { fail } from './fail.ts';
import { addFlags } from './flags.ts';
import { plainLog } from './log.ts';
import { type CommonOptions, configFrom } from './options.ts';
import { printLine } from './print.ts';
import { loadConfiguredRules } from './start.ts';

interface EventOptions extends CommonOptions {
  readonly prefilter?: string | true;
  readonly format: TableFormat;
}

export function addEventsCommand(program: Command): void {
  const command = program
    .command('events')
    .summary('show which events are traced, and why')
    .description(
      'Shows which events the kernel tells with the configuration and the rules that are given: those that ' +
        'enabled rules can match, those that the model of the machine needs, and what base_syscalls adds and ' +
        'takes away; then those that could be traced and are not. With NAME, of an event or a system call, ' +
        'shows that one: its parameters, and all rules that can match it.',
    )
    .usage('[options] [NAME]')
    .argument('[name]')
    .addOption(new Option('--format <format>', 'form of the output').choices(TABLE_FORMATS).default('text'))
    .option(
      '--prefilter [rule]',
      'show what the kernel decides of events before it hands them over, for all enabled rules or one',
    )
    .action(showEvents);
  addFlags(command, 'common');
}

function showEvents(name: string | undefined, options: EventOptions): void {
  const config = configFrom(options, plainLog);
  const { ruleSet } = loadConfiguredRules(options, config, plainLog);
  const choice = chooseEvents(ruleSet, config.base_syscalls);
  for (const warning of choice.warnings) plainLog(`warning: ${warning}`);
  if (options.prefilter !== undefined) {
    showPrefilter(ruleSet, choice, options.prefilter);
    return;
  }
  if (name !== undefined && !TRACEABLE_EVENTS.has(name)) fail(noSuchEvent(name));
  const { format } = options;
  printLine((name === undefined ? eventTable(choice, format) : eventPage(name, choice, format)).trimEnd());
}

function showPrefilter({ rules }: CheckedRuleSet, choice: EventChoice, wanted: string | true): void {
  const enabled = rules.filter(({ enabled, source }) => enabled && source === 'syscall');
  const shown = wanted === true ? enabled : enabled.filter(({ name }) => name === wanted);
  if (shown.length === 0) fail(`there is no enabled rule "${wanted}" on system calls`);
  printLine(shown.map((rule) => prefilterText(rule.name, prefilterOfRule(rule, choice))).join('\n\n'));
}

function noSuchEvent(name: string): string {
  const suggestion = nearest(name, [...TRACEABLE_EVENTS]);
  const hint = suggestion === undefined ? '' : `; did you mean ${suggestion}?`;
  return `there is no event or system call "${name}" that can be traced on this machine${hint}`;
}
