/** Asks a Kubernetes API server for lists of objects. */
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
const GONE = 410;

export class ApiClient {
  readonly #access: ClusterAccess;
  readonly #agent: http.Agent | https.Agent;

  constructor(access: ClusterAccess) {
    this.#access = access;
    const { ca, certificate, insecure, serverName } = access;
    this.#agent =
      access.server.protocol === 'http:'
        ? new http.Agent({ keepAlive: true, maxSockets: 2 })
        : new https.Agent({
            keepAlive: true,
            maxSockets: 2,
            rejectUnauthorized: !insecure,
            ...(ca === undefined ? {} : { ca }),
            ...(certificate ?? {}),
            ...(serverName === undefined ? {} : { servername: serverName }),
          });
  }

  /** All objects of a collection, such as `/apis/apps/v1/deployments`, page by page. Throws an {@link ApiError}. */
  async list(path: string): Promise<JsonMap[]> {
    for (let restarts = 0; ; restarts++) {
      try {
        return await this.#pages(path);
      } catch (error) {
        // The server keeps the state that pages are of for some minutes.
        if (!(error instanceof ApiError) || error.status !== GONE || restarts === RESTARTS) throw error;
      }
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  async #pages(path: string): Promise<JsonMap[]> {
    const items: JsonMap[] = [];
    for (let next = ''; ; ) {
      const query = `?limit=${PAGE_SIZE}${next === '' ? '' : `&continue=${encodeURIComponent(next)}`}`;
      const page = await this.#get(`${path}${query}`);
      for (const item of listOf(page.items)) items.push(mapOf(item) ?? {});
      next = textOf(mapOf(page.metadata)?.continue);
      if (next === '') return items;
    }
  }

  #get(path: string): Promise<JsonMap> {
    const { server, token } = this.#access;
    const base = server.pathname.replace(/\/$/, '');
    const { request } = server.protocol === 'http:' ? http : https;
    const headers = {
      accept: 'application/json',
      'user-agent': 'lanner',
      ...(token === undefined ? {} : { authorization: `Bearer ${token()}` }),
    };
    return new Promise((resolve, reject) => {
      const failed = (error: Error) =>
        reject(new ApiError(0, `${server.origin} cannot be asked: ${error.message}`));
      const asked = request(
        new URL(`${base}${path}`, server),
        { agent: this.#agent, headers },
        (response) => {
          const parts: Buffer[] = [];
          let size = 0;
          response.on('data', (part: Buffer) => {
            size += part.length;
            if (size > ANSWER_LIMIT)
              asked.destroy(new Error(`the answer has more than ${ANSWER_LIMIT >> 20} MiB`));
            else parts.push(part);
          });
          response.on('error', failed);
          response.on('end', () => {
            const { statusCode = 0 } = response;
            const body = parse(Buffer.concat(parts).toString('utf8'));
            if (statusCode === 200 && body !== undefined) resolve(body);
            else reject(new ApiError(statusCode, reasonOf(statusCode, body)));
          });
        },
      );
      asked.setTimeout(TIMEOUT_MS, () => asked.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
      asked.on('error', failed);
      asked.end();
    });
  }
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
