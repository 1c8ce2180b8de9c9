/**
 * The descriptor that an event is about, as the kernel itself described it at the event: extension
 * `fdinfo`. Nothing is decoded before someone asks.
 *
 *     offset  size
 *     0       1     kind, the letter of `fd.typechar`
 *     1       1     layer-4 protocol of a socket (IPPROTO_*)
 *     2       1     flags: 1 upper layer, 2 lower layer, 4 path truncated, 8 unlinked, 16 this end is the server
 *     3       1     file system that tells the kernel what to do ({@link USUAL_PLACES}); 0 for others
 *     4       4     device
 *     8       8     inode
 *     16      …     path with its NUL, or the ends of a socket as a SOCKTUPLE parameter has them
 *             …     where the process sees a part of the file system (bind mount, chroot), or such a file system
 *                   neither below /proc nor /sys: the file's path in that file system, with its NUL
 *
 * A SOCKTUPLE begins with its family. IPv4 (2): client's address (4 bytes, network order), its port
 * (2, little-endian), the server's address and port. IPv6 (10): the same with 16 bytes an address.
 * Unix (1): two kernel addresses of 8 bytes, then the path with its NUL.
 */
import type { ByteString } from '../events/bytes.ts';
import { EventCursor } from '../events/cursor.ts';
import { EVENT_TYPES, type EventType, eventCodes } from '../events/table.ts';
import type { AcceptedSockets } from './accepted-sockets.ts';
import type { Descriptor, DescriptorKind, SocketEnds } from './descriptor.ts';
import { inodeOfHalves } from './inode-number.ts';
import { formatIp, isUnspecified, unmapIp } from './ip.ts';

/** Bytes before the path. */
export const HEADER = 16;

const UPPER_LAYER = 1;
const LOWER_LAYER = 2;
const IS_SERVER = 16;

/** Where everyone mounts the file systems that tell the kernel what to do, by their number in the descriptor. */
const USUAL_PLACES: readonly ByteString[] = [
  '',
  '/proc',
  '/sys',
  '/sys/fs/cgroup',
  '/sys/kernel/debug',
  '/sys/kernel/tracing',
  '/sys/kernel/security',
  '/proc/sys/fs/binfmt_misc',
];

const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;

const BIND = eventCodes('bind').at(-1);

const FILE_KINDS: ReadonlySet<string> = new Set(['f', 'd']);

const IPPROTO_ICMP = 1;
const IPPROTO_ICMPV6 = 58;
const IPPROTO_RAW = 255;

/** Index of the parameter `fdinfo` by event code; 0 (never an extension) where there is none. */
export const DESCRIPTOR_INDEX = Uint8Array.from(EVENT_TYPES, (type) => {
  const extension = type.extensions.findIndex((parameter) => parameter.type === 'DESCRIPTOR');
  return extension < 0 ? 0 : type.parameters.length + extension;
});

/** Index of the path as the call gave it, by event code, for the events that open a file; 0 for none. */
const RAW_NAME_INDEX = Uint8Array.from(EVENT_TYPES, (type) => {
  if (!type.flags.has('CREATES_FD')) return 0;
  return Math.max(0, type.parameters.findIndex(isOpenedName(type)));
});

function isOpenedName(type: EventType) {
  return ({ name }: { name: string }) =>
    name === 'name' || (type.name === 'open_by_handle_at' && name === 'path');
}

/** Path of the file or directory that the event's descriptor is of; `undefined` when the event does not tell. */
export function descriptorPath(event: EventCursor): ByteString | undefined {
  const index = DESCRIPTOR_INDEX[event.code] as number;
  if (index === 0 || event.sizeOf(index) <= HEADER) return undefined;
  const bytes = event.raw(index) as Buffer;
  return FILE_KINDS.has(String.fromCharCode(bytes[0] as number)) ? textAt(bytes, HEADER) : undefined;
}

/** Inode of the event's descriptor (inode-number.ts); `undefined` when the event does not tell. */
export function descriptorInode(event: EventCursor): number | undefined {
  const index = DESCRIPTOR_INDEX[event.code] as number;
  return index !== 0 && event.sizeOf(index) >= HEADER ? inodeIn(event.raw(index) as Buffer) : undefined;
}

