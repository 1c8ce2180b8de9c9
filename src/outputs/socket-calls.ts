/**
 * Calls on sockets that Node does not have: datagrams over Unix sockets, which syslog, the journal and systemd's
 * notifications want, and sending on a socket that is shared with others without making it non-blocking for
 * them. Errors carry the `code` that Node's own have.
 */
import koffi from 'koffi';

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
/** Bytes of sun_path (unix(7)). */
const LONGEST_PATH = 108;

let bound: ReturnType<typeof bind> | undefined;

function bind() {
  const libc = koffi.load(null);
  return {
    socket: libc.func('int socket(int domain, int type, int protocol)'),
    connect: libc.func('int connect(int fd, const void *address, uint32_t length)'),
    send: libc.func('int64_t send(int fd, const void *data, size_t length, int flags)'),
    close: libc.func('int close(int fd)'),
  };
}

function calls(): ReturnType<typeof bind> {
  bound ??= bind();
  return bound;
}

/**
 * Sends what can be sent now on a connected socket, and gives the number of bytes. Throws with the code `EAGAIN`
 * when nothing can be sent now, `EPIPE` when nobody reads any more.
 */
export function sendNow(descriptor: number, bytes: Buffer): number {
  return check('send', Number(calls().send(descriptor, bytes, bytes.length, MSG_DONTWAIT | MSG_NOSIGNAL)));
}

/** A datagram socket that is connected to one with a name in the file system, or with `@` an abstract one. */
export class DatagramSocket {
  #descriptor: number;

  /** Throws when nobody listens there. */
  constructor(path: string) {
    const { socket, connect, close } = calls();
    const address = socketAddress(path);
    this.#descriptor = check('socket', socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    try {
      check('connect', connect(this.#descriptor, address, address.length));
    } catch (error) {
      close(this.#descriptor);
      throw error;
    }
  }

  /** Sends a datagram, or throws: with `EAGAIN` when the receiver is behind, `EMSGSIZE` when it is too long. */
  send(bytes: Buffer): void {
    sendNow(this.#descriptor, bytes);
  }

  /** Idempotent. */
  close(): void {
    if (this.#descriptor >= 0) calls().close(this.#descriptor);
    this.#descriptor = -1;
  }
}

function socketAddress(path: string): Buffer {
  const name = Buffer.from(path.replace(/^@/, '\0'), 'utf8');
  if (name.length >= LONGEST_PATH)
    throw Object.assign(new Error(`the path of a socket is too long: ${path}`), { code: 'ENAMETOOLONG' });
  const family = Buffer.alloc(2);
  // In the machine's order, which is little-endian wherever the probe runs.
  family.writeUInt16LE(AF_UNIX);
  return Buffer.concat([family, name, ...(path.startsWith('@') ? [] : [Buffer.alloc(1)])]);
}

function check(call: string, result: number): number {
  if (result >= 0) return result;
  const errno = koffi.errno();
  const code = Object.entries(koffi.os.errno).find(([, value]) => value === errno)?.[0] ?? `errno ${errno}`;
  throw Object.assign(new Error(`${code}: ${call}`), { code });
}
