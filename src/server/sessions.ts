/** Sessions of browsers that have shown the token: a cookie each, kept in memory and gone with this process. */
import { createHash, randomBytes } from 'node:crypto';

/** Milliseconds without a request, and in all, after which a session ends. */
const IDLE_MS = 12 * 3_600_000;
const LONGEST_MS = 7 * 24 * 3_600_000;
/** When there are more, the one that was unused for longest ends. */
const MOST = 100;

interface Known {
  readonly begun: number;
  used: number;
  /** Of the token that it was begun with. */
  readonly token: Buffer;
  /** The user who has begun it, where it was within this machine. */
  readonly user: number | undefined;
}

export class Sessions {
  readonly #known = new Map<string, Known>();
  readonly #clock: () => number;

  constructor(clock: () => number = Date.now) {
    this.#clock = clock;
  }

  /** Begins a session, and gives the secret for its cookie. */
  begin(token: Buffer, user: number | undefined): string {
    const secret = randomBytes(32).toString('base64url');
    const now = this.#clock();
    // The map is in the order of use.
    for (const [key, known] of this.#known) {
      if (this.#known.size < MOST && !isOver(known, now)) break;
      this.#known.delete(key);
    }
    this.#known.set(keyOf(secret), { begun: now, used: now, token, user });
    return secret;
  }

  /**
   * Whether a session has this secret and the token is still the same. One that was begun within this machine is of
   * that user alone: browsers send cookies to every port of a host, and other users may listen on one.
   */
  has(secret: string, token: Buffer | undefined, user: number | undefined): boolean {
    const key = keyOf(secret);
    const known = this.#known.get(key);
    if (known === undefined) return false;
    const now = this.#clock();
    if (isOver(known, now) || token === undefined || !known.token.equals(token)) {
      this.#known.delete(key);
      return false;
    }
    if (known.user !== user) return false;
    known.used = now;
    this.#known.delete(key);
    this.#known.set(key, known);
    return true;
  }

  end(secret: string): void {
    this.#known.delete(keyOf(secret));
  }

  get size(): number {
    return this.#known.size;
  }
}

function isOver({ begun, used }: Known, now: number): boolean {
  return now - used > IDLE_MS || now - begun > LONGEST_MS;
}

/** What a search for it takes says nothing of the secret. */
function keyOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64');
}
