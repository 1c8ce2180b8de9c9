/**
 * The system calls that the probe collects, one row each: numbers, event, and how each parameter of the
 * event is got. Names of parameters are those of the event table, which also gives their order, code and
 * size: a row that forgets one, or names one that the event lacks, does not compile to a description.
 */
import {
  EVENT_TYPES,
  type EventType,
  eventCodes,
  PARAMETER_SIZES,
  type Parameter,
} from '../../events/table.ts';
import {
  CALL_EXEC,
  CALL_EXIT,
  type CallDescription,
  ENDS,
  type Kind,
  LENGTHS,
  MAX_PARAMETERS,
  NO_ARGUMENT,
  type PackedParameter,
  type Subject,
} from './layout.ts';
import {
  type Architecture,
  type BitTableName,
  bitTableNumber,
  CREATING_FLAGS,
  type EnumerationName,
  enumerationNumber,
} from './translations.ts';

/** What a parameter's collection depends on beside its row. */
interface Place {
  readonly architecture: Architecture;
  /** Size of the parameter in bytes; 0 where it varies. */
  readonly size: number;
  /** Index of another parameter of the same event. */
  readonly indexOf: (name: string) => number;
}

type Collect = (place: Place) => PackedParameter;

interface CallRow {
  readonly event: string;
  /** Number per architecture; absent where the architecture lacks the call. */
  readonly number: Partial<Record<Architecture, number>>;
  /** Which descriptor the event is about. */
  readonly subject?: Subject;
  /** Structure of 64-bit words whose words become arguments 6, 7 … */
  readonly structure?: { readonly argument: number; readonly words: number };
  /** A success is told by a tracepoint. */
  readonly failureOnly?: true;
  readonly parameters: Readonly<Record<string, Collect>>;
}

const plain =
  (kind: Kind): Collect =>
  () => ({ kind });

// Numbers.
const result = plain('RESULT');
const number =
  (argument: number): Collect =>
  ({ size }) => ({ kind: 'VALUE', a: argument, b: size });
const flags =
  (argument: number, table: BitTableName): Collect =>
  ({ size }) => ({
    kind: 'VALUE',
    a: argument,
    b: size,
    c: bitTableNumber(table),
  });
const bits =
  (argument: number, mask: number): Collect =>
  ({ size }) => ({
    kind: 'MASKED',
    a: argument,
    b: size,
    constant: mask,
  });
const enumerated =
  (argument: number, name: EnumerationName): Collect =>
  ({ size }) => ({
    kind: 'ENUMERATED',
    a: argument,
    b: size,
    c: enumerationNumber(name),
  });
/** A descriptor or process id: an int, also -100 (AT_FDCWD). */
const id =
  (argument: number): Collect =>
  () => ({ kind: 'SIGNED', a: argument });
const openFlags =
  (argument: number): Collect =>
  () => ({
    kind: 'OPEN_FLAGS',
    a: argument,
    c: bitTableNumber('openFlags'),
  });
const openMode =
  (argument: number, flagsArgument: number): Collect =>
  ({ architecture }) => ({
    kind: 'OPEN_MODE',
    a: argument,
    b: flagsArgument,
    constant: CREATING_FLAGS[architecture],
  });
const mode = (argument: number): Collect => bits(argument, 0o7777);

// Bytes.
const text =
  (argument: number): Collect =>
  () => ({ kind: 'TEXT', a: argument });
const bytes =
  (argument: number, lengthArgument: number, rule: keyof typeof LENGTHS, limit = 0): Collect =>
  () => ({
    kind: 'BYTES',
    a: argument,
    b: lengthArgument,
    c: LENGTHS[rule],
    constant: limit,
  });
const vectorBytes =
  (argument: number, countArgument: number, rule: keyof typeof LENGTHS): Collect =>
  () => ({
    kind: 'VECTOR_BYTES',
    a: argument,
    b: countArgument,
    c: LENGTHS[rule],
  });
const vectorSize =
  (argument: number, countArgument: number): Collect =>
  () => ({
    kind: 'VECTOR_SIZE',
    a: argument,
    b: countArgument,
  });

// Files.
const device = plain('FILE_DEVICE');
const inode = plain('FILE_INODE');
const descriptor = plain('DESCRIPTOR');
const serverDescriptor: Collect = () => ({ kind: 'DESCRIPTOR', a: 1 });
/** The directory that the path in the named parameter starts from; without an argument the working directory. */
const base =
  (path: string, directoryArgument = NO_ARGUMENT): Collect =>
  ({ indexOf }) => ({
    kind: 'BASE',
    a: directoryArgument,
    b: indexOf(path),
  });

