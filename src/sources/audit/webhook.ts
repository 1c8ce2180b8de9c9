/** Receives what an API server's webhook sends: POST requests with audit events in JSON, over HTTP or HTTPS. */
import { readFileSync, statSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { type AddressInfo, isIPv6 } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import type { AuditInput } from './audit-source.ts';
import type { AuditIntake } from './intake.ts';
import { PayloadError } from './payload.ts';

export interface WebhookSettings {
  /** Empty for all addresses. */
  readonly address: string;
  /** 0 for any that is free. */
  readonly port: number;
  readonly path: string;
  /** For HTTPS. */
  readonly tls?: WebhookTls | undefined;
  readonly onListening?: (url: string) => void;
  readonly log: (line: string) => void;
}

/** Paths of files in PEM. */
export interface WebhookTls {
  readonly certificate: string;
  /** Empty when it is in the same file. */
  readonly key: string;
  /** Whose certificate senders must show; empty when they need none. */
  readonly clientAuthority: string;
}

/** Of a sender that is too slow, or there are too many of. An API server keeps its connection. */
const LIMITS = { headersTimeout: 10_000, requestTimeout: 60_000, keepAliveTimeout: 120_000 } as const;
const CONNECTIONS = 256;
/** Bodies that may be on their way at a time, in largest bodies. */
const BODIES_AT_ONCE = 4;
/** How often it is looked whether the certificate was renewed. */
const CERTIFICATE_MS = 30_000;
/** Milliseconds for which the rest of a body that is too large is still taken. */
const LINGER_MS = 1000;
/** An API server sends again what was answered with 429. */
const RETRY_SECONDS = 1;

/** Why a body is not taken: status and a line for people. */
interface Refusal {
  readonly status: 400 | 404 | 405 | 413 | 429 | 500;
  readonly line: string;
}

const LATER: Refusal = { status: 429, line: 'too many events wait to be judged: send this again later' };

export class AuditWebhook implements AuditInput {
  readonly name: string;
  /** Answers since the start, by status. */
  readonly answers = new Map<number, number>();
  /** Connections that were closed at once, since there were too many. */
  refusedConnections = 0;
  readonly #settings: WebhookSettings;
  readonly #intake: AuditIntake;
  #server: http.Server | undefined;
  #renewing: NodeJS.Timeout | undefined;
  #end: (() => void) | undefined;
  #isStopped = false;
  /** Bytes of bodies that are being received. */
  #receiving = 0;

  constructor(settings: WebhookSettings, intake: AuditIntake) {
    this.#settings = settings;
    this.#intake = intake;
    const { address, port, path, tls } = settings;
    this.name = `${tls ? 'https' : 'http'}://${isIPv6(address) ? `[${address}]` : address}:${port}${path}`;
  }

  /** Rejects when it cannot listen. */
  async run(): Promise<void> {
    if (this.#isStopped) return;
    const server = this.#create();
    this.#server = server;
    try {
      await listen(server, this.#settings, this.name);
      this.#settings.onListening?.(this.#url(server));
      server.on('error', (error) => this.#settings.log(`${this.name}: ${error.message}`));
      this.#renewing = setInterval(() => this.#renewCertificate(), CERTIFICATE_MS);
      this.#renewing.unref();
      await new Promise<void>((resolve) => {
        this.#end = resolve;
        if (this.#isStopped) resolve();
      });
    } finally {
      clearInterval(this.#renewing);
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        // Bodies that are half received belong to batches that will be sent again.
        setTimeout(() => server.closeAllConnections(), 1000).unref();
      });
    }
  }

  stop(): void {
    this.#isStopped = true;
    this.#end?.();
  }

  #url(server: http.Server): string {
    const { port } = server.address() as AddressInfo;
    return this.name.replace(
      `:${this.#settings.port}${this.#settings.path}`,
      `:${port}${this.#settings.path}`,
    );
  }

  #create(): http.Server {
    const { tls } = this.#settings;
    const answer = (request: http.IncomingMessage, response: http.ServerResponse): void =>
      void this.#answer(request, response);
    const server = tls
      ? https.createServer({ ...LIMITS, ...this.#secureContext(tls) }, answer)
      : http.createServer(LIMITS, answer);
    server.maxConnections = CONNECTIONS;
    server.on('drop', () => this.refusedConnections++);
    return server;
  }

  #certificateTime = 0;

  #secureContext(tls: WebhookTls): https.ServerOptions {
    this.#certificateTime = changed(tls);
    return { ...secureContext(tls), requestCert: tls.clientAuthority !== '', rejectUnauthorized: true };
  }

  /** Certificates are renewed in place, every few weeks. */
  #renewCertificate(): void {
    const { tls, log } = this.#settings;
    if (!tls || !(this.#server instanceof https.Server) || changed(tls) === this.#certificateTime) return;
    try {
      this.#server.setSecureContext(secureContext(tls));
      this.#certificateTime = changed(tls);
      log(`${this.name}: the certificate was renewed`);
    } catch (error) {
      log(`${this.name}: the renewed certificate cannot be used: ${(error as Error).message}`);
    }
  }

  async #answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    let refusal: Refusal | undefined;
    try {
      refusal = this.#refuse(request) ?? (await this.#receive(request));
    } catch (error) {
      // Who sends has gone; there is nobody to answer.
      if (request.destroyed && !request.complete) return;
      this.#settings.log(`${this.name}: ${String(error)}, which is a fault in Lanner`);
      refusal = { status: 500, line: 'this could not be taken; the log of Lanner says why' };
    }
    const status = refusal?.status ?? 200;
    this.answers.set(status, (this.answers.get(status) ?? 0) + 1);
    const isUnread = !request.complete;
    response.writeHead(status, {
      'Content-Type': 'text/plain; charset=utf-8',
      ...(status === 405 ? { Allow: 'POST' } : {}),
      ...(status === 429 ? { 'Retry-After': String(RETRY_SECONDS) } : {}),
      ...(isUnread ? { Connection: 'close' } : {}),
    });
    response.end(refusal && `${refusal.line}\n`);
    if (isUnread) letGo(request);
  }

  /** What is wrong with a request before its body has come. */
  #refuse({ method, url = '', headers }: http.IncomingMessage): Refusal | undefined {
    const { path } = this.#settings;
    if (url.split('?')[0] !== path)
      return { status: 404, line: `there is nothing here; audit events go to ${path}` };
    if (method !== 'POST')
      return { status: 405, line: `${method} method not allowed: audit events are sent with POST` };
    if (!headers['content-type']?.includes('application/json'))
      return { status: 400, line: 'wrong Content-Type: audit events are application/json' };
    if (headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'identity')
      return {
        status: 400,
        line: `wrong Content-Encoding ${headers['content-encoding']}: audit events come as they are`,
      };
    return this.#intake.isFull || this.#isReceivingTooMuch ? LATER : undefined;
  }

  get #isReceivingTooMuch(): boolean {
    return this.#receiving > BODIES_AT_ONCE * this.#intake.limits.payloadBytes;
  }

  async #receive(request: http.IncomingMessage): Promise<Refusal | undefined> {
    const { payloadBytes } = this.#intake.limits;
    const from = request.socket.remoteAddress ?? 'a sender that has gone';
    const chunks: Buffer[] = [];
    let length = 0;
    try {
      for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        chunks.push(chunk);
        length += chunk.length;
        this.#receiving += chunk.length;
        if (length > payloadBytes) {
          this.#intake.takeBeginning(Buffer.concat(chunks), from);
          return { status: 413, line: `the body is larger than ${payloadBytes} bytes` };
        }
        if (this.#isReceivingTooMuch) return LATER;
      }
    } finally {
      this.#receiving -= length;
    }
    try {
      this.#intake.take(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks), from);
      return undefined;
    } catch (error) {
      if (!(error instanceof PayloadError)) throw error;
      return { status: 400, line: error.message };
    }
  }
}

/** Ends a request whose body nobody wants: what is under way is taken, or its sender would not see the answer. */
function letGo(request: http.IncomingMessage): void {
  request.on('error', () => {}).resume();
  setTimeout(() => request.destroy(), LINGER_MS).unref();
}

function listen(server: http.Server, { address, port }: WebhookSettings, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'the port is in use' : error.message;
      reject(new Error(`cannot receive audit events at ${name}: ${reason}`));
    });
    server.listen({ port, ...(address === '' ? {} : { host: address }) }, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });
}

function secureContext({ certificate, key, clientAuthority }: WebhookTls): SecureContextOptions {
  const cert = readFileSync(certificate);
  return {
    cert,
    key: key === '' ? cert : readFileSync(key),
    ...(clientAuthority === '' ? {} : { ca: readFileSync(clientAuthority) }),
  };
}

/** Tells the present files from renewed ones. */
function changed({ certificate, key, clientAuthority }: WebhookTls): number {
  return [certificate, key, clientAuthority]
    .filter((file) => file !== '')
    .reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0), 0);
}
