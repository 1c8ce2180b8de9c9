/** A small client of the Language Server Protocol, for tests: talks with `lanner language-server` as editors do. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';

const MAIN = join(import.meta.dirname, '..', 'cli', 'main.ts');

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** How long an answer may take: only a server that hangs takes so long. */
const PATIENCE = 60_000;

export class Client {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, (message: Message) => void>();
  readonly #notifications: Message[] = [];
  #listeners: (() => void)[] = [];
  #received: Buffer = Buffer.alloc(0);
  #next = 1;
  readonly ended: Promise<number | null>;
  errors = '';

  constructor(cwd: string) {
    this.#process = spawn(process.execPath, [MAIN, 'language-server', '--stdio'], { cwd });
    this.#process.stdout?.on('data', (data: Buffer) => this.#receive(data));
    this.#process.stderr?.on('data', (data: Buffer) => {
      this.errors += data;
    });
    this.ended = new Promise((resolve) => this.#process.once('exit', resolve));
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }

  /** The result of a request. Throws with the server's message when it refuses. */
  async request<T>(method: string, params: unknown): Promise<T> {
    const id = this.#next++;
    const answer = new Promise<Message>((resolve) => this.#waiting.set(id, resolve));
    this.#send({ jsonrpc: '2.0', id, method, params });
    const { result, error } = await this.#withPatience(answer, method);
    if (error !== undefined) throw new Error(error.message);
    return result as T;
  }

  notify(method: string, params: unknown): void {
    this.#send({ jsonrpc: '2.0', method, params });
  }

  /** The next notification of the method for which `isMeant` holds; those before it are passed over. */
  async notification<T>(method: string, isMeant: (params: T) => boolean): Promise<T> {
    const found = (async (): Promise<T> => {
      for (;;) {
        for (let message = this.#notifications.shift(); message; message = this.#notifications.shift()) {
          if (message.method === method && isMeant(message.params as T)) return message.params as T;
        }
        await new Promise<void>((resolve) => this.#listeners.push(resolve));
      }
    })();
    return this.#withPatience(found, method);
  }

  async #withPatience<T>(wanted: Promise<T>, what: string): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer to ${what}: ${this.errors}`)), PATIENCE);
    });
    try {
      return await Promise.race([wanted, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  #send(message: object): void {
    const body = Buffer.from(JSON.stringify(message));
    this.#process.stdin?.write(`Content-Length: ${body.length}\r\n\r\n`);
    this.#process.stdin?.write(body);
  }

  #receive(data: Buffer): void {
    this.#received = Buffer.concat([this.#received, data]);
    for (;;) {
      const header = this.#received.indexOf('\r\n\r\n');
      if (header < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(this.#received.toString('latin1', 0, header))?.[1]);
      const end = header + 4 + length;
      if (this.#received.length < end) return;
      this.#take(JSON.parse(this.#received.toString('utf8', header + 4, end)));
      this.#received = this.#received.subarray(end);
    }
  }

  #take(message: Message): void {
    if (message.method === undefined) {
      this.#waiting.get(message.id ?? -1)?.(message);
      this.#waiting.delete(message.id ?? -1);
    } else if (message.id !== undefined) {
      // Requests of the server: to register something.
      this.#send({ jsonrpc: '2.0', id: message.id, result: null });
    } else {
      this.#notifications.push(message);
      for (const listener of this.#listeners) listener();
      this.#listeners = [];
    }
  }
}
