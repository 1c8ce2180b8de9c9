/** What a process changes about itself: directory, user, session, capabilities, name. */
import type { ByteString } from '../events/bytes.ts';
import type { EventCursor } from '../events/cursor.ts';
import { usedDescriptor } from '../events/descriptors.ts';
import { extensionIndex } from '../events/parameters.ts';
import { descriptorPath } from './event-descriptor.ts';
import { joinPath } from './paths.ts';
import type { ThreadEntry } from './process.ts';
import { type Change, type ProcessModel, RES, setDirectory } from './process-model.ts';

const CLONE_NEWUSER = 1 << 20;
const PR_SET_NAME = 15;
const PR_SET_MM = 35;
/** PR_SET_MM_EXE_FILE and PR_SET_MM_MAP. */
const NEW_EXECUTABLE: ReadonlySet<number> = new Set([13, 14]);
const COMM_LENGTH = 15;

/** `(uid_t)-1`: leave as it is. */
const UNCHANGED = 0xffff_ffff;

/** What a process has in a user namespace that it made or entered: all 41 capabilities. */
const ALL_CAPABILITIES = (1n << 41n) - 1n;

/** chdir: the kernel's own path where the event has it, else the given one as seen from the last directory. */
export function learnDirectory(event: EventCursor, thread: ThreadEntry, { isCapture }: ProcessModel): void {
  if (event.i64(RES) !== 0) return;
  const resolved = event.text(2);
  if (resolved) setDirectory(thread.process, resolved);
  else setDirectory(thread.process, joinPath(baseOf(thread, isCapture), event.text(1) ?? ''));
}

/** Falco forgets that threads share their directory when one that is not the main one changes it. */
function baseOf({ tid, process }: ThreadEntry, isCapture: boolean): ByteString {
  return isCapture && tid !== process.pid ? '' : process.cwd;
}

/** fchdir: the path of the descriptor. */
export function learnDirectoryOfDescriptor(event: EventCursor, thread: ThreadEntry): void {
  if (event.i64(RES) !== 0) return;
  const path = descriptorPath(event) ?? thread.process.descriptors?.get(usedDescriptor(event))?.name;
  if (path) setDirectory(thread.process, path);
}

/** A session's first process has its id in the pid namespace as session and group. */
export function learnSession(event: EventCursor, thread: ThreadEntry): void {
  const sid = event.i64(RES) ?? -1;
  if (sid < 0) return;
  const { process } = thread;
  process.sid = sid;
  process.vpgid = sid;
  process.pgid = process.pid;
}

/** setpgid(pid, pgid): ids of the caller's pid namespace, 0 for the caller's own. */
export function learnGroup(event: EventCursor, thread: ThreadEntry, { table }: ProcessModel): void {
  if (event.i64(RES) !== 0) return;
  const caller = thread.process;
  const vpid = event.i64(1) || caller.vpid;
  const isNamespaced = caller.vpid !== caller.pid;
  const target = vpid === caller.vpid ? caller : isNamespaced ? undefined : table.process(vpid);
  if (!target) return;
  const vpgid = event.i64(2) || target.vpid;
  target.vpgid = vpgid;
  if (vpgid === target.vpid) target.pgid = target.pid;
  else if (!isNamespaced) target.pgid = vpgid;
  // A group that the process joins in a namespace is mostly its parent's.
  else if (table.process(target.ptid)?.vpgid === vpgid) target.pgid = table.process(target.ptid)?.pgid ?? 0;
}

/**
 * setuid and its kin: parameter `index` is the new effective user. It is one of the caller's user namespace, and
 * some interfaces take 16 bits of it, so that the kernel's own account counts where the event has it. With the
 * effective user all capabilities come or go.
 */
export function learnUser(index: number): Change {
  return (event, thread) => {
    if (event.i64(RES) !== 0) return;
    const told = numberNow(event, 'euid_now');
    const uid = told ?? event.u32(index) ?? UNCHANGED;
    const isAnother = uid !== thread.uid && (told !== undefined || uid !== UNCHANGED);
    if (isAnother) thread.uid = uid;
    takeCapabilities(event, thread, isAnother);
  };
}

/** setgid and its kin: parameter `index` is the new effective group, as with {@link learnUser}. */
export function learnUserGroup(index: number): Change {
  return (event, thread) => {
    if (event.i64(RES) !== 0) return;
    const told = numberNow(event, 'egid_now');
    const gid = told ?? event.u32(index) ?? UNCHANGED;
    if (told !== undefined || gid !== UNCHANGED) thread.gid = gid;
  };
}

function numberNow(event: EventCursor, name: string): number | undefined {
  const index = extensionIndex(event.type, name);
  return index < 0 ? undefined : event.u32(index);
}

/**
 * Takes the capabilities that the kernel tells after the call: all of them, or only where some are gained. What an
 * event does not tell of must not make the model forget one: setfsuid takes effective ones away and gives them back.
 * False where the event does not have them.
 */
export function takeCapabilities(event: EventCursor, thread: ThreadEntry, isExact: boolean): boolean {
  const first = extensionIndex(event.type, 'cap_inheritable_now');
  const [inheritable, permitted, effective] =
    first < 0 ? [] : [event.u64(first), event.u64(first + 1), event.u64(first + 2)];
  if (inheritable === undefined || permitted === undefined || effective === undefined) return false;
  const gained = (permitted & ~thread.capPermitted) | (effective & ~thread.capEffective);
  if (!isExact && gained === 0n) return true;
  thread.capInheritable = inheritable;
  thread.capPermitted = permitted;
  thread.capEffective = effective;
  return true;
}

/** capset. */
export function learnCapabilities(event: EventCursor, thread: ThreadEntry): void {
  if (event.i64(RES) !== 0) return;
  thread.capInheritable = event.u64(1) ?? thread.capInheritable;
  thread.capPermitted = event.u64(2) ?? thread.capPermitted;
  thread.capEffective = event.u64(3) ?? thread.capEffective;
}

/**
 * unshare(flags) and setns(fd, flags): a user namespace gives all capabilities in it. The kernel's account counts
 * where the event has it, as setns enters one without a flag too.
 */
export function learnNamespace(index: number): Change {
  return (event, thread) => {
    if (event.i64(RES) !== 0 || takeCapabilities(event, thread, false)) return;
    if (((event.u32(index) ?? 0) & CLONE_NEWUSER) === 0) return;
    thread.capInheritable = ALL_CAPABILITIES;
    thread.capPermitted = ALL_CAPABILITIES;
    thread.capEffective = ALL_CAPABILITIES;
  };
}

/** prctl: a name, or a layout of memory by which the kernel tells arguments and executable from now on. */
export function learnName(event: EventCursor, thread: ThreadEntry): void {
  if (event.i64(RES) !== 0) return;
  const option = event.u32(1);
  if (option === PR_SET_NAME) thread.comm = event.text(2)?.slice(0, COMM_LENGTH) ?? thread.comm;
  if (option !== PR_SET_MM) return;
  thread.process.hasNewLayout = true;
  if (NEW_EXECUTABLE.has(Number(event.i64(3)))) thread.process.hasNewExecutable = true;
}
