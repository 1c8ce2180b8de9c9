/** Asks a Kubernetes API server for objects, lists of them, and their changes. */
import http from 'node:http';
import https from 'node:https';
import { type JsonMap, listOf, mapOf, textOf } from '../manifests/manifest.ts';
import type { ClusterAccess } from './access.ts';

/** An answer that is none of success, or none at all. */
export class ApiError extends Error {
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Objects that are asked for at once. */
const PAGE_SIZE = 500;
/** How long an answer may take, and stand still, in milliseconds. */
const TIMEOUT_MS = 30_000;
/** Bytes of one answer. */
const ANSWER_LIMIT = 256 << 20;
/** A list whose pages have expired is begun anew so often. */
const RESTARTS = 3;
export const GONE = 410;
/** After so long a server is asked to end a watch, which is then begun anew. */
const WATCH_SECONDS = 300;
/** Bytes of one change. */
const LINE_LIMIT = 16 << 20;
const NEWLINE = 10;

export interface Snapshot {
  readonly items: JsonMap[];
  readonly version: string;
}

/** What has happened to an object; a BOOKMARK tells its version only. */
export interface Change {
  readonly type: string;
  readonly object: JsonMap;
}

export class ApiClient {
  readonly #access: ClusterAccess;
  readonly #agent: http.Agent | https.Agent;

  /** `connections` are those at once: each watch keeps one. */
  constructor(access: ClusterAccess, connections = 2) {
    this.#access = access;
    const { ca, certificate, insecure, serverName } = access;
    this.#agent =
      access.server.protocol === 'http:'
        ? new http.Agent({ keepAlive: true, maxSockets: connections })
        : new https.Agent({
            keepAlive: true,
            maxSockets: connections,
            rejectUnauthorized: !insecure,
            ...(ca === undefined ? {} : { ca }),
            ...(certificate ?? {}),
            ...(serverName === undefined ? {} : { servername: serverName }),
          });
  }

  /** All objects of a collection, such as `/apis/apps/v1/deployments`, page by page. Throws an {@link ApiError}. */
  async list(path: string): Promise<JsonMap[]> {
    return (await this.snapshot(path)).items;
  }

  /** The same, with the version from which on {@link watch} tells what has changed since. */
  async snapshot(path: string): Promise<Snapshot> {
    for (let restarts = 0; ; restarts++) {
      try {
        return await this.#pages(path);
      } catch (error) {
        // The server keeps the state that pages are of for some minutes.
        if (!(error instanceof ApiError) || error.status !== GONE || restarts === RESTARTS) throw error;
      }
    }
  }

  /** One object. Throws an {@link ApiError}. */
  get(path: string): Promise<JsonMap> {
    return this.#get(path);
  }

  /**
   * Tells changes of a collection since `version`. Resolves when the server ends that, as it does every few minutes,
   * or `signal` does; throws an {@link ApiError}, of status 410 when the server does not know the version any more.
   */
  async watch(
    path: string,
    version: string,
    onChange: (change: Change) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const query = `watch=1&allowWatchBookmarks=true&timeoutSeconds=${WATCH_SECONDS}&resourceVersion=${encodeURIComponent(version)}`;
    const response = await this.#open(withQuery(path, query), signal);
    const { statusCode = 0 } = response;
    if (statusCode !== 200) {
      response.destroy();
      throw new ApiError(statusCode, reasonOf(statusCode, undefined));
    }
    await readLines(response, signal, (line) => onChange(changeOf(line)));
  }

  close(): void {
    this.#agent.destroy();
  }

  async #pages(path: string): Promise<Snapshot> {
    const items: JsonMap[] = [];
    for (let next = ''; ; ) {
      const query = `limit=${PAGE_SIZE}${next === '' ? '' : `&continue=${encodeURIComponent(next)}`}`;
      const page = await this.#get(withQuery(path, query));
      for (const item of listOf(page.items)) items.push(mapOf(item) ?? {});
      const metadata = mapOf(page.metadata);
      next = textOf(metadata?.continue);
      if (next === '') return { items, version: textOf(metadata?.resourceVersion) };
    }
  }

