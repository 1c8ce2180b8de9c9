/** Which questions an event raises about processes that nobody knows: what has to be read before it can be judged. */
import type { EventCursor } from '../events/cursor.ts';
import { KIN } from './clone-events.ts';
import { examine } from './lost-exec.ts';
import { IS_CLONE, IS_EXEC } from './process-events.ts';
import { PID, type ProcessModel, PTID } from './process-model.ts';

/**
 * Asks for what is not known of the process that acts in `event`, or that made the one which the event is the first
 * of. `done` is called when it is in the table, as far as it could be found. False when nothing has to be asked, or
 * there were too many look-ups lately.
 */
export function askFor(event: EventCursor, model: ProcessModel, done: () => void): boolean {
  const { tid, code } = event;
  if (IS_CLONE[code] === 1 && event.i64(0) === 0) {
    const isProcess = (event.i64(PID) ?? tid) === tid;
    return isProcess && model.table.thread(tid) === undefined && askForOrigin(event, model, done);
  }
  const process = model.table.thread(tid)?.process;
  if (process?.suspicion !== undefined) examine(process, event.milliseconds, model);
  if (process && (process.knowledge === 'full' || process.lookedUp)) return false;
  return model.loader.lookUpActor(tid, event.milliseconds, (found) => {
    if (found) found.lookedUp = true;
    else noteGone(event, model);
    // What is gone may have told in its exec who its parent was.
    if (found || IS_EXEC[code] === 0 || !askForParent(event, model, done)) done();
  });
}

const NOBODY: readonly number[] = [];

/** Threads from which the thread of `event`, its first, has what it begins with; none when it is not the first. */
export function makersOf(event: EventCursor): readonly number[] {
  if (IS_CLONE[event.code] !== 1 || event.i64(0) !== 0) return NOBODY;
  return [event.i64(PID), event.i64(KIN), event.i64(PTID)].filter((tid) => tid !== undefined);
}

/** A process begins with what its maker has, which is not its parent's when it was made as a sibling. */
function askForOrigin(event: EventCursor, model: ProcessModel, done: () => void): boolean {
  const maker = event.i64(KIN) ?? 0;
  if (maker <= 0 || model.table.process(maker) !== undefined) return askForParent(event, model, done);
  const isAsked = model.loader.lookUpParent(maker, event.milliseconds, () => {
    if (!askForParent(event, model, done)) done();
  });
  return isAsked || askForParent(event, model, done);
}

function askForParent(event: EventCursor, { table, loader }: ProcessModel, done: () => void): boolean {
  const ptid = event.i64(PTID) ?? 0;
  if (ptid <= 0 || table.thread(ptid) !== undefined) return false;
  return loader.lookUpParent(ptid, event.milliseconds, () => done());
}

/** There is no sense in looking for it again. */
function noteGone({ tid, milliseconds }: EventCursor, { table, counters, news }: ProcessModel): void {
  const isNew = table.thread(tid) === undefined;
  const thread = table.add(tid, table.thread(tid)?.process.pid ?? tid, milliseconds);
  if (!thread) return;
  thread.process.lookedUp = true;
  news.looked(thread.process);
  if (isNew) counters.unknown++;
}
