/**
 * Tables of descriptors in captures, whose events tell only the numbers: which event changes a table, and
 * how. What Falco makes of an event is what counts here, for replay must say what Falco says.
 */

import type { EventCursor } from '../events/cursor.ts';
import { usedDescriptor } from '../events/descriptors.ts';
import { EVENT_TYPES } from '../events/table.ts';
import type { DescriptorKind } from './descriptor.ts';
import { DescriptorChange, type LearnDescriptor, resultOf } from './descriptor-change.ts';
import { DescriptorTable } from './descriptor-table.ts';
import type { InterfaceAddress } from './interfaces.ts';
import { OpenDescriptor } from './open-descriptor.ts';
import { learnOpen } from './open-events.ts';
import { copyOf } from './postponed-events.ts';
import type { ThreadEntry } from './process.ts';
import { presentCode } from './process-model.ts';
import {
  learnAccept,
  learnBind,
  learnConnect,
  learnRead,
  learnSocket,
  learnSocketPair,
  learnWrite,
  SEND_TUPLE,
} from './socket-events.ts';
import type { ThreadTable } from './thread-table.ts';

const O_CLOEXEC = 1 << 12;
const MFD_CLOEXEC = 1;
const EPOLL_CLOEXEC = 1;
const CLOSE_RANGE_CLOEXEC = 4;

/** Commands of fcntl (symbols.ts, fcntlCommands). */
const F_DUPFD = 1;
const F_SETFD = 3;
const F_DUPFD_CLOEXEC = 26;
/** Argument of F_SETFD (fcntl.h). */
const FD_CLOEXEC = 1;

const learnClose: LearnDescriptor = (event, _table, change) => {
  if (resultOf(event) >= 0 && change.descriptor) change.closing = change.number;
};

const learnCloseRange: LearnDescriptor = (event, table) => {
  if (resultOf(event) < 0) return;
  const first = event.u32(1) ?? 0;
  const last = event.u32(2) ?? 0;
  const onlyMarks = ((event.u32(3) ?? 0) & CLOSE_RANGE_CLOEXEC) !== 0;
  for (const [fd, descriptor] of table.entries()) {
    if (fd < first || fd > last) continue;
    if (onlyMarks) table.set(fd, descriptor.with({ closesOnExec: true }));
    else table.delete(fd);
  }
};

/** dup, dup2 and dup3: the new descriptor is not closed at exec unless dup3 was asked for that. */
const learnDup: LearnDescriptor = (event, table, change) => {
  const fd = resultOf(event);
  const { descriptor, oldName } = change;
  if (fd < 0 || !descriptor) return;
  const closesOnExec = event.type.name === 'dup3' && ((event.u32(3) ?? 0) & O_CLOEXEC) !== 0;
  addCopy(table, change, fd, descriptor.with({ closesOnExec }), oldName);
};

/** The event gives a descriptor a second number, which is no new name. */
function addCopy(
  table: DescriptorTable,
  change: DescriptorChange,
  fd: number,
  copy: OpenDescriptor,
  name: string,
): void {
  change.add(table, fd, copy);
  change.oldName = name;
}

const learnControl: LearnDescriptor = (event, table, change) => {
  const command = event.u8(2);
  const result = resultOf(event);
  const { descriptor, oldName } = change;
  if (result < 0 || !descriptor) return;
  if (command === F_SETFD) {
    const closesOnExec = ((event.u32(3) ?? 0) & FD_CLOEXEC) !== 0;
    change.replace(table, descriptor.with({ closesOnExec }));
  } else if (command === F_DUPFD || command === F_DUPFD_CLOEXEC) {
    const closesOnExec = command === F_DUPFD_CLOEXEC;
    addCopy(table, change, result, descriptor.with({ closesOnExec }), oldName);
  }
};

