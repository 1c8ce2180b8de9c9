/**
 * Rules for the records of auditd. A record is a part of an event there: EXECVE has the arguments of a program that
 * was started, PATH a path that a system call named, SYSCALL the call and who made it. Which calls are recorded is
 * the configuration of auditd's; a rule's `definition` may tell.
 */
import type { LogSourceName } from './documents.ts';
import { anyOf, check, compareWith, type Expression } from './expression.ts';
import { fieldOf, type LogSource, type Mapping, number, type Place, type Siblings, text } from './places.ts';
import { WHOLE_LINE } from './process-fields.ts';

/** What a rule says of the records that it wants, all of its detections together. */
export interface AuditKinds {
  /** Types of records, in capitals. */
  readonly types: ReadonlySet<string>;
  /** Names of system calls. */
  readonly calls: readonly string[];
  /** Names of fields. */
  readonly fields: ReadonlySet<string>;
  /** The rule is about reading: it is tagged as discovery or collection. */
  readonly isAboutReading: boolean;
}

type RecordKind = 'EXECVE' | 'SYSCALL' | 'PATH';

const STARTED = check('sigma_process_creation');

/** Types of records that Lanner's events correspond to. The title of a process is its command line. */
const RECORDS: Readonly<Record<string, RecordKind>> = {
  EXECVE: 'EXECVE',
  PROCTITLE: 'EXECVE',
  CWD: 'EXECVE',
  SYSCALL: 'SYSCALL',
  PATH: 'PATH',
};

const CREATED = anyOf([
  check('sigma_file_event'),
  check('evt.type in (mkdir, mkdirat)', 'and', 'evt.rawres = 0'),
]);

export function auditSource({ definition }: LogSourceName, kinds: AuditKinds): LogSource {
  const records = recordsOf(kinds);
  const paths = pathEvents(definition, kinds);
  const eventsOf: Readonly<Record<RecordKind, Expression>> = {
    EXECVE: STARTED,
    // Which call it was, or, where all that are recorded will do, that of which all processes come.
    SYSCALL: kinds.calls.length > 0 ? compareCalls(kinds.calls) : STARTED,
    PATH: paths,
  };
  return {
    name: 'auditd',
    events: anyOf(distinct([...records].map((record) => eventsOf[record]))),
    field: (name, siblings) => fieldIn(name, siblings, records, eventsOf),
    keywords: () => [{ expression: 'proc.exeline', ending: WHOLE_LINE }],
    tells: records.has('PATH') ? PATHS_TOLD : [],
    tag: records.has('PATH') && records.size === 1 ? 'filesystem' : 'process',
  };
}

/** The kinds of records that a rule can match at all. */
function recordsOf({ types, fields }: AuditKinds): ReadonlySet<RecordKind> {
  const named = [...types].flatMap((type) => RECORDS[type] ?? []);
  if (named.length > 0) return new Set(named);
  if (fields.has('SYSCALL') || fields.has('syscall')) return new Set(['SYSCALL']);
  return new Set([fields.has('name') || fields.has('nametype') ? 'PATH' : 'EXECVE']);
}

/**
 * What changes a file or starts it; reading it only where the rule asks for that. auditd records the accesses that
 * `-p` names, and most files that rules watch are read all day.
 */
function pathEvents(definition: string, { isAboutReading }: AuditKinds): Expression {
  const accesses = [...definition.matchAll(/(?:-p|-f perm=)\s*([rwxa]+)\b/g)].map(([, letters]) => letters);
  const reads = accesses.length > 0 ? accesses.some((letters) => letters?.includes('r')) : isAboutReading;
  return anyOf([...(reads ? [check('sigma_file_opened')] : []), check('sigma_file_changed'), STARTED]);
}

function fieldIn(
  name: string,
  siblings: Siblings,
  records: ReadonlySet<RecordKind>,
  eventsOf: Readonly<Record<RecordKind, Expression>>,
): Mapping | string {
  if (name === 'type') return { kind: 'choice', choose: (value) => recordEvents(value, records, eventsOf) };
  if (name === 'SYSCALL' || name === 'syscall') return { kind: 'choice', choose: callEvents };
  if (name === 'nametype') return { kind: 'choice', choose: (value) => NAME_TYPES[value.toUpperCase()] };
  const argument = /^a(\d+)$/.exec(name)?.[1];
  if (argument !== undefined) return argumentOf(Number(argument), siblings, records);
  return fieldOf(FIELDS, name);
}