// Sockets.
const address =
  (argument: number, lengthArgument: number): Collect =>
  () => ({
    kind: 'ADDRESS',
    a: argument,
    b: lengthArgument,
  });
const outboundEnds =
  (addressArgument: number, rule: keyof typeof ENDS): Collect =>
  () => ({
    kind: 'ENDS',
    a: addressArgument,
    b: 0,
    c: ENDS[rule],
  });
const inboundEnds =
  (addressArgument: number): Collect =>
  () => ({ kind: 'ENDS', a: addressArgument, b: 1 });
const ACCEPTED: Readonly<Record<string, Collect>> = {
  fd: result,
  tuple: inboundEnds(NO_ARGUMENT),
  queuepct: () => ({ kind: 'QUEUE_PERCENT', a: 0 }),
  queuelen: () => ({ kind: 'QUEUE_LENGTH', a: 0 }),
  queuemax: () => ({ kind: 'QUEUE_MAXIMUM', a: 0 }),
  fdinfo: serverDescriptor,
};
/** Words of `struct user_msghdr` as arguments. */
const MESSAGE = { name: 6, vectors: 8, count: 9, control: 10, controlLength: 11 } as const;
/** At most this many bytes of control data or of a module's image. */
const LARGE_DATA = 4096;

// The task.
const task =
  (kind: Kind): Collect =>
  ({ size }) => ({ kind, b: size });
const TASK: Readonly<Record<string, Collect>> = {
  tid: task('TID'),
  pid: task('PID'),
  ptid: task('PARENT'),
  cwd: plain('CWD'),
  fdlimit: task('FD_LIMIT'),
  pgft_maj: task('MAJOR_FAULTS'),
  pgft_min: task('MINOR_FAULTS'),
  vm_size: task('VM_SIZE'),
  vm_rss: task('VM_RESIDENT'),
  vm_swap: task('VM_SWAP'),
  comm: plain('COMM'),
  cgroups: plain('CGROUPS'),
};
const CLONED = (flagsArgument: number): Readonly<Record<string, Collect>> => ({
  ...TASK,
  res: result,
  exe: () => ({ kind: 'EXE', a: 1 }),
  args: () => ({ kind: 'ARGS', a: 1 }),
  flags: () => ({ kind: 'CLONE_FLAGS', a: flagsArgument, c: bitTableNumber('cloneFlags') }),
  uid: task('EUID'),
  gid: task('EGID'),
  vtid: task('VTID'),
  vpid: task('VPID'),
  pidns_init_start_ts: task('PIDNS_START'),
});
const CAPABILITIES: Readonly<Record<string, Collect>> = {
  cap_inheritable: task('CAP_INHERITABLE'),
  cap_permitted: task('CAP_PERMITTED'),
  cap_effective: task('CAP_EFFECTIVE'),
};
const EXECUTED: Readonly<Record<string, Collect>> = {
  ...TASK,
  ...CAPABILITIES,
  res: result,
  exe: plain('EXE'),
  args: plain('ARGS'),
  env: plain('ENV'),
  tty: task('TTY'),
  vpgid: task('VPGID'),
  loginuid: task('LOGINUID'),
  flags: plain('EXE_FLAGS'),
  exe_ino: plain('EXE_INODE'),
  exe_ino_ctime: plain('EXE_CHANGED'),
  exe_ino_mtime: plain('EXE_MODIFIED'),
  uid: task('EUID'),
  trusted_exepath: plain('EXE_PATH'),
  pgid: task('PGID'),
  gid: task('EGID'),
};
/** After a failed exec the arguments are those of the call; the rest is still that of the old program. */
const NOT_EXECUTED = (argvArgument: number): Readonly<Record<string, Collect>> => ({
  ...EXECUTED,
  exe: () => ({ kind: 'POINTED_TEXT', a: argvArgument }),
  args: () => ({ kind: 'POINTED_TEXTS', a: argvArgument, b: 1 }),
  env: () => ({ kind: 'POINTED_TEXTS', a: argvArgument + 1, b: 0 }),
});

