/** System calls of processes and users, and the tracepoints. */
import { NO_ARGUMENT } from '../layout.ts';
import { bitTableNumber } from '../translations.ts';
import {
  bits,
  type CallRow,
  type Collect,
  descriptor,
  enumerated,
  flags,
  id,
  number,
  plain,
  pointed,
  result,
  task,
  text,
  time,
} from './collect.ts';

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
  kin: task('KIN'),
});
/** What a call has left its caller with, whatever was passed: ids are told as the machine knows them. */
const CAPABILITIES_NOW: Readonly<Record<string, Collect>> = {
  cap_inheritable_now: task('CAP_INHERITABLE'),
  cap_permitted_now: task('CAP_PERMITTED'),
  cap_effective_now: task('CAP_EFFECTIVE'),
};
const USER_NOW: Readonly<Record<string, Collect>> = { ...CAPABILITIES_NOW, euid_now: task('EUID') };
const GROUP_NOW: Readonly<Record<string, Collect>> = { egid_now: task('EGID') };
const CAPABILITIES: Readonly<Record<string, Collect>> = {
  cap_inheritable: task('CAP_INHERITABLE'),
  cap_permitted: task('CAP_PERMITTED'),
  cap_effective: task('CAP_EFFECTIVE'),
};
/** What is told of a program that a process has begun. */
export const EXECUTED: Readonly<Record<string, Collect>> = {
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
  exe_dev: plain('EXE_DEVICE'),
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

/** RLIMIT_UNKNOWN of the event layout. */
const UNKNOWN_LIMIT = 255;
/** 0 when the call does not ask for the old limit. */
const oldLimit = (offset: number): Collect =>
  pointed(3, { offset, width: 8, afterSuccess: true, orMinusOne: true });
const readId = (argument: number): Collect =>
  pointed(argument, { width: 4, afterSuccess: true, orMinusOne: true });

export const PROCESS_CALLS: readonly CallRow[] = [
  // Processes.
  {
    event: 'execve',
    failureOnly: true,
    parameters: { ...NOT_EXECUTED(1), filename: text(0) },
  },
  { event: 'execveat', failureOnly: true, parameters: NOT_EXECUTED(2) },
  { event: 'clone', parameters: { ...CLONED(0), ...CAPABILITIES_NOW } },
  {
    event: 'clone3',
    structure: { argument: 0, words: 1 },
    parameters: { ...CLONED(6), ...CAPABILITIES_NOW },
  },
  { event: 'fork', parameters: CLONED(NO_ARGUMENT) },
  { event: 'vfork', parameters: CLONED(NO_ARGUMENT) },
  { event: 'setsid', parameters: { res: result } },
  {
    event: 'setpgid',
    parameters: { res: result, pid: id(0), pgid: id(1) },
  },
  {
    event: 'setns',
    subject: 'argument',
    parameters: {
      ...CAPABILITIES_NOW,
      res: result,
      fd: id(0),
      nstype: flags(1, 'cloneFlags'),
      fdinfo: descriptor,
    },
  },
  {
    event: 'unshare',
    parameters: { ...CAPABILITIES_NOW, res: result, flags: flags(0, 'cloneFlags') },
  },
  {
    event: 'ptrace',
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
    parameters: {
      res: result,
      option: number(0),
      arg2_str: () => ({ kind: 'PRCTL_TEXT', a: 1 }),
      arg2_int: () => ({ kind: 'PRCTL_NUMBER', a: 1 }),
    },
  },
  { event: 'capset', parameters: { ...CAPABILITIES, res: result } },
  { event: 'kill', parameters: { res: result, pid: id(0), sig: number(1) } },
  { event: 'tkill', parameters: { res: result, tid: id(0), sig: number(1) } },
  { event: 'tgkill', parameters: { res: result, pid: id(0), tid: id(1), sig: number(2) } },
  { event: 'nanosleep', parameters: { res: result, interval: time(0) } },
  { event: 'seccomp', parameters: { res: result, op: number(0), flags: bits(1, 0xffffffff) } },

  // Limits.
  {
    event: 'getrlimit',
    calls: ['getrlimit', 'ugetrlimit'],
    parameters: {
      res: result,
      cur: pointed(1, { afterSuccess: true, orMinusOne: true }),
      max: pointed(1, { offset: 1, afterSuccess: true, orMinusOne: true }),
      resource: enumerated(0, 'limits', UNKNOWN_LIMIT),
    },
  },
  {
    event: 'setrlimit',
    parameters: {
      res: result,
      cur: pointed(1, {}),
      max: pointed(1, { offset: 1 }),
      resource: enumerated(0, 'limits', UNKNOWN_LIMIT),
    },
  },
  {
    event: 'prlimit',
    calls: ['prlimit64'],
    parameters: {
      res: result,
      newcur: pointed(2, { width: 8 }),
      newmax: pointed(2, { offset: 8, width: 8 }),
      oldcur: oldLimit(0),
      oldmax: oldLimit(8),
      pid: id(0),
      resource: enumerated(1, 'limits', UNKNOWN_LIMIT),
    },
  },

  // Users.
  { event: 'getuid', calls: ['getuid', 'getuid32'], parameters: { uid: result } },
  { event: 'geteuid', calls: ['geteuid', 'geteuid32'], parameters: { euid: result } },
  { event: 'getgid', calls: ['getgid', 'getgid32'], parameters: { gid: result } },
  { event: 'getegid', calls: ['getegid', 'getegid32'], parameters: { egid: result } },
  {
    event: 'getresuid',
    interfaces: ['x64', 'arm64'],
    parameters: { res: result, ruid: readId(0), euid: readId(1), suid: readId(2) },
  },
  {
    event: 'getresuid',
    calls: ['getresuid32'],
    parameters: { res: result, ruid: readId(0), euid: readId(1), suid: readId(2) },
  },
  {
    event: 'getresgid',
    interfaces: ['x64', 'arm64'],
    parameters: { res: result, rgid: readId(0), egid: readId(1), sgid: readId(2) },
  },
  {
    event: 'getresgid',
    calls: ['getresgid32'],
    parameters: { res: result, rgid: readId(0), egid: readId(1), sgid: readId(2) },
  },
  {
    event: 'setuid',
    calls: ['setuid', 'setuid32'],
    parameters: { ...USER_NOW, res: result, uid: number(0) },
  },
  {
    event: 'setgid',
    calls: ['setgid', 'setgid32'],
    parameters: { ...GROUP_NOW, res: result, gid: number(0) },
  },
  {
    event: 'setreuid',
    calls: ['setreuid', 'setreuid32'],
    parameters: { ...USER_NOW, res: result, ruid: number(0), euid: number(1) },
  },
  {
    event: 'setregid',
    calls: ['setregid', 'setregid32'],
    parameters: { ...GROUP_NOW, res: result, rgid: number(0), egid: number(1) },
  },
  {
    event: 'setresuid',
    calls: ['setresuid', 'setresuid32'],
    parameters: { ...USER_NOW, res: result, ruid: number(0), euid: number(1), suid: number(2) },
  },
  {
    event: 'setresgid',
    calls: ['setresgid', 'setresgid32'],
    parameters: { ...GROUP_NOW, res: result, rgid: number(0), egid: number(1), sgid: number(2) },
  },
];
