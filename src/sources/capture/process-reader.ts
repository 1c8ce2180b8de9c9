/** Decodes lists of processes: an entry per thread, in nine versions that each added fields. */
import { type FieldsReader, MAX_PADDING } from './fields-reader.ts';
import type { ThreadRecord } from './state.ts';

/** From this version on each entry begins with its length, and new fields come at its end. */
const WITH_LENGTH = 9;

/** What the entries' ends hold in the first captures of version 9, bytes: login uid, writable, capabilities. */
const FIRST_TAIL_SIZE = 4 + 1 + 3 * 8;

/** Calls `take` for each thread. Throws Damage. */
export function readThreads(body: FieldsReader, version: number, take: (thread: ThreadRecord) => void): void {
  while (body.left > MAX_PADDING)
    take(readThread(version >= WITH_LENGTH ? body.part(body.u32() - 4) : body, version));
}

function readThread(entry: FieldsReader, version: number): ThreadRecord {
  // The object's properties are in the order of the file, in which they are evaluated.
  const head = {
    tid: entry.i64(),
    pid: entry.i64(),
    ptid: entry.i64(),
    sid: version >= 6 ? entry.i64() : -1,
    vpgid: version >= 8 ? entry.i64() : -1,
    comm: entry.text(),
    exe: entry.text(),
    exepath: version >= 7 ? entry.text() : '',
    args: entry.texts(),
    cwd: entry.text(),
    fdLimit: entry.i64(),
    flags: entry.u32(),
    uid: entry.u32(),
    gid: entry.u32(),
    vmSize: version >= 2 ? entry.u32() : 0,
    vmRss: version >= 2 ? entry.u32() : 0,
    vmSwap: version >= 2 ? entry.u32() : 0,
    majorFaults: version >= 2 ? entry.i64() : 0,
    minorFaults: version >= 2 ? entry.i64() : 0,
    env: version >= 3 ? entry.texts() : [],
    vtid: version >= 4 ? entry.i64() : -1,
    vpid: version >= 4 ? entry.i64() : -1,
    cgroups: version >= 4 ? entry.texts() : [],
    root: version >= 5 ? entry.text() : '',
  };
  return { ...head, ...readTail(version >= WITH_LENGTH ? entry : undefined) };
}

type Tail = Pick<
  ThreadRecord,
  | 'pidNamespaceStart'
  | 'tty'
  | 'loginuid'
  | 'capInheritable'
  | 'capPermitted'
  | 'capEffective'
  | 'executable'
  | 'pgid'
>;

/** The fields that an entry holds as far as its length goes; what lies beyond them is of a later version. */
function readTail(entry: FieldsReader | undefined): Tail {
  const left = (size: number): boolean => entry !== undefined && entry.left >= size;
  const u8 = (): number => (left(1) ? (entry as FieldsReader).u8() : 0);
  const u64 = (): bigint => (left(8) ? (entry as FieldsReader).u64() : 0n);
  // These two were put in the middle once the tail had grown beyond its first size.
  const grown = left(FIRST_TAIL_SIZE + 1);
  const pidNamespaceStart = grown ? u64() : 0n;
  const tty = grown && left(4) ? (entry as FieldsReader).u32() : 0;
  const loginuid = left(4) ? (entry as FieldsReader).i32() : -1;
  const writable = u8() !== 0;
  const capInheritable = u64();
  const capPermitted = u64();
  const capEffective = u64();
  const upperLayer = u8() !== 0;
  const inode = u64();
  const changeTime = u64();
  const modifyTime = u64();
  const fromMemfd = u8() !== 0;
  const lowerLayer = u8() !== 0;
  const pgid = left(8) ? (entry as FieldsReader).i64() : -1;
  return {
    pidNamespaceStart,
    tty,
    loginuid,
    capInheritable,
    capPermitted,
    capEffective,
    executable: { writable, upperLayer, lowerLayer, fromMemfd, inode, changeTime, modifyTime },
    pgid,
  };
}
