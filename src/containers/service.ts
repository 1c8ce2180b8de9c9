/**
 * Finds out about containers: asks the engines when the model meets one, and keeps what they say. Nothing
 * waits for it on the path of events; whoever reads a field gets what is known at that moment.
 */
import { existsSync } from 'node:fs';
import type { ByteString } from '../events/bytes.ts';
import type { ContainerMetadata, ContainerObserver, EngineOwner } from '../system/container.ts';
import type { ContainerEngine, ContainerIdentity } from '../system/containers/cgroup-id.ts';
import type { EngineApi, EngineClient } from './client.ts';
import { containerJson, type ToldContainer, type ToldContainers } from './recorded.ts';

/** Which APIs may know the containers of an engine, in the order in which they are asked. */
const APIS: Readonly<Record<ContainerEngine, readonly EngineApi[]>> = {
  // A bare id is taken for Docker's, and may be containerd's where cgroups are set up by hand.
  docker: ['docker', 'cri', 'containerd'],
  podman: ['podman'],
  containerd: ['cri', 'containerd'],
  'cri-o': ['cri'],
  runc: [],
  lxc: [],
  'libvirt-lxc': [],
  bpm: [],
};

/** Pauses between questions about a container that its engine does not know yet, in milliseconds. */
const RETRY_PAUSES: readonly number[] = [10, 20, 40, 80, 160, 320, 640, 1280];

export interface ServiceOptions {
  readonly clients: readonly EngineClient[];
  /** Containers that are kept; the one that was seen longest ago goes first. */
  readonly limit?: number;
  readonly retryPauses?: readonly number[];
  /** Whether something is at the path of a socket; for tests. */
  readonly isThere?: (socket: string) => boolean;
  /** Where the machine's files are mounted; empty on the machine itself. */
  readonly hostRoot?: string;
  /** Milliseconds of a clock that never goes back; for tests. */
  readonly clock?: () => number;
  /** Told when an engine cannot be asked: once per client and cause. */
  readonly onFailure: (client: EngineClient, error: Error) => void;
}

/** Counts since the start; `known` and `pending` are those now. */
export interface ContainerStatistics {
  readonly known: number;
  readonly pending: number;
  readonly found: number;
  /** Nobody knew the container. */
  readonly unknown: number;
  /** Questions that an engine failed to answer. */
  readonly failures: number;
  /** Dropped or not taken, since there were too many. */
  readonly evicted: number;
}

interface Entry {
  readonly identity: ContainerIdentity;
  /** Whose control groups it lies in, if a user's. */
  readonly user: number | undefined;
  metadata: ContainerMetadata;
  pending: boolean;
  /** Called when the entry is no longer pending. */
  waiting: (() => void)[];
  /** When a container that nobody knew may be asked about again, by the clock; infinite otherwise. */
  askAgainAt: number;
}

/** An engine that was away when a container was met, such as one that restarted, may be back by then. */
const ASK_AGAIN_MS = 30_000;

const DEFAULT_LIMIT = 8192;

/** How long after an engine has gone it is listened to again, if it is back. */
const LISTEN_PAUSE_MS = 1000;

export class ContainerMetadataService implements ContainerObserver, ToldContainers {
  readonly #options: Required<ServiceOptions>;
  /** By short id, the one that was seen longest ago first. */
  readonly #entries = new Map<ByteString, Entry>();
  readonly #told = new Set<string>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #counts = { found: 0, unknown: 0, failures: 0, evicted: 0 };
  #closed = false;
  #isPaused = false;
  #revision = 0;

