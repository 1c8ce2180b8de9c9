/** The model as a recorder sees it: all that it must write down, and news of what changes without an event. */
import type { ByteString } from '../events/bytes.ts';
import type { AcceptedSockets } from './accepted-sockets.ts';
import type { NamedInterface } from './interfaces.ts';
import type { Machine } from './machine.ts';
import type { ModelNews, NewsObserver } from './model-news.ts';
import type { Process, ThreadEntry } from './process.ts';
import { factsOf, type ThreadFacts } from './recorded-facts.ts';
import type { ModelFacts } from './recorded-snapshot.ts';
import type { ThreadTable } from './thread-table.ts';
import type { KnownUsers } from './users.ts';

export class RecordableModel {
  readonly #table: ThreadTable;
  readonly #machine: Machine;
  readonly #acceptedSockets: AcceptedSockets;
  readonly #news: ModelNews;

  constructor(parts: {
    readonly table: ThreadTable;
    readonly machine: Machine;
    readonly acceptedSockets: AcceptedSockets;
    readonly news: ModelNews;
  }) {
    this.#table = parts.table;
    this.#machine = parts.machine;
    this.#acceptedSockets = parts.acceptedSockets;
    this.#news = parts.news;
  }

  /** Events come from a capture that others made, and their descriptors from tables that the model keeps. */
  get isCaptured(): boolean {
    return this.#machine.isCaptured;
  }

  get hostname(): ByteString {
    return this.#machine.hostname;
  }

  get bootTime(): bigint {
    return this.#machine.bootTime;
  }

  /** Grows when an interface gets or loses an address, as far as that has been noticed. */
  get interfacesRevision(): number {
    return this.#machine.interfacesRevision;
  }

  get interfaces(): readonly NamedInterface[] {
    return this.#machine.interfaces;
  }

  /** Grows when users or groups change, as far as that has been noticed. */
  get usersRevision(): number {
    return this.#machine.users.revision;
  }

  /** Users and groups that are known, of the host and of each container. */
  knownUsers(): Iterable<KnownUsers> {
    return this.#machine.users.known();
  }

  threads(): Iterable<ThreadEntry> {
    return this.#table.threads();
  }

  /** What is known of a thread beyond what it is. */
  factsOf(thread: ThreadEntry): ThreadFacts {
    return factsOf(thread, thread.tid === thread.process.pid || !this.#table.thread(thread.process.pid));
  }

  get facts(): ModelFacts {
    return {
      acceptedSockets: [...this.#acceptedSockets.inodes()],
      services: Object.fromEntries(this.#machine.serviceNames()),
    };
  }

  /** Threads of a process. */
  threadsOf({ pid, threadCount }: Process): readonly ThreadEntry[] {
    const main = this.#table.thread(pid);
    return main && threadCount === 1 ? [main] : this.#table.threadsOf(pid);
  }

  observe(observer: NewsObserver): void {
    this.#news.observers.add(observer);
  }

  unobserve(observer: NewsObserver): void {
    this.#news.observers.delete(observer);
  }
}
