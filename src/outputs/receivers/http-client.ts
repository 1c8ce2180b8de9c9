/** Requests to a web server, over connections that are kept or not. */
import { Agent as HttpAgent, request as httpRequest, type OutgoingHttpHeaders } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type Letter, RetryLater, type Sent } from '../delivery/transport.ts';
import { type TlsSettings, tlsOptions } from './tls.ts';

const compress = promisify(gzip);

/** Bytes of an answer that are kept; what follows is read and forgotten. */
const ANSWER_BYTES = 4 * 1024 * 1024;
const SHOWN_CHARACTERS = 200;

export interface HttpSettings {
  /** `http://` or `https://`; user and password in it become basic authentication. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly tls?: TlsSettings;
  readonly keepAlive: boolean;
  /** Compress what is sent (`Content-Encoding: gzip`). */
  readonly compress: boolean;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

export class HttpClient {
  /** The address without user, password and query, which may be secrets. */
  readonly place: string;
  readonly #settings: HttpSettings;
  readonly #url: URL;
  #agent: HttpAgent;

  /** Throws when the address is none, or a certificate cannot be read. */
  constructor(settings: HttpSettings) {
    this.#settings = settings;
    this.#url = parseUrl(settings.url);
    this.place = this.#url.origin + this.#url.pathname;
    this.#agent = this.#makeAgent();
  }

  /**
   * Sends a POST and gives the answer, whatever its status; rejects when there is none. `path` is added to that of
   * the address.
   */
  async post(
    path: string,
    body: string,
    headers: OutgoingHttpHeaders,
    signal: AbortSignal,
  ): Promise<HttpAnswer> {
    const content = this.#settings.compress ? await compress(body) : Buffer.from(body, 'utf8');
    const url = new URL(this.#url);
    if (path !== '') url.pathname = url.pathname.replace(/\/$/, '') + path;
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const request = send(url, {
        method: 'POST',
        agent: this.#agent,
        signal,
        headers: {
          ...this.#settings.headers,
          ...headers,
          'Content-Length': content.length,
          ...(this.#settings.compress ? { 'Content-Encoding': 'gzip' } : {}),
        },
      });
      request.on('error', (error) => reject(signal.aborted ? signal.reason : error));
      request.on('response', (response) => {
        const pieces: Buffer[] = [];
        let size = 0;
        response.on('data', (piece: Buffer) => {
          if (size < ANSWER_BYTES) pieces.push(piece);
          size += piece.length;
        });
        response.on('error', reject);
        response.on('end', () => {
          const status = response.statusCode ?? 0;
          const after = retryAfter(response.headers['retry-after']);
          const text = Buffer.concat(pieces).toString('utf8');
          if ((status === 429 || status === 503) && after !== undefined)
            reject(new RetryLater(`asks to wait (status ${status})`, after));
          else resolve({ status, body: text });
        });
      });
      request.end(content);
    });
  }

  reopen(): void {
    this.#agent.destroy();
    this.#agent = this.#makeAgent();
  }

  close(): void {
    this.#agent.destroy();
  }

  #makeAgent(): HttpAgent {
    const { keepAlive, tls } = this.#settings;
    const options = { keepAlive, maxSockets: 1 };
    if (this.#url.protocol === 'http:') return new HttpAgent(options);
    return new HttpsAgent({ ...options, ...(tls ? tlsOptions(tls) : {}) });
  }
}

/**
 * What a status means for a letter: nothing when it was taken; a reason when it never will be. Throws when it should
 * be sent again: the server is overloaded, broken, or does not let us in yet.
 */
export function refusalOf({ status, body }: HttpAnswer): string | undefined {
  if (status >= 200 && status < 300) return undefined;
  const shown = body.replaceAll(/\s+/g, ' ').slice(0, SHOWN_CHARACTERS);
  const reason = `status ${status}${shown === '' ? '' : `: ${shown}`}`;
  // What is wrong with the letter itself: its form, its size, its content.
  if ([400, 406, 413, 414, 415, 422].includes(status)) return reason;
  throw new Error(reason);
}

/**
 * Sends letters with `post`, which gives a reason when the receiver refuses what it was sent. Of several letters the
 * halves are then tried, since one that is wrong, or the size of them all, must not cost the others.
 */
export async function sendInHalves(
  letters: readonly Letter[],
  post: (letters: readonly Letter[]) => Promise<string | undefined>,
): Promise<Sent> {
  const reason = await post(letters);
  const [letter] = letters;
  if (reason === undefined || letter === undefined) return {};
  if (letters.length === 1) return { refused: [{ letter, reason }] };
  const middle = letters.length >> 1;
  const first = await sendInHalves(letters.slice(0, middle), post);
  const second = await sendInHalves(letters.slice(middle), post);
  return { refused: [...(first.refused ?? []), ...(second.refused ?? [])] };
}

function parseUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new Error('the url must begin with http:// or https://');
  return url;
}

/** Seconds, or a date, as milliseconds from now (RFC 9110, section 10.2.3). */
function retryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const wait = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(wait) ? Math.max(wait, 0) : undefined;
}
