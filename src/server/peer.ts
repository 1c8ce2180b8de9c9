/**
 * Who is on the other end of a connection within this machine. The kernel knows the user of every socket and tells
 * it in /proc/net/tcp and tcp6 (proc(5)), so that nobody needs a secret to say who they are.
 */
import { readFile } from 'node:fs/promises';
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
type ReadTable = (table: Table) => Promise<Buffer>;

/** Tables that are read at a time: each is as long as the machine has sockets. */
const MOST_LOOKS = 4;
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

  constructor(read: ReadTable = (table) => readFile(`/proc/net/${table}`)) {
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
      const text = await this.#read(table).catch((error: NodeJS.ErrnoException) => {
        // A machine without IPv6.
        if (error.code === 'ENOENT' && table === 'tcp6') return Buffer.alloc(0);
        throw error;
      });
      const user = userIn(text, from, to);
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
function userIn(table: Buffer, from: string, to: string): number | undefined {
  const start = table.indexOf(` ${from} ${to} 01 `, 0, 'latin1');
  if (start < 0) return undefined;
  const end = table.indexOf(10, start);
  const line = table.toString('latin1', start, end < 0 ? table.length : end).trim();
  // local remote state queues timer retransmits user timeout inode
  const [, , , , , , user = '', , inode = '0'] = line.split(/ +/);
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
