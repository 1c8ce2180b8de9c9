/** What `lanner events` says: which events are traced and why, and what one event is. */
import process from 'node:process';
import { GENERIC_EVENT } from '../engine/rule-environment.ts';
import {
  type BaseReason,
  type EventChoice,
  type MissedEvent,
  TRACEABLE_EVENTS,
} from '../engine/traced-events.ts';
import { SYMBOLS } from '../events/symbols.ts';
import { EVENT_TYPES, type EventType, type Parameter } from '../events/table.ts';
import { callsOfEvent, currentEvent } from '../sources/kernel/system-calls.ts';

export const TABLE_FORMATS = ['text', 'json', 'markdown'] as const;
export type TableFormat = (typeof TABLE_FORMATS)[number];

/** Names of rules that a line of the table has; all of them are in the page of one event. */
const RULES_IN_LINE = 3;
const WIDTH = 100;

const BASES: Readonly<Record<BaseReason, string>> = {
  model: 'the model of the machine',
  custom_set: 'base_syscalls.custom_set',
  repair: 'base_syscalls.repair',
  always: 'always: without the ends of processes the model would only grow',
};
const CAUSES: Readonly<Record<MissedEvent['cause'], string>> = {
  ignored: 'too many: base_syscalls.all would trace it',
  custom_set: 'taken out by base_syscalls.custom_set',
};

const OWN_NAMES = new Set(EVENT_TYPES.map(({ name }) => name));
const isGeneric = (name: string): boolean => !OWN_NAMES.has(name);

/** Everything that can be traced, in three parts: traced, missed by rules, and the rest. */
export function eventTable(choice: EventChoice, format: TableFormat): string {
  const rest = [...TRACEABLE_EVENTS]
    .filter((name) => !choice.traced.has(name) && !choice.missed.has(name))
    .sort();
  if (format === 'json') return tableJson(choice, rest);
  const lines = [...choice.traced].map(([name, { rules, base }]): Row => [name, why(rules, base)]);
  const missed = [...choice.missed].map(
    ([name, { rules, cause }]): Row => [name, `${CAUSES[cause]}; ${ruleList(rules)}`],
  );
  const sections: [title: string, rows: Row[]][] = [
    [`Traced (${lines.length}), and for whom`, grouped(lines)],
    ...(missed.length > 0
      ? ([[`Not traced although rules ask for them (${missed.length})`, missed]] as [string, Row[]][])
      : []),
  ];
  const others: [string, string[]][] = [
    ['Not traced, since nobody asks for them', rest.filter((name) => !isGeneric(name))],
    ['Nor these system calls, which have no event of their own', rest.filter(isGeneric)],
  ];
  return format === 'markdown' ? tableMarkdown(sections, others) : tableText(sections, others);
}

type Row = readonly [name: string, why: string];

function why(rules: readonly string[], base: BaseReason | undefined): string {
  return [...(base === undefined ? [] : [BASES[base]]), ...(rules.length > 0 ? [ruleList(rules)] : [])].join(
    '; ',
  );
}

function ruleList(rules: readonly string[]): string {
  const more = rules.length - RULES_IN_LINE;
  const names = rules.slice(0, more > 0 ? RULES_IN_LINE : undefined).join(', ');
  return `${rules.length === 1 ? 'rule' : `${rules.length} rules`}: ${names}${more > 0 ? ` and ${more} more` : ''}`;
}

/** System calls without an event of their own that are traced for the same reason have one line together. */
function grouped(rows: readonly Row[]): Row[] {
  const generic = Map.groupBy(
    rows.filter(([name]) => isGeneric(name)),
    ([, why]) => why,
  );
  return [
    ...rows.filter(([name]) => !isGeneric(name)),
    ...[...generic].map(([why, group]): Row => {
      const names = group.map(([name]) => name);
      return names.length === 1
        ? [names[0] as string, why]
        : [`${names.length} calls`, `${why}; ${names.join(' ')}`];
    }),
  ];
}

function tableText(sections: [string, Row[]][], others: [string, string[]][]): string {
  const width = Math.max(...sections.flatMap(([, rows]) => rows.map(([name]) => name.length)), 0) + 2;
  const blocks = sections.map(
    ([title, rows]) =>
      `${title}\n${rows.map(([name, why]) => `  ${name.padEnd(width)}${wrapped(why, width + 2)}\n`).join('')}`,
  );
  const lists = others
    .filter(([, names]) => names.length > 0)
    .map(([title, names]) => `${title} (${names.length})\n  ${wrapped(names.join(' '), 2)}\n`);
  return [...blocks, ...lists].join('\n');
}

function tableMarkdown(sections: [string, Row[]][], others: [string, string[]][]): string {
  const blocks = sections.map(
    ([title, rows]) =>
      `## ${title}\n\n| Event | Why |\n|---|---|\n${rows.map(([name, why]) => `| \`${name}\` | ${why.replaceAll('|', '\\|')} |\n`).join('')}`,
  );
  const lists = others
    .filter(([, names]) => names.length > 0)
    .map(
      ([title, names]) =>
        `## ${title} (${names.length})\n\n${names.map((name) => `\`${name}\``).join(' ')}\n`,
    );
  return [...blocks, ...lists].join('\n');
}