/** Whether the event is one that such a record is about: said by the rule's events where there is but one kind. */
function recordEvents(
  type: string,
  records: ReadonlySet<RecordKind>,
  eventsOf: Readonly<Record<RecordKind, Expression>>,
): Expression | undefined {
  const record = RECORDS[type.toUpperCase()];
  if (record === undefined) return undefined;
  return records.size === 1 ? true : eventsOf[record];
}

function callEvents(call: string): Expression | undefined {
  return /^[a-z][a-z0-9_]*$/i.test(call) ? compareCalls([call]) : undefined;
}

function compareCalls(calls: readonly string[]): Expression {
  const names = calls.map((call) => call.toLowerCase());
  return compareWith('evt.type', '=', names);
}

const NAME_TYPES: Readonly<Record<string, Expression>> = {
  CREATE: CREATED,
  DELETE: anyOf([check('sigma_file_deleted'), check('sigma_file_moved')]),
};

/**
 * Of EXECVE an argument of the program, a0 its name; of SYSCALL a number, in hexadecimal, which Lanner has of a
 * call whose event tells it as such.
 */
function argumentOf(index: number, siblings: Siblings, records: ReadonlySet<RecordKind>): Mapping | string {
  const types = (siblings.get('type') ?? [...records]).map((type) => RECORDS[type.toUpperCase()]);
  if (types.includes('EXECVE') || !types.includes('SYSCALL'))
    return text(index === 0 ? 'proc.exe' : `proc.args[${index - 1}]`);
  const calls = siblings.get('SYSCALL') ?? siblings.get('syscall') ?? [];
  const parameter = calls.length === 1 ? PARAMETERS[calls[0]?.toLowerCase() ?? '']?.[index] : undefined;
  if (parameter === undefined)
    return `the event of ${calls.join(', ') || 'the system call'} does not tell its argument a${index}`;
  return number(`evt.rawarg.${parameter}`, (value) =>
    /^[0-9a-f]+$/i.test(value) ? `0x${value}` : undefined,
  );
}

/** Arguments of calls that their events tell as the numbers that they are. */
const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  socket: ['domain', 'type', 'proto'],
};

const PATHS_TOLD = [
  ...['event=%evt.type', 'file=%fd.name', 'path=%fs.path.name'],
  ...['source=%fs.path.source', 'target=%fs.path.target'],
];

/** A path that a call named. */
const NAMED_PATHS: readonly Place[] = [
  { expression: 'fd.name' },
  { expression: 'fs.path.name' },
  { expression: 'fs.path.source' },
  { expression: 'fs.path.target' },
  { expression: 'proc.exepath', where: STARTED },
  { expression: 'evt.rawarg.filename', where: STARTED },
];

const FIELDS: Readonly<Record<string, Mapping>> = {
  name: { kind: 'text', places: NAMED_PATHS },
  exe: text('proc.exepath'),
  comm: text('proc.name'),
  cmdline: { kind: 'text', places: [{ expression: 'proc.exeline', ending: WHOLE_LINE }] },
  proctitle: { kind: 'text', places: [{ expression: 'proc.exeline', ending: WHOLE_LINE }] },
  cwd: { kind: 'text', places: [{ expression: 'proc.cwd', ending: { text: '/', always: true } }] },
  pid: number('proc.pid'),
  ppid: number('proc.ppid'),
  euid: number('user.uid'),
  egid: number('group.gid'),
  // Not set: the largest number of 32 bits, which Lanner tells as -1.
  auid: number('user.loginuid', (value) =>
    value === '4294967295' || value === 'unset' ? '-1' : /^-?\d+$/.test(value) ? value : undefined,
  ),
  success: {
    kind: 'choice',
    choose: (value) =>
      ({ yes: check('evt.failed = false'), no: check('evt.failed = true') })[value.toLowerCase()],
  },
};

function distinct(expressions: readonly Expression[]): Expression[] {
  const seen = new Map(expressions.map((expression) => [JSON.stringify(expression), expression]));
  return [...seen.values()];
}