  constructor(options: ServiceOptions) {
    this.#options = {
      limit: DEFAULT_LIMIT,
      hostRoot: '',
      retryPauses: RETRY_PAUSES,
      isThere: (socket) => existsSync(socket),
      clock: () => performance.now(),
      ...options,
    };
  }

  see(identity: ContainerIdentity, user?: number): void {
    const known = this.#entries.get(identity.id);
    // What the engine of a user has told of a container that turns out not to be his own does not count.
    const isAnothers = known !== undefined && known.user !== undefined && user === undefined;
    if (known && !isAnothers) {
      this.#entries.delete(identity.id);
      this.#entries.set(identity.id, known);
      if (known.askAgainAt <= this.#options.clock()) this.#askAgain(known);
      return;
    }
    if (this.#closed || this.#isPaused || !this.#makeRoom()) return;
    const clients = this.#clientsFor(identity.engine, user);
    const entry: Entry = {
      identity,
      user,
      metadata: { fullId: identity.fullId },
      pending: clients.length > 0,
      waiting: known?.waiting ?? [],
      askAgainAt: Number.POSITIVE_INFINITY,
    };
    this.#entries.set(identity.id, entry);
    this.#revision++;
    if (entry.pending) void this.#findOut(entry, clients);
    else release(entry);
  }

  async #hear(client: EngineClient, engine: EngineApi): Promise<void> {
    while (!this.#closed) {
      try {
        if (this.#options.isThere(client.socket))
          await client.listen?.((fullId) => {
            if (engine !== 'cri') this.#created(client, { id: shortId(fullId), fullId, engine });
          });
      } catch (error) {
        this.#fail(client, error as Error);
      }
      await this.#sleep(LISTEN_PAUSE_MS);
    }
  }

  /** A user's engine speaks for his own containers only. */
  #created(client: EngineClient, identity: ContainerIdentity): void {
    const owner = ownerOf(client, this.#options.hostRoot);
    this.see(identity, typeof owner === 'number' ? owner : undefined);
  }

  /** Nobody waits for the answer this time. */
  #askAgain(entry: Entry): void {
    const clients = this.#clientsFor(entry.identity.engine, entry.user);
    entry.askAgainAt = this.#options.clock() + ASK_AGAIN_MS;
    if (clients.length > 0 && !this.#closed) void this.#findOut(entry, clients);
  }

  /** Hears from the engines of containers that they create; their first events know them then. */
  listen(): void {
    for (const client of this.#options.clients) if (client.listen) void this.#hear(client, client.api);
  }

  get(id: ByteString): ContainerMetadata | undefined {
    return this.#entries.get(id)?.metadata;
  }

  /** Grows with every container that is met and every answer. */
  get revision(): number {
    return this.#revision;
  }

  *told(): Generator<ToldContainer> {
    for (const [id, { identity, metadata, pending }] of this.#entries)
      yield {
        id,
        fullId: identity.fullId,
        pending,
        version: metadata,
        json: () => containerJson(id, identity.engine, metadata),
      };
  }

  /** An answer is still to come. */
  isPending(id: ByteString): boolean {
    return this.#entries.get(id)?.pending ?? false;
  }

  /** Calls `action` as soon as the container is not pending any more: never before this call returns. */
  whenSettled(id: ByteString, action: () => void): void {
    const entry = this.#entries.get(id);
    if (entry?.pending) entry.waiting.push(action);
    else queueMicrotask(action);
  }

  /** Takes no notice of containers that it does not know; those that are met again later are asked about then. */
  pause(isPaused: boolean): void {
    this.#isPaused = isPaused;
  }

  /** Forgets all containers but these. */
  retain(ids: ReadonlySet<ByteString>): void {
    for (const [id, { pending }] of this.#entries) if (!pending && !ids.has(id)) this.#entries.delete(id);
  }

  /** Asks no more; whoever waits is called. */
  close(): void {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    for (const client of this.#options.clients) client.close();
    for (const entry of this.#entries.values()) settle(entry);
  }

  get statistics(): ContainerStatistics {
    const pending = [...this.#entries.values()].filter((entry) => entry.pending).length;
    return { ...this.#counts, pending, known: this.#entries.size };
  }

  /** Containers of which no image is known, by now or at all. */
  get withoutImage(): number {
    return [...this.#entries.values()].filter(({ metadata }) => !metadata.image).length;
  }

  /**
   * Engines that run on this machine now and may know the container. One that a user runs says what he likes: it is
   * asked about what lies in his own control groups alone, and after all others.
   */
  #clientsFor(engine: ContainerEngine, user: number | undefined): EngineClient[] {
    const { clients, isThere, hostRoot } = this.#options;
    const maySpeak = clients.filter((client) => {
      const owner = ownerOf(client, hostRoot);
      return typeof owner !== 'number' || owner === user;
    });
    const inOrder = maySpeak.toSorted((a, b) => rank(ownerOf(a, hostRoot)) - rank(ownerOf(b, hostRoot)));
    return APIS[engine].flatMap((api) =>
      inOrder.filter((client) => client.api === api && isThere(client.socket)),
    );
  }

  async #findOut(entry: Entry, clients: readonly EngineClient[]): Promise<void> {
    const { fullId } = entry.identity;
    let metadata = await this.#ask(fullId, clients);
    for (const pause of this.#options.retryPauses) {
      if (metadata || this.#closed) break;
      await this.#sleep(pause);
      if (!this.#closed) metadata = await this.#ask(fullId, clients);
    }
    if (this.#closed) return;
    this.#revision++;
    if (metadata) {
      entry.metadata = metadata;
      entry.askAgainAt = Number.POSITIVE_INFINITY;
      this.#counts.found++;
    } else {
      entry.askAgainAt = this.#options.clock() + ASK_AGAIN_MS;
      this.#counts.unknown++;
    }
    settle(entry);
  }

  async #ask(fullId: ByteString, clients: readonly EngineClient[]): Promise<ContainerMetadata | undefined> {
    for (const client of clients) {
      try {
        const metadata = await client.inspect(fullId);
        if (metadata) return { ...metadata, knownTo: ownerOf(client, this.#options.hostRoot) };
      } catch (error) {
        this.#fail(client, error as Error);
      }
    }
    return undefined;
  }

  #fail(client: EngineClient, error: NodeJS.ErrnoException): void {
    if (this.#closed) return;
    this.#counts.failures++;
    const cause = `${client.api} ${client.socket} ${error.code ?? error.name}`;
    if (this.#told.has(cause)) return;
    this.#told.add(cause);
    this.#options.onFailure(client, error);
  }

  #sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        resolve();
      }, milliseconds);
      timer.unref();
      this.#timers.add(timer);
    });
  }

  /** False when there is no room: all that are kept wait for an answer. */
  #makeRoom(): boolean {
    if (this.#entries.size < this.#options.limit) return true;
    this.#counts.evicted++;
    for (const [id, { pending }] of this.#entries) {
      if (pending) continue;
      this.#entries.delete(id);
      return true;
    }
    return false;
  }
}

function shortId(fullId: ByteString): ByteString {
  return fullId.slice(0, 12);
}

/** Sockets of the system's engines lie in /run, where root alone makes directories; a user has /run/user/UID. */
function ownerOf({ socket }: EngineClient, hostRoot: string): EngineOwner {
  const path = socket.startsWith(hostRoot) ? socket.slice(hostRoot.length) : socket;
  const [, uid] = /^\/(?:var\/)?run\/user\/(\d+)\//.exec(path) ?? [];
  if (uid !== undefined) return Number(uid);
  return /^\/(?:var\/)?run\//.test(path) ? 'system' : 'any';
}

function rank(owner: EngineOwner): number {
  return owner === 'system' ? 0 : owner === 'any' ? 1 : 2;
}

function settle(entry: Entry): void {
  if (!entry.pending) return;
  entry.pending = false;
  release(entry);
}

/** Calls whoever waits for the entry. */
function release(entry: Entry): void {
  const { waiting } = entry;
  entry.waiting = [];
  for (const action of waiting) action();
}
