/**
 * Who may ask the console, and from where. Three questions, in this order: does the request come from the console's
 * own page (or from no page at all); may it come from this network; and who sends it.
 */
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Counters } from './counters.ts';
import type { ClientLimits } from './limits.ts';
import { isLocal, isLoopback, type Peers, withoutMapping } from './peer.ts';
import { Refusal } from './refusal.ts';
import type { Sessions } from './sessions.ts';

/** Who has been let in. */
export interface Client {
  readonly by: 'user' | 'token';
  /** Id of the user on the other end, where it is on this machine and known. */
  readonly user: number | undefined;
  /** Secret of the session; of those that came with a cookie. */
  readonly session: string | undefined;
  /** Digest of the token that came with the request itself. */
  readonly token?: Buffer | undefined;
}

export interface AccessSettings {
  /** Names of this machine under which the console is reached, beside localhost and addresses. Lower case. */
  readonly hosts: readonly string[];
  /** Nobody is let in for being root or Lanner's own user. */
  readonly alwaysToken: boolean;
  /** Ids of users that are let in without a token when they come from this machine. */
  readonly users: readonly number[];
}

export interface AccessParts {
  readonly peers: Pick<Peers, 'userOf'>;
  readonly sessions: Sessions;
  readonly limits: ClientLimits;
  readonly counters: Counters;
  readonly token: { fits(given: string): boolean; readonly digest: Buffer | undefined };
}

/** Cookies of HTTP and of HTTPS; the prefix binds the latter to this host, and to HTTPS (RFC 6265bis, 4.1.3). */
const COOKIE = 'lanner_session';
const SECURE_COOKIE = '__Host-lanner_session';
/** Milliseconds until a wrong token is answered. */
const WRONG_TOKEN_MS = 500;
/** Longest token that is looked at. */
const MOST_TOKEN = 200;
/** Wrong tokens that may wait for their answers at once. */
const MOST_WAITING = 32;
/** Headers of those who pass requests on: whoever is behind them, the kernel does not know. */
const PASSED_ON = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'];

export class Access {
  readonly #parts: AccessParts;
  readonly #users = new WeakMap<object, Promise<number | undefined>>();
  #settings: AccessSettings;
  #waiting = 0;

  constructor(parts: AccessParts, settings: AccessSettings) {
    this.#parts = parts;
    this.#settings = settings;
  }

  configure(settings: AccessSettings): void {
    this.#settings = settings;
  }

