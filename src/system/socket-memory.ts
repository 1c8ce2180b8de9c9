/**
 * What Falco knows of a socket, as it lies in Falco's memory. The ends of a connection and the address of a
 * listener share their place there, and so do IPv4 and IPv6: a socket that turns from one into another finds what
 * the other left. Who receives datagrams on a bound IPv4 socket has port and protocol of the listener as the
 * server's address (`53.0.3.0` on UDP port 53); an IPv6 socket that connects to an IPv4 address loses its
 * protocol, and its name is `<unknown>`. Kept, since replay must say what Falco says.
 *
 *                    source  destination  ports      protocol
 *     IPv4           0       4            8, 10      12
 *     IPv6           0       16           32, 34     36
 *     IPv4 listener  0                    4          6
 *     IPv6 listener  0                    16         18
 *     unix           0 and 8: the kernel's addresses of both ends
 */
import type { ByteString } from '../events/bytes.ts';
import type { SocketEnds } from './descriptor.ts';

/** How the memory is looked at; `other` for unix sockets and what is no socket. */
export type SocketView = '4' | '6' | 'listener 4' | 'listener 6' | 'other';

interface Layout {
  readonly size: 4 | 16;
  readonly source: number;
  readonly destination: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly protocol: number;
}

const CONNECTED: Readonly<Record<4 | 6, Layout>> = {
  4: { size: 4, source: 0, destination: 4, sourcePort: 8, destinationPort: 10, protocol: 12 },
  6: { size: 16, source: 0, destination: 16, sourcePort: 32, destinationPort: 34, protocol: 36 },
};

const LISTENING: Readonly<Record<4 | 6, { size: 4 | 16; port: number; protocol: number }>> = {
  4: { size: 4, port: 4, protocol: 6 },
  6: { size: 16, port: 16, protocol: 18 },
};

const SIZE = 40;

/** Falco's numbers of protocols. */
export const L4_UNKNOWN = 0;
export const L4_TCP = 2;
export const L4_UDP = 3;
export const L4_ICMP = 4;
export const L4_RAW = 5;

/** The protocol numbers of everybody else, by Falco's. */
const IPPROTO: readonly number[] = [0, 0, 6, 17, 1, 255];

/** Ends of a connection. Addresses have 4 or 16 bytes, both the same. */
export interface Ends {
  readonly sourceIp: ByteString;
  readonly sourcePort: number;
  readonly destinationIp: ByteString;
  readonly destinationPort: number;
}

/** Whether it opened connections, or takes them. Falco may say both of a socket. */
export interface SocketRole {
  readonly isClient: boolean;
  readonly isServer: boolean;
}

/** Never changed: what changes a socket makes another one. */
export class SocketMemory implements SocketRole {
  readonly view: SocketView;
  readonly isClient: boolean;
  readonly isServer: boolean;
  readonly connected: boolean;
  /** Of a unix socket. */
  readonly path: ByteString;
  readonly #bytes: Buffer;
  #described: SocketEnds | undefined;

  private constructor(bytes: Buffer, facts: Omit<SocketFacts, 'bytes'>) {
    this.#bytes = bytes;
    this.view = facts.view;
    this.isClient = facts.isClient;
    this.isServer = facts.isServer;
    this.connected = facts.connected;
    this.path = facts.path;
  }

  /** A socket of which nothing is known but its kind and its protocol, a number of Falco's. */
  static create(view: SocketView, protocol: number = L4_UNKNOWN): SocketMemory {
    const bytes = Buffer.alloc(SIZE);
    bytes[CONNECTED[view === '6' ? 6 : 4].protocol] = protocol;
    return new SocketMemory(bytes, { ...NOTHING, view });
  }

