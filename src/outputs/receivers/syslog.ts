/** Alerts to syslog: the machine's own socket, UDP, TCP or TLS. */
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type Letter, type Sent, sendOneByOne, type Transport } from '../delivery/transport.ts';
import type { OutputMessage } from '../output.ts';
import { DatagramSocket } from '../socket-calls.ts';
import { addressText, type StreamAddress, StreamConnection, writeTo } from './stream-connection.ts';
import { localMessage, networkMessage, type SyslogSender } from './syslog-message.ts';

/** Bytes of a datagram over UDP: more does not fit an IPv4 packet. */
const UDP_BYTES = 65_507;
/** Milliseconds between tries on a local socket that has no room. */
const RETRY_MS = 5;
const BATCH = 200;

/** The machine's syslog service, at a local datagram socket. */
export class LocalSyslog implements Transport {
  readonly name: string;
  readonly batch = BATCH;
  readonly #path: string;
  #socket: DatagramSocket | undefined;
  readonly #sender: SyslogSender;

  constructor(path: string, sender: SyslogSender) {
    this.name = `syslog ${path}`;
    this.#path = path;
    this.#sender = sender;
  }

  render({ alert, line }: OutputMessage): string {
    return localMessage(alert, line, this.#sender);
  }

  send(letters: readonly Letter[], signal: AbortSignal): Promise<Sent> {
    return sendOneByOne(letters, (letter) => this.#sendOne(letter, signal));
  }

  async #sendOne({ payload }: Letter, signal: AbortSignal): Promise<string | undefined> {
    const bytes = Buffer.from(payload, 'utf8');
    for (;;) {
      try {
        this.#socket ??= new DatagramSocket(this.#path);
        this.#socket.send(bytes);
        return undefined;
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        if (code === 'EMSGSIZE') return message;
        if (code !== 'EAGAIN' && code !== 'ENOBUFS') {
          // The service may be another one at the next try.
          this.reopen();
          throw error;
        }
        await pause(RETRY_MS, undefined, { signal });
      }
    }
  }

  reopen(): void {
    this.#socket?.close();
    this.#socket = undefined;
  }

  async close(): Promise<void> {
    this.reopen();
  }
}

/** Syslog over UDP (RFC 5426): one message a datagram; nothing tells whether it arrived. */
export class UdpSyslog implements Transport {
  readonly name: string;
  readonly batch = BATCH;
  readonly #host: string;
  readonly #port: number;
  readonly #sender: SyslogSender;
  #socket: UdpSocket | undefined;

  constructor({ host, port }: { readonly host: string; readonly port: number }, sender: SyslogSender) {
    this.name = `syslog udp ${host}:${port}`;
    this.#host = host;
    this.#port = port;
    this.#sender = sender;
  }

  render(message: OutputMessage): string {
    return networkMessage(message, this.#sender);
  }

  send(letters: readonly Letter[]): Promise<Sent> {
    const socket = this.#open();
    return sendOneByOne(letters, async ({ payload }) => {
      const bytes = Buffer.from(payload, 'utf8');
      if (bytes.length > UDP_BYTES) return `${bytes.length} bytes are too long for UDP`;
      await sendDatagram(socket, bytes, this.#port, this.#host);
      return undefined;
    });
  }

  reopen(): void {
    this.#socket?.close();
    this.#socket = undefined;
  }

  async close(): Promise<void> {
    this.reopen();
  }

  #open(): UdpSocket {
    if (this.#socket !== undefined) return this.#socket;
    const socket = createSocket(isIPv6(this.#host) ? 'udp6' : 'udp4');
    socket.on('error', () => this.reopen());
    socket.unref();
    this.#socket = socket;
    return socket;
  }
}

function sendDatagram(socket: UdpSocket, bytes: Buffer, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.send(bytes, port, host, (error) => (error ? reject(error) : resolve()));
  });
}

/**
 * Syslog over TCP or TLS, with octet counting (RFC 6587, section 3.4.1; RFC 5425). The protocol has no confirmation:
 * a message that the kernel has taken counts as delivered.
 */
export class StreamSyslog implements Transport {
  readonly name: string;
  readonly batch = BATCH;
  readonly #connection: StreamConnection;
  readonly #sender: SyslogSender;

  constructor(address: StreamAddress, sender: SyslogSender) {
    const kind = 'host' in address && address.tls ? 'tls' : 'tcp';
    this.name = `syslog ${kind} ${addressText(address)}`;
    this.#connection = new StreamConnection(address);
    this.#sender = sender;
  }

  render(message: OutputMessage): string {
    return networkMessage(message, this.#sender);
  }

  async send(letters: readonly Letter[], signal: AbortSignal): Promise<Sent> {
    const socket = await this.#connection.open(signal, async (fresh) => {
      // A server that closes is noticed only while reading.
      fresh.resume();
    });
    const frames = letters.map(({ payload }) => {
      const bytes = Buffer.from(payload, 'utf8');
      return Buffer.concat([Buffer.from(`${bytes.length} `), bytes]);
    });
    await writeTo(socket, Buffer.concat(frames), signal);
    return {};
  }

  reopen(): void {
    this.#connection.drop();
  }

  async close(): Promise<void> {
    this.#connection.drop();
  }
}
