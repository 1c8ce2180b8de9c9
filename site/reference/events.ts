/** The page of all events, from src/events. */
import { IGNORED_EVENTS } from '../../src/engine/traced-events.ts';
import { eventSections, type ListedEvent } from '../../src/events/listing.ts';
import { SYMBOLS } from '../../src/events/symbols.ts';
import type { Parameter } from '../../src/events/table.ts';
import { code, table } from './table.ts';

export function eventsReference(): string {
  const sections = eventSections(({ name }) => !IGNORED_EVENTS.has(name));
  const used = new Set(
    sections.flatMap(({ events }) =>
      events.flatMap(({ parameters }) => parameters.flatMap(({ symbols }) => symbols ?? [])),
    ),
  );
  return [
    '# Every event',
    'What `evt.type` may be, with the parameters that `evt.arg.NAME` reads, as `lanner --list-events` prints them. Direction `>` is the beginning of a call, `<` its end; Lanner judges ends, which know the result too. Events that are not there by default need `base_syscalls.all`. [Which events are traced](events.md) says what the kernel hands over.',
    ...sections.filter(({ events }) => events.length > 0).map(({ title, events }) => section(title, events)),
    '## Names of values',
    ...[...used].sort().flatMap((name) => {
      const symbols = SYMBOLS.get(name) ?? [];
      return [`### ${name}`, symbols.map(({ name }) => code(name)).join(', ')];
    }),
  ].join('\n\n');
}

/** System calls without parameters of their own are only named. */
function section(title: string, events: readonly ListedEvent[]): string {
  const generic = events.filter(({ isGeneric }) => isGeneric).map(({ name }) => code(name));
  const rows = events
    .filter(({ isGeneric }) => !isGeneric)
    .map(({ name, direction, available, parameters }) => [
      code(name),
      code(direction),
      available ? 'yes' : 'no',
      parameters.map(parameterText).join(', '),
    ]);
  const blocks = [
    `## ${title}`,
    table(['Event', 'Direction', 'There by default', 'Parameters'], rows),
    ...(generic.length > 0
      ? [`### System calls without an event of their own\n\nThey have no parameters. ${generic.join(', ')}`]
      : []),
  ];
  return blocks.join('\n\n');
}

function parameterText({ name, type, symbols }: Parameter): string {
  return `${code(name)} ${symbols === undefined ? type : `[${type}](#${symbols.toLowerCase()})`}`;
}
