/** How much clients may ask for. */

/** Requests that a client may send at once after a quiet time, and per second. */
const BURST = 200;
const PER_SECOND = 50;
/** Wrong tokens of one client in a minute; then none is looked at until the minute is over. */
const WRONG_TOKENS = 10;
const MINUTE_MS = 60_000;
/** Clients that are remembered; beyond, those who came least recently are forgotten. */
const MOST_CLIENTS = 1000;

interface Client {
  tokens: number;
  since: number;
  wrong: number;
  wrongSince: number;
}

/** Counts what each client asks for; a client is a user of this machine or an address. */
export class ClientLimits {
  readonly #clients = new Map<string, Client>();
  readonly #clock: () => number;

  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock;
  }

  /** Whether the client may send one more request now. */
  mayAsk(name: string): boolean {
    const now = this.#clock();
    const client = this.#client(name, now);
    client.tokens = Math.min(BURST, client.tokens + ((now - client.since) / 1000) * PER_SECOND);
    client.since = now;
    if (client.tokens < 1) return false;
    client.tokens--;
    return true;
  }

  /** Milliseconds until a token of the client is looked at again; 0 when it is now. */
  waitForToken(name: string): number {
    const now = this.#clock();
    const { wrong, wrongSince } = this.#client(name, now);
    return wrong < WRONG_TOKENS ? 0 : Math.max(0, wrongSince + MINUTE_MS - now);
  }

  wrongToken(name: string): void {
    const now = this.#clock();
    const client = this.#client(name, now);
    if (now - client.wrongSince > MINUTE_MS) client.wrong = 0;
    if (client.wrong === 0) client.wrongSince = now;
    client.wrong++;
  }

  #client(name: string, now: number): Client {
    const client = this.#clients.get(name) ?? { tokens: BURST, since: now, wrong: 0, wrongSince: now };
    if (client.wrong > 0 && now - client.wrongSince > MINUTE_MS) client.wrong = 0;
    this.#clients.delete(name);
    this.#clients.set(name, client);
    const [oldest] = this.#clients.keys();
    if (this.#clients.size > MOST_CLIENTS && oldest !== undefined) this.#clients.delete(oldest);
    return client;
  }
}
