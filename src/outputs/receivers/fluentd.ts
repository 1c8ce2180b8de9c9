/**
 * Alerts to Fluentd or Fluent Bit with the Forward protocol, version 1: MessagePack over TCP, TLS or a local socket,
 * each batch confirmed by the receiver. With a shared key both sides prove that they know it before anything is sent.
 */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Letter, Sent, Transport } from '../delivery/transport.ts';
import type { OutputMessage } from '../output.ts';
import { addressText, type StreamAddress, StreamConnection, writeTo } from './stream-connection.ts';

export interface FluentdSettings {
  readonly address: StreamAddress;
  /** What receivers route by. */
  readonly tag: string;
  readonly batch: number;
  /** Asks for a handshake; so does the receiver then. */
  readonly security?: {
    readonly sharedKey: string;
    readonly hostname: string;
    readonly user?: { readonly name: string; readonly password: string };
  };
}

/** EventTime: seconds and nanoseconds, as extension type 0. */
const EVENT_TIME = 0;

/** What a payload holds: time in nanoseconds as text, and the JSON of the record. */
type Payload = readonly [time: string, record: string];

type MessagePack = typeof import('@msgpack/msgpack');

export class Fluentd implements Transport {
  readonly name: string;
  readonly batch: number;
  readonly #settings: FluentdSettings;
  readonly #connection: StreamConnection;
  /** What the receiver says on the present connection. */
  #answers: AsyncGenerator<unknown, void, unknown> | undefined;

  constructor(settings: FluentdSettings) {
    this.#settings = settings;
    this.batch = settings.batch;
    this.#connection = new StreamConnection(settings.address);
    this.name = `fluentd ${addressText(settings.address)}`;
  }

  render({ alert, line }: OutputMessage): string {
    return JSON.stringify([String(alert.time), line] satisfies Payload);
  }

  /** Forward mode: the tag, the entries, and the name of the chunk that the receiver is to confirm. */
  async send(letters: readonly Letter[], signal: AbortSignal): Promise<Sent> {
    // Loaded by those who use it: others need not keep it in memory.
    const pack = await import('@msgpack/msgpack');
    const socket = await this.#connection.open(signal, (fresh) => this.#greet(pack, fresh, signal));
    const chunk = randomBytes(16).toString('base64');
    const entries = letters.map((letter) => entryOf(pack, letter));
    try {
      const message = [this.#settings.tag, entries, { chunk, size: entries.length }];
      await writeTo(socket, Buffer.from(pack.encode(message)), signal);
      const answer = (await this.#answer(signal)) as { ack?: unknown } | undefined;
      if (answer?.ack !== chunk) throw new Error('the receiver does not confirm what it gets');
      return {};
    } catch (error) {
      // What comes late on this connection must not be taken for the answer to what is sent next.
      this.#connection.drop();
      throw error;
    }
  }

  reopen(): void {
    this.#connection.drop();
  }

  async close(): Promise<void> {
    this.#connection.drop();
  }

  async #greet(pack: MessagePack, socket: Socket, signal: AbortSignal): Promise<void> {
    this.#answers = pack.decodeMultiStream(socket);
    const { security } = this.#settings;
    if (security === undefined) return;
    const [kind, options] = (await this.#answer(signal)) as [string, { nonce?: unknown; auth?: unknown }];
    if (kind !== 'HELO') throw new Error('the receiver asks for no shared key');
    const { hostname, sharedKey, user } = security;
    const nonce = bytesOf(options.nonce);
    const auth = bytesOf(options.auth);
    const salt = randomUUID();
    const proof = digest(salt, hostname, nonce, sharedKey);
    const password = auth.length > 0 ? digest(auth, user?.name ?? '', user?.password ?? '') : '';
    const ping = ['PING', hostname, salt, proof, user?.name ?? '', password];
    await writeTo(socket, Buffer.from(pack.encode(ping)), signal);
    const [answer, isWelcome, reason, server, theirProof] = (await this.#answer(signal)) as unknown[];
    if (answer !== 'PONG' || isWelcome !== true)
      throw new Error(`the receiver does not let us in: ${String(reason || 'no reason given')}`);
    if (theirProof !== digest(salt, String(server), nonce, sharedKey))
      throw new Error('the receiver does not know the shared key');
  }

  async #answer(signal: AbortSignal): Promise<unknown> {
    const aborted = new Promise<never>((_, reject) => {
      if (signal.aborted) reject(signal.reason);
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    const next = this.#answers?.next() ?? Promise.resolve({ value: undefined });
    // Whoever loses the race must not be an error that nobody takes.
    next.catch(() => {});
    aborted.catch(() => {});
    const { value } = await Promise.race([next, aborted]);
    if (value === undefined) throw new Error('the receiver has closed the connection');
    return value;
  }
}

function entryOf({ ExtData }: MessagePack, { payload }: Letter): [unknown, unknown] {
  const [time, record] = JSON.parse(payload) as Payload;
  const nanoseconds = BigInt(time);
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE(Number((nanoseconds / 1_000_000_000n) & 0xffff_ffffn));
  bytes.writeUInt32BE(Number(nanoseconds % 1_000_000_000n), 4);
  return [new ExtData(EVENT_TIME, bytes), recordOf(record)];
}

/** A record is a mapping: a line of text is put into one. */
function recordOf(line: string): unknown {
  if (!line.startsWith('{')) return { message: line };
  return JSON.parse(line);
}

function bytesOf(value: unknown): Buffer {
  if (typeof value === 'string') return Buffer.from(value, 'utf8');
  return value instanceof Uint8Array ? Buffer.from(value) : Buffer.alloc(0);
}

/** SHA-512 of the parts, one after another, in hexadecimal digits. */
function digest(...parts: readonly (string | Buffer)[]): string {
  const hash = createHash('sha512');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}
