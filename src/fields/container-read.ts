/** How the fields of containers and pods find their values. */
import type { ByteString } from '../events/bytes.ts';
import { compileGlob } from '../events/glob.ts';
import type { ClusterPod } from '../system/cluster.ts';
import type { ContainerMetadata, ContainerMount } from '../system/container.ts';
import type { EventContext } from '../system/context.ts';

/** What Falco says of the host where it speaks of containers: no image, nothing special. */
const HOST: ContainerMetadata = {
  fullId: 'host',
  name: 'host',
  image: '',
  imageId: '',
  imageRepository: '',
  imageTag: '',
  imageDigest: '',
  privileged: false,
  mounts: [],
  ports: [],
  labels: new Map(),
  ip: '',
  cniJson: '',
  hostPid: false,
  hostNetwork: false,
  hostIpc: false,
};

/** What the engine told of the container that the thread runs in; `undefined` before it told. */
export function metadata({ thread, system }: EventContext): ContainerMetadata | undefined {
  if (!thread) return undefined;
  return thread.containerId === '' ? HOST : system.containers?.get(thread.containerId);
}

/** What the cluster tells of the pod that the thread runs in: by the pod that the engine names, or by the container. */
export function clusterPod(context: EventContext): ClusterPod | undefined {
  const { thread, system } = context;
  if (!thread || thread.containerId === '' || system.cluster === undefined) return undefined;
  const told = metadata(context)?.pod;
  const found = told && system.cluster.pod(told.uid);
  // Another pod may claim the uid by its annotations.
  const isSame = found?.name === told?.name && found?.namespaceName === told?.namespace;
  const named = isSame ? found : undefined;
  return named ?? system.cluster.podOfContainer(thread.containerId);
}

export function mountText({ source, destination, mode, writable, propagation }: ContainerMount): ByteString {
  return `${source}:${destination}:${mode}:${writable}:${propagation}`;
}

/**
 * A fact about one mount: the one of the number `which`, or the first whose source (in `by` destination: whose
 * destination) matches the shell pattern `which`. `undefined` when there is none.
 */
export function ofMount(
  context: EventContext,
  which: string | undefined,
  fact: (mount: ContainerMount) => ByteString,
  by: 'source' | 'destination' = 'source',
): ByteString | undefined {
  const mounts = metadata(context)?.mounts;
  if (mounts === undefined || which === undefined) return undefined;
  const mount = /^\d+$/.test(which)
    ? mounts[Number(which)]
    : mounts.find((candidate) => patternOf(which)(candidate[by]));
  return mount && fact(mount);
}

/** Patterns stand in rules, so there are few, and they come again and again. */
const PATTERNS = new Map<string, (path: ByteString) => boolean>();

function patternOf(text: string): (path: ByteString) => boolean {
  let pattern = PATTERNS.get(text);
  if (!pattern) {
    pattern = compileGlob(text);
    PATTERNS.set(text, pattern);
  }
  return pattern;
}

/** Labels by which engines keep account for themselves, which Falco leaves out of the list of labels. */
const INTERNAL_LABEL = /^(?:annotation\.|io\.kubernetes\.)/;

/** `name:value` joined as Falco joins them, only `name` where the value is empty; `undefined` without metadata. */
export function labelsText(labels: ReadonlyMap<ByteString, ByteString> | undefined): ByteString | undefined {
  if (labels === undefined) return undefined;
  return [...labels]
    .filter(([name]) => !INTERNAL_LABEL.test(name))
    .map(([name, value]) => (value === '' ? name : `${name}:${value}`))
    .join(', ');
}

/**
 * Start of the container: of the first process of its pid namespace, as in Falco, which needs no engine. A
 * container without a pid namespace of its own started when its engine says.
 */
export function startTime(context: EventContext): bigint | undefined {
  const told = metadata(context);
  if (told?.hostPid && told.startTime !== undefined) return told.startTime;
  return context.thread?.pidNamespaceStart || told?.startTime;
}
