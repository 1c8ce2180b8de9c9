/** A queue of datagrams in front of a Unix socket whose reader may be slow, or away for a while. */
import { overflow } from './line-queue.ts';
import type { OutputStatistics } from './output.ts';
import { DatagramSocket } from './socket-calls.ts';

/** Bytes that may wait. */
const LIMIT = 16 * 1024 * 1024;
/** Milliseconds between tries while the reader is behind, and while it is away. */
const RETRY_MS = 5;
const RECONNECT_MS = 200;
/** Milliseconds that the end of the program waits for the reader. */
const CLOSE_MS = 700;

/** The reader is away: it is being restarted, or not there yet. */
const AWAY: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOENT', 'ECONNRESET', 'ENOTCONN', 'EPIPE']);
const BEHIND: ReadonlySet<string> = new Set(['EAGAIN', 'ENOBUFS']);

/** What is sent: the datagram, and a shorter one for readers that do not take it. */
export interface Datagram {
  readonly bytes: Buffer;
  readonly shorter?: () => Buffer;
}

export interface DatagramQueueOptions {
  /** Path of the socket. */
  readonly path: string;
  /**
   * Told when the reader goes away, once until it is back; what comes meanwhile waits for it. Told too (`ENOBUFS`)
   * when datagrams begin not to fit.
   */
  readonly onFailure: (error: NodeJS.ErrnoException) => void;
  /** Bytes that may wait; a datagram that does not fit is dropped. */
  readonly limit?: number;
}

export class DatagramQueue {
  readonly #options: DatagramQueueOptions;
  readonly #waiting: Datagram[] = [];
  #waitingBytes = 0;
  #socket: DatagramSocket | undefined;
  #sending: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #isEnding = false;
  #isAway = false;
  #isFull = false;
  #written = 0;
  #dropped = 0;

  /** Throws when nobody listens at the path. */
  constructor(options: DatagramQueueOptions) {
    this.#options = options;
    this.#socket = new DatagramSocket(options.path);
  }

  push(datagram: Datagram): void {
    const { limit = LIMIT } = this.#options;
    if (this.#waitingBytes + datagram.bytes.length > limit) {
      if (!this.#isFull) this.#options.onFailure(overflow(limit));
      this.#isFull = true;
      this.#dropped++;
      return;
    }
    this.#waiting.push(datagram);
    this.#waitingBytes += datagram.bytes.length;
    this.#sending ??= this.#drain();
  }

  /** Connects anew before the next datagram. */
  reopen(): void {
    this.#socket?.close();
    this.#socket = undefined;
  }

  get waiting(): number {
    return this.#waitingBytes;
  }

  get queued(): number {
    return this.#waiting.length;
  }

  /** Ends when everything taken so far has been sent or dropped. */
  async flush(): Promise<void> {
    while (this.#sending !== undefined) await this.#sending;
  }

  /** Like `flush`, but drops what the reader has not taken within `limit` milliseconds. Idempotent. */
  close(limit: number = CLOSE_MS): Promise<void> {
    this.#closing ??= this.#close(limit);
    return this.#closing;
  }

  get statistics(): OutputStatistics {
    return { written: this.#written, dropped: this.#dropped };
  }

  async #close(limit: number): Promise<void> {
    const timer = setTimeout(() => {
      this.#isEnding = true;
    }, limit);
    await this.flush();
    clearTimeout(timer);
    this.reopen();
  }

  async #drain(): Promise<void> {
    // The caller is at an event: its turn comes first.
    await undefined;
    for (let [first] = this.#waiting; first !== undefined; [first] = this.#waiting) {
      const wait = this.#isEnding ? this.#drop(first) : this.#send(first);
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    }
    this.#isFull = false;
    this.#sending = undefined;
  }

  /** Sends the first datagram, and gives the milliseconds to wait: 0 when it is gone. */
  #send(datagram: Datagram): number {
    try {
      this.#socket ??= new DatagramSocket(this.#options.path);
      this.#put(this.#socket, datagram);
      this.#isAway = false;
      this.#written++;
      this.#remove(datagram);
      return 0;
    } catch (error) {
      return this.#waitAfter(error as NodeJS.ErrnoException, datagram);
    }
  }

  #put(socket: DatagramSocket, { bytes, shorter }: Datagram): void {
    try {
      socket.send(bytes);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EMSGSIZE' || shorter === undefined) throw error;
      socket.send(shorter());
    }
  }

  #waitAfter(error: NodeJS.ErrnoException, datagram: Datagram): number {
    const code = error.code ?? '';
    if (BEHIND.has(code)) return RETRY_MS;
    if (!this.#isAway) this.#options.onFailure(error);
    if (!AWAY.has(code)) return this.#drop(datagram);
    this.#isAway = true;
    this.reopen();
    return RECONNECT_MS;
  }

  #drop(datagram: Datagram): number {
    this.#dropped++;
    this.#remove(datagram);
    return 0;
  }

  #remove({ bytes }: Datagram): void {
    this.#waiting.shift();
    this.#waitingBytes -= bytes.length;
  }
}
