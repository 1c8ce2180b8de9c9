/**
 * The console: its pages and its API, as one handler of requests. It knows who may ask and how much; what is answered
 * it is told.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Access, type AccessSettings, type Client } from './access.ts';
import type { ApiError, Features, Session } from './api-types.ts';
import { readJson } from './body.ts';
import { Counters } from './counters.ts';
import { EventStreams, type StreamSource } from './event-streams.ts';
import { API_HEADERS, SECURITY_HEADERS } from './headers.ts';
import { ClientLimits } from './limits.ts';
import { Peers } from './peer.ts';
import { Refusal } from './refusal.ts';
import { JsonLines, JsonText, type Route, Routes } from './route.ts';
import { Sessions } from './sessions.ts';
import { StaticPages } from './static-pages.ts';
import { TokenFile } from './token-file.ts';

/** What there is to answer. */
export interface ConsoleAnswers {
  readonly routes: readonly Route[];
  readonly stream: StreamSource;
  readonly features: () => Features;
  /** What a session is told beside its own. */
  readonly about: () => Required<Pick<Session, 'version' | 'hostname' | 'started'>>;
  /** Name of a user of this machine. */
  readonly userName: (id: number) => string | undefined;
}

export interface ConsoleParts {
  readonly answers: ConsoleAnswers;
  /** Folder of the built pages. */
  readonly pages: string;
  /** Path of the token's file. */
  readonly tokenFile: string;
  readonly settings: AccessSettings;
  readonly log: (line: string) => void;
  readonly counters?: Counters;
  /** Who is asked about users on other ends; for tests. */
  readonly peers?: Pick<Peers, 'userOf'>;
}

/** A request on its way through. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly letIn: () => void;
}

/** Requests to the API that may be under way. */
const MOST_AT_WORK = 32;
/** Bytes of a body with a token: whoever sends it may be anybody, and what it takes to read it holds up events. */
const MOST_TOKEN_BODY = 1024;
const API = '/api/';
const SESSION = '/api/session';
const STREAM = '/api/stream';
const JSON_TYPE = 'application/json; charset=utf-8';

export class ConsoleServer {
  readonly counters: Counters;
  readonly #answers: ConsoleAnswers;
  readonly #routes: Routes;
  readonly #pages: StaticPages;
  readonly #access: Access;
  readonly #streams: EventStreams;
  readonly #log: (line: string) => void;
  #atWork = 0;

  constructor(given: ConsoleParts) {
    const {
      answers,
      pages,
      tokenFile,
      settings,
      log,
      peers = new Peers(),
      counters = new Counters(),
    } = given;
    this.counters = counters;
    this.#answers = answers;
    this.#routes = new Routes(answers.routes);
    this.#pages = new StaticPages(pages);
    this.#log = log;
    const parts = { peers, counters, sessions: new Sessions(), limits: new ClientLimits() };
    this.#access = new Access({ ...parts, token: new TokenFile(tokenFile) }, settings);
    this.#streams = new EventStreams(answers.stream, counters, log);
  }

  configure(settings: AccessSettings): void {
    this.#access.configure(settings);
  }

  /** Streams that are open. */
  get streams(): number {
    return this.#streams.size;
  }

  /** Tells all streams that the rules are others now, or were not taken. */
  rulesChanged(news: Parameters<EventStreams['rulesChanged']>[0]): void {
    this.#streams.rulesChanged(news);
  }

  /** Answers a request, whatever it is. `letIn` is called when its client is one who may ask. */
  async handle(
    request: IncomingMessage,
    response: ServerResponse,
    letIn: () => void = () => {},
  ): Promise<void> {
    // A client that goes in the middle of something is no error.
    response.on('error', () => {});
    try {
      const [path = '', query = ''] = splitUrl(request.url ?? '');
      this.#access.checkPlace(request);
      if (path === '/api' || path.startsWith(API))
        await this.#answerApi(path, query, { request, response, letIn });
      else await this.#answerPage(path, request, response);
    } catch (error) {
      this.#refuse(error, request, response);
    }
  }

  /** Ends all streams. */
  close(): void {
    this.#streams.close();
  }

