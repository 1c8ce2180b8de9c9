/** The webhook: answers the API server's questions over HTTPS, and tells whether it works and what it has done. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { Histogram } from '../../metrics/histogram.ts';
import type { Metric } from '../../metrics/metric.ts';
import { PROMETHEUS_TYPE, prometheusText } from '../../metrics/prometheus.ts';
import { type Judgement, judgeRequest, type Outcome } from './judge.ts';
import type { AdmissionPolicy } from './policy.ts';
import { type AdmissionRequest, ReviewError, readReview, reviewText } from './review.ts';

/** Certificate and key, as PEM. */
export interface Identity {
  readonly certificate: string;
  readonly key: string;
}

export interface AdmissionServerOptions {
  readonly address: string;
  /** 0 for any that is free. */
  readonly port: number;
  readonly identity: Identity;
  /** Who must have signed the certificates of those that ask, as PEM; anybody may ask when absent. */
  readonly clientAuthority?: string;
  /** Bytes of one question. */
  readonly maxBytes: number;
  /** Milliseconds in which a question must have arrived. */
  readonly timeoutMs: number;
  /** Questions at once. */
  readonly maxRequests: number;
  readonly policy: AdmissionPolicy;
  /** Called for every question that was judged, before it is answered. */
  readonly onJudgement: (request: AdmissionRequest, judgement: Judgement) => void;
  readonly log: (line: string) => void;
}

/** Why a question is not answered; the API server then does as its failurePolicy says. */
const FAILURES = {
  'wrong path': 404,
  'wrong method': 405,
  'too slow': 408,
  'too large': 413,
  'not JSON': 415,
  'not a review': 400,
  'unknown client': 401,
  'too many requests': 429,
  'internal error': 500,
} as const;

type FailureReason = keyof typeof FAILURES;

class Failed extends Error {
  readonly reason: FailureReason;

  constructor(reason: FailureReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

const REVIEW_PATH = '/validate';
const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1];
const MIN_TLS = 'TLSv1.2';

export class AdmissionServer {
  readonly #options: AdmissionServerOptions;
  readonly #server: https.Server;
  readonly #outcomes = new Map<Outcome, number>();
  readonly #failures = new Map<FailureReason, number>();
  readonly #durations = new Histogram(SECONDS);
  #running = 0;

  /** Throws when certificate or key are none. */
  constructor(options: AdmissionServerOptions) {
    this.#options = options;
    const { timeoutMs, clientAuthority } = options;
    this.#server = https.createServer(
      {
        ...this.#secrets(options.identity),
        minVersion: MIN_TLS,
        // Probes of the kubelet have no certificate: who asks for a judgement is looked at there.
        requestCert: clientAuthority !== undefined,
        rejectUnauthorized: false,
        requestTimeout: timeoutMs,
        headersTimeout: timeoutMs,
        connectionsCheckingInterval: Math.min(1000, timeoutMs),
        keepAliveTimeout: 60_000,
        maxHeaderSize: 16_384,
      },
      (request, response) => void this.#respond(request, response),
    );
  }

