/**
 * Parsing of the files of one process under /proc (proc_pid_stat(5), proc_pid_status(5),
 * proc_pid_cgroup(5)). Pure functions on byte strings: any text gives a result or `undefined`, for a
 * process may vanish while its files are read.
 */
import type { ByteString } from '../events/bytes.ts';

export interface ProcStat {
  comm: ByteString;
  /** It has ended, and its parent has not asked how: only the name is left of it. */
  isZombie: boolean;
  ppid: number;
  /** Process group and session as the reader's pid namespace numbers them. */
  pgid: number;
  sid: number;
  /** Device number of the controlling terminal; 0 for none. */
  tty: number;
  minorFaults: number;
  majorFaults: number;
  /** Clock ticks (1/100 s) after the start of the machine. */
  startTicks: number;
}

/**
 * Text of `/proc/PID/stat`. The name stands in parentheses and may itself hold parentheses, spaces
 * and newlines: it ends at the last `)`.
 */
export function parseStat(text: ByteString): ProcStat | undefined {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 0 || close < open) return undefined;
  // The first of these is field 3, the state.
  const rest = text.slice(close + 2).split(' ');
  if (rest.length < 20) return undefined;
  const field = (number: number): number => Number(rest[number - 3]) || 0;
  return {
    comm: text.slice(open + 1, close),
    isZombie: rest[0] === 'Z' || rest[0] === 'X',
    ppid: field(4),
    pgid: field(5),
    sid: field(6),
    tty: field(7) >>> 0,
    minorFaults: field(10),
    majorFaults: field(12),
    startTicks: field(22),
  };
}

export interface ProcStatus {
  pid: number;
  ppid: number;
  /** Effective ids. */
  uid: number;
  gid: number;
  /** Ids in the innermost pid namespace. */
  vtid: number;
  vpid: number;
  vpgid: number;
  vsid: number;
  capInheritable: bigint;
  capPermitted: bigint;
  capEffective: bigint;
  /** KiB. */
  vmSize: number;
  vmRss: number;
  vmSwap: number;
}

/** Text of `/proc/PID/status` (or of a task's). */
export function parseStatus(text: ByteString): ProcStatus | undefined {
  const lines = new Map<string, string>();
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    // The name of the process comes first; a newline in it is written as `\n`, so it can not forge a line.
    if (colon > 0 && !lines.has(line.slice(0, colon)))
      lines.set(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  const pid = Number(lines.get('Tgid'));
  if (!(pid > 0)) return undefined;
  const column = (key: string, index: number): number =>
    Number(lines.get(key)?.split(/\s+/).at(index) ?? Number.NaN);
  const mask = (key: string): bigint => {
    const digits = lines.get(key) ?? '';
    return /^[0-9a-f]{1,16}$/.test(digits) ? BigInt(`0x${digits}`) : 0n;
  };
  const tid = column('Pid', 0);
  return {
    pid,
    ppid: column('PPid', 0) || 0,
    uid: column('Uid', 1) || 0,
    gid: column('Gid', 1) || 0,
    // Kernels without these lines have no pid namespaces.
    vtid: column('NSpid', -1) || tid,
    vpid: column('NStgid', -1) || pid,
    vpgid: column('NSpgid', -1) || 0,
    vsid: column('NSsid', -1) || 0,
    capInheritable: mask('CapInh'),
    capPermitted: mask('CapPrm'),
    capEffective: mask('CapEff'),
    vmSize: column('VmSize', 0) || 0,
    vmRss: column('VmRSS', 0) || 0,
    vmSwap: column('VmSwap', 0) || 0,
  };
}

/** Strings separated by NUL, as in `/proc/PID/cmdline` and `environ`. */
export function splitStrings(text: ByteString): ByteString[] {
  if (text === '') return [];
  return (text.endsWith('\0') ? text.slice(0, -1) : text).split('\0');
}

/** The first argument and all others together, as well as the whole environment, are cut here, as events cut them. */
export const MAX_STRINGS = 4095;

/** Text of `/proc/PID/cmdline`. However long the first argument is, it does not hide those that follow. */
export function splitArguments(text: ByteString): ByteString[] {
  const end = text.indexOf('\0');
  if (end < 0) return splitStrings(text.slice(0, MAX_STRINGS));
  const others = text.slice(end + 1).slice(0, MAX_STRINGS);
  return [text.slice(0, Math.min(end, MAX_STRINGS)), ...splitStrings(others)];
}

/**
 * Text of `/proc/PID/cgroup` in the form that events have, `controller=path` for each hierarchy. The
 * unified hierarchy, which has no name there, is called `unified`.
 */
export function parseCgroups(text: ByteString): ByteString[] {
  const cgroups: ByteString[] = [];
  for (const line of text.split('\n')) {
    const first = line.indexOf(':');
    const second = line.indexOf(':', first + 1);
    if (first < 0 || second < 0) continue;
    const path = line.slice(second + 1);
    const controllers = line.slice(first + 1, second);
    if (controllers === '') cgroups.push(`unified=${path}`);
    else for (const controller of controllers.split(',')) cgroups.push(`${controller}=${path}`);
  }
  return cgroups;
}

/** Soft limit of open files from the text of `/proc/PID/limits`; -1 for unlimited or unknown. */
export function parseFileLimit(text: ByteString): number {
  return Number(/^Max open files\s+(\d+)/m.exec(text)?.[1] ?? -1);
}
