/** How the fields of containers and pods find their values. */
import type { ByteString } from '../events/bytes.ts';
import type { ContainerMetadata, ContainerMount } from '../system/container.ts';
import type { EventContext } from '../system/context.ts';

export function isOnHost({ thread }: EventContext): boolean {
  return thread?.containerId === '';
}

/** What the engine told of the container that the thread runs in; `undefined` on the host and before it told. */
export function metadata({ thread, system }: EventContext): ContainerMetadata | undefined {
  return thread?.containerId ? system.containers?.get(thread.containerId) : undefined;
}

export function mountText({ source, destination, mode, writable, propagation }: ContainerMount): ByteString {
  return `${source}:${destination}:${mode}:${writable}:${propagation}`;
}

/**
 * A fact about the mount of the number `which`. Mounts are not found by a pattern yet: that comes with
 * the metadata of containers.
 */
export function ofMount(
  context: EventContext,
  which: string | undefined,
  fact: (mount: ContainerMount) => ByteString,
): ByteString | undefined {
  if (which === undefined || !/^\d+$/.test(which)) return undefined;
  const mount = metadata(context)?.mounts?.[Number(which)];
  return mount && fact(mount);
}

/** `name:value` joined by commas; `undefined` without labels. */
export function labelsText(labels: ReadonlyMap<ByteString, ByteString> | undefined): ByteString | undefined {
  return labels && [...labels].map(([name, value]) => `${name}:${value}`).join(',');
}