const SYSTEM_CALLS: readonly CallRow[] = [
  // Processes.
  {
    event: 'execve',
    number: { x64: 59, arm64: 221 },
    failureOnly: true,
    parameters: { ...NOT_EXECUTED(1), filename: text(0) },
  },
  { event: 'execveat', number: { x64: 322, arm64: 281 }, failureOnly: true, parameters: NOT_EXECUTED(2) },
  { event: 'clone', number: { x64: 56, arm64: 220 }, parameters: CLONED(0) },
  {
    event: 'clone3',
    number: { x64: 435, arm64: 435 },
    structure: { argument: 0, words: 1 },
    parameters: CLONED(6),
  },
  { event: 'fork', number: { x64: 57 }, parameters: CLONED(NO_ARGUMENT) },
  { event: 'vfork', number: { x64: 58 }, parameters: CLONED(NO_ARGUMENT) },
  { event: 'setsid', number: { x64: 112, arm64: 157 }, parameters: { res: result } },
  {
    event: 'setpgid',
    number: { x64: 109, arm64: 154 },
    parameters: { res: result, pid: id(0), pgid: id(1) },
  },
  {
    event: 'setns',
    number: { x64: 308, arm64: 268 },
    subject: 'argument',
    parameters: { res: result, fd: id(0), nstype: flags(1, 'cloneFlags'), fdinfo: descriptor },
  },
  {
    event: 'unshare',
    number: { x64: 272, arm64: 97 },
    parameters: { res: result, flags: flags(0, 'cloneFlags') },
  },
  {
    event: 'ptrace',
    number: { x64: 101, arm64: 117 },
    parameters: {
      res: result,
      addr: () => ({ kind: 'PTRACE_ADDRESS', a: 2 }),
      data: plain('PTRACE_DATA'),
      request: enumerated(0, 'ptraceRequests'),
      pid: id(1),
    },
  },
  {
    event: 'prctl',
    number: { x64: 157, arm64: 167 },
    parameters: {
      res: result,
      option: number(0),
      arg2_str: () => ({ kind: 'PRCTL_TEXT', a: 1 }),
      arg2_int: () => ({ kind: 'PRCTL_NUMBER', a: 1 }),
    },
  },
  { event: 'capset', number: { x64: 126, arm64: 91 }, parameters: { ...CAPABILITIES, res: result } },

  // Users.
  { event: 'setuid', number: { x64: 105, arm64: 146 }, parameters: { res: result, uid: number(0) } },
  { event: 'setgid', number: { x64: 106, arm64: 144 }, parameters: { res: result, gid: number(0) } },
  {
    event: 'setreuid',
    number: { x64: 113, arm64: 145 },
    parameters: { res: result, ruid: number(0), euid: number(1) },
  },
  {
    event: 'setregid',
    number: { x64: 114, arm64: 143 },
    parameters: { res: result, rgid: number(0), egid: number(1) },
  },
  {
    event: 'setresuid',
    number: { x64: 117, arm64: 147 },
    parameters: { res: result, ruid: number(0), euid: number(1), suid: number(2) },
  },
  {
    event: 'setresgid',
    number: { x64: 119, arm64: 149 },
    parameters: { res: result, rgid: number(0), egid: number(1), sgid: number(2) },
  },

  // Descriptors.
  {
    event: 'open',
    number: { x64: 2 },
    subject: 'result',
    parameters: {
      fd: result,
      name: text(0),
      flags: openFlags(1),
      mode: openMode(2, 1),
      dev: device,
      ino: inode,
      fdinfo: descriptor,
      base: base('name'),
    },
  },
  {
    event: 'openat',
    number: { x64: 257, arm64: 56 },
    subject: 'result',
    parameters: {
      fd: result,
      dirfd: id(0),
      name: text(1),
      flags: openFlags(2),
      mode: openMode(3, 2),
      dev: device,
      ino: inode,
      fdinfo: descriptor,
      base: base('name', 0),
    },
  },
  {
    // struct open_how: flags, mode, resolve.
    event: 'openat2',
    number: { x64: 437, arm64: 437 },
    subject: 'result',
    structure: { argument: 2, words: 3 },
    parameters: {
      fd: result,
      dirfd: id(0),
      name: text(1),
      flags: openFlags(6),
      mode: openMode(7, 6),
      resolve: flags(8, 'resolveFlags'),
      dev: device,
      ino: inode,
      fdinfo: descriptor,
      base: base('name', 0),
    },
  },
  {
    event: 'creat',
    number: { x64: 85 },
    subject: 'result',
    parameters: {
      fd: result,
      name: text(0),
      mode: mode(1),
      dev: device,
      ino: inode,
      creat_flags: plain('FILE_LAYER'),
      fdinfo: descriptor,
      base: base('name'),
    },
  },
  { event: 'close', number: { x64: 3, arm64: 57 }, parameters: { res: result, fd: id(0) } },
  {
    event: 'dup',
    number: { x64: 32, arm64: 23 },
    subject: 'resultOrArgument',
    parameters: { res: result, oldfd: id(0), fdinfo: descriptor },
  },
  {
    event: 'dup2',
    number: { x64: 33 },
    subject: 'resultOrArgument',
    parameters: { res: result, oldfd: id(0), newfd: id(1), fdinfo: descriptor },
  },
  {
    event: 'dup3',
    number: { x64: 292, arm64: 24 },
    subject: 'resultOrArgument',
    parameters: {
      res: result,
      oldfd: id(0),
      newfd: id(1),
      flags: flags(2, 'closeOnExec'),
      fdinfo: descriptor,
    },
  },
  {
    event: 'memfd_create',
    number: { x64: 319, arm64: 279 },
    subject: 'result',
    parameters: { fd: result, name: text(0), flags: bits(1, 0x7), fdinfo: descriptor },
  },

  // Directories and names.
  {
    event: 'chdir',
    number: { x64: 80, arm64: 49 },
    parameters: { res: result, path: text(0), cwd: () => ({ kind: 'CWD', a: 1 }) },
  },
  {
    event: 'fchdir',
    number: { x64: 81, arm64: 50 },
    subject: 'argument',
    parameters: { res: result, fd: id(0), fdinfo: descriptor },
  },
  {
    event: 'mkdir',
    number: { x64: 83 },
    parameters: { res: result, path: text(0), mode: number(1), base: base('path') },
  },
  {
    event: 'mkdirat',
    number: { x64: 258, arm64: 34 },
    parameters: { res: result, dirfd: id(0), path: text(1), mode: number(2), base: base('path', 0) },
  },
  { event: 'rmdir', number: { x64: 84 }, parameters: { res: result, path: text(0), base: base('path') } },
  { event: 'unlink', number: { x64: 87 }, parameters: { res: result, path: text(0), base: base('path') } },
  {
    event: 'unlinkat',
    number: { x64: 263, arm64: 35 },
    parameters: { res: result, dirfd: id(0), name: text(1), flags: bits(2, 0x200), base: base('name', 0) },
  },
  {
    event: 'symlink',
    number: { x64: 88 },
    parameters: { res: result, target: text(0), linkpath: text(1), base: base('linkpath') },
  },
  {
    event: 'symlinkat',
    number: { x64: 266, arm64: 36 },
    parameters: {
      res: result,
      target: text(0),
      linkdirfd: id(1),
      linkpath: text(2),
      base: base('linkpath', 1),
    },
  },
  {
    event: 'link',
    number: { x64: 86 },
    parameters: {
      res: result,
      oldpath: text(0),
      newpath: text(1),
      oldbase: base('oldpath'),
      newbase: base('newpath'),
    },
  },
  {
    event: 'linkat',
    number: { x64: 265, arm64: 37 },
    parameters: {
      res: result,
      olddir: id(0),
      oldpath: text(1),
      newdir: id(2),
      newpath: text(3),
      flags: bits(4, 0x1400),
      oldbase: base('oldpath', 0),
      newbase: base('newpath', 2),
    },
  },
  {
    event: 'rename',
    number: { x64: 82 },
    parameters: {
      res: result,
      oldpath: text(0),
      newpath: text(1),
      oldbase: base('oldpath'),
      newbase: base('newpath'),
    },
  },
  {
    event: 'renameat',
    number: { x64: 264, arm64: 38 },
    parameters: {
      res: result,
      olddirfd: id(0),
      oldpath: text(1),
      newdirfd: id(2),
      newpath: text(3),
      oldbase: base('oldpath', 0),
      newbase: base('newpath', 2),
    },
  },
  {
    event: 'renameat2',
    number: { x64: 316, arm64: 276 },
    parameters: {
      res: result,
      olddirfd: id(0),
      oldpath: text(1),
      newdirfd: id(2),
      newpath: text(3),
      flags: number(4),
      oldbase: base('oldpath', 0),
      newbase: base('newpath', 2),
    },
  },

  // Owners and modes.
  {
    event: 'chmod',
    number: { x64: 90 },
    parameters: { res: result, filename: text(0), mode: mode(1), base: base('filename') },
  },
  {
    event: 'fchmod',
    number: { x64: 91, arm64: 52 },
    subject: 'argument',
    parameters: { res: result, fd: id(0), mode: mode(1), fdinfo: descriptor },
  },
  {
    event: 'fchmodat',
    number: { x64: 268, arm64: 53 },
    parameters: { res: result, dirfd: id(0), filename: text(1), mode: mode(2), base: base('filename', 0) },
  },
  {
    // fchmodat2, the same with flags, since 6.6.
    event: 'fchmodat',
    number: { x64: 452, arm64: 452 },
    parameters: { res: result, dirfd: id(0), filename: text(1), mode: mode(2), base: base('filename', 0) },
  },
  {
    event: 'chown',
    number: { x64: 92 },
    parameters: { res: result, path: text(0), uid: number(1), gid: number(2), base: base('path') },
  },
  {
    event: 'lchown',
    number: { x64: 94 },
    parameters: { res: result, path: text(0), uid: number(1), gid: number(2), base: base('path') },
  },
  {
    event: 'fchown',
    number: { x64: 93, arm64: 55 },
    subject: 'argument',
    parameters: { res: result, fd: id(0), uid: number(1), gid: number(2), fdinfo: descriptor },
  },
  {
    event: 'fchownat',
    number: { x64: 260, arm64: 54 },
    parameters: {
      res: result,
      dirfd: id(0),
      pathname: text(1),
      uid: number(2),
      gid: number(3),
      flags: bits(4, 0x1400),
      base: base('pathname', 0),
    },
  },

  // Mounts, modules, BPF.
  {
    event: 'mount',
    number: { x64: 165, arm64: 40 },
    parameters: {
      res: result,
      dev: text(0),
      dir: text(1),
      type: text(2),
      flags: () => ({ kind: 'MOUNT_FLAGS', a: 3 }),
      base: base('dir'),
    },
  },
  {
    event: 'umount2',
    number: { x64: 166, arm64: 39 },
    parameters: { res: result, name: text(0), flags: bits(1, 0xf), base: base('name') },
  },
  { event: 'bpf', number: { x64: 321, arm64: 280 }, parameters: { fd: result, cmd: number(0) } },
  {
    event: 'init_module',
    number: { x64: 175, arm64: 105 },
    parameters: {
      res: result,
      img: bytes(0, 1, 'argument', LARGE_DATA),
      length: number(1),
      uargs: text(2),
    },
  },
  {
    event: 'finit_module',
    number: { x64: 313, arm64: 273 },
    subject: 'argument',
    parameters: { res: result, fd: id(0), uargs: text(1), flags: bits(2, 0x7), fdinfo: descriptor },
  },

  // Sockets.
  {
    event: 'socket',
    number: { x64: 41, arm64: 198 },
    subject: 'result',
    parameters: {
      fd: result,
      domain: flags(0, 'socketFamily'),
      type: number(1),
      proto: number(2),
      flags: flags(1, 'descriptorFlags'),
      fdinfo: descriptor,
    },
  },
  {
    event: 'bind',
    number: { x64: 49, arm64: 200 },
    subject: 'argument',
    parameters: { res: result, addr: address(1, 2), fd: id(0), fdinfo: descriptor },
  },
  {
    event: 'listen',
    number: { x64: 50, arm64: 201 },
    subject: 'argument',
    parameters: { res: result, fd: id(0), backlog: number(1), fdinfo: descriptor },
  },
  {
    event: 'connect',
    number: { x64: 42, arm64: 203 },
    subject: 'argument',
    parameters: {
      res: result,
      tuple: outboundEnds(1, 'connecting'),
      fd: id(0),
      addr: address(1, 2),
      fdinfo: descriptor,
    },
  },
  { event: 'accept', number: { x64: 43, arm64: 202 }, subject: 'result', parameters: ACCEPTED },
  {
    event: 'accept4',
    number: { x64: 288, arm64: 242 },
    subject: 'result',
    parameters: { ...ACCEPTED, flags: flags(3, 'descriptorFlags') },
  },
  {
    event: 'sendto',
    number: { x64: 44, arm64: 206 },
    subject: 'argument',
    parameters: {
      res: result,
      data: bytes(1, 2, 'sent'),
      fd: id(0),
      size: number(2),
      tuple: outboundEnds(4, 'success'),
      fdinfo: descriptor,
    },
  },
  {
    event: 'recvfrom',
    number: { x64: 45, arm64: 207 },
    subject: 'argument',
    parameters: {
      res: result,
      data: bytes(1, 2, 'received'),
      tuple: inboundEnds(4),
      fd: id(0),
      size: number(2),
      fdinfo: descriptor,
    },
  },
  {
    event: 'sendmsg',
    number: { x64: 46, arm64: 211 },
    subject: 'argument',
    structure: { argument: 1, words: 7 },
    parameters: {
      res: result,
      data: vectorBytes(MESSAGE.vectors, MESSAGE.count, 'sent'),
      fd: id(0),
      size: vectorSize(MESSAGE.vectors, MESSAGE.count),
      tuple: outboundEnds(MESSAGE.name, 'success'),
      fdinfo: descriptor,
    },
  },
  {
    event: 'recvmsg',
    number: { x64: 47, arm64: 212 },
    subject: 'argument',
    structure: { argument: 1, words: 7 },
    parameters: {
      res: result,
      size: plain('RESULT_SIZE'),
      data: vectorBytes(MESSAGE.vectors, MESSAGE.count, 'received'),
      tuple: inboundEnds(MESSAGE.name),
      msgcontrol: bytes(MESSAGE.control, MESSAGE.controlLength, 'control', LARGE_DATA),
      fd: id(0),
      fdinfo: descriptor,
    },
  },
];

