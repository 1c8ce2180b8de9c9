/** Makes what the model knows of a process equal to a reading of /proc, after events were lost. */
import type { CgroupSets } from './cgroup-sets.ts';
import { takePlace, takeProgram, takeThreadFacts } from './proc-facts.ts';
import type { ProcDetails, ProcProcess } from './proc-reader.ts';
import type { Process, ThreadEntry } from './process.ts';
import type { ThreadTable } from './thread-table.ts';

/**
 * Corrects `process` and its threads by a reading that was asked for at `askedAt` (milliseconds), after which no
 * event has changed the process. Returns whether anything was wrong. What only the kernel's events tell of an
 * executable stays known as long as the executable is the same.
 */
export function correct(
  process: Process,
  read: ProcProcess,
  askedAt: number,
  { table, cgroups }: { table: ThreadTable; cgroups: CgroupSets },
): boolean {
  const threads = table.threadsOf(process.pid);
  const before = stateOf(process, threads);
  // Of a process outside the scope only names are read, which tell nothing of its program.
  const { details } = read;
  // One that has chosen what the kernel calls its executable is not believed: any user may, in a user namespace.
  if (details && !process.hasNewExecutable && runsAnother(process, details)) {
    takeProgram(process, read);
    process.knowledge = 'full';
    process.lookedUp = true;
    process.suspicion = undefined;
    process.hasNewLayout = false;
    process.isMakerSure = true;
  }
  takePlace(process, read, cgroups);
  const alive = new Set<number>();
  for (const found of read.threads) {
    alive.add(found.tid);
    const thread = table.add(found.tid, process.pid, askedAt);
    if (thread) takeThreadFacts(thread, found, details);
  }
  if (details)
    for (const thread of threads)
      if (!alive.has(thread.tid) && thread.tid !== process.pid && thread.lastSeen < askedAt)
        table.remove(thread);
  return stateOf(process, table.threadsOf(process.pid)) !== before;
}

/** An exec was lost: it has another executable, or other arguments. The latter lie in its own hands, see ps(1). */
function runsAnother({ executable, exepath, exe, args }: Process, details: ProcDetails): boolean {
  // A kernel thread, or a main thread that has ended before the others.
  if (details.exepath === '') return false;
  const isSameFile =
    executable.inode !== 0n && details.executable.inode !== 0n
      ? executable.inode === details.executable.inode
      : exepath === details.exepath;
  if (!isSameFile) return true;
  const { argv } = details;
  return argv.length > 0 && [exe, ...args].join('\0') !== argv.join('\0');
}

/** All that a correction may change of a process, to be compared. */
function stateOf(process: Process, threads: readonly ThreadEntry[]): string {
  const { ptid, vpid, sid, pgid, vpgid, exe, exepath, args, cwd, tty, fdLimit } = process;
  const own = threads.map(({ tid, vtid, comm, uid, gid, loginuid, ...rights }) => [
    [tid, vtid, comm, uid, gid, loginuid],
    [rights.capEffective, rights.capPermitted, rights.capInheritable].map(String),
  ]);
  const place = [ptid, vpid, sid, pgid, vpgid, tty, fdLimit, process.cgroups.paths];
  return JSON.stringify([place, exe, exepath, args, cwd, own]);
}