/** The event counts as one about the second end. */
const learnPipe: LearnDescriptor = (event, table, change) => {
  if (resultOf(event) < 0) return;
  const closesOnExec = event.type.name === 'pipe2' && ((event.u32(4) ?? 0) & O_CLOEXEC) !== 0;
  const pipe = new OpenDescriptor('p', {
    inodeLow: event.u32(3) ?? 0,
    inodeHigh: event.u32High(3) ?? 0,
    closesOnExec,
  });
  for (const index of [1, 2]) change.add(table, event.i64(index) ?? -1, pipe);
};

/** Calls whose result is a descriptor of one kind; their parameter `flags` may have it closed at exec. */
function learnMade(
  kind: DescriptorKind,
  flags?: { readonly index: number; readonly closes: number },
): LearnDescriptor {
  return (event, table, change) => {
    const fd = resultOf(event);
    if (fd < 0) return;
    const given = flags === undefined ? 0 : flagsAt(event, flags.index);
    const closesOnExec = flags !== undefined && (given & flags.closes) !== 0;
    change.add(table, fd, new OpenDescriptor(kind, { closesOnExec }));
  };
}

/** Flags of 8, 16 or 32 bits. */
function flagsAt(event: EventCursor, index: number): number {
  return event.u32(index) ?? event.u16(index) ?? event.u8(index) ?? 0;
}

const learnMemory: LearnDescriptor = (event, table, change) => {
  const fd = resultOf(event);
  if (fd < 0) return;
  const closesOnExec = ((event.u32(2) ?? 0) & (MFD_CLOEXEC | O_CLOEXEC)) !== 0;
  change.add(table, fd, new OpenDescriptor('m', { name: event.text(1) ?? '', closesOnExec }));
};

const learnProcessDescriptor: LearnDescriptor = (event, table, change) => {
  const fd = resultOf(event);
  if (fd < 0) return;
  const pid = event.i64(1) ?? 0;
  change.add(table, fd, new OpenDescriptor('P', { name: `/proc/${pid}`, pid }));
};

/** pidfd_getfd: a copy of another process's descriptor. */
const learnTaken: LearnDescriptor = (event, table, change) => {
  const { pid, kind } = table.get(event.i64(1) ?? -1) ?? {};
  if (kind !== 'P' || pid === undefined) return;
  const taken = change.threads.thread(pid)?.process.descriptors?.get(event.i64(2) ?? -1);
  if (taken) change.add(table, resultOf(event), taken.with({ closesOnExec: true }));
};

/** By event code; `undefined` for events that change no table. */
const CHANGES: readonly (LearnDescriptor | undefined)[] = tabulate([
  ...['open', 'openat', 'openat2', 'creat', 'open_by_handle_at'].map((name): Row => [name, learnOpen(name)]),
  ['close', learnClose],
  ['close_range', learnCloseRange],
  ['dup', learnDup],
  ['dup2', learnDup],
  ['dup3', learnDup],
  ['fcntl', learnControl],
  ['pipe', learnPipe],
  ['pipe2', learnPipe],
  ['eventfd', learnMade('e')],
  ['eventfd2', learnMade('e', { index: 1, closes: O_CLOEXEC })],
  ['signalfd', learnMade('s')],
  ['signalfd4', learnMade('s', { index: 1, closes: O_CLOEXEC })],
  ['timerfd_create', learnMade('t', { index: 2, closes: O_CLOEXEC })],
  ['inotify_init', learnMade('i')],
  ['inotify_init1', learnMade('i', { index: 1, closes: O_CLOEXEC })],
  ['bpf', learnMade('b')],
  ['userfaultfd', learnMade('u')],
  ['io_uring_setup', learnMade('r')],
  ['epoll_create', learnMade('l')],
  ['epoll_create1', learnMade('l', { index: 1, closes: EPOLL_CLOEXEC })],
  ['memfd_create', learnMemory],
  ['pidfd_open', learnProcessDescriptor],
  ['pidfd_getfd', learnTaken],
  ['socket', learnSocket],
  ['bind', learnBind],
  ['connect', learnConnect],
  ['accept', learnAccept],
  ['accept4', learnAccept],
  ['socketpair', learnSocketPair],
  ...['read', 'readv', 'pread', 'preadv'].map((name): Row => [name, learnRead(-1)]),
  ['recv', learnRead(4)],
  ['recvfrom', learnRead(2)],
  ['recvmsg', learnRead(3)],
  ['recvmmsg', learnRead(4)],
  ...['write', 'writev', 'pwrite', 'pwritev'].map((name): Row => [name, learnWrite(-1)]),
  ...['send', 'sendto', 'sendmsg'].map((name): Row => [name, learnWrite(SEND_TUPLE)]),
  ['sendmmsg', learnWrite(4)],
]);

