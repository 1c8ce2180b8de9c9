/** System calls of processes and users, and the tracepoints. */
import { CALL_EXEC, CALL_EXIT, NO_ARGUMENT } from '../layout.ts';
import { bitTableNumber } from '../translations.ts';
import {
  type CallRow,
  type Collect,
  descriptor,
  enumerated,
  flags,
  id,
  number,
  plain,
  result,
  type TracepointRow,
  task,
  text,
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

export const PROCESS_CALLS: readonly CallRow[] = [
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
];

/** Tracepoints: a successful exec, by execve or execveat, and the end of a thread. */
export const TRACEPOINTS: readonly TracepointRow[] = [
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
