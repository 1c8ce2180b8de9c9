/** A connection over TCP, TLS or a local stream socket that is made when it is needed and made anew when it broke. */
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type TlsSettings, tlsOptions } from './tls.ts';

export type StreamAddress =
  | { readonly path: string }
  | { readonly host: string; readonly port: number; readonly tls?: TlsSettings };

/** As messages name an address. */
export function addressText(address: StreamAddress): string {
  return 'path' in address ? address.path : `${address.host}:${address.port}`;
}

export class StreamConnection {
  readonly #address: StreamAddress;
  #socket: Socket | undefined;

  constructor(address: StreamAddress) {
    this.#address = address;
    // A certificate that cannot be read is told at the start.
    if ('host' in address && address.tls) tlsOptions(address.tls);
  }

  /** The connection; `greet` speaks with the receiver when it is new. */
  async open(signal: AbortSignal, greet?: (socket: Socket) => Promise<void>): Promise<Socket> {
    if (this.#socket?.writable && !this.#socket.readableEnded) return this.#socket;
    this.drop();
    const socket = this.#connect();
    socket.on('close', () => {
      if (this.#socket === socket) this.#socket = undefined;
    });
    try {
      await settled(
        socket,
        'host' in this.#address && this.#address.tls ? 'secureConnect' : 'connect',
        signal,
      );
      await greet?.(socket);
    } catch (error) {
      socket.destroy();
      throw error;
    }
    // What fails later shows at the next write; without a listener it would end the program.
    socket.on('error', () => {});
    this.#socket = socket;
    return socket;
  }

  drop(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  #connect(): Socket {
    const address = this.#address;
    if ('path' in address) return connectTcp({ path: address.path });
    const { host, port, tls } = address;
    if (tls === undefined) return connectTcp({ host, port, keepAlive: true });
    return connectTls({ host, port, servername: host, ...tlsOptions(tls) });
  }
}

/** Writes, and ends when the bytes are the kernel's. */
export function writeTo(socket: Socket, bytes: Buffer, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      socket.destroy();
      reject(signal.reason);
    };
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    socket.write(bytes, (error) => {
      signal.removeEventListener('abort', abort);
      if (error) reject(error);
      else resolve();
    });
  });
}

/** Ends at an event of a socket, and rejects when it breaks before. */
function settled(socket: Socket, event: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (act: () => void) => (): void => {
      signal.removeEventListener('abort', onAbort);
      socket.removeListener('error', onError);
      act();
    };
    const onError = (error: Error): void => finish(() => reject(error))();
    const onAbort = finish(() => reject(signal.reason));
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('error', onError);
    socket.once(event, finish(resolve));
  });
}