function tableJson({ traced, missed, warnings }: EventChoice, rest: readonly string[]): string {
  return `${JSON.stringify(
    {
      traced: [...traced].map(([name, { rules, base }]) => ({
        name,
        generic: isGeneric(name),
        reason: base ?? null,
        rules: rules.map((rule) => ({ name: rule })),
      })),
      missed: [...missed].map(([name, { rules, cause }]) => ({
        name,
        generic: isGeneric(name),
        cause,
        rules: rules.map((rule) => ({ name: rule })),
      })),
      not_traced: rest.map((name) => ({ name, generic: isGeneric(name) })),
      warnings,
    },
    undefined,
    2,
  )}\n`;
}

/** The page of one event; `name` is one of TRACEABLE_EVENTS. */
export function eventPage(name: string, choice: EventChoice, format: TableFormat): string {
  const type = currentEvent(isGeneric(name) ? GENERIC_EVENT : name);
  const traced = choice.traced.get(name);
  const missed = choice.missed.get(name);
  const { rules = [] } = traced ?? missed ?? {};
  const calls = callsOf(name, type);
  if (format === 'json')
    return `${JSON.stringify(
      {
        name,
        event: type.name,
        code: type.code,
        category: type.category,
        system_calls: calls,
        traced: traced !== undefined,
        reason: traced?.base ?? null,
        cause: missed?.cause ?? null,
        rules: rules.map((rule) => ({ name: rule })),
        parameters: type.parameters.map(parameterJson),
        extensions: type.extensions.map(parameterJson),
      },
      undefined,
      2,
    )}\n`;

  const state = traced
    ? 'traced'
    : missed
      ? `not traced, ${CAUSES[missed.cause]}`
      : 'not traced, nobody asks for it';
  const facts: [string, string][] = [
    ['State', state],
    ...(traced?.base === undefined ? [] : ([['Needed by', BASES[traced.base]]] as [string, string][])),
    ['System calls', calls.length > 0 ? calls.join(', ') : 'none: a tracepoint'],
    ['Event', `${type.name}, code ${type.code}, category ${type.category}`],
  ];
  const parameters = [
    ...type.parameters.map((parameter) => parameterRow(parameter, '')),
    ...type.extensions.map((parameter) => parameterRow(parameter, "Lanner's own")),
  ];
  return format === 'markdown'
    ? pageMarkdown(name, facts, rules, parameters)
    : pageText(name, facts, rules, parameters);
}

/** Names of the system calls that become the event; a call without an event of its own stands for itself. */
function callsOf(name: string, type: EventType): string[] {
  if (type.name === GENERIC_EVENT) return [name];
  return [...callsOfEvent(name, process.arch === 'arm64' ? 'arm64' : 'x64')];
}

type ParameterRow = readonly [name: string, type: string, note: string];

function parameterRow(parameter: Parameter, note: string): ParameterRow {
  return [
    parameter.name,
    parameter.type,
    [note, (symbolsOf(parameter) ?? []).join(' ')].filter(Boolean).join(': '),
  ];
}

function symbolsOf({ symbols }: Parameter): string[] | undefined {
  return symbols === undefined ? undefined : SYMBOLS.get(symbols)?.map(({ name }) => name);
}

function parameterJson(parameter: Parameter): object {
  const symbols = symbolsOf(parameter);
  return { name: parameter.name, type: parameter.type, ...(symbols && { flags: symbols }) };
}

function pageText(
  name: string,
  facts: readonly (readonly [string, string])[],
  rules: readonly string[],
  parameters: readonly ParameterRow[],
): string {
  const width = Math.max(...parameters.map(([parameter]) => parameter.length), 0) + 2;
  const typeWidth = Math.max(...parameters.map(([, type]) => type.length), 0) + 2;
  return [
    `${name}\n${facts.map(([key, value]) => `  ${`${key}:`.padEnd(15)}${wrapped(value, 17)}\n`).join('')}`,
    `Rules that can match it (${rules.length})\n${rules.map((rule) => `  ${rule}\n`).join('')}`,
    `Parameters, as evt.arg.NAME (${parameters.length})\n${parameters
      .map(([parameter, type, note]) =>
        `  ${parameter.padEnd(width)}${type.padEnd(typeWidth)}${wrapped(note, width + typeWidth + 2)}`.trimEnd(),
      )
      .map((line) => `${line}\n`)
      .join('')}`,
  ].join('\n');
}

function pageMarkdown(
  name: string,
  facts: readonly (readonly [string, string])[],
  rules: readonly string[],
  parameters: readonly ParameterRow[],
): string {
  return [
    `## ${name}\n\n${facts.map(([key, value]) => `* ${key}: ${value}\n`).join('')}`,
    `### Rules that can match it (${rules.length})\n\n${rules.map((rule) => `* ${rule}\n`).join('')}`,
    `### Parameters\n\n| Name | Type | Values |\n|---|---|---|\n${parameters.map(([parameter, type, note]) => `| \`${parameter}\` | ${type} | ${note} |\n`).join('')}`,
  ].join('\n');
}

/** Text in lines of at most WIDTH characters, all but the first indented. */
function wrapped(text: string, indent: number): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || indent + last.length + 1 + word.length > WIDTH) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.join(`\n${' '.repeat(indent)}`);
}
