/** Encodes an entry of the list of processes: the counterpart of process-reader.ts. */
import type { FieldsWriter } from './fields-writer.ts';
import type { ThreadRecord } from './state.ts';

/** A thread to write; a model need not know the flags of its clone, nor its root directory. */
export type WritableThread = Omit<ThreadRecord, 'root' | 'flags'> &
  Partial<Pick<ThreadRecord, 'root' | 'flags'>>;

/** What readers of the format take: more is an error to them. The texts end in a NUL in their memory. */
const MAX_PATH = 1023;
export const MAX_STRINGS = 4096;

/** Of a thread that is not the main one: it shares descriptors and is one of a process (symbols.ts, cloneFlags). */
const THREAD_FLAGS = 1 | (1 << 13);

/** One entry. Text that is longer than readers take is cut. */
export function writeThread(to: FieldsWriter, thread: WritableThread): void {
  const { executable } = thread;
  to.delimited(true, () => {
    to.i64(thread.tid);
    to.i64(thread.pid);
    to.i64(thread.ptid);
    to.i64(thread.sid);
    to.i64(thread.vpgid);
    to.text(thread.comm, MAX_PATH);
    to.text(thread.exe, MAX_PATH);
    to.text(thread.exepath, MAX_PATH);
    to.texts(thread.args, MAX_STRINGS);
    to.text(thread.cwd, MAX_PATH);
    to.i64(thread.fdLimit);
    to.u32(thread.flags ?? (thread.tid === thread.pid ? 0 : THREAD_FLAGS));
    to.u32(thread.uid);
    to.u32(thread.gid);
    to.u32(thread.vmSize);
    to.u32(thread.vmRss);
    to.u32(thread.vmSwap);
    to.i64(thread.majorFaults);
    to.i64(thread.minorFaults);
    to.texts(thread.env, MAX_STRINGS);
    to.i64(thread.vtid);
    to.i64(thread.vpid);
    to.texts(thread.cgroups, MAX_STRINGS);
    to.text(thread.root ?? '/', MAX_PATH);
    to.u64(thread.pidNamespaceStart);
    to.u32(thread.tty);
    to.u32(thread.loginuid);
    to.u8(executable.writable ? 1 : 0);
    to.u64(thread.capInheritable);
    to.u64(thread.capPermitted);
    to.u64(thread.capEffective);
    to.u8(executable.upperLayer ? 1 : 0);
    to.u64(executable.inode);
    to.u64(executable.changeTime);
    to.u64(executable.modifyTime);
    to.u8(executable.fromMemfd ? 1 : 0);
    to.u8(executable.lowerLayer ? 1 : 0);
    to.i64(thread.pgid);
  });
}
