/** Which events of Lanner's are those of a log source, and which fields those of its. */
import { type AuditKinds, auditSource } from './auditd.ts';
import type { LogSourceName } from './documents.ts';
import { check, type Expression } from './expression.ts';
import { fieldOf, type LogSource, type Mapping, number, type Place, text } from './places.ts';
import { PROCESS_FIELDS, WHOLE_LINE } from './process-fields.ts';

/** Macros that converted rules share. */
export const MACROS: Readonly<Record<string, string>> = {
  sigma_process_creation: 'evt.type in (execve, execveat) and evt.rawres = 0',
  sigma_file_opened:
    'evt.type in (open, openat, openat2, open_by_handle_at, creat) and fd.typechar = f and fd.num >= 0',
  // creat() has no flags that would say that it writes.
  sigma_file_written:
    'sigma_file_opened and (evt.is_open_write = true or evt.is_open_create = true or evt.type = creat)',
  sigma_file_moved: 'evt.type in (rename, renameat, renameat2) and evt.rawres = 0',
  sigma_file_linked: 'evt.type in (link, linkat, symlink, symlinkat) and evt.rawres = 0',
  sigma_file_deleted: 'evt.type in (unlink, unlinkat) and evt.rawres = 0',
  sigma_file_event: 'sigma_file_written or sigma_file_moved or sigma_file_linked',
  sigma_file_changed:
    'sigma_file_event or sigma_file_deleted or (evt.type in (chmod, fchmod, fchmodat, chown, lchown, fchown, fchownat, mkdir, mkdirat, rmdir) and evt.rawres = 0)',
  // A connection of a socket that does not block is still under way when connect() returns.
  sigma_connection_out:
    'evt.type = connect and (evt.rawres = 0 or evt.res = EINPROGRESS) and fd.type in (ipv4, ipv6)',
  sigma_connection_in: 'evt.type in (accept, accept4) and evt.rawres >= 0 and fd.type in (ipv4, ipv6)',
  sigma_network_connection: 'sigma_connection_out or sigma_connection_in',
};

/** The log source of that name; a text says why Lanner has none. */
export function logSource(name: LogSourceName, kinds: AuditKinds, logWords: boolean): LogSource | string {
  const { product, category, service } = name;
  if (product !== undefined && product !== 'linux') return `rules for ${product}, not for Linux`;
  if (service === 'auditd') return auditSource(name, kinds);
  if (service !== undefined && service !== 'sysmon')
    return `the log of ${service} is not among what Lanner reads`;
  if (category === undefined && logWords) return COMMANDS;
  if (category === undefined)
    return 'logs of any kind (product linux without a category) are not among what Lanner reads';
  return SOURCES[category] ?? `Lanner has no events of category ${category}`;
}

/** The path that exec was given counts as well, since links lead to programs: `/usr/bin/nc` to `/usr/bin/nc.openbsd`. */
const STARTED_PROGRAM: Mapping = {
  kind: 'text',
  places: [
    { expression: 'proc.exepath' },
    { expression: 'evt.rawarg.filename', untrusted: 'beside exceptions' },
  ],
};

/** The name of a process is that of the link which it was started by: `sh` where that leads to `/usr/bin/dash`. */
const STARTING_PROGRAM: Mapping = {
  kind: 'text',
  places: [
    { expression: 'proc.pexepath' },
    { expression: 'proc.pname', untrusted: 'always', isBasename: true },
  ],
};

const STARTED: Readonly<Record<string, Mapping>> = {
  ...PROCESS_FIELDS,
  Image: STARTED_PROGRAM,
  ParentImage: STARTING_PROGRAM,
};

const PROCESS: LogSource = {
  name: 'process_creation',
  events: check('sigma_process_creation'),
  field: (name) => fieldOf(STARTED, name),
  keywords: () => [
    { expression: 'proc.exeline', ending: WHOLE_LINE },
    { expression: 'proc.exepath' },
    { expression: 'concat(proc.pexe, " ", proc.aargs[1])', ending: WHOLE_LINE },
    { expression: 'proc.pexepath' },
    { expression: 'proc.cwd' },
    { expression: 'user.name' },
  ],
  tells: [],
  tag: 'process',
};