  /** Rejects when it cannot. Returns the port. */
  async listen(): Promise<number> {
    this.#server.listen({ host: this.#options.address, port: this.#options.port });
    await once(this.#server, 'listening');
    this.#server.on('error', (error) => this.#options.log(error.message));
    return (this.#server.address() as AddressInfo).port;
  }

  /** New connections get this certificate. Throws when it is none. */
  renew(identity: Identity): void {
    this.#server.setSecureContext({ ...this.#secrets(identity), minVersion: MIN_TLS });
  }

  /** Ends when all questions have been answered. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeIdleConnections();
    await closed;
  }

  metrics(): Metric[] {
    const counted = (counts: ReadonlyMap<string, number>, label: string) => () =>
      [...counts].map(([name, value]) => ({ labels: { [label]: name }, value }));
    return [
      {
        name: 'lanner_admission_reviews_total',
        help: 'Requests that were judged, by what came of it.',
        type: 'counter',
        read: counted(this.#outcomes, 'outcome'),
      },
      {
        name: 'lanner_admission_failures_total',
        help: 'Requests that were not judged, by reason: the failurePolicy decides about them.',
        type: 'counter',
        read: counted(this.#failures, 'reason'),
      },
      {
        name: 'lanner_admission_requests',
        help: 'Requests that are being read or judged.',
        type: 'gauge',
        read: () => this.#running,
      },
      {
        name: 'lanner_admission_duration_seconds',
        help: 'Time from the end of a request to its answer.',
        type: 'histogram',
        read: () => this.#durations.counts,
      },
    ];
  }

  #secrets({ certificate, key }: Identity): https.ServerOptions {
    const { clientAuthority } = this.#options;
    return { cert: certificate, key, ...(clientAuthority === undefined ? {} : { ca: clientAuthority }) };
  }

  async #respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const { pathname } = new URL(request.url ?? '/', 'https://localhost');
      const told = this.#tell(pathname, request.method ?? '');
      if (told !== undefined) send(response, 200, told.type, told.text);
      else send(response, 200, 'application/json', await this.#review(pathname, request));
    } catch (error) {
      const { reason, message } = asFailure(error);
      this.#failures.set(reason, (this.#failures.get(reason) ?? 0) + 1);
      if (reason === 'internal error') this.#options.log(`a request was not judged: ${message}`);
      // What is left of the body is not read.
      response.shouldKeepAlive = false;
      send(response, FAILURES[reason], 'text/plain; charset=utf-8', `${message}\n`);
    }
  }

  /** What anybody may ask. */
  #tell(path: string, method: string): { readonly type: string; readonly text: string } | undefined {
    const isHealth = path === '/healthz' || path === '/readyz';
    if (!isHealth && path !== '/metrics') return undefined;
    if (method !== 'GET' && method !== 'HEAD') throw new Failed('wrong method', 'ask with GET');
    if (isHealth) return { type: 'text/plain; charset=utf-8', text: 'ok\n' };
    return { type: PROMETHEUS_TYPE, text: prometheusText(this.metrics()) };
  }

  async #review(path: string, request: IncomingMessage): Promise<string> {
    if (path !== REVIEW_PATH) throw new Failed('wrong path', `there is nothing at ${path}`);
    if (request.method !== 'POST') throw new Failed('wrong method', 'ask with POST');
    if (this.#options.clientAuthority !== undefined && !(request.socket as TLSSocket).authorized)
      throw new Failed('unknown client', 'show a certificate of the authority that is configured');
    if (!/^application\/json\b/i.test(request.headers['content-type'] ?? ''))
      throw new Failed('not JSON', 'the body has to be application/json');
    if (this.#running >= this.#options.maxRequests)
      throw new Failed('too many requests', `${this.#running} requests are being judged`);
    this.#running++;
    try {
      return this.#judge(await readBody(request, this.#options.maxBytes));
    } finally {
      this.#running--;
    }
  }

  #judge(body: string): string {
    const start = performance.now();
    const request = readReview(body);
    const judgement = judgeRequest(request, this.#options.policy);
    this.#outcomes.set(judgement.outcome, (this.#outcomes.get(judgement.outcome) ?? 0) + 1);
    this.#options.onJudgement(request, judgement);
    this.#durations.observe((performance.now() - start) / 1000);
    return reviewText(request.uid, judgement.answer);
  }
}

function asFailure(error: unknown): Failed {
  if (error instanceof Failed) return error;
  if (error instanceof ReviewError) return new Failed('not a review', error.message);
  return new Failed('internal error', (error as Error).message);
}

async function readBody(request: IncomingMessage, most: number): Promise<string> {
  const tooLarge = (): Failed => new Failed('too large', `the body has more than ${most} bytes`);
  if (Number(request.headers['content-length'] ?? 0) > most) throw tooLarge();
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > most) throw tooLarge();
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof Failed) throw error;
    throw new Failed('too slow', 'the body did not arrive whole');
  }
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, status: number, type: string, text: string): void {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
