/**
 * One event together with what the model knows at that moment: all that a field may look at. There is
 * one context for all sources, and it is filled anew for every event.
 */
import type { ByteString } from '../events/bytes.ts';
import type { EventCursor } from '../events/cursor.ts';
import type { ClusterDirectory } from './cluster.ts';
import type { ContainerDirectory } from './container.ts';
import type { Descriptor } from './descriptor.ts';
import type { OtherName } from './other-names.ts';
import type { Thread } from './thread.ts';
import type { UserDatabase } from './users.ts';

export interface EventContext {
  readonly event: EventCursor;
  /** The thread that the event is of, after the event has changed it; undefined for events without one. */
  readonly thread: Thread | undefined;
  /** The descriptor that the event is about; undefined when there is none or nothing is known of it. */
  readonly descriptor: Descriptor | undefined;
  readonly system: SystemView;
  /** Number of that descriptor, where the model knows it better than the event tells. */
  readonly descriptorNumber?: number | undefined;
  /** Name of the source that the event comes from; `syscall` when absent. */
  readonly source?: string;
  /** Time of the first event of the source and of the event before this one, nanoseconds since the epoch. */
  readonly firstTimestamp?: bigint | undefined;
  readonly previousTimestamp?: bigint | undefined;
  /** This event gave the descriptor another name; absent when nobody keeps track of names. */
  readonly descriptorRenamed?: boolean | undefined;
  /** Path of the file that the event opened, under the name that it is shown as; absent in captures. */
  readonly openedPath?: ByteString | undefined;
  /** The kernel's own path of that file. */
  readonly resolvedPath?: ByteString | undefined;
  /** Other names of the event's file, under which rules are asked as well; absent in captures. */
  readonly otherNames?: readonly OtherName[];
  /** The one of them that the event is shown under; undefined: its own. */
  readonly shownName?: OtherName | undefined;
  /** Shows the event under another name, or, with `undefined`, under its own again. */
  showAs?(name: OtherName | undefined): void;
}

/** The model of the machine as fields read it. */
export interface SystemView {
  readonly hostname: string;
  /** Start of the machine, nanoseconds since the epoch. */
  readonly bootTime: bigint;
  readonly users: UserDatabase;
  /** Thread by id; undefined when it is not known. */
  thread(tid: number): Thread | undefined;
  /** Main thread of the parent process. */
  parent(thread: Thread): Thread | undefined;
  /** Main thread of the thread's own process. */
  leader(thread: Thread): Thread | undefined;
  /** All threads, for counts over a process. */
  threads(): Iterable<Thread>;
  /**
   * Whether an address, a byte string of 4 or 16 bytes, is one of the machine's own, seen from the container
   * with this id; empty for the host.
   */
  isLocalAddress(ip: string, containerId: ByteString): boolean;
  /** Of the host names that rules ask for, those that have this address, a byte string of 4 or 16 bytes. */
  hostNames?(ip: ByteString): readonly ByteString[];
  /** A descriptor of the process; absent when no table of descriptors is kept. */
  descriptor?(thread: Thread, fd: number): Descriptor | undefined;
  /** All descriptors that the process is known to have open. */
  descriptors?(thread: Thread): Iterable<Descriptor>;
  /** What the container engine says of a container; undefined until it has answered. */
  readonly containers?: ContainerDirectory | undefined;
  /** What the cluster says of the machine's pods; absent where nobody asks it. */
  readonly cluster?: ClusterDirectory | undefined;
  /** Name that services(5) gives a port, such as `https`. */
  serviceName?(port: number, protocol: 'tcp' | 'udp' | undefined): ByteString | undefined;
}
