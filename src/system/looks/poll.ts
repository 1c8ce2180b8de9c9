/** Two calls that Node does not have: a pair of connected sockets, and waiting for one of them for a limited time. */
import koffi from 'koffi';

const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOCK_CLOEXEC = 0o2000000;
const POLLIN = 1;
const EINTR = 4;

let bound: ReturnType<typeof bind> | undefined;

function bind() {
  const libc = koffi.load(null);
  return {
    socketpair: libc.func('int socketpair(int domain, int type, int protocol, void *ends)'),
    poll: libc.func('int poll(void *descriptors, unsigned long count, int timeout)'),
  };
}

/** Descriptors of two sockets, each of which reads what is written to the other; close-on-exec. Throws. */
export function socketPair(): readonly [number, number] {
  bound ??= bind();
  const ends = new Int32Array(2);
  if (bound.socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
    throw new Error(`no pair of sockets can be made: error ${koffi.errno()}`);
  return [ends[0] as number, ends[1] as number];
}

/** struct pollfd: descriptor, and 16 bits each of what is waited for and of what has come. */
const descriptors = new Int32Array(2);

/** Waits until something can be read from the descriptor, its end included; false when nothing could in so many ms. */
export function waitFor(descriptor: number, milliseconds: number): boolean {
  bound ??= bind();
  const end = performance.now() + milliseconds;
  for (;;) {
    descriptors[0] = descriptor;
    descriptors[1] = POLLIN;
    const count = bound.poll(descriptors, 1, Math.max(Math.ceil(end - performance.now()), 0));
    if (count > 0) return true;
    if (count === 0 || koffi.errno() !== EINTR) return false;
  }
}
