/**
 * Whether an exec went unseen. The name and the arguments that clone events tell lie in the process's own
 * hands (prctl, its memory), so that a difference to what is known is only a reason to look: the kernel's
 * word on the executable decides, and only when no exec event explains what it says.
 */
import type { EventCursor } from '../events/cursor.ts';
import { withoutDeleted } from './paths.ts';
import type { Executable } from './proc-reader.ts';
import type { Process, ThreadEntry } from './process.ts';
import { COMM, EXE, type ProcessModel } from './process-model.ts';

/** An exec event carries a time that may be this much later than the change of the executable. */
const EXEC_MS = 100;

/**
 * How far the suspicion that an exec was lost has come. `look`: the executable is to be compared. `asked`: /proc
 * has been asked for it. Otherwise the answer came at `seenAt` (milliseconds since the epoch), and was another
 * executable.
 */
export type Suspicion = 'look' | 'asked' | { readonly seenAt: number };

/** Whether a clone event tells another name and another first argument than those that are known. */
export function tellsOfAnotherProgram(event: EventCursor, { comm, process }: ThreadEntry): boolean {
  const told = event.text(COMM);
  const exe = event.text(EXE);
  return !!told && told !== comm && !!exe && exe !== process.exe;
}

/** To be called when there is a reason to think that `process` runs another program than is known. */
export function suspectLostExec(process: Process): void {
  if (process.knowledge === 'full' && !process.hasNewLayout) process.suspicion ??= 'look';
}

/**
 * A process that is under suspicion acts at `now` (milliseconds). An executable that is the same clears it. So
 * does an exec event: the process may have run on by the time of the look. If none comes, it was lost, and
 * all is read anew.
 */
export function examine(process: Process, now: number, model: ProcessModel): void {
  const { loader, counters, wallClock, news } = model;
  const { suspicion } = process;
  if (suspicion === undefined || suspicion === 'asked') return;
  if (suspicion !== 'look') {
    if (now <= suspicion.seenAt + EXEC_MS) return;
    counters.healed++;
    process.suspicion = undefined;
    process.exepath = '';
    process.knowledge = 'names';
    process.lookedUp = false;
    news.looked(process);
    return;
  }
  process.suspicion = 'asked';
  const isAsked = loader.executableOf(process.pid, now, (seen) => {
    // An exec that came meanwhile has cleared it.
    if (process.suspicion !== 'asked') return;
    compare(process, seen, wallClock());
    news.looked(process);
  });
  if (!isAsked) process.suspicion = 'look';
}

function compare(process: Process, seen: Executable | undefined, now: number): void {
  const isSame = seen !== undefined && isExecutableOf(process, seen);
  process.suspicion = seen === undefined || isSame ? undefined : { seenAt: now };
  if (isSame) process.exepath ||= withoutDeleted(seen.path);
  else if (!process.isMakerSure) process.exepath = '';
}

/** The inode counts, since a file can be moved; the path does where no inode is known. */
function isExecutableOf({ executable, exepath }: Process, seen: { path: string; inode: bigint }): boolean {
  return executable.inode !== 0n && seen.inode !== 0n
    ? executable.inode === seen.inode
    : exepath === withoutDeleted(seen.path);
}
