/**
 * Who is on the other end of a connection within this machine. The kernel knows the user of every socket and tells
 * it in /proc/net/tcp and tcp6 (proc(5)), so that nobody needs a secret to say who they are.
 */
import { createReadStream } from 'node:fs';
import { isIPv4, isIPv6 } from 'node:net';
import { endianness } from 'node:os';

/** The ends of a connection, as a socket of Node's has them. */
export interface Ends {
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}

type Table = 'tcp' | 'tcp6';
/** In parts: a machine with many sockets has tables of megabytes, and to look through these takes a while. */
type ReadTable = (table: Table) => AsyncIterable<Buffer>;

/** Tables that are read at a time: Node has four threads for all files, and others need some, too. */
const MOST_LOOKS = 2;
/** Looks that may wait; who comes later is not known. */
const MOST_WAITING = 32;
/** A socket that a table misses, since others come and go while it is read, is there the next time. */
const TRIES = 2;

const MAPPED = '::ffff:';

/** Whether both ends of a connection are on this machine's loopback interface. */
export function isLocal({ localAddress = '', remoteAddress = '' }: Ends): boolean {
  return isLoopback(localAddress) && isLoopback(remoteAddress);
}

/** Whether an address is one of the loopback interface: 127.0.0.0/8, ::1, and the former as IPv6 has them. */
export function isLoopback(address: string): boolean {
  const plain = withoutMapping(address);
  return (isIPv4(plain) && plain.startsWith('127.')) || plain === '::1';
}

/** An IPv4 address that comes as one of IPv6, as IPv4. */
export function withoutMapping(address: string): string {
  const lower = address.toLowerCase();
  return lower.startsWith(MAPPED) && isIPv4(lower.slice(MAPPED.length)) ? lower.slice(MAPPED.length) : lower;
}

/** Asks the kernel for users on other ends, few at a time. */
export class Peers {
  readonly #read: ReadTable;
  #looking = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(read: ReadTable = (table) => createReadStream(`/proc/net/${table}`)) {
    this.#read = read;
  }

  /** Id of the user on the other end of a local connection; `undefined` where it cannot be known for sure. */
  async userOf(ends: Ends): Promise<number | undefined> {
    if (!isLocal(ends)) return undefined;
    if (this.#looking >= MOST_LOOKS) {
      if (this.#waiting.length >= MOST_WAITING) return undefined;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#looking++;
    try {
      for (let count = 0; count < TRIES; count++) {
        const user = await this.#look(ends);
        if (user !== undefined) return user;
      }
      return undefined;
    } catch {
      // No such tables: not this kernel, or not for this process.
      return undefined;
    } finally {
      this.#looking--;
      this.#waiting.shift()?.();
    }
  }

  async #look({ localAddress = '', localPort = 0, remoteAddress = '', remotePort = 0 }: Ends) {
    const [own, other] = [withoutMapping(localAddress), withoutMapping(remoteAddress)];
    const users = new Set<number>();
    for (const table of isIPv4(other) ? (['tcp', 'tcp6'] as const) : (['tcp6'] as const)) {
      const from = endOf(other, remotePort, table);
      const to = endOf(own, localPort, table);
      if (from === undefined || to === undefined) continue;
      const user = await userIn(this.#read(table), from, to).catch((error: NodeJS.ErrnoException) => {
        // A machine without IPv6.
        if (error.code === 'ENOENT' && table === 'tcp6') return undefined;
        throw error;
      });
      if (user !== undefined) users.add(user);
    }
    const [user] = users;
    return users.size === 1 ? user : undefined;
  }
}

/**
 * The user of the socket with these ends. It must be established (01) and have an inode: of a socket that its process
 * has closed already, which waits for the other end only, the kernel tells root as its user.
 */
async function userIn(table: AsyncIterable<Buffer>, from: string, to: string): Promise<number | undefined> {
  let rest = '';
  for await (const part of table) {
    const lines = rest + part.toString('latin1');
    const end = lines.lastIndexOf('\n') + 1;
    const start = lines.indexOf(` ${from} ${to} 01 `);
    if (start >= 0 && start < end) return userOfLine(lines.slice(start, lines.indexOf('\n', start)));
    rest = lines.slice(end);
  }
  return undefined;
}

/** From its local end on: local remote state queues timer retransmits user timeout inode */
function userOfLine(line: string): number | undefined {
  const [, , , , , , user = '', , inode = '0'] = line.trim().split(/ +/);
  return /^\d+$/.test(user) && /^[1-9]\d*$/.test(inode) ? Number(user) : undefined;
}

/** An end as the tables write it: words of four bytes in the order of the machine, and the port. */
function endOf(address: string, port: number, table: Table): string | undefined {
  const bytes = bytesOf(address, table);
  if (bytes === undefined) return undefined;
  const words: string[] = [];
  for (let at = 0; at < bytes.length; at += 4) {
    const word = endianness() === 'LE' ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
    words.push(hex(word, 8));
  }
  return `${words.join('')}:${hex(port, 4)}`;
}

function bytesOf(address: string, table: Table): Buffer | undefined {
  if (isIPv4(address)) {
    const four = Buffer.from(address.split('.').map(Number));
    return table === 'tcp' ? four : Buffer.concat([Buffer.alloc(10), Buffer.from([255, 255]), four]);
  }
  // Local addresses of IPv6 are no others.
  return isIPv6(address) && address === '::1' && table === 'tcp6'
    ? Buffer.concat([Buffer.alloc(15), Buffer.from([1])])
    : undefined;
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}
