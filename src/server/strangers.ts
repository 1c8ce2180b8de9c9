/**
 * Connections of clients who have not been let in. Anybody can open as many as they like: there is room for so many,
 * and the oldest ends for a new one, so that nobody can shut the others out by holding theirs.
 */
import type { Duplex } from 'node:stream';

const MOST_STRANGERS = 128;

interface Ends {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}

type Connection = Duplex & Ends;

export class Strangers {
  /** By the other end, which an encrypted socket shares with the one below it; the oldest first. */
  readonly #connections = new Map<string, Connection>();
  readonly #onEnded: () => void;

  /** `onEnded`: a connection was ended to make room. */
  constructor(onEnded: () => void) {
    this.#onEnded = onEnded;
  }

  add(connection: Duplex): void {
    const own: Connection = connection;
    const key = keyOf(own);
    this.#connections.set(key, own);
    connection.once('close', () => {
      if (this.#connections.get(key) === own) this.#connections.delete(key);
    });
    if (this.#connections.size <= MOST_STRANGERS) return;
    const [oldest] = this.#connections.values();
    this.#onEnded();
    oldest?.destroy();
  }

  /** The client may ask: its connection stays as long as it likes. */
  letIn(connection: Ends): void {
    this.#connections.delete(keyOf(connection));
  }
}

function keyOf({ remoteAddress = '', remotePort = 0 }: Ends): string {
  return `${remoteAddress} ${remotePort}`;
}
