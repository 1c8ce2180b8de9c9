/**
 * The state of the machine that a capture begins with, as plain records: what ran, which descriptors were
 * open, who the users were. Text is byte strings (events/bytes.ts); ids are -1 where an old capture
 * does not tell.
 */
import type { ByteString } from '../../events/bytes.ts';
import type { DescriptorKind } from '../../events/descriptors.ts';
import type { FactsRecord } from './facts.ts';

/** Takes the records of a capture in the order of the file. What it does not implement is passed over. */
export interface StateSink {
  /** A capture begins. Captures can be joined to one file, so it may come again: what was known is void. */
  section?(): void;
  machine?(machine: MachineInfo): void;
  /** The machine's interfaces, all of them. */
  interfaces?(interfaces: readonly InterfaceRecord[]): void;
  /** The machine's users and groups, all of them. */
  users?(users: readonly UserRecord[], groups: readonly GroupRecord[]): void;
  thread?(thread: ThreadRecord): void;
  /** An open descriptor of a thread, which has come before. */
  descriptor?(tid: number, descriptor: DescriptorRecord): void;
  /** What Lanner wrote beyond the format. */
  facts?(facts: FactsRecord): void;
  /** Events come next: everything about the machine has been told. */
  complete?(): void;
}

export interface MachineInfo {
  readonly cpus: number;
  /** Bytes of memory. */
  readonly memory: number;
  readonly maxPid: number;
  readonly hostname: ByteString;
  /** Start of the machine, nanoseconds since the epoch; 0 where the capture does not tell. */
  readonly bootTime: bigint;
  readonly flags: bigint;
}

export interface ThreadRecord {
  readonly tid: number;
  readonly pid: number;
  readonly ptid: number;
  readonly sid: number;
  readonly pgid: number;
  readonly vtid: number;
  readonly vpid: number;
  readonly vpgid: number;
  readonly comm: ByteString;
  readonly exe: ByteString;
  readonly exepath: ByteString;
  /** Arguments without the first. */
  readonly args: readonly ByteString[];
  /** Environment, `NAME=value`. */
  readonly env: readonly ByteString[];
  /** Working directory as the capture has it, with or without a slash at the end. */
  readonly cwd: ByteString;
  /** Root directory. */
  readonly root: ByteString;
  /** `controller=path` for each cgroup hierarchy. */
  readonly cgroups: readonly ByteString[];
  readonly uid: number;
  readonly gid: number;
  /** Login uid; -1 when unset. */
  readonly loginuid: number;
  /** Device number of the controlling terminal; 0 for none. */
  readonly tty: number;
  readonly capInheritable: bigint;
  readonly capPermitted: bigint;
  readonly capEffective: bigint;
  readonly executable: ExecutableRecord;
  /** When the init process of its pid namespace started, nanoseconds since the epoch; 0 when unknown. */
  readonly pidNamespaceStart: bigint;
  /** Open file limit; -1 when unknown. */
  readonly fdLimit: number;
  /** Flags of clone (PPM_CL_*), as in clone events. */
  readonly flags: number;
  /** Memory in KiB, and page faults. */
  readonly vmSize: number;
  readonly vmRss: number;
  readonly vmSwap: number;
  readonly majorFaults: number;
  readonly minorFaults: number;
}

export interface ExecutableRecord {
  readonly writable: boolean;
  readonly upperLayer: boolean;
  readonly lowerLayer: boolean;
  readonly fromMemfd: boolean;
  readonly inode: bigint;
  /** Nanoseconds since the epoch. */
  readonly changeTime: bigint;
  readonly modifyTime: bigint;
}

export interface DescriptorRecord {
  readonly fd: number;
  readonly kind: DescriptorKind;
  /** A userfaultfd: its letter `u` is that of unix sockets too. */
  readonly userfault: boolean;
  readonly inode: bigint;
  /** Path of a file, pipe or unix socket, or what the kernel calls the descriptor; empty for IP sockets. */
  readonly name: ByteString;
  /** Of files, in recent captures: flags of open (PPM_O_*) and device number; 0 elsewhere. */
  readonly openFlags: number;
  readonly device: number;
  /** Of IP and unix sockets. */
  readonly socket: SocketRecord | undefined;
}

export interface SocketRecord {
  /** Layer-4 protocol number (IPPROTO_*): 6 tcp, 17 udp, 1 icmp, 255 raw, 0 unknown or none. */
  readonly protocol: number;
  /** The socket waits for connections at its source address; it has no destination. */
  readonly listening: boolean;
  /** 4 or 16 bytes as a byte string; empty when there is none. */
  readonly sourceIp: ByteString;
  readonly destinationIp: ByteString;
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** Kernel addresses of a unix socket's two ends; 0 elsewhere. */
  readonly source: bigint;
  readonly destination: bigint;
}

export interface InterfaceRecord {
  readonly name: ByteString;
  /** 4 or 16 bytes as byte strings. */
  readonly address: ByteString;
  readonly netmask: ByteString;
  readonly broadcast: ByteString;
  /** Bits per second; 0 when unknown. */
  readonly linkSpeed: bigint;
}

export interface UserRecord {
  readonly uid: number;
  readonly gid: number;
  readonly name: ByteString;
  readonly home: ByteString;
  readonly shell: ByteString;
}

export interface GroupRecord {
  readonly gid: number;
  readonly name: ByteString;
}