/** Tracepoints: a successful exec, by execve or execveat, and the end of a thread. */
const TRACEPOINTS: readonly (Omit<CallRow, 'number'> & { readonly entry: number })[] = [
  { event: 'execve', entry: CALL_EXEC, parameters: { ...EXECUTED, filename: plain('EXEC_FILENAME') } },
  {
    event: 'procexit',
    entry: CALL_EXIT,
    parameters: {
      status: plain('EXIT_STATUS'),
      ret: plain('EXIT_CODE'),
      sig: plain('EXIT_SIGNAL'),
      core: plain('EXIT_CORE'),
      reaper_tid: plain('REAPER'),
    },
  },
];

/** Descriptions of all system calls and tracepoints that the architecture has, for the probe's table. */
export function callDescriptions(architecture: Architecture): CallDescription[] {
  const calls = SYSTEM_CALLS.flatMap((row) => {
    const entry = row.number[architecture];
    return entry === undefined ? [] : [describe(row, entry, architecture)];
  });
  return [...calls, ...TRACEPOINTS.map((row) => describe(row, row.entry, architecture))];
}

/** Names of the events that the probe can deliver. */
export function collectedEvents(): ReadonlySet<string> {
  return new Set([...SYSTEM_CALLS, ...TRACEPOINTS].map((row) => row.event));
}