/** In place of logs of any kind: what people typed in a shell, as far as programs started by it tell. */
const COMMANDS: LogSource = {
  ...PROCESS,
  name: 'any log',
  keywords: () => [{ expression: 'proc.exeline', ending: WHOLE_LINE }],
  instead: 'logs of any kind: words are looked for in command lines alone',
};

/** A new file: opened to be written, moved or linked to its place. */
const NEW_FILE: readonly Place[] = [
  { expression: 'fd.name' },
  { expression: 'fs.path.target', where: check('sigma_file_moved') },
  { expression: 'fs.path.source', where: check('sigma_file_linked') },
];

const FILE_FIELDS: Readonly<Record<string, Mapping>> = {
  ...PROCESS_FIELDS,
  TargetFilename: { kind: 'text', places: NEW_FILE },
};

const FILE: LogSource = {
  name: 'file_event',
  events: check('sigma_file_event'),
  field: (name) => fieldOf(FILE_FIELDS, name),
  keywords: () => [...NEW_FILE, { expression: 'proc.exepath' }],
  tells: ['event=%evt.type', 'file=%fd.name', 'source=%fs.path.source', 'target=%fs.path.target'],
  tag: 'filesystem',
};

const DELETED: readonly Place[] = [{ expression: 'fs.path.name' }];

const DELETION: LogSource = {
  name: 'file_delete',
  events: check('sigma_file_deleted'),
  field: (name) =>
    name === 'TargetFilename' ? { kind: 'text', places: DELETED } : fieldOf(PROCESS_FIELDS, name),
  keywords: () => [...DELETED, { expression: 'proc.exepath' }],
  tells: ['event=%evt.type', 'file=%fs.path.name'],
  tag: 'filesystem',
};

const isTrue = (yes: Expression, no: Expression) => (value: string) =>
  ({ true: yes, false: no })[value.toLowerCase()];

const NETWORK_FIELDS: Readonly<Record<string, Mapping>> = {
  ...PROCESS_FIELDS,
  Initiated: {
    kind: 'choice',
    choose: isTrue(check('sigma_connection_out'), check('sigma_connection_in')),
  },
  // The source is who connects, whichever side this machine is.
  SourceIp: { kind: 'address', field: 'fd.cip', network: 'fd.cnet' },
  SourcePort: number('fd.cport'),
  SourceHostname: { kind: 'host', field: 'fd.cip.name' },
  DestinationIp: { kind: 'address', field: 'fd.sip', network: 'fd.snet' },
  DestinationPort: number('fd.sport'),
  DestinationHostname: { kind: 'host', field: 'fd.sip.name' },
  Protocol: text('fd.l4proto'),
  SourceIsIpv6: { kind: 'choice', choose: isTrue(ipv(6), ipv(4)) },
  DestinationIsIpv6: { kind: 'choice', choose: isTrue(ipv(6), ipv(4)) },
};

function ipv(version: 4 | 6): Expression {
  return check('fd.type', '=', `ipv${version}`);
}

const NETWORK: LogSource = {
  name: 'network_connection',
  events: check('sigma_network_connection'),
  field: (name) => fieldOf(NETWORK_FIELDS, name),
  keywords: () => [{ expression: 'fd.name' }, { expression: 'proc.exepath' }],
  tells: ['event=%evt.type', 'connection=%fd.name'],
  tag: 'network',
};

const SOURCES: Readonly<Record<string, LogSource>> = {
  process_creation: PROCESS,
  file_event: FILE,
  file_delete: DELETION,
  network_connection: NETWORK,
};

/** Categories whose events Lanner has. */
export const CATEGORIES: ReadonlySet<string> = new Set(Object.keys(SOURCES));
