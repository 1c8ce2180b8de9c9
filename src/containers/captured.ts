/** Containers of a capture: what the events in it tell, in the form in which Falco's container plugin writes it. */
import type { ByteString } from '../events/bytes.ts';
import { toText } from '../events/bytes.ts';
import type { EventCursor } from '../events/cursor.ts';
import { eventCodes } from '../events/table.ts';
import type { ContainerMetadata, ContainerObserver } from '../system/container.ts';
import { Json } from './json.ts';
import { engineMounts, podOfLabels } from './reading.ts';
import { recordedMetadata, type ToldContainer, type ToldContainers } from './recorded.ts';

/** Old captures have an event of their own for containers, new ones events of plugins. */
const CONTAINER = eventCodes('container').at(-1);
const ASYNC = eventCodes('asyncevent').at(-1);

/** Containers that are remembered; the one told of longest ago is forgotten first. */
const LIMIT = 4096;

const NANOSECONDS = 1_000_000_000n;

interface Told {
  readonly metadata: ContainerMetadata;
  readonly text: ByteString;
}

/** A container that an engine is being asked about. */
export interface AskedContainer {
  readonly id: ByteString;
  readonly fullId: ByteString;
}

interface Wait {
  readonly deadline: number;
  readonly action: () => void;
}

/** `waitMs`: how long, by the time of events, an alert may wait for what a recording is about to tell. */
export class CapturedContainers implements ContainerObserver, ToldContainers {
  revision = 0;
  readonly #containers = new Map<ByteString, Told>();
  /** Containers that an engine was being asked about, and who waits for the answer. */
  readonly #pending = new Map<ByteString, Wait[]>();
  readonly #waitMs: number;
  #now = 0;

  constructor(waitMs = 0) {
    this.#waitMs = waitMs;
  }

  /** A capture tells of its containers by itself. */
  see(): void {}

  get(id: ByteString): ContainerMetadata | undefined {
    return this.#containers.get(id)?.metadata;
  }

  *told(): Generator<ToldContainer> {
    for (const [id, { metadata, text }] of this.#containers)
      yield {
        id,
        fullId: metadata.fullId,
        pending: this.#pending.has(id),
        version: metadata,
        json: () => text,
      };
  }

  /** When the recording was made, an engine was being asked about the container. */
  isPending(id: ByteString): boolean {
    return this.#pending.has(id);
  }

  /** Calls `action` when the recording has come to the answer, or to where nobody waited for it any more. */
  whenSettled(id: ByteString, action: () => void): void {
    const waits = this.#pending.get(id);
    if (waits) waits.push({ deadline: this.#now + this.#waitMs, action });
    else queueMicrotask(action);
  }

  /** An engine was being asked about these. */
  asked(containers: readonly AskedContainer[]): void {
    for (const { id, fullId } of containers) {
      if (!this.#pending.has(id)) this.#pending.set(id, []);
      if (!this.#containers.has(id)) this.#containers.set(id, { metadata: { fullId }, text: '' });
    }
    this.revision++;
  }

  /** The capture has ended: no answer comes any more. */
  end(): void {
    for (const waits of this.#pending.values()) for (const { action } of waits.splice(0)) action();
  }

  /** Learns from the events that tell of containers; all others are passed over. */
  learn(event: EventCursor): void {
    if (this.#pending.size > 0) this.#giveUp(event.milliseconds);
    if (event.code === CONTAINER) this.#add(event.text(0));
    else if (event.code === ASYNC) this.#learnAsync(event);
  }

  #giveUp(now: number): void {
    this.#now = now;
    for (const [id, waits] of this.#pending) {
      const late = waits.filter(({ deadline }) => deadline < now);
      if (late.length === 0) continue;
      this.#pending.set(
        id,
        waits.filter((wait) => !late.includes(wait)),
      );
      for (const { action } of late) action();
    }
  }

  #learnAsync(event: EventCursor): void {
    const name = event.text(1);
    if (name === 'container') this.#add(event.text(2));
    else if (name === 'container_removed') this.#containers.delete(idIn(containerIn(event.text(2))));
  }

  #add(text: ByteString | undefined): void {
    const container = containerIn(text);
    const id = idIn(container);
    if (id === '') return;
    this.#containers.delete(id);
    if (this.#containers.size >= LIMIT) {
      const [oldest] = this.#containers.keys();
      if (oldest !== undefined) this.#containers.delete(oldest);
    }
    this.revision++;
    const metadata = recordedMetadata(container) ?? metadataOf(container, id);
    this.#containers.set(id, { metadata, text: text ?? '' });
    const waits = this.#pending.get(id) ?? [];
    this.#pending.delete(id);
    for (const { action } of waits) action();
  }
}

function containerIn(text: ByteString | undefined): Json {
  return Json.parse(toText(text ?? '')).at('container');
}

function idIn(container: Json): ByteString {
  return container.at('id').text();
}

function metadataOf(container: Json, id: ByteString): ContainerMetadata {
  const entries = container.at('labels').entries();
  const labels = new Map(entries.map(([key, value]): [ByteString, ByteString] => [key, value.text()]));
  const created = container.at('created_time').raw;
  return {
    fullId: container.at('full_id').text() || id,
    name: container.at('name').text(),
    image: container.at('image').text(),
    imageId: container.at('imageid').text(),
    imageRepository: container.at('imagerepo').text(),
    imageTag: container.at('imagetag').text(),
    imageDigest: container.at('imagedigest').text(),
    privileged: container.at('privileged').flag(),
    mounts: engineMounts(container.at('Mounts')),
    labels,
    startTime: Number.isSafeInteger(created) ? BigInt(created as number) * NANOSECONDS : undefined,
    ip: container.at('ip').text(),
    cniJson: container.at('cni_json').text(),
    hostPid: container.at('host_pid').flag(),
    hostNetwork: container.at('host_network').flag(),
    hostIpc: container.at('host_ipc').flag(),
    healthcheck: probeText(container.at('Healthcheck')),
    livenessProbe: probeText(container.at('LivenessProbe')),
    readinessProbe: probeText(container.at('ReadinessProbe')),
    pod: podOfLabels(labels),
  };
}

/** Program and arguments of a probe, with blanks between. */
function probeText(probe: Json): ByteString | undefined {
  if (!probe.isPresent) return undefined;
  const words = [probe.at('exe'), ...probe.at('args').list()].map((word) => word.text());
  return words.join(' ');
}
