/** What `--list-events` prints: the events of today with their parameters, by kind. */
import { SYMBOLS } from './symbols.ts';
import { syscallNames } from './syscalls.ts';
import { EVENT_TYPES, type EventKind, type EventType, eventNames, type Parameter } from './table.ts';

export interface EventListingOptions {
  readonly format?: 'text' | 'markdown' | 'json';
  /** Whether rules see the event unless more is asked for; every event when absent. */
  readonly isAvailable?: (type: EventType) => boolean;
}

/** Version of Falco's event schema that the table follows. */
export const SCHEMA_VERSION = '4.5.1';

const SECTIONS: readonly (readonly [string, EventKind])[] = [
  ['Syscall events', 'SYSCALL'],
  ['Tracepoint events', 'TRACEPOINT'],
  ['Plugin events', 'PLUGIN'],
  ['Metaevents', 'METAEVENT'],
];

/** Code of the event that stands for all system calls without an event type of their own. */
const GENERIC = 1;

export interface ListedEvent {
  readonly name: string;
  readonly direction: '>' | '<';
  readonly available: boolean;
  /** A system call without an event type of its own. */
  readonly isGeneric: boolean;
  readonly parameters: readonly Parameter[];
}

/** The whole listing, ending with a line break. */
export function listEvents({ format = 'text', isAvailable = () => true }: EventListingOptions = {}): string {
  const sections = eventSections(isAvailable);
  if (format === 'json') {
    const entries = sections.map(({ title, events }) => [title, events.map(eventJson)]);
    const all = { schema_version: SCHEMA_VERSION, ...Object.fromEntries(entries) };
    return `${JSON.stringify(all, undefined, 2)}\n`;
  }
  const head = `The events below are valid for Falco *Schema Version*: ${SCHEMA_VERSION}`;
  const blocks = sections.map(({ title, events }) =>
    format === 'text' ? sectionText(title, events) : sectionMarkdown(title, events),
  );
  return `${head}\n${blocks.join('')}`;
}

/** All events of today by kind, each kind with its title. */
export function eventSections(
  isAvailable: (type: EventType) => boolean,
): readonly { readonly title: string; readonly events: readonly ListedEvent[] }[] {
  return SECTIONS.map(([title, kind]) => ({ title, events: eventsOf(kind, isAvailable) }));
}

function eventsOf(kind: EventKind, isAvailable: (type: EventType) => boolean): ListedEvent[] {
  const listed = EVENT_TYPES.filter(
    (type) => type.kind === kind && type.code > GENERIC && !isOutdated(type),
  ).map((type) => listedEvent(type, type.name, isAvailable(type)));
  return kind === 'SYSCALL' ? [...listed, ...genericEvents(isAvailable)] : listed;
}

function isOutdated({ flags }: EventType): boolean {
  return flags.has('OLD_VERSION') || flags.has('UNUSED');
}

function listedEvent(type: EventType, name: string, available: boolean): ListedEvent {
  const direction = (type.code & 1) === 1 ? '<' : '>';
  return { name, direction, available, isGeneric: type.code === GENERIC, parameters: type.parameters };
}

/** System calls that have no event type: their names, in the order of the alphabet. */
function genericEvents(isAvailable: (type: EventType) => boolean): ListedEvent[] {
  const type = EVENT_TYPES[GENERIC] as EventType;
  const own = new Set(eventNames());
  const names = syscallNames().filter((name) => name !== 'unknown' && !own.has(name));
  return names.toSorted().map((name) => listedEvent(type, name, isAvailable(type)));
}

function sectionText(title: string, events: readonly ListedEvent[]): string {
  const lines = events.map(({ name, direction, parameters }) => {
    const list = parameters.map((parameter) => parameterText(parameter, '')).join(', ');
    return `${direction} ${name}(${list})\n`;
  });
  return `## ${title}\n\n${lines.join('')}\n`;
}

function sectionMarkdown(title: string, events: readonly ListedEvent[]): string {
  const rows = events.map(({ name, direction, available, parameters }) => {
    const list = parameters.map((parameter) => parameterText(parameter, '*')).join(', ');
    return `${available ? 'Yes' : 'No'} | \`${direction}\` | \`${name}\` | ${list}\n`;
  });
  return `## ${title}\n\nDefault | Dir | Name | Params \n:-------|:----|:-----|:-----\n${rows.join('')}\n`;
}

/** `emphasis`: what stands around the name of a symbol. */
function parameterText(parameter: Parameter, emphasis: string): string {
  const symbols = symbolNames(parameter)?.map((name) => `${emphasis}${name}${emphasis}`);
  const text = `${typeName(parameter)} **${parameter.name}**`;
  return symbols ? `${text}: ${symbols.join(', ')}` : text;
}

function typeName({ type }: Parameter): string {
  return type === 'DYN' ? 'DYNAMIC' : type;
}

function symbolNames({ symbols }: Parameter): string[] | undefined {
  return symbols === undefined ? undefined : SYMBOLS.get(symbols)?.map(({ name }) => name);
}

function eventJson({ name, direction, available, parameters }: ListedEvent): unknown {
  return {
    name,
    dir: direction,
    available,
    params: parameters.map((parameter) => {
      const flags = symbolNames(parameter);
      return { type: typeName(parameter), name: parameter.name, ...(flags && { flags }) };
    }),
  };
}
