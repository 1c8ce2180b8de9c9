/**
 * The state in a recording of Lanner's, put into the model: at its beginning, and wherever something became known
 * that no event tells. The methods are those that a reader of captures calls, in the order of the file.
 */
import type { ByteString } from '../events/bytes.ts';
import type { AcceptedSockets } from './accepted-sockets.ts';
import type { CgroupSets } from './cgroup-sets.ts';
import type { NamedInterface } from './interfaces.ts';
import type { OtherName } from './other-names.ts';
import { isThreadFacts, takeFacts } from './recorded-facts.ts';
import type { RecordedMachine } from './recorded-machine.ts';
import { ServiceNames } from './service-names.ts';
import type { ThreadState } from './snapshot.ts';
import type { ThreadTable } from './thread-table.ts';
import type { User } from './users.ts';

export class RecordedSnapshot {
  /** Other names of the file that the event at work is about, as they were found then. */
  names: readonly OtherName[] | undefined;
  /** Names of hosts that rules asked for, by address. */
  readonly hostNames = new Map<ByteString, readonly ByteString[]>();
  readonly #machine: RecordedMachine;
  readonly #threads: ThreadTable;
  readonly #cgroups: CgroupSets;
  readonly #acceptedSockets: AcceptedSockets;

  constructor(
    machine: RecordedMachine,
    threads: ThreadTable,
    cgroups: CgroupSets,
    acceptedSockets: AcceptedSockets,
  ) {
    this.#machine = machine;
    this.#threads = threads;
    this.#cgroups = cgroups;
    this.#acceptedSockets = acceptedSockets;
  }

  /** Another recording begins in the same file: what was known is void. */
  section(): void {
    this.#threads.clear();
    this.#machine.users.clear();
    this.#machine.interfaces = [];
  }

  machine({ hostname, bootTime }: { readonly hostname: ByteString; readonly bootTime: bigint }): void {
    this.#machine.hostname = hostname;
    this.#machine.bootTime = bootTime;
  }

  interfaces(interfaces: readonly NamedInterface[]): void {
    this.#machine.interfaces = interfaces;
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
    thread.vtid = state.vtid;
    thread.comm = state.comm;
    thread.uid = state.uid;
    thread.gid = state.gid;
    thread.loginuid = state.loginuid;
    thread.capEffective = state.capEffective;
    thread.capPermitted = state.capPermitted;
    thread.capInheritable = state.capInheritable;
    thread.vmSize = state.vmSize;
    thread.vmRss = state.vmRss;
    thread.vmSwap = state.vmSwap;
    thread.majorFaults = state.majorFaults;
    thread.minorFaults = state.minorFaults;
    const { process } = thread;
    process.ptid = state.ptid;
    process.vpid = state.vpid;
    process.sid = state.sid;
    process.pgid = state.pgid;
    process.vpgid = state.vpgid;
    process.exe = state.exe;
    process.exepath = state.exepath;
    process.args = state.args;
    process.env = state.env;
    process.cwd = state.cwd;
    process.cgroups = this.#cgroups.of(state.cgroups.join('\0'));
    process.executable = state.executable;
    process.tty = state.tty;
    process.pidNamespaceStart = state.pidNamespaceStart;
    process.fdLimit = state.fdLimit;
  }

  facts({ threads = [], gone = [], model }: RecordedFacts): void {
    for (const facts of threads) {
      const thread = isThreadFacts(facts) ? this.#threads.thread(facts.tid) : undefined;
      if (thread && isThreadFacts(facts)) takeFacts(thread, facts);
    }
    for (const tid of gone) {
      const thread = this.#threads.thread(tid);
      if (thread) this.#threads.remove(thread);
    }
    const { acceptedSockets = [], services, names, hosts = [] } = (model ?? {}) as ModelFacts;
    for (const inode of acceptedSockets) this.#acceptedSockets.add(inode);
    if (names) this.names = names.map(otherName);
    for (const [ip, hostNames] of hosts) this.hostNames.set(ip, hostNames);
    if (services) this.#machine.services = new ServiceNames(new Map(Object.entries(services)));
  }
}

/** What a recording tells beyond the format of captures. */
export interface RecordedFacts {
  readonly threads?: readonly unknown[];
  readonly gone?: readonly number[];
  readonly model?: unknown;
}

/** Facts that belong to no thread. */
export interface ModelFacts {
  /** Addresses, and the hosts that had them when they were asked for. */
  readonly hosts?: readonly (readonly [ip: ByteString, names: readonly ByteString[]])[];
  /** Other names of the event's file, as {@link plainName} writes them. */
  readonly names?: readonly PlainName[];
  readonly acceptedSockets?: readonly number[];
  /** Names of ports, by `port/protocol`. */
  readonly services?: Readonly<Record<string, ByteString>>;
}

/** A name as JSON has it. */
export interface PlainName extends Omit<OtherName, 'parameters'> {
  readonly parameters?: readonly (readonly [number, ByteString])[];
}

export function plainName({ parameters, ...name }: OtherName): PlainName {
  return parameters ? { ...name, parameters: [...parameters] } : name;
}

function otherName({ parameters, ...name }: PlainName): OtherName {
  return parameters ? { ...name, parameters: new Map(parameters) } : name;
}
