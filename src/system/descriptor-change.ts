/** What the functions that change tables of descriptors share: the event at work and what it is about. */
import type { ByteString } from '../events/bytes.ts';
import type { EventCursor } from '../events/cursor.ts';
import type { DescriptorTable } from './descriptor-table.ts';
import type { InterfaceAddress } from './interfaces.ts';
import type { OpenDescriptor } from './open-descriptor.ts';
import type { ThreadEntry } from './process.ts';
import type { ThreadTable } from './thread-table.ts';

/** An event at the moment at which a table of descriptors learns from it. */
export class DescriptorChange {
  readonly threads: ThreadTable;
  /** Addresses of the captured machine. */
  interfaces: readonly InterfaceAddress[] = [];
  /** Descriptor number that the event is about; negative for none. */
  number = -1;
  descriptor: OpenDescriptor | undefined;
  /** Name of the descriptor before the event; empty for one that the event makes. */
  oldName: ByteString = '';
  /** Number that is closed when the event has been judged; negative for none. */
  closing = -1;

  constructor(threads: ThreadTable) {
    this.threads = threads;
  }

  /** The event is about `descriptor`, which is new at number `fd` of the table. */
  add(table: DescriptorTable, fd: number, descriptor: OpenDescriptor): void {
    this.descriptor = table.set(fd, descriptor) ? descriptor : undefined;
    this.number = fd;
    this.oldName = '';
  }

  /** The event changes the descriptor that it is about. */
  replace(table: DescriptorTable, descriptor: OpenDescriptor): void {
    table.set(this.number, descriptor);
    this.descriptor = descriptor;
  }
}

/** Changes `table`, which is the one of `thread`, by an event that leaves a system call. */
export type LearnDescriptor = (
  event: EventCursor,
  table: DescriptorTable,
  change: DescriptorChange,
  thread: ThreadEntry,
  /** The event that entered the same call, where the capture has it. */
  enter: EventCursor | undefined,
) => void;

/** Result of the call: the first parameter of all these events. A call without a result did not fail. */
export function resultOf(event: EventCursor): number {
  return event.i64(0) ?? 0;
}
