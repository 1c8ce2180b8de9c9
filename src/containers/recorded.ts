/**
 * Containers in captures that Lanner writes: what engines told of them, as JSON in the form of Falco's container
 * plugin, with all that Lanner knows in a part of its own; and how a recording is read again.
 */
import { type ByteString, toByteString, toText } from '../events/bytes.ts';
import type { ContainerMetadata, EngineOwner, PodMetadata } from '../system/container.ts';
import type { ContainerEngine } from '../system/containers/cgroup-id.ts';
import type { Json } from './json.ts';

/** A container as a recorder writes it down. */
export interface ToldContainer {
  readonly id: ByteString;
  /** In full length. */
  readonly fullId: ByteString;
  /** An answer is still to come. */
  readonly pending: boolean;
  /** Is another object as soon as something else is known. */
  readonly version: unknown;
  /** The text that tells of it in a capture; byte string. */
  json(): ByteString;
}

/** Containers as far as they are known, and a number that grows when that changes. */
export interface ToldContainers {
  readonly revision: number;
  told(): Iterable<ToldContainer>;
}

/** Numbers of Falco's container types. */
const TYPE_NUMBERS: Readonly<Record<ContainerEngine, number>> = {
  docker: 0,
  lxc: 1,
  'libvirt-lxc': 2,
  runc: 5,
  containerd: 7,
  'cri-o': 8,
  bpm: 9,
  podman: 11,
};

/** Text for the parameter of a container event. */
export function containerJson(
  id: ByteString,
  engine: ContainerEngine,
  metadata: ContainerMetadata,
): ByteString {
  const text = (value: ByteString | undefined): string => toText(value ?? '');
  const container = {
    type: TYPE_NUMBERS[engine],
    id: text(id),
    full_id: text(metadata.fullId),
    name: text(metadata.name),
    image: text(metadata.image),
    imageid: text(metadata.imageId),
    imagerepo: text(metadata.imageRepository),
    imagetag: text(metadata.imageTag),
    imagedigest: text(metadata.imageDigest),
    privileged: metadata.privileged ?? false,
    is_pod_sandbox: false,
    ip: text(metadata.ip),
    cni_json: text(metadata.cniJson),
    host_pid: metadata.hostPid ?? false,
    host_network: metadata.hostNetwork ?? false,
    host_ipc: metadata.hostIpc ?? false,
    created_time: Number((metadata.startTime ?? 0n) / 1_000_000_000n),
    Mounts: (metadata.mounts ?? []).map((mount) => ({
      Source: text(mount.source),
      Destination: text(mount.destination),
      Mode: text(mount.mode),
      RW: mount.writable,
      Propagation: text(mount.propagation),
    })),
    labels: Object.fromEntries([...(metadata.labels ?? [])].map(([key, value]) => [text(key), text(value)])),
    env: [],
    port_mappings: [],
    pod_sandbox_id: text(metadata.pod?.sandboxId),
    lookup_state: 1,
    lanner: plain(metadata),
  };
  return toByteString(JSON.stringify({ container }));
}

/** The metadata as plain data, in which every text is Unicode and every map a list. */
function plain(value: unknown): unknown {
  if (typeof value === 'string') return toText(value);
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Map) return [...value].map(plain);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
}

/** What {@link containerJson} wrote in Lanner's own part; `undefined` when there is none. */
export function recordedMetadata(container: Json): ContainerMetadata | undefined {
  const own = container.at('lanner');
  if (!own.isPresent) return undefined;
  const start = own.at('startTime').text();
  return {
    fullId: own.at('fullId').text(),
    knownTo: ownerOf(own.at('knownTo').text()),
    name: textOf(own, 'name'),
    image: textOf(own, 'image'),
    imageId: textOf(own, 'imageId'),
    imageRepository: textOf(own, 'imageRepository'),
    imageTag: textOf(own, 'imageTag'),
    imageDigest: textOf(own, 'imageDigest'),
    privileged: flagOf(own, 'privileged'),
    mounts: own.at('mounts').isPresent
      ? own
          .at('mounts')
          .list()
          .map((mount) => ({
            source: mount.at('source').text(),
            destination: mount.at('destination').text(),
            mode: mount.at('mode').text(),
            writable: mount.at('writable').flag(),
            propagation: mount.at('propagation').text(),
          }))
      : undefined,
    labels: mapOf(own, 'labels'),
    startTime: /^\d{1,20}$/.test(start) ? BigInt(start) : undefined,
    ip: textOf(own, 'ip'),
    cniJson: textOf(own, 'cniJson'),
    hostPid: flagOf(own, 'hostPid'),
    hostNetwork: flagOf(own, 'hostNetwork'),
    hostIpc: flagOf(own, 'hostIpc'),
    healthcheck: textOf(own, 'healthcheck'),
    livenessProbe: textOf(own, 'livenessProbe'),
    readinessProbe: textOf(own, 'readinessProbe'),
    pod: podOf(own.at('pod')),
  };
}

function podOf(pod: Json): PodMetadata | undefined {
  if (!pod.isPresent) return undefined;
  return {
    name: pod.at('name').text(),
    namespace: pod.at('namespace').text(),
    uid: pod.at('uid').text(),
    sandboxId: textOf(pod, 'sandboxId'),
    labels: mapOf(pod, 'labels'),
    ip: textOf(pod, 'ip'),
    cniJson: textOf(pod, 'cniJson'),
  };
}

function ownerOf(text: string): EngineOwner | undefined {
  if (text === 'system' || text === 'any') return text;
  return /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}

function textOf(json: Json, key: string): ByteString | undefined {
  return json.at(key).isPresent ? json.at(key).text() : undefined;
}

function flagOf(json: Json, key: string): boolean | undefined {
  return json.at(key).isPresent ? json.at(key).flag() : undefined;
}

function mapOf(json: Json, key: string): Map<ByteString, ByteString> | undefined {
  if (!json.at(key).isPresent) return undefined;
  const pairs = json.at(key).list();
  return new Map(pairs.map((pair) => pair.list().map((part) => part.text()) as [ByteString, ByteString]));
}