function inodeIn(bytes: Buffer): number {
  return inodeOfHalves(bytes.readUInt32LE(8), bytes.readUInt32LE(12));
}

/** One object for all events: it shows the descriptor of one after the other. */
export class EventDescriptor implements Descriptor {
  #event = new EventCursor();
  readonly #acceptedSockets: AcceptedSockets;
  #index = 0;
  #bytes: Buffer | undefined;
  #name: ByteString | undefined;
  #shownName: ByteString | undefined;
  #socket: SocketEnds | undefined;

  constructor(acceptedSockets: AcceptedSockets) {
    this.#acceptedSockets = acceptedSockets;
  }

  /** Shows the descriptor of the event that `event` stands on now. False when the event has none. */
  show(event: EventCursor): boolean {
    this.#event = event;
    this.#bytes = undefined;
    this.#name = undefined;
    this.#shownName = undefined;
    this.#socket = undefined;
    this.#index = DESCRIPTOR_INDEX[this.#event.code] as number;
    return this.#index !== 0 && this.#event.sizeOf(this.#index) >= HEADER;
  }

  get kind(): DescriptorKind {
    const letter = String.fromCharCode(this.#event.u8(this.#index) ?? 0) as DescriptorKind;
    return letter === '6' && this.#ends()?.clientIp.length === 4 ? '4' : letter;
  }
  get device(): number {
    return this.#raw().readUInt32LE(4);
  }
  get inode(): bigint {
    return this.#raw().readBigUInt64LE(8);
  }
  get upperLayer(): boolean {
    return (this.#flags() & UPPER_LAYER) !== 0;
  }
  get lowerLayer(): boolean {
    return (this.#flags() & LOWER_LAYER) !== 0;
  }
  get name(): ByteString {
    return this.#shownName ?? this.ownName;
  }
  /** The name by the kernel, whatever the file is shown as. */
  get ownName(): ByteString {
    this.#name ??= this.#hasEnds() ? this.#socketName() : textAt(this.#raw(), HEADER);
    return this.#name;
  }
  get rawName(): ByteString {
    const index = RAW_NAME_INDEX[this.#event.code] as number;
    return (index > 0 ? this.#event.text(index) : undefined) ?? this.ownName;
  }
  get socket(): SocketEnds | undefined {
    return this.#ends();
  }

  /** Shows a file under another name than its own. */
  showAs(name: ByteString | undefined): void {
    this.#shownName = name;
  }

  /** Bytes of the path, with its NUL, where the descriptor is a file or a directory. */
  get pathBytes(): Uint8Array | undefined {
    const bytes = this.#raw();
    if (!FILE_KINDS.has(String.fromCharCode(bytes[0] as number))) return undefined;
    const end = bytes.indexOf(0, HEADER);
    return bytes.subarray(HEADER, end < 0 ? bytes.length : end + 1);
  }

  /** Path of the file in its own file system, where the process sees a part of that; otherwise `undefined`. */
  get pathInFileSystem(): ByteString | undefined {
    const bytes = this.#raw();
    const end = bytes.indexOf(0, HEADER);
    return end >= 0 && end + 1 < bytes.length ? textAt(bytes, end + 1) : undefined;
  }

  /**
   * Path that the file would have where everyone mounts its file system: of proc, sysfs and others like them,
   * with which the kernel is told what to do. `undefined` for other files, and for those that are seen there.
   */
  get usualPath(): ByteString | undefined {
    const place = USUAL_PLACES[this.#raw()[3] as number];
    const path = place ? this.pathInFileSystem : undefined;
    return path === undefined ? undefined : `${place}${path === '/' ? '' : path}`;
  }

  /** The inode, as inode-number.ts has it. */
  get inodeNumber(): number {
    return inodeIn(this.#raw());
  }

  #raw(): Buffer {
    this.#bytes ??= this.#event.raw(this.#index) as Buffer;
    return this.#bytes;
  }

  #flags(): number {
    return this.#raw()[2] as number;
  }

  #hasEnds(): boolean {
    const letter = String.fromCharCode(this.#raw()[0] as number);
    return letter === '4' || letter === '6' || (letter === 'u' && this.#raw()[HEADER] === AF_UNIX);
  }

  #ends(): SocketEnds | undefined {
    if (this.#socket === undefined && this.#hasEnds()) this.#socket = this.#decodeEnds();
    return this.#socket;
  }

  #decodeEnds(): SocketEnds | undefined {
    const bytes = this.#raw();
    const protocol = bytes[1] as number;
    const isServer = (this.#flags() & IS_SERVER) !== 0;
    const family = bytes[HEADER];
    if (family === AF_UNIX) {
      const path = bytes.length > HEADER + 17 ? textAt(bytes, HEADER + 17) : '';
      return {
        protocol: 0,
        clientIp: '',
        serverIp: '',
        clientPort: 0,
        serverPort: 0,
        isServer: isServer || undefined,
        path,
      };
    }
    const size = family === AF_INET ? 4 : family === AF_INET6 ? 16 : 0;
    const second = HEADER + 1 + size + 2;
    if (size === 0 || bytes.length < second + size + 2) return undefined;
    const firstIp = bytes.toString('latin1', HEADER + 1, HEADER + 1 + size);
    const secondIp = bytes.toString('latin1', second, second + size);
    const isMapped = unmapIp(firstIp).length === 4 && unmapIp(secondIp).length === 4;
    const first = { ip: isMapped ? unmapIp(firstIp) : firstIp, port: bytes.readUInt16LE(HEADER + 1 + size) };
    const last = { ip: isMapped ? unmapIp(secondIp) : secondIp, port: bytes.readUInt16LE(second + size) };
    // Without the flag the kernel's order is this end first.
    const isReversed = !isServer && this.#isServerBefore();
    const [client, server] = isReversed ? [last, first] : [first, last];
    return {
      protocol,
      clientIp: client.ip,
      serverIp: server.ip,
      clientPort: client.port,
      serverPort: server.port,
      isServer: isServer || isReversed ? true : server.port !== 0 ? false : undefined,
      path: '',
    };
  }

  /** This end is the server, as an event before this one told, or because this one binds it to an address. */
  #isServerBefore(): boolean {
    return this.#event.code === BIND || this.#acceptedSockets.has(inodeIn(this.#raw()));
  }

  #socketName(): ByteString {
    const ends = this.#ends();
    if (!ends) return '';
    const bytes = this.#raw();
    if (bytes[HEADER] === AF_UNIX) return unixName(bytes, ends.path);
    return internetName(ends);
  }
}

/** `addr->addr path` with the kernel's addresses in hexadecimal; empty for a socket that has neither. */
function unixName(bytes: Buffer, path: ByteString): ByteString {
  if (bytes.length < HEADER + 17) return path;
  const source = bytes.readBigUInt64LE(HEADER + 1);
  const destination = bytes.readBigUInt64LE(HEADER + 9);
  return `${source.toString(16)}->${destination.toString(16)} ${path}`;
}

/** `client->server`; one end alone while the other is not known, nothing while neither is. */
function internetName({ protocol, clientIp, clientPort, serverIp, serverPort }: SocketEnds): ByteString {
  const hasClient = clientPort !== 0 || !isUnspecified(clientIp);
  const hasServer = serverPort !== 0 || !isUnspecified(serverIp);
  if (!hasClient && !hasServer) return '';
  const hasPorts = protocol !== IPPROTO_ICMP && protocol !== IPPROTO_ICMPV6 && protocol !== IPPROTO_RAW;
  const end = (ip: ByteString, port: number): string => (hasPorts ? `${formatIp(ip)}:${port}` : formatIp(ip));
  if (!hasClient) return end(serverIp, serverPort);
  if (!hasServer) return end(clientIp, clientPort);
  return `${end(clientIp, clientPort)}->${end(serverIp, serverPort)}`;
}

function textAt(bytes: Buffer, start: number): ByteString {
  const end = bytes.indexOf(0, start);
  return bytes.toString('latin1', start, end < 0 ? bytes.length : end);
}