  with(facts: Partial<Omit<SocketFacts, 'bytes'>>): SocketMemory {
    return new SocketMemory(this.#bytes, { ...this, ...facts });
  }

  /** The same memory, which `write` changes. */
  #written(facts: Partial<SocketFacts>, write: (bytes: Buffer) => void): SocketMemory {
    const bytes = Buffer.from(this.#bytes);
    write(bytes);
    return new SocketMemory(bytes, { ...this, ...facts });
  }

  /** It waits at an address. The protocol is taken from where `family` has it. */
  listenAt(ip: ByteString, port: number, family: 4 | 6): SocketMemory {
    const version = ip.length === 4 ? 4 : 6;
    const layout = LISTENING[version];
    return this.#written({ view: `listener ${version}`, isServer: true }, (bytes) => {
      // In Falco's order: the protocol first where an IPv6 socket becomes an IPv4 listener, else last.
      const isTurned = family === 6 && version === 4;
      if (isTurned) bytes[layout.protocol] = bytes[CONNECTED[family].protocol] as number;
      bytes.write(ip, 0, 'latin1');
      bytes.writeUInt16LE(port, layout.port);
      if (!isTurned) bytes[layout.protocol] = bytes[CONNECTED[family].protocol] as number;
    });
  }

  /** The destination that it was asked to connect to. */
  aimAt(ip: ByteString, port: number): SocketMemory {
    const version = ip.length === 4 ? 4 : 6;
    const layout = CONNECTED[version];
    return this.#written({ view: `${version}` }, (bytes) => {
      bytes.write(ip, layout.destination, 'latin1');
      bytes.writeUInt16LE(port, layout.destinationPort);
    });
  }

  /** The protocol that a listener has, kept for what it becomes. */
  keepProtocol(): SocketMemory {
    return this.#written({}, (bytes) => {
      bytes[CONNECTED[4].protocol] = bytes[LISTENING[4].protocol] as number;
    });
  }

  /** The same with a protocol, a number of Falco's; only of connections. */
  withProtocol(protocol: number): SocketMemory {
    const layout = this.#layout();
    if (!layout) return this;
    return this.#written({}, (bytes) => {
      bytes[layout.protocol] = protocol;
    });
  }

  /**
   * The same memory after the kernel told of `ends`, as seen by `view`. A destination that is known already stays,
   * unless the event is one that chooses it (`overwrite`). `undefined` when nothing changes.
   */
  tell(ends: Ends, view: SocketView, overwrite: boolean): SocketMemory | undefined {
    const version = ends.sourceIp.length === 4 ? 4 : 6;
    const layout = CONNECTED[version];
    const known = this.#endsAt(layout);
    if (view === `${version}` && isSame(known, ends)) return undefined;
    const lacksIp = isZero(known.destinationIp);
    const lacksPort = known.destinationPort === 0;
    const keepsIp = !lacksIp && (!overwrite || known.destinationIp === ends.destinationIp);
    const keepsPort = !lacksPort && (!overwrite || known.destinationPort === ends.destinationPort);
    const isSourceSame = known.sourceIp === ends.sourceIp && known.sourcePort === ends.sourcePort;
    // As in Falco, a destination of zeros that is set to zeros counts as a change.
    if (isSourceSame && keepsIp && keepsPort) return undefined;
    return this.#written({ view }, (bytes) => {
      bytes.write(ends.sourceIp, layout.source, 'latin1');
      bytes.writeUInt16LE(ends.sourcePort, layout.sourcePort);
      if (!keepsIp) bytes.write(ends.destinationIp, layout.destination, 'latin1');
      if (!keepsPort) bytes.writeUInt16LE(ends.destinationPort, layout.destinationPort);
    });
  }

  /** The kernel's addresses of both ends of a unix socket: 16 bytes. */
  tellUnix(addresses: Uint8Array, path: ByteString): SocketMemory {
    return this.#written({ view: 'other', path }, (bytes) => bytes.set(addresses.subarray(0, 16), 0));
  }

  /** The ends of a connection; `undefined` for what is none. */
  get ends(): Ends | undefined {
    const layout = this.#layout();
    return layout && this.#endsAt(layout);
  }

  withEnds({ sourceIp, sourcePort, destinationIp, destinationPort }: Ends): SocketMemory {
    const layout = this.#layout();
    if (!layout) return this;
    return this.#written({}, (bytes) => {
      bytes.write(sourceIp, layout.source, 'latin1');
      bytes.write(destinationIp, layout.destination, 'latin1');
      bytes.writeUInt16LE(sourcePort, layout.sourcePort);
      bytes.writeUInt16LE(destinationPort, layout.destinationPort);
    });
  }

  /** Client and server change places. */
  swapped(): SocketMemory {
    const { ends } = this;
    if (!ends) return this;
    const { sourceIp, sourcePort, destinationIp, destinationPort } = ends;
    return this.withEnds({
      sourceIp: destinationIp,
      sourcePort: destinationPort,
      destinationIp: sourceIp,
      destinationPort: sourcePort,
    });
  }

  /** Number of Falco's. */
  get protocol(): number {
    switch (this.view) {
      case '4':
        return this.#bytes[12] as number;
      case '6':
        return this.#bytes[36] as number;
      case 'listener 4':
        return this.#bytes[6] as number;
      case 'listener 6':
        return this.#bytes[18] as number;
      default:
        return L4_UNKNOWN;
    }
  }

  /** Where an IPv4 socket would have these ports, whatever it is: Falco looks there for all of them. */
  get portsAsIpv4(): { readonly source: number; readonly destination: number } {
    return { source: this.#bytes.readUInt16LE(8), destination: this.#bytes.readUInt16LE(10) };
  }

  /** Port at which it waits; `undefined` when it does not. */
  get listeningPort(): number | undefined {
    if (this.view === 'listener 4') return this.#bytes.readUInt16LE(LISTENING[4].port);
    return this.view === 'listener 6' ? this.#bytes.readUInt16LE(LISTENING[6].port) : undefined;
  }

  /** What fields show of it. */
  describe(): SocketEnds {
    this.#described ??= this.#describe();
    return this.#described;
  }

  #describe(): SocketEnds {
    const { view, isServer, isClient, connected, path } = this;
    const role = isServer ? true : isClient ? false : undefined;
    const shared = { protocol: IPPROTO[this.protocol] ?? 0, isServer: role, connected, path };
    const port = this.listeningPort;
    if (port !== undefined) {
      const { size } = LISTENING[view === 'listener 4' ? 4 : 6];
      const serverIp = this.#bytes.toString('latin1', 0, size);
      const nobody = { clientIp: '\0'.repeat(size), clientPort: 0 };
      return { ...shared, ...nobody, serverIp, serverPort: port, listening: true };
    }
    const ends = view === 'other' ? NO_ENDS : this.#endsAt(CONNECTED[view === '6' ? 6 : 4]);
    return {
      ...shared,
      clientIp: ends.sourceIp,
      clientPort: ends.sourcePort,
      serverIp: ends.destinationIp,
      serverPort: ends.destinationPort,
      listening: false,
    };
  }

  #layout(): Layout | undefined {
    if (this.view === '4') return CONNECTED[4];
    return this.view === '6' ? CONNECTED[6] : undefined;
  }

  #endsAt({ size, source, destination, sourcePort, destinationPort }: Layout): Ends {
    const bytes = this.#bytes;
    return {
      sourceIp: bytes.toString('latin1', source, source + size),
      sourcePort: bytes.readUInt16LE(sourcePort),
      destinationIp: bytes.toString('latin1', destination, destination + size),
      destinationPort: bytes.readUInt16LE(destinationPort),
    };
  }
}

interface SocketFacts extends SocketRole {
  readonly bytes: Buffer;
  readonly view: SocketView;
  readonly connected: boolean;
  readonly path: ByteString;
}

const NOTHING = { isClient: false, isServer: false, connected: false, path: '' };

const NOWHERE = '\0'.repeat(4);
const NO_ENDS: Ends = { sourceIp: NOWHERE, sourcePort: 0, destinationIp: NOWHERE, destinationPort: 0 };

function isZero(ip: ByteString): boolean {
  for (let index = 0; index < ip.length; index++) if (ip.charCodeAt(index) !== 0) return false;
  return true;
}

/** The same ends, in either direction. */
function isSame(known: Ends, told: Ends): boolean {
  const isForward =
    known.sourceIp === told.sourceIp &&
    known.sourcePort === told.sourcePort &&
    known.destinationIp === told.destinationIp &&
    known.destinationPort === told.destinationPort;
  const isBackward =
    known.sourceIp === told.destinationIp &&
    known.sourcePort === told.destinationPort &&
    known.destinationIp === told.sourceIp &&
    known.destinationPort === told.sourcePort;
  return isForward || isBackward;
}
