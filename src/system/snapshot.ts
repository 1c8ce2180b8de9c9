/**
 * The state that a capture begins with, put into the model. The methods are those that a reader of captures
 * calls, in the order of the file.
 */
import type { ByteString } from '../events/bytes.ts';
import type { CapturedMachine } from './captured-machine.ts';
import { adopt, knownParent } from './captured-parents.ts';
import type { CgroupSets } from './cgroup-sets.ts';
import type { DescriptorKind } from './descriptor.ts';
import type { DescriptorEvents } from './descriptor-events.ts';
import { DescriptorTable } from './descriptor-table.ts';
import type { NamedInterface } from './interfaces.ts';
import { formatIp } from './ip.ts';
import { OpenDescriptor } from './open-descriptor.ts';
import { withoutDeleted } from './paths.ts';
import type { Process, ThreadEntry } from './process.ts';
import { setDirectory } from './process-model.ts';
import { type Ends, L4_TCP, L4_UNKNOWN, SocketMemory } from './socket-memory.ts';
import { L4_NUMBERS } from './socket-names.ts';
import { toIpv4 } from './socket-text.ts';
import type { ExecutableTimes, Thread } from './thread.ts';
import type { ThreadTable } from './thread-table.ts';
import type { User } from './users.ts';

/** A thread as it was when the capture began; ids are -1 where an old capture does not tell. */
export type ThreadState = Readonly<
  Omit<Thread, 'containerId' | 'containerType' | 'cloneTime' | 'lastSeen' | 'exited'>
>;

export interface DescriptorState {
  readonly fd: number;
  readonly kind: DescriptorKind;
  /** A userfaultfd, whose letter is that of unix sockets too. */
  readonly userfault: boolean;
  readonly inode: bigint;
  readonly name: ByteString;
  /** Flags of open (symbols.ts, fileFlags). */
  readonly openFlags: number;
  readonly device: number;
  readonly socket: SocketState | undefined;
}

export interface SocketState {
  readonly protocol: number;
  readonly listening: boolean;
  readonly sourceIp: ByteString;
  readonly destinationIp: ByteString;
  readonly sourcePort: number;
  readonly destinationPort: number;
}

/** Captures do not tell these of what ran before they began. */
const NO_TIMES: ExecutableTimes = { beforeStart: 0n, sinceNamespace: 0n };

const O_CLOEXEC = 1 << 12;
const UNSET = 0xffff_ffff;

export class Snapshot {
  readonly #machine: CapturedMachine;
  readonly #threads: ThreadTable;
  readonly #cgroups: CgroupSets;
  readonly #descriptors: DescriptorEvents;
  /** Ports at which some process listened, to tell servers from clients. */
  readonly #serverPorts = new Set<number>();
  #isPending = false;

  constructor(
    machine: CapturedMachine,
    threads: ThreadTable,
    cgroups: CgroupSets,
    descriptors: DescriptorEvents,
  ) {
    this.#machine = machine;
    this.#threads = threads;
    this.#cgroups = cgroups;
    this.#descriptors = descriptors;
  }

  /** Another capture begins in the same file: what was known is void. */
  section(): void {
    this.#threads.clear();
    this.#machine.users.clear();
    this.#machine.interfaces = [];
    this.#serverPorts.clear();
    this.#isPending = false;
  }

  machine({ hostname, bootTime }: { readonly hostname: ByteString; readonly bootTime: bigint }): void {
    this.#machine.hostname = hostname;
    this.#machine.bootTime = bootTime;
  }

  interfaces(interfaces: readonly NamedInterface[]): void {
    this.#machine.interfaces = interfaces;
    this.#descriptors.interfaces = interfaces;
  }

  users(
    users: readonly User[],
    groups: readonly { readonly gid: number; readonly name: ByteString }[],
  ): void {
    for (const user of users) this.#machine.users.addUser(user, '');
    for (const { gid, name } of groups) this.#machine.users.addGroup(gid, name, '');
  }

  thread(state: ThreadState): void {
    const thread = this.#threads.add(state.tid, state.pid, 0);
    if (!thread) return;
    this.#isPending = true;
    thread.executableTimes = NO_TIMES;
    thread.vtid = state.vtid;
    thread.comm = state.comm;
    thread.uid = state.uid;
    thread.gid = state.gid;
    thread.loginuid = state.loginuid === UNSET ? -1 : state.loginuid;
    thread.capEffective = state.capEffective;
    thread.capPermitted = state.capPermitted;
    thread.capInheritable = state.capInheritable;
    thread.vmSize = state.vmSize;
    thread.vmRss = state.vmRss;
    thread.vmSwap = state.vmSwap;
    thread.majorFaults = state.majorFaults;
    thread.minorFaults = state.minorFaults;
    if (state.tid === state.pid || thread.process.knowledge !== 'full') this.#takeProcess(thread, state);
  }

