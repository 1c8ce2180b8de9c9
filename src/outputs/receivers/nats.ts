/**
 * Alerts to NATS JetStream: each is confirmed by the stream that keeps it, and its id lets the stream recognise one
 * that is sent again.
 */
import { readFileSync } from 'node:fs';
import type { JetStreamClient } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { sourceOf } from '../../alerts/alert.ts';
import type { Letter, Sent, Transport } from '../delivery/transport.ts';
import type { OutputMessage } from '../output.ts';

export interface NatsSettings {
  /** `nats://host:port`, or several for a cluster. */
  readonly servers: readonly string[];
  /** `%rule`, `%priority` and `%source` become the alert's own. */
  readonly subject: string;
  readonly batch: number;
  /** File with user credentials (JWT and seed). */
  readonly credentials?: string;
  readonly token?: string;
  readonly user?: { readonly name: string; readonly password: string };
  readonly tls?: {
    readonly authority?: string;
    readonly certificate?: { readonly file: string; readonly key: string };
  };
}

/** Milliseconds that a stream may take to confirm. */
const CONFIRM_MS = 5000;
/** The answer when no stream listens to the subject (HTTP-like status of NATS). */
const NO_RESPONDERS = '503';

type Payload = readonly [subject: string, body: string];

export class Nats implements Transport {
  readonly name: string;
  readonly batch: number;
  readonly #settings: NatsSettings;
  #connection: NatsConnection | undefined;
  #stream: JetStreamClient | undefined;

  constructor(settings: NatsSettings) {
    this.#settings = settings;
    this.batch = settings.batch;
    this.name = `nats ${settings.servers.map(withoutUser).join(' ')}`;
  }

  render({ alert, line }: OutputMessage): string {
    const subject = this.#settings.subject
      .replaceAll('%rule', token(alert.rule))
      .replaceAll('%priority', token(alert.priority))
      .replaceAll('%source', token(sourceOf(alert)));
    return JSON.stringify([subject, line] satisfies Payload);
  }

  async send(letters: readonly Letter[], signal: AbortSignal): Promise<Sent> {
    const stream = await this.#open();
    const results = await Promise.allSettled(
      letters.map(({ id, payload }) => {
        const [subject, body] = JSON.parse(payload) as Payload;
        return stream.publish(subject, body, { msgID: id, timeout: CONFIRM_MS });
      }),
    );
    signal.throwIfAborted();
    const again = letters.filter((_, index) => results[index]?.status === 'rejected');
    const failure = results.find((result) => result.status === 'rejected');
    if (failure !== undefined && again.length === letters.length) throw explained(failure.reason as Error);
    return { again };
  }

  reopen(): void {
    void this.#drop();
  }

  async close(): Promise<void> {
    await this.#drop();
  }

  async #open(): Promise<JetStreamClient> {
    if (this.#stream !== undefined && this.#connection?.isClosed() === false) return this.#stream;
    const { servers, credentials, token, user, tls } = this.#settings;
    // Loaded by those who use it: a megabyte of code that others need not keep in memory.
    const { connect, credsAuthenticator } = await import('@nats-io/transport-node');
    const { jetstream } = await import('@nats-io/jetstream');
    this.#connection = await connect({
      servers: [...servers],
      name: 'lanner',
      // Trying again is the matter of the delivery, which says so.
      reconnect: false,
      ...(credentials ? { authenticator: credsAuthenticator(readFileSync(credentials)) } : {}),
      ...(token ? { token } : {}),
      ...(user ? { user: user.name, pass: user.password } : {}),
      ...(tls
        ? {
            tls: {
              ...(tls.authority ? { caFile: tls.authority } : {}),
              ...(tls.certificate ? { certFile: tls.certificate.file, keyFile: tls.certificate.key } : {}),
            },
          }
        : {}),
    });
    this.#stream = jetstream(this.#connection);
    return this.#stream;
  }

  async #drop(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    this.#stream = undefined;
    await connection?.close();
  }
}

/** One token of a subject: no dots, spaces or wildcards. */
function token(text: string): string {
  return text.replaceAll(/[^\w-]+/g, '_') || '_';
}

function withoutUser(server: string): string {
  return server.replace(/\/\/[^@/]*@/, '//');
}

function explained(error: Error & { code?: unknown }): Error {
  const noStream = String(error.code) === NO_RESPONDERS || /no responders|503/i.test(error.message);
  return noStream ? new Error('no stream listens to the subject: add one with `nats stream add`') : error;
}
