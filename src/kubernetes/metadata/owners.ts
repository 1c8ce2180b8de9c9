/** What controls pods, asked one after the other: a pod names its replica set, which names its deployment. */
import { toByteString } from '../../events/bytes.ts';
import type { ClusterObject } from '../../system/cluster.ts';
import { type ApiClient, ApiError } from '../cluster/api-client.ts';
import { controllerOf, objectOf, type Reference } from './objects.ts';

/** Paths of those that are asked about; of others the reference says enough. */
const PATHS: Readonly<Record<string, readonly [before: string, after: string]>> = {
  ReplicaSet: ['/apis/apps/v1/namespaces/', '/replicasets/'],
  Deployment: ['/apis/apps/v1/namespaces/', '/deployments/'],
  ReplicationController: ['/api/v1/namespaces/', '/replicationcontrollers/'],
};

export interface Owner {
  readonly kind: string;
  readonly object: ClusterObject;
  /** Undefined when it has none, or until that is known. */
  readonly controller: Reference | undefined;
  /** When it was asked about. */
  readonly at: number;
}

export interface OwnerOptions {
  readonly client: Pick<ApiClient, 'get'>;
  /** Owners that are kept. */
  readonly limit: number;
  /** Milliseconds of a clock that never goes back. */
  readonly clock: () => number;
  readonly onChange: () => void;
  readonly onFailure: (error: ApiError) => void;
}

/** Labels of owners change rarely; after so many milliseconds they are asked about anew. */
const VALID_MS = 600_000;
/** Of namespaces and names. */
const NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

export class Owners {
  readonly #options: OwnerOptions;
  readonly #known = new Map<string, Owner>();
  /** What is to be asked about, by uid. */
  readonly #wanted = new Map<string, { readonly namespace: string; readonly reference: Reference }>();
  #isAsking = false;
  #isClosed = false;
  refused = 0;

  constructor(options: OwnerOptions) {
    this.#options = options;
  }

  /** What is known of an owner now; asks about one that is new or was asked about long ago. */
  find(namespace: string, reference: Reference): Owner {
    const known = this.#known.get(reference.uid);
    if (known === undefined || this.#options.clock() - known.at > VALID_MS) this.#want(namespace, reference);
    return known ?? named(reference, Number.NEGATIVE_INFINITY);
  }

  /** Forgets all but these uids. */
  keep(uids: ReadonlySet<string>): void {
    for (const uid of this.#known.keys()) if (!uids.has(uid)) this.#known.delete(uid);
  }

  close(): void {
    this.#isClosed = true;
  }

  #want(namespace: string, reference: Reference): void {
    const { kind, name, uid } = reference;
    if (PATHS[kind] === undefined || !NAME.test(namespace) || !NAME.test(name) || this.#wanted.has(uid))
      return;
    if (this.#wanted.size + this.#known.size >= this.#options.limit) {
      this.refused++;
      return;
    }
    this.#wanted.set(uid, { namespace, reference });
    void this.#ask();
  }

  async #ask(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    for (const [uid, { namespace, reference }] of this.#wanted) {
      if (this.#isClosed) return;
      const owner = await this.#get(namespace, reference);
      this.#wanted.delete(uid);
      this.#known.set(uid, owner);
      this.#options.onChange();
    }
    this.#isAsking = false;
  }

  /** One that cannot be had is known by its reference, and asked about again when that is old. */
  async #get(namespace: string, reference: Reference): Promise<Owner> {
    const { client, clock, onFailure } = this.#options;
    const { kind, name, uid } = reference;
    const [before, after] = PATHS[kind] as readonly [string, string];
    try {
      const json = await client.get(`${before}${namespace}${after}${name}`);
      const object = objectOf(json);
      // One of the same name that was made later is another one.
      if (object.uid === toByteString(uid))
        return { kind, object, controller: controllerOf(json), at: clock() };
    } catch (error) {
      onFailure(error instanceof ApiError ? error : new ApiError(0, String(error)));
    }
    return this.#known.get(uid) ?? named(reference, clock());
  }
}

function named({ kind, name, uid }: Reference, at: number): Owner {
  const object = { name: toByteString(name), uid: toByteString(uid), labels: new Map() };
  return { kind, object, controller: undefined, at };
}