  async #answerPage(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'GET' && request.method !== 'HEAD')
      throw new Refusal(405, 'only GET and HEAD are answered here');
    if (await this.#pages.answer(path, request, response)) return;
    if (await this.#pages.areThere()) throw new Refusal(404, 'there is nothing here');
    sendText(
      response,
      503,
      'The pages of the console have not been built: "npm start" builds them, or "node scripts/setup.mjs".',
    );
  }

  async #answerApi(path: string, query: string, exchange: Exchange): Promise<void> {
    this.counters.count('requests');
    this.#access.checkOrigin(exchange.request);
    if (this.#atWork >= MOST_AT_WORK)
      throw new Refusal(503, 'too many requests are under way: try again', {
        retryAfterMs: 1000,
        counted: 'busy',
      });
    this.#atWork++;
    try {
      if (path === SESSION) await this.#answerSession(exchange);
      else await this.#answerClient(path, new URLSearchParams(query), exchange);
    } finally {
      this.#atWork--;
    }
  }

  async #answerSession({ request, response, letIn }: Exchange): Promise<void> {
    if (request.method === 'GET') {
      const client = await this.#access.clientOf(request);
      if (client) letIn();
      sendJson(response, 200, this.#session(client));
    } else if (request.method === 'POST') {
      await this.#access.checkRate(request);
      const token = tokenOf(await readJson(request, MOST_TOKEN_BODY));
      const { client, cookie } = await this.#access.signIn(request, token);
      sendJson(response, 200, this.#session(client), { 'Set-Cookie': cookie });
    } else if (request.method === 'DELETE') {
      const cookie = this.#access.signOut(request);
      sendJson(response, 200, this.#session(undefined), { 'Set-Cookie': cookie });
    } else throw new Refusal(405, 'the session is asked for by GET, POST or DELETE');
  }

  #session(client: Client | undefined): Session {
    if (client === undefined) return { signedIn: false };
    const features = this.#answers.features();
    const user = client.user === undefined ? undefined : this.#answers.userName(client.user);
    return {
      signedIn: true,
      by: client.by,
      ...(user === undefined ? {} : { user }),
      mayEdit: features.editing.available,
      ...this.#answers.about(),
      now: Date.now() * 1000,
      features,
    };
  }

  async #answerClient(
    path: string,
    query: URLSearchParams,
    { request, response, letIn }: Exchange,
  ): Promise<void> {
    const client = await this.#access.clientOf(request);
    if (client === undefined)
      throw new Refusal(401, 'the console needs its token: "lanner console token" shows it', {
        counted: 'unauthorized',
      });
    letIn();
    if (path === STREAM) return this.#openStream(query, client, request, response);
    const { method = '' } = request;
    const { route, name, methods } = this.#routes.find(method, path);
    if (route === undefined) {
      if (methods.length === 0) throw new Refusal(404, 'there is nothing here');
      throw new Refusal(405, `this is asked for by ${methods.join(' or ')}`);
    }
    if (route.needs !== undefined) {
      const { available, reason = 'this is not there' } = this.#answers.features()[route.needs];
      if (!available) throw new Refusal(503, reason);
    }
    const body = method === 'GET' ? undefined : await readJson(request);
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    const answer = await route.answer({ name: decoded(name), query, body, client, gone: gone.signal });
    if (answer instanceof JsonLines) await sendLines(response, answer.lines);
    else sendJson(response, 200, answer);
  }

  #openStream(
    query: URLSearchParams,
    client: Client,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    if (request.method !== 'GET') throw new Refusal(405, 'streams are asked for by GET');
    const after = String(request.headers['last-event-id'] ?? query.get('after') ?? '');
    if (after !== '' && !/^\d{1,15}$/.test(after))
      throw new Refusal(400, 'after: give the id of an alert', { counted: 'malformed' });
    query.delete('after');
    const { by, user } = client;
    this.#streams.open(
      {
        query,
        after: after === '' ? undefined : Number(after),
        isAllowed: () => this.#access.isStillIn(client),
        owner: `${by} ${user ?? request.socket.remoteAddress}`,
      },
      response,
    );
  }

  #refuse(error: unknown, request: IncomingMessage, response: ServerResponse): void {
    if (response.headersSent) {
      response.destroy();
      if (!(error instanceof Refusal)) this.#fault(error, request);
      return;
    }
    if (!(error instanceof Refusal)) {
      this.#fault(error, request);
      sendJson(response, 500, {
        error: { message: 'this could not be told; the log of Lanner says why' },
      } satisfies ApiError);
      return;
    }
    const { status, message, details } = error;
    if (details.counted) this.counters.count(details.counted);
    const { problems, retryAfterMs } = details;
    const answer: ApiError = {
      error: {
        message,
        ...(problems === undefined ? {} : { problems }),
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      },
    };
    // The rest of a body that was not read is not worth reading.
    const close = request.complete ? {} : { Connection: 'close' };
    const retry = retryAfterMs === undefined ? {} : { 'Retry-After': Math.ceil(retryAfterMs / 1000) };
    sendJson(response, status, answer, { ...close, ...retry });
  }

  /** Paths may hold what people look for; they do not go into the log. */
  #fault(error: unknown, { method, url = '' }: IncomingMessage): void {
    this.counters.count('failures');
    const [path = ''] = url.split('?');
    const route = path.split('/').slice(0, 3).join('/').slice(0, 100);
    const { stack } = error as Error;
    this.#log(
      `console: ${method} ${JSON.stringify(route)}: ${stack ?? String(error)}, which is a fault in Lanner`,
    );
  }
}

/** Path and query of a request; other forms than these are for proxies. Throws a {@link Refusal}. */
function splitUrl(url: string): [string, string] {
  if (!url.startsWith('/') || url.startsWith('//'))
    throw new Refusal(400, 'the request has no path', { counted: 'malformed' });
  const at = url.indexOf('?');
  return at < 0 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)];
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    throw new Refusal(400, 'the name in the path is no text in UTF-8', { counted: 'malformed' });
  }
}

function tokenOf(body: unknown): string {
  const token = (body as { readonly token?: unknown } | null)?.token;
  if (typeof token !== 'string') throw new Refusal(400, 'send {"token": "…"}', { counted: 'malformed' });
  return token.trim();
}

function sendJson(
  response: ServerResponse,
  status: number,
  answer: object,
  headers: Readonly<Record<string, string | number>> = {},
): void {
  const text = answer instanceof JsonText ? answer.text : JSON.stringify(answer);
  response.writeHead(status, {
    ...API_HEADERS,
    'Content-Type': JSON_TYPE,
    'Content-Length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}

function sendText(response: ServerResponse, status: number, line: string): void {
  const text = `${line}\n`;
  response.writeHead(status, {
    ...SECURITY_HEADERS,
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
  });
  response.end(text);
}

/** Waits for a client that reads slowly: whoever makes the lines waits too. */
async function sendLines(response: ServerResponse, lines: AsyncIterable<object>): Promise<void> {
  response.writeHead(200, { ...API_HEADERS, 'Content-Type': 'application/x-ndjson; charset=utf-8' });
  response.flushHeaders();
  for await (const line of lines) {
    if (response.destroyed) return;
    if (!response.write(`${JSON.stringify(line)}\n`)) {
      await new Promise<void>((resolve) => {
        response.once('drain', resolve).once('close', resolve);
      });
    }
  }
  response.end();
}