/** The event type that the probe delivers under a name: the exit of the call in its current version. */
export function currentEvent(name: string): EventType {
  const types = eventCodes(name).map((code) => EVENT_TYPES[code] as EventType);
  const current = types.filter(
    ({ code, kind, flags }) => !flags.has('OLD_VERSION') && (kind === 'TRACEPOINT' || code % 2 === 1),
  );
  if (current.length !== 1)
    throw new Error(`the event table has ${current.length} current events called ${name}`);
  return current[0] as EventType;
}

function describe(row: Omit<CallRow, 'number'>, entry: number, architecture: Architecture): CallDescription {
  const type = currentEvent(row.event);
  const parameters: readonly Parameter[] = [...type.parameters, ...type.extensions];
  const names = parameters.map(({ name }) => name);
  const extra = Object.keys(row.parameters).filter((name) => !names.includes(name));
  if (extra.length > 0) throw new Error(`${row.event} has no parameter ${extra.join(', ')}`);
  if (parameters.length > MAX_PARAMETERS)
    throw new Error(`${row.event} has more than ${MAX_PARAMETERS} parameters`);
  return {
    entry,
    code: type.code,
    failureOnly: row.failureOnly ?? false,
    subject: row.subject ?? 'none',
    ...(row.structure ? { structure: row.structure } : {}),
    parameters: parameters.map(({ name, type: parameterType }, index) => {
      const collect = row.parameters[name];
      if (!collect) throw new Error(`${row.event} does not say how to get its parameter ${name}`);
      return collect({
        architecture,
        size: PARAMETER_SIZES[parameterType] ?? 0,
        indexOf: (other) => {
          const at = names.indexOf(other);
          if (at < 0 || at >= index) throw new Error(`${row.event}: ${other} must come before ${name}`);
          return at;
        },
      });
    }),
  };
}
