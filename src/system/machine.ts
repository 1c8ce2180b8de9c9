/** The machine that events come from: its name, users and addresses. This one, or the one of a capture. */
import type { ByteString } from '../events/bytes.ts';
import type { EventCursor } from '../events/cursor.ts';
import { FileUsers, type FileUsersOptions } from './file-users.ts';
import { bootTime, hostName, LocalAddresses } from './host.ts';
import type { NamedInterface } from './interfaces.ts';
import { ServiceNames } from './service-names.ts';
import type { SystemOptions } from './system-options.ts';
import type { ListedUsers } from './users.ts';

export interface Machine {
  /** The machine is the one of a capture: what Falco says of it counts. */
  readonly isCaptured: boolean;
  readonly hostname: ByteString;
  /** Start of the machine, nanoseconds since the epoch; 0 when unknown. */
  readonly bootTime: bigint;
  readonly users: ListedUsers;
  /** Addresses of its interfaces, and a number that grows when they change. */
  readonly interfaces: readonly NamedInterface[];
  readonly interfacesRevision: number;
  /** All names that services(5) gives, by `port/protocol`. */
  serviceNames(): ReadonlyMap<string, ByteString>;
  /** Whether an address (4 or 16 bytes) is one of the machine's own, seen from a container; empty for the host. */
  isOwnAddress(ip: ByteString, containerId: ByteString): boolean;
  /** Name that services(5) gives a port. */
  serviceName(port: number, protocol: 'tcp' | 'udp' | undefined): ByteString | undefined;
  /** Learns from events without a thread, which tell of the machine; captures have such events. */
  learn?(event: EventCursor): void;
}

/** This machine, or the one whose files are mounted at `hostRoot`. */
export class LiveMachine implements Machine {
  readonly isCaptured = false;
  readonly hostname: ByteString;
  readonly bootTime: bigint;
  readonly users: ListedUsers;
  readonly #addresses: LocalAddresses;
  readonly #services: ServiceNames;

  constructor(options: FileUsersOptions & Pick<SystemOptions, 'bootTime'>) {
    const { hostRoot, clock } = options;
    this.hostname = hostName(process.env);
    this.bootTime = options.bootTime ?? bootTime(hostRoot);
    this.users = new FileUsers(options);
    this.#addresses = new LocalAddresses(clock);
    this.#services = new ServiceNames(hostRoot);
  }

  isOwnAddress(ip: ByteString): boolean {
    return this.#addresses.has(ip);
  }

  get interfaces(): readonly NamedInterface[] {
    return this.#addresses.interfaces;
  }

  get interfacesRevision(): number {
    return this.#addresses.revision;
  }

  serviceNames(): ReadonlyMap<string, ByteString> {
    return this.#services.names;
  }

  serviceName(port: number, protocol: 'tcp' | 'udp' | undefined): ByteString | undefined {
    return this.#services.name(port, protocol);
  }
}
