/** Sockets by inode, out of the tables in /proc/PID/net; see proc(5). */
import { readFileSync, readlinkSync } from 'node:fs';
import type { ByteString } from '../events/bytes.ts';
import type { ListedDescriptor } from './proc-descriptors.ts';

type ListedSocket = Pick<ListedDescriptor, 'kind' | 'name' | 'socket'>;
type Sockets = ReadonlyMap<string, ListedSocket>;

const IPPROTO_ICMP = 1;
const IPPROTO_TCP = 6;
const IPPROTO_UDP = 17;
const IPPROTO_RAW = 255;

const INTERNET_TABLES: readonly (readonly [file: string, protocol: number])[] = [
  ['tcp', IPPROTO_TCP],
  ['udp', IPPROTO_UDP],
  ['raw', IPPROTO_RAW],
  ['icmp', IPPROTO_ICMP],
  ['tcp6', IPPROTO_TCP],
  ['udp6', IPPROTO_UDP],
  ['raw6', IPPROTO_RAW],
];

/** State of a TCP socket that waits for connections; a UDP socket without a peer has another. */
const TCP_LISTEN = '0A';

export class ProcSockets {
  readonly #root: string;
  /** By network namespace. */
  readonly #namespaces = new Map<string, Sockets>();

  constructor(root: string) {
    this.#root = root;
  }

  /** The socket with this inode, which process `pid` has open; `undefined` when no table has it. */
  find(pid: number, inode: string): ListedSocket | undefined {
    const namespace = readlinkSync(`${this.#root}/${pid}/ns/net`);
    let sockets = this.#namespaces.get(namespace);
    if (!sockets) {
      sockets = this.#read(`${this.#root}/${pid}/net`);
      this.#namespaces.set(namespace, sockets);
    }
    return sockets.get(inode);
  }

  #read(directory: string): Sockets {
    const sockets = new Map<string, ListedSocket>();
    for (const [file, protocol] of INTERNET_TABLES)
      for (const columns of rows(`${directory}/${file}`)) {
        const socket = internetSocket(columns, protocol);
        if (columns[9] !== undefined) sockets.set(columns[9], socket);
      }
    for (const [address = '', , , , , , inode = '', path = ''] of rows(`${directory}/unix`))
      sockets.set(inode, unixSocket(address, path));
    for (const columns of rows(`${directory}/netlink`)) {
      const inode = columns.at(-1);
      if (inode !== undefined) sockets.set(inode, { kind: 'n', name: '', socket: undefined });
    }
    return sockets;
  }
}

/** Lines of a table without its heading, in columns. */
function rows(path: string): string[][] {
  let text: string;
  try {
    text = readFileSync(path, 'latin1');
  } catch {
    // Protocols that the kernel does not have.
    return [];
  }
  return text
    .split('\n')
    .slice(1)
    .filter((line) => line !== '')
    .map((line) => line.trim().split(/\s+/));
}

function internetSocket(columns: readonly string[], protocol: number): ListedSocket {
  const [, local = '', remote = '', state] = columns;
  const [sourceIp, sourcePort] = endOf(local);
  const [destinationIp, destinationPort] = endOf(remote);
  const listening = protocol === IPPROTO_TCP ? state === TCP_LISTEN : destinationPort === 0;
  return {
    kind: sourceIp.length === 4 ? '4' : '6',
    name: '',
    socket: {
      protocol,
      listening,
      sourceIp,
      sourcePort,
      destinationIp: listening ? '' : destinationIp,
      destinationPort: listening ? 0 : destinationPort,
      source: 0n,
      destination: 0n,
    },
  };
}

/** `0100007F:1F90`: the address in words of the machine's byte order, and the port. */
function endOf(text: string): [ByteString, number] {
  const [address = '', port = '0'] = text.split(':');
  const bytes = Buffer.from(address, 'hex');
  for (let word = 0; word + 4 <= bytes.length; word += 4) bytes.subarray(word, word + 4).reverse();
  return [bytes.toString('latin1'), Number.parseInt(port, 16)];
}

function unixSocket(address: string, path: ByteString): ListedSocket {
  const source = /^[0-9a-f]{1,16}:$/i.test(address) ? BigInt(`0x${address.slice(0, -1)}`) : 0n;
  return {
    kind: 'u',
    name: path,
    socket: {
      protocol: 0,
      listening: false,
      sourceIp: '',
      sourcePort: 0,
      destinationIp: '',
      destinationPort: 0,
      source,
      destination: 0n,
    },
  };
}