  /** Throws a {@link Refusal} when the request is for another host, or comes over the network without TLS. */
  checkPlace(request: IncomingMessage): void {
    const [host, ...others] = request.headersDistinct.host ?? [];
    if (host === undefined || others.length > 0 || !this.#isOwn(host, request))
      throw new Refusal(
        403,
        'this name is not one of the console: use localhost or the address, or add it to console.hosts',
        { counted: 'wrong_host' },
      );
    if (!isSecure(request) && !isLocal(request.socket))
      throw new Refusal(
        403,
        'the console is for this machine only: for others it needs TLS (webserver.ssl_enabled)',
        { counted: 'not_local' },
      );
  }

  /** Throws a {@link Refusal} when a page of somebody else has sent the request. */
  checkOrigin(request: IncomingMessage): void {
    const { host = '', origin } = request.headers;
    const site = request.headers['sec-fetch-site'];
    const isOther = site !== undefined && site !== 'same-origin' && site !== 'none';
    const isSafe = request.method === 'GET' || request.method === 'HEAD';
    const isWrong = origin === undefined ? !isSafe : !isOriginOf(origin, host);
    if (isOther || isWrong)
      throw new Refusal(403, 'this may only be asked by the page of the console itself (header Origin)', {
        counted: 'wrong_origin',
      });
  }

  /** Who sends the request; `undefined` for somebody who must show the token first. Throws a {@link Refusal}. */
  async clientOf(request: IncomingMessage): Promise<Client | undefined> {
    const { sessions, token } = this.#parts;
    const user = await this.checkRate(request);
    const name = nameOf(request, user);
    const bearer = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (bearer !== undefined) {
      await this.#checkToken(bearer, name);
      return { by: 'token', user, session: undefined, token: token.digest };
    }
    const session = cookieOf(request);
    if (session !== undefined && sessions.has(session, token.digest, user))
      return { by: 'token', user, session };
    if (this.#isTrusted(user) && !isPassedOn(request)) return { by: 'user', user, session: undefined };
    return undefined;
  }

  /** The user who sends the request, where known. Throws a {@link Refusal} when too many came from there. */
  async checkRate(request: IncomingMessage): Promise<number | undefined> {
    const user = await this.#userOf(request);
    if (!this.#parts.limits.mayAsk(nameOf(request, user)))
      throw new Refusal(429, 'too many requests: wait a little', {
        retryAfterMs: 1000,
        counted: 'rate_limited',
      });
    return user;
  }

  /** Begins a session with the token, and gives the header that sets its cookie. Throws a {@link Refusal}. */
  async signIn(request: IncomingMessage, given: string): Promise<{ client: Client; cookie: string }> {
    const user = await this.#userOf(request);
    await this.#checkToken(given, nameOf(request, user));
    const { sessions, token, counters } = this.#parts;
    const { digest } = token;
    if (digest === undefined) throw new Refusal(503, 'there is no token: see "lanner console token"');
    const session = sessions.begin(digest, user);
    counters.count('sessions');
    return { client: { by: 'token', user, session }, cookie: cookieHeader(session, isSecure(request)) };
  }

  /** Ends the session of a request, and gives the header that removes its cookie. */
  signOut(request: IncomingMessage): string {
    const session = cookieOf(request);
    if (session !== undefined) this.#parts.sessions.end(session);
    return `${cookieHeader('', isSecure(request))}; Max-Age=0`;
  }

  /** Whether a client that was let in still is: session, token and configuration may be others since. */
  isStillIn({ by, session, user, token: shown }: Client): boolean {
    if (by === 'user') return this.#isTrusted(user);
    const { sessions, token } = this.#parts;
    const { digest } = token;
    if (session !== undefined) return sessions.has(session, digest, user);
    return shown !== undefined && digest?.equals(shown) === true;
  }

  /** Whether the user needs no token. */
  #isTrusted(user: number | undefined): boolean {
    return user !== undefined && this.#settings.users.includes(user) && !this.#settings.alwaysToken;
  }

  async #checkToken(given: string, name: string): Promise<void> {
    const { limits, counters, token } = this.#parts;
    const wait = limits.waitForToken(name);
    if (wait > 0 || this.#waiting >= MOST_WAITING)
      throw new Refusal(429, 'too many wrong tokens: wait a minute', {
        retryAfterMs: Math.ceil(wait) || 1000,
        counted: 'tokens_put_off',
      });
    if (given.length <= MOST_TOKEN && token.fits(given)) return;
    limits.wrongToken(name);
    counters.count('wrong_tokens');
    this.#waiting++;
    await new Promise((resolve) => setTimeout(resolve, WRONG_TOKEN_MS).unref());
    this.#waiting--;
    throw new Refusal(401, 'this is not the token: "lanner console token" shows it');
  }

  /** Asked once for each connection, when it can be known. */
  #userOf({ socket }: IncomingMessage): Promise<number | undefined> {
    let user = this.#users.get(socket);
    if (user === undefined) {
      user = isLocal(socket) ? this.#lookUp(socket) : Promise.resolve(undefined);
      this.#users.set(socket, user);
    }
    return user;
  }

  async #lookUp(socket: IncomingMessage['socket']): Promise<number | undefined> {
    const user = await this.#parts.peers.userOf(socket);
    if (user === undefined) {
      this.#parts.counters.count('peers_unknown');
      this.#users.delete(socket);
    }
    return user;
  }

  /** A name that leads elsewhere for others, or today, can be made to lead here (DNS rebinding). */
  #isOwn(host: string, { socket }: IncomingMessage): boolean {
    const name = hostOf(host);
    if (name === undefined) return false;
    if (name === 'localhost' || this.#settings.hosts.includes(name)) return true;
    if (isIP(name) === 0) return false;
    return isLoopback(name) || name === withoutMapping(socket.localAddress ?? '');
  }
}

/** The name or address in a `Host` header, lower case and without its port; `undefined` when it is none. */
export function hostOf(header: string): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i.exec(header);
  return (match?.[1] ?? match?.[2])?.toLowerCase();
}

function isOriginOf(origin: string, host: string): boolean {
  const match = /^https?:\/\/([^/]+)$/i.exec(origin);
  return match?.[1]?.toLowerCase() === host.toLowerCase();
}

export function isSecure({ socket }: IncomingMessage): boolean {
  return (socket as Partial<TLSSocket>).encrypted === true;
}

function isPassedOn({ headers }: IncomingMessage): boolean {
  return PASSED_ON.some((name) => headers[name] !== undefined);
}

/** By whom limits count: all users of this machine have the same address. */
function nameOf({ socket }: IncomingMessage, user: number | undefined): string {
  return user === undefined ? `address ${withoutMapping(socket.remoteAddress ?? '')}` : `user ${user}`;
}

function cookieOf(request: IncomingMessage): string | undefined {
  const name = isSecure(request) ? SECURE_COOKIE : COOKIE;
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const [key, value] = part.trim().split('=', 2);
    if (key === name && value !== undefined && /^[A-Za-z0-9_-]{43}$/.test(value)) return value;
  }
  return undefined;
}

function cookieHeader(value: string, secure: boolean): string {
  const common = 'Path=/; HttpOnly; SameSite=Strict';
  return secure ? `${SECURE_COOKIE}=${value}; ${common}; Secure` : `${COOKIE}=${value}; ${common}`;
}
