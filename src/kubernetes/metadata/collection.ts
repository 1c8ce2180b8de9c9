/** Keeps up with a collection of a cluster: its list, then its changes, and again when that breaks off. */
import { setTimeout } from 'node:timers/promises';
import { type ApiClient, ApiError, type Change, GONE } from '../cluster/api-client.ts';
import { type JsonMap, mapOf, textOf } from '../manifests/manifest.ts';

export interface CollectionListener {
  /** All objects there are now; others that were told before are gone. */
  replaced(objects: readonly JsonMap[]): void;
  /** There is a new object, or an object is another one now. */
  changed(object: JsonMap): void;
  removed(object: JsonMap): void;
  /** Something could not be asked. */
  failed(error: ApiError): void;
}

/** Pauses after something went wrong, in milliseconds; doubled from the first to the last. */
export interface Pauses {
  readonly first: number;
  readonly last: number;
}

/** Until `signal` ends it; never rejects. `path` may have a selector in its query. */
export async function followCollection(
  client: Pick<ApiClient, 'snapshot' | 'watch'>,
  path: string,
  listener: CollectionListener,
  { first, last }: Pauses,
  signal: AbortSignal,
): Promise<void> {
  /** Empty when the list has to be read. */
  let version = '';
  let pause = first;
  const take = ({ type, object }: Change): void => {
    version = textOf(mapOf(object.metadata)?.resourceVersion) || version;
    if (type === 'ADDED' || type === 'MODIFIED') listener.changed(object);
    else if (type === 'DELETED') listener.removed(object);
    pause = first;
  };
  while (!signal.aborted) {
    const before = version;
    try {
      if (version === '') {
        const snapshot = await client.snapshot(path);
        listener.replaced(snapshot.items);
        version = snapshot.version;
      }
      await client.watch(path, version, take, signal);
      // A server that ends a watch at once, without a change, is not asked again at once.
      if (version !== before) continue;
    } catch (error) {
      if (signal.aborted) return;
      const failure = error instanceof ApiError ? error : new ApiError(0, String(error));
      if (failure.status === GONE) version = '';
      else listener.failed(failure);
    }
    await setTimeout(pause, undefined, { signal, ref: false }).catch(() => {});
    pause = Math.min(2 * pause, last);
  }
}
