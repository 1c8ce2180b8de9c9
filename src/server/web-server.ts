/**
 * Answers over HTTP whether Lanner works, which version it is, and its metrics; everything else is the console's. What
 * goes wrong is logged, and stops nothing else.
 */
import http from 'node:http';
import https from 'node:https';
import { type AddressInfo, isIPv6 } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import { Strangers } from './strangers.ts';

export interface WebServerSettings {
  readonly address: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** Path that tells whether Lanner works; `undefined` where that is not told, nor /versions. */
  readonly healthPath: string | undefined;
  /** Metrics are told under /metrics. */
  readonly hasMetrics: boolean;
  /** What is asked for elsewhere goes to the console. */
  readonly hasConsole: boolean;
  /** Certificate and key in PEM, for HTTPS. */
  readonly pem: string | undefined;
}

/** What there is to tell. Called at each question. */
export interface WebAnswers {
  /** What is wrong; `undefined` when nothing is. */
  readonly trouble: () => string | undefined;
  readonly versions: () => object;
  readonly metrics: () => { readonly type: string; readonly text: string };
  /** Answers what is for the console. `letIn` is to be called when it is known that the client may ask. */
  readonly console?: (
    request: http.IncomingMessage,
    response: http.ServerResponse,
    letIn: () => void,
  ) => void;
  /** A connection was refused or ended, since there are too many. */
  readonly onRefused?: () => void;
}

/** Of a client that is too slow, or there are too many of. */
const LIMITS = { headersTimeout: 5000, requestTimeout: 5000, keepAliveTimeout: 5000 } as const;
const CONNECTIONS = 256;
const HEADER_BYTES = 8192;
/** Milliseconds without a byte in either direction after which a connection ends. */
const SILENCE_MS = 30_000;

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

export class WebServer {
  readonly #answers: WebAnswers;
  readonly #log: (line: string) => void;
  #settings: WebServerSettings | undefined;
  #server: http.Server | undefined;
  #url: string | undefined;
  /** The last change that was asked for. */
  #change: Promise<void> = Promise.resolve();

  /** Listens when it is configured. */
  constructor(answers: WebAnswers, log: (line: string) => void) {
    this.#answers = answers;
    this.#log = log;
  }

  /** Listens so from now on, or, without settings, not at all. Resolves when that is so, or has been logged not to be. */
  configure(settings: WebServerSettings | undefined): Promise<void> {
    // One after the other: the port must be free again before it is used anew.
    this.#change = this.#change.then(() => this.#apply(settings));
    return this.#change;
  }

  /** Where it listens; `undefined` when it does not. */
  get url(): string | undefined {
    return this.#url;
  }

  /** Ends open connections. Idempotent. */
  close(): Promise<void> {
    return this.configure(undefined);
  }

  async #apply(settings: WebServerSettings | undefined): Promise<void> {
    if (isDeepStrictEqual(settings, this.#settings)) return;
    await this.#end();
    this.#settings = settings;
    if (settings !== undefined) await this.#listen(settings);
  }

  async #end(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    this.#url = undefined;
    if (server === undefined) return;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }

  #listen(settings: WebServerSettings): Promise<void> {
    const { address, port, pem } = settings;
    const where = `${isIPv6(address) ? `[${address}]` : address}:${port}`;
    return new Promise((resolve) => {
      const fail = (error: Error): void => {
        this.#log(`webserver: cannot listen on ${where}: ${reasonOf(error)}: Lanner goes on without it`);
        // The same settings may work at the next reload.
        this.#settings = undefined;
        this.#server = undefined;
        resolve();
      };
      let server: http.Server;
      try {
        server = this.#create(settings);
      } catch (error) {
        fail(error as Error);
        return;
      }
      this.#server = server;
      server.once('error', fail);
      server.listen({ host: address, port }, () => {
        server.off('error', fail);
        server.on('error', (error) => this.#log(`webserver: ${error.message}`));
        const { port: actual } = server.address() as AddressInfo;
        const host = where.slice(0, where.lastIndexOf(':'));
        this.#url = `${pem === undefined ? 'http' : 'https'}://${host}:${actual}`;
        this.#log(`webserver: listening on ${this.#url}`);
        resolve();
      });
      // It must not keep the program from ending.
      server.unref();
    });
  }

  /** Throws when certificate or key are none. */
  #create(settings: WebServerSettings): http.Server {
    const { pem } = settings;
    const options = { ...LIMITS, maxHeaderSize: HEADER_BYTES };
    const { console } = this.#answers;
    const answer = (request: http.IncomingMessage, response: http.ServerResponse): void => {
      if (settings.hasConsole && console && !this.#isTold(request, settings))
        console(request, response, () => strangers.letIn(request.socket));
      else respond(request, response, this.#answer(request, settings));
    };
    const strangers = new Strangers(() => this.#answers.onRefused?.());
    const server =
      pem === undefined
        ? http.createServer(options, answer)
        : https.createServer({ ...options, cert: pem, key: pem }, answer);
    server.maxConnections = CONNECTIONS;
    server.timeout = SILENCE_MS;
    server.on('connection', (socket) => strangers.add(socket));
    server.on('drop', () => this.#answers.onRefused?.());
    return server;
  }

  #isTold({ url = '' }: http.IncomingMessage, { healthPath, hasMetrics }: WebServerSettings): boolean {
    const [path] = url.split('?');
    if (path === healthPath) return true;
    return (path === '/versions' && healthPath !== undefined) || (path === '/metrics' && hasMetrics);
  }

  #answer({ method, url = '' }: http.IncomingMessage, settings: WebServerSettings): Answer {
    if (method !== 'GET' && method !== 'HEAD') return plain(405, 'only GET and HEAD are answered');
    const [path] = url.split('?');
    try {
      if (path === settings.healthPath) return healthAnswer(this.#answers.trouble());
      if (path === '/versions' && settings.healthPath !== undefined)
        return json(200, this.#answers.versions());
      if (path === '/metrics' && settings.hasMetrics) return { status: 200, ...this.#answers.metrics() };
    } catch (error) {
      this.#log(`webserver: ${path}: ${String(error)}, which is a fault in Lanner`);
      return plain(500, 'this could not be told; the log of Lanner says why');
    }
    return plain(404, 'there is nothing here');
  }
}

/** Falco's answer when all is well. */
function healthAnswer(trouble: string | undefined): Answer {
  if (trouble === undefined) return { status: 200, type: JSON_TYPE, text: '{"status": "ok"}' };
  return json(503, { status: 'failing', reason: trouble });
}

const JSON_TYPE = 'application/json';

function json(status: number, value: object): Answer {
  return { status, type: JSON_TYPE, text: JSON.stringify(value) };
}

function plain(status: number, line: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', text: `${line}\n` };
}

function respond(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  { status, type, text }: Answer,
): void {
  // A body that nobody asked for is not read; the connection ends instead.
  const hasBody = request.headers['content-length'] !== undefined || request.headers['transfer-encoding'];
  const headers = {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(text),
    'X-Content-Type-Options': 'nosniff',
    ...(status === 405 ? { Allow: 'GET, HEAD' } : {}),
    ...(hasBody ? { Connection: 'close' } : {}),
  };
  response.writeHead(status, headers).end(request.method === 'HEAD' ? undefined : text);
}

function reasonOf({ message, code }: NodeJS.ErrnoException): string {
  return code === 'EADDRINUSE' ? 'the port is in use' : message;
}