  #takeProcess({ process }: ThreadEntry, state: ThreadState): void {
    process.knowledge = 'full';
    process.lookedUp = true;
    process.ptid = state.ptid;
    process.vpid = state.vpid;
    process.sid = state.sid;
    process.pgid = state.pgid;
    process.vpgid = state.vpgid;
    process.exe = state.exe;
    process.exepath = withoutDeleted(state.exepath);
    // An only argument that is empty is none, as Falco reads the file.
    process.args = state.args.length === 1 && state.args[0] === '' ? [] : state.args;
    process.env = state.env;
    setDirectory(process, state.cwd);
    process.cgroups = this.#cgroups.of(state.cgroups.join('\0'));
    process.executable = state.executable;
    process.tty = state.tty;
    process.pidNamespaceStart = state.pidNamespaceStart;
    process.fdLimit = state.fdLimit;
  }

  descriptor(tid: number, state: DescriptorState): void {
    const process = this.#threads.thread(tid)?.process;
    if (!process || process.pid !== tid) return;
    process.descriptors ??= new DescriptorTable();
    process.descriptors.set(state.fd, this.#openDescriptor(state));
  }

  #openDescriptor(state: DescriptorState): OpenDescriptor {
    const made = new OpenDescriptor(state.kind, {
      name: state.name,
      device: state.device,
      inodeLow: Number(state.inode & 0xffff_ffffn),
      inodeHigh: Number(state.inode >> 32n),
      closesOnExec: (state.openFlags & O_CLOEXEC) !== 0,
    });
    if (!state.socket) return made;
    if (state.kind !== 'u') return this.#openSocket(made, state.socket);
    const role = state.name === '' ? { isClient: true } : { isServer: true };
    return made.with({ memory: SocketMemory.create('other').with({ ...role, path: state.name }) });
  }

  #openSocket(made: OpenDescriptor, state: SocketState): OpenDescriptor {
    const protocol = L4_NUMBERS[state.protocol] ?? L4_UNKNOWN;
    if (state.listening) {
      this.#serverPorts.add(state.sourcePort);
      const version = state.sourceIp.length === 4 ? 4 : 6;
      const memory = SocketMemory.create(`${version}`, protocol)
        .listenAt(state.sourceIp, state.sourcePort, version)
        .with({ isServer: false });
      return made.with({ memory, name: `${formatIp(state.sourceIp)}:${state.sourcePort}` });
    }
    const client = toIpv4(state.sourceIp);
    const server = toIpv4(state.destinationIp);
    const isIpv4 = client !== undefined && server !== undefined;
    const ends: Ends = {
      sourceIp: isIpv4 ? client : state.sourceIp,
      sourcePort: state.sourcePort,
      destinationIp: isIpv4 ? server : state.destinationIp,
      destinationPort: state.destinationPort,
    };
    const kind = isIpv4 ? '4' : '6';
    const memory = SocketMemory.create(kind, protocol)
      .withEnds(ends)
      .with({ connected: protocol === L4_TCP });
    return made.with({ kind, memory, name: nameOfEnds(ends) });
  }

  /** All state has been told: now it can be said who is the server of a connection. */
  complete(): void {
    if (!this.#isPending) return;
    this.#isPending = false;
    for (const process of this.#threads.processes()) this.#tellServers(process.descriptors);
    for (const process of this.#threads.processes()) this.#tellParent(process);
  }

  /** As in Falco, only IPv4 connections are told apart. */
  #tellServers(table: DescriptorTable | undefined): void {
    if (!table) return;
    for (const [fd, descriptor] of table.entries()) {
      const { memory } = descriptor;
      if (memory?.view !== '4' || memory.isClient || memory.isServer) continue;
      const isServer = this.#serverPorts.has(memory.ends?.sourcePort ?? 0);
      if (isServer) {
        const turned = memory.swapped().with({ isServer });
        table.set(fd, descriptor.with({ memory: turned, name: nameOfEnds(turned.ends) }));
      } else {
        table.set(fd, descriptor.with({ memory: memory.with({ isClient: true }) }));
      }
    }
  }

  /** A parent that the capture does not have is none. */
  #tellParent(process: Process): void {
    if (process.pid !== 1) adopt(process, knownParent(process.ptid, this.#threads));
  }
}

function nameOfEnds(ends: Ends | undefined): ByteString {
  if (!ends) return '';
  const { sourceIp, sourcePort, destinationIp, destinationPort } = ends;
  return `${formatIp(sourceIp)}:${sourcePort}->${formatIp(destinationIp)}:${destinationPort}`;
}
