/** What a reading of /proc says of a thread and of its process, put into the model. */
import type { CgroupSets } from './cgroup-sets.ts';
import type { ProcDetails, ProcProcess, ProcThread } from './proc-reader.ts';
import type { Process, ThreadEntry } from './process.ts';
import { setDirectory } from './process-model.ts';

/** Names, ids and rights of a thread: what /proc knows as well as events do. */
export function takeThreadFacts(
  thread: ThreadEntry,
  { stat, status }: ProcThread,
  details: ProcDetails | undefined,
): void {
  thread.vtid = status.vtid;
  thread.comm = stat.comm;
  thread.uid = status.uid;
  thread.gid = status.gid;
  if (details) thread.loginuid = details.loginuid;
  thread.capEffective = status.capEffective;
  thread.capPermitted = status.capPermitted;
  thread.capInheritable = status.capInheritable;
  thread.vmSize = status.vmSize;
  thread.vmRss = status.vmRss;
  thread.vmSwap = status.vmSwap;
  thread.majorFaults = stat.majorFaults;
  thread.minorFaults = stat.minorFaults;
}

/** Where a process stands among others, and in which directory: it may change without an exec. */
export function takePlace(
  process: Process,
  { threads: [main], details }: ProcProcess,
  cgroups: CgroupSets,
): void {
  if (!main) return;
  const { stat, status } = main;
  process.ptid = status.ppid;
  process.vpid = status.vpid;
  process.pgid = stat.pgid;
  process.sid = status.vsid || stat.sid;
  process.vpgid = status.vpgid || stat.pgid;
  process.tty = stat.tty;
  if (!details) return;
  if (details.cwd !== '') setDirectory(process, details.cwd);
  process.cgroups = cgroups.of(details.cgroups.join('\0'));
  process.fdLimit = details.fdLimit;
}

/** What a process runs: what only an exec changes. */
export function takeProgram(process: Process, { threads: [main], details }: ProcProcess): void {
  if (!details) return;
  const [exe, ...args] = details.argv;
  // Falco's scan calls a process without arguments (a kernel thread) by its name.
  process.exe = exe ?? main?.stat.comm ?? '';
  process.args = args;
  process.env = details.env;
  process.exepath = details.exepath;
  process.executable = details.executable;
}
