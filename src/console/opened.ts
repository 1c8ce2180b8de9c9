/** The console as a handler of requests: what it is made of is loaded with the first of them. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { prometheusText } from '../metrics/prometheus.ts';
import type { AccessSettings } from '../server/access.ts';
import type { ConsoleServer } from '../server/console-server.ts';
import { COUNTED, Counters } from '../server/counters.ts';
import type { Console, ConsoleHost } from './console.ts';
import type { ReloadReport } from './rule-changes.ts';

/** Where the build has put the pages. */
const PAGES = join(import.meta.dirname, '..', '..', 'build', 'console');

export interface OpenOptions {
  readonly host: Omit<ConsoleHost, 'counters' | 'lastReload'>;
  readonly tokenFile: string;
  readonly access: () => AccessSettings;
  readonly log: (line: string) => void;
  /** Instead of those that were built; for tests. */
  readonly pages?: string;
}

export class OpenedConsole {
  readonly counters = new Counters();
  readonly #options: OpenOptions;
  #loaded: Promise<{ readonly server: ConsoleServer; readonly console: Console }> | undefined;
  #server: ConsoleServer | undefined;
  #console: Console | undefined;
  #report: ReloadReport | undefined;

  constructor(options: OpenOptions) {
    this.#options = options;
  }

  async handle(request: IncomingMessage, response: ServerResponse, letIn?: () => void): Promise<void> {
    const server = await this.#serverFor(response);
    await server?.handle(request, response, letIn);
  }

  /** What the counters say, as text for Prometheus; nothing before the first request. */
  metrics(): string {
    if (this.#server === undefined) return '';
    const counts = this.counters.all().map(({ name, value }) => ({
      name: `lanner_console_${name}_total`,
      help: COUNTED[name],
      type: 'counter' as const,
      read: () => value,
    }));
    const streams = this.#server.streams;
    return prometheusText([
      ...counts,
      {
        name: 'lanner_console_streams_open',
        help: 'Streams that are open.',
        type: 'gauge',
        read: () => streams,
      },
    ]);
  }

  /** Rules and configuration have been loaded anew, or were not taken. */
  reloaded(report: ReloadReport): void {
    this.#report = report;
    this.#server?.configure(this.#options.access());
    if (report.ok) this.#console?.reloaded();
    const { time, ok, message } = report;
    this.#server?.rulesChanged({ time, ok, message });
  }

  close(): void {
    this.#server?.close();
    this.#console?.close();
  }

  /** A console that cannot be loaded is no reason to stop watching; the next request tries again. */
  async #serverFor(response: ServerResponse): Promise<ConsoleServer | undefined> {
    try {
      this.#loaded ??= this.#load();
      return (await this.#loaded).server;
    } catch (error) {
      this.#loaded = undefined;
      this.#options.log(`console: it cannot be loaded: ${(error as Error).message}`);
      response.writeHead(503, { 'Content-Type': 'text/plain; charset=utf-8', Connection: 'close' });
      response.end('The console cannot be loaded; the log of Lanner says why.\n');
      return undefined;
    }
  }

  async #load(): Promise<{ readonly server: ConsoleServer; readonly console: Console }> {
    const [{ openConsole }, { ConsoleServer }] = await Promise.all([
      import('./console.ts'),
      import('../server/console-server.ts'),
    ]);
    const { host, tokenFile, access, log, pages = PAGES } = this.#options;
    const { counters } = this;
    const console = openConsole({ ...host, counters: () => counters, lastReload: () => this.#report });
    const { answers } = console;
    const server = new ConsoleServer({ answers, pages, tokenFile, settings: access(), log, counters });
    this.#server = server;
    this.#console = console;
    return { server, console };
  }
}