  async #get(path: string): Promise<JsonMap> {
    const response = await this.#open(path);
    const parts: Buffer[] = [];
    let size = 0;
    try {
      for await (const part of response as AsyncIterable<Buffer>) {
        size += part.length;
        if (size > ANSWER_LIMIT) throw new Error(`the answer has more than ${ANSWER_LIMIT >> 20} MiB`);
        parts.push(part);
      }
    } catch (error) {
      throw this.#unanswered(error as Error);
    }
    const { statusCode = 0 } = response;
    const body = parse(Buffer.concat(parts).toString('utf8'));
    if (statusCode === 200 && body !== undefined) return body;
    throw new ApiError(statusCode, reasonOf(statusCode, body));
  }

  /** Asks, and resolves when the answer begins. */
  #open(path: string, signal?: AbortSignal): Promise<http.IncomingMessage> {
    const { server, token } = this.#access;
    const base = server.pathname.replace(/\/$/, '');
    const { request } = server.protocol === 'http:' ? http : https;
    const headers = {
      accept: 'application/json',
      'user-agent': 'lanner',
      ...(token === undefined ? {} : { authorization: `Bearer ${token()}` }),
    };
    const url = new URL(`${base}${path}`, server);
    const limit = signal === undefined ? TIMEOUT_MS : WATCH_SECONDS * 1000 + TIMEOUT_MS;
    return new Promise((resolve, reject) => {
      const options = { agent: this.#agent, headers, ...(signal === undefined ? {} : { signal }) };
      const asked = request(url, options, resolve);
      asked.setTimeout(limit, () => asked.destroy(new Error(`no answer within ${limit / 1000} s`)));
      asked.on('error', (error) => reject(this.#unanswered(error)));
      asked.end();
    });
  }

  #unanswered(error: Error): ApiError {
    return new ApiError(0, `${this.#access.server.origin} cannot be asked: ${error.message}`);
  }
}

function withQuery(path: string, query: string): string {
  return `${path}${path.includes('?') ? '&' : '?'}${query}`;
}

/** Calls `onLine` for each line of a stream that has no end of its own. Resolves when it is ended by either side. */
async function readLines(
  response: http.IncomingMessage,
  signal: AbortSignal,
  onLine: (line: string) => void,
): Promise<void> {
  let rest: Buffer[] = [];
  let waiting = 0;
  try {
    for await (const part of response as AsyncIterable<Buffer>) {
      let start = 0;
      for (let end = part.indexOf(NEWLINE); end >= 0; end = part.indexOf(NEWLINE, start)) {
        onLine(Buffer.concat([...rest, part.subarray(start, end)]).toString('utf8'));
        rest = [];
        waiting = 0;
        start = end + 1;
      }
      waiting += part.length - start;
      if (waiting > LINE_LIMIT) throw new ApiError(0, `a change has more than ${LINE_LIMIT >> 20} MiB`);
      rest.push(part.subarray(start));
    }
  } catch (error) {
    if (signal.aborted) return;
    throw error instanceof ApiError ? error : new ApiError(0, (error as Error).message);
  }
}

function changeOf(line: string): Change {
  const event = parse(line);
  const object = mapOf(event?.object);
  if (event === undefined || object === undefined) throw new ApiError(0, 'a change is not understood');
  if (event.type === 'ERROR') throw new ApiError(Number(object.code) || 0, reasonOf(0, object));
  return { type: textOf(event.type), object };
}

/** The server says in a Status what was wrong. */
function reasonOf(status: number, body: JsonMap | undefined): string {
  const message = textOf(body?.message);
  if (message !== '') return message;
  return status === 200 ? 'the answer is not JSON' : `the server answers with status ${status}`;
}

function parse(text: string): JsonMap | undefined {
  try {
    return mapOf(JSON.parse(text));
  } catch {
    return undefined;
  }
}