type Row = [name: string, learn: LearnDescriptor];

function tabulate(rows: readonly Row[]): (LearnDescriptor | undefined)[] {
  const table = new Array<LearnDescriptor | undefined>(EVENT_TYPES.length).fill(undefined);
  for (const [name, learn] of rows) table[presentCode(name)] = learn;
  return table;
}

/** Codes of events that enter a call and hold what the call was passed, before anyone could change it. */
const KEPT = new Uint8Array(EVENT_TYPES.length);
for (const name of ['open', 'openat', 'openat2', 'creat', 'connect', 'execve', 'execveat'])
  KEPT[presentCode(name) - 1] = 1;

/** Codes of events about descriptors, which alone have one. */
const USES = Uint8Array.from(EVENT_TYPES, ({ flags }) => (flags.has('USES_FD') ? 1 : 0));

/** Keeps the tables of all processes up to date, and tells what each event is about. */
export class DescriptorEvents {
  readonly #change: DescriptorChange;
  #closing: { readonly table: DescriptorTable; readonly fd: number } | undefined;

  constructor(threads: ThreadTable) {
    this.#change = new DescriptorChange(threads);
  }

  set interfaces(interfaces: readonly InterfaceAddress[]) {
    this.#change.interfaces = interfaces;
  }

  /** What the last event was about. */
  get descriptor(): OpenDescriptor | undefined {
    return this.#change.descriptor;
  }

  get number(): number {
    return this.#change.number;
  }

  /** The event gave the descriptor another name. */
  get renamed(): boolean {
    const { descriptor, oldName } = this.#change;
    return descriptor !== undefined && descriptor.name !== oldName;
  }

  /** Learns from an event that leaves a system call of `thread`, or that enters one. */
  learn(event: EventCursor, thread: ThreadEntry): void {
    const change = this.#change;
    const { code } = event;
    change.descriptor = undefined;
    change.number = -1;
    if ((code & 1) === 0) {
      thread.entered = KEPT[code] === 1 ? copyOf(event) : undefined;
      return;
    }
    const learn = CHANGES[code];
    if (learn === undefined && USES[code] === 0) {
      thread.entered = undefined;
      return;
    }
    const { process } = thread;
    process.descriptors ??= new DescriptorTable();
    const table = process.descriptors;
    if (USES[code] === 1) {
      change.number = usedDescriptor(event);
      change.descriptor = table.get(change.number);
    }
    change.oldName = change.descriptor?.name ?? '';
    change.closing = -1;
    const entered = thread.entered?.code === code - 1 ? thread.entered : undefined;
    thread.entered = undefined;
    learn?.(event, table, change, thread, entered);
    if (change.closing >= 0) this.#closing = { table, fd: change.closing };
  }

  /** Forgets what the last event was about: the next one has no thread. */
  clear(): void {
    this.#change.descriptor = undefined;
    this.#change.number = -1;
  }

  /** To be called when the event has been judged: what it closed is gone then. */
  settle(): void {
    if (this.#closing === undefined) return;
    this.#closing.table.delete(this.#closing.fd);
    this.#closing = undefined;
  }
}
