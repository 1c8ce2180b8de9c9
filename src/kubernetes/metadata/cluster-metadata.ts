/**
 * What the API server knows of the pods of one node, kept up to date beside the path of events: nobody waits for it.
 * Pods are watched for this node only; namespaces and services for all, since they say nothing of nodes.
 */
import { type ByteString, toByteString, toText } from '../../events/bytes.ts';
import type { ClusterDirectory, ClusterObject, ClusterPod, ClusterStatistics } from '../../system/cluster.ts';
import type { ApiClient, ApiError } from '../cluster/api-client.ts';
import { type JsonMap, mapOf, textOf } from '../manifests/manifest.ts';
import { followCollection, type Pauses } from './collection.ts';
import { type KnownPod, type KnownService, objectOf, podOf, serviceOf } from './objects.ts';
import { type Owner, Owners } from './owners.ts';

export interface ClusterMetadataOptions {
  readonly client: Pick<ApiClient, 'snapshot' | 'watch' | 'get' | 'close'>;
  /** Name of the node whose pods are wanted. */
  readonly node: string;
  readonly log: (line: string) => void;
  readonly limits?: Partial<Limits>;
  readonly pauses?: Pauses;
  /** Milliseconds of a clock that never goes back; for tests. */
  readonly clock?: () => number;
}

export interface Limits {
  readonly pods: number;
  readonly namespaces: number;
  readonly services: number;
  readonly owners: number;
}

const LIMITS: Limits = { pods: 4096, namespaces: 16_384, services: 65_536, owners: 8192 };
const PAUSES: Pauses = { first: 1000, last: 60_000 };
/** A pod that is gone is known for so long: its last events may still be judged. */
const REMEMBERED_MS = 60_000;
const UPKEEP_MS = 30_000;

interface PodEntry {
  readonly pod: KnownPod;
  goneAt: number | undefined;
  /** What fields read, and the revision that it is of. */
  resolved: ClusterPod | undefined;
  revision: number;
}

export class ClusterMetadata implements ClusterDirectory {
  readonly #options: ClusterMetadataOptions;
  readonly #limits: Limits;
  readonly #clock: () => number;
  readonly #owners: Owners;
  /** By the pod's own uid. */
  readonly #pods = new Map<ByteString, PodEntry>();
  readonly #byUid = new Map<ByteString, PodEntry>();
  readonly #byContainer = new Map<ByteString, PodEntry>();
  readonly #namespaces = new Map<ByteString, ClusterObject>();
  /** By namespace, then by uid. */
  readonly #services = new Map<ByteString, Map<ByteString, KnownService>>();
  #serviceCount = 0;
  /** Grows when anything but pods changes. */
  #revision = 0;
  readonly #counts = { lists: 0, failures: 0, refused: 0 };
  readonly #told = new Set<string>();
  readonly #end = new AbortController();
  #upkeep: NodeJS.Timeout | undefined;

  constructor(options: ClusterMetadataOptions) {
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
    this.#clock = options.clock ?? (() => performance.now());
    this.#owners = new Owners({
      client: options.client,
      limit: this.#limits.owners,
      clock: this.#clock,
      onChange: () => void this.#revision++,
      onFailure: (error) => this.#failed('owners of pods', error),
    });
  }

  /** Begins to ask; returns at once. */
  start(): void {
    const selector = encodeURIComponent(`spec.nodeName=${this.#options.node}`);
    const pods = { put: this.#putPod, drop: this.#dropPod, all: () => this.#pods.keys() };
    this.#follow(`/api/v1/pods?fieldSelector=${selector}`, 'pods', pods);
    const namespaces = {
      put: (json: JsonMap) => {
        const namespace = objectOf(json);
        if (this.#hasRoom(this.#namespaces, namespace.name, this.#limits.namespaces))
          this.#namespaces.set(namespace.name, namespace);
      },
      drop: (uid: ByteString) => {
        for (const [name, namespace] of this.#namespaces)
          if (namespace.uid === uid) this.#namespaces.delete(name);
      },
      all: () => this.#namespaces.values().map(({ uid }) => uid),
    };
    this.#follow('/api/v1/namespaces', 'namespaces', namespaces);
    const services = {
      put: this.#putService,
      drop: this.#dropService,
      all: () => this.#services.values().flatMap((each) => each.keys()),
    };
    this.#follow('/api/v1/services', 'services', services);
    this.#upkeep = setInterval(() => this.tidy(), UPKEEP_MS).unref();
  }

  close(): void {
    clearInterval(this.#upkeep);
    this.#end.abort();
    this.#owners.close();
    this.#options.client.close();
  }

  get statistics(): ClusterStatistics {
    const { lists, failures, refused } = this.#counts;
    return { pods: this.#pods.size, lists, failures, refused: refused + this.#owners.refused };
  }

  pod(uid: ByteString): ClusterPod | undefined {
    // Annotations, by which static pods are known, can be set by whoever makes a pod.
    return this.#resolve(this.#pods.get(uid) ?? this.#byUid.get(uid));
  }

  podOfContainer(id: ByteString): ClusterPod | undefined {
    return this.#resolve(this.#byContainer.get(id));
  }

  /** Forgets pods that have been gone for a while, and their owners; asks about owners that are not known. */
  tidy(): void {
    const owners = new Set<string>();
    for (const [uid, entry] of this.#pods) {
      if (entry.goneAt !== undefined && this.#clock() - entry.goneAt >= REMEMBERED_MS) this.#forget(uid);
      else for (const { object } of this.#ownersOf(entry.pod)) owners.add(toText(object.uid));
    }
    this.#owners.keep(owners);
  }

  #follow(path: string, what: string, table: Table): void {
    const changed = (json: JsonMap): void => {
      table.put(json);
      this.#revision++;
    };
    const drop = (uid: ByteString): void => {
      table.drop(uid);
      this.#revision++;
    };
    const listener = {
      replaced: (objects: readonly JsonMap[]) => {
        this.#counts.lists++;
        const gone = new Set(table.all());
        for (const json of objects) gone.delete(uidOf(json));
        for (const uid of gone) drop(uid);
        for (const json of objects) changed(json);
      },
      changed,
      removed: (json: JsonMap) => drop(uidOf(json)),
      failed: (error: ApiError) => this.#failed(what, error),
    };
    const { client, pauses = PAUSES } = this.#options;
    void followCollection(client, path, listener, pauses, this.#end.signal);
  }

  readonly #putPod = (json: JsonMap): void => {
    const pod = podOf(json);
    if (!this.#hasRoom(this.#pods, pod.uid, this.#limits.pods)) return;
    this.#forget(pod.uid);
    const entry: PodEntry = { pod, goneAt: undefined, resolved: undefined, revision: -1 };
    this.#pods.set(pod.uid, entry);
    for (const uid of pod.uids) this.#byUid.set(uid, entry);
    for (const id of pod.containerIds) this.#byContainer.set(id, entry);
    // Its owners are asked about before anybody wants to know.
    this.#ownersOf(pod);
  };

  readonly #dropPod = (uid: ByteString): void => {
    const entry = this.#pods.get(uid);
    if (entry !== undefined) entry.goneAt ??= this.#clock();
  };

  #forget(uid: ByteString): void {
    const entry = this.#pods.get(uid);
    if (entry === undefined) return;
    this.#pods.delete(uid);
    for (const each of entry.pod.uids) if (this.#byUid.get(each) === entry) this.#byUid.delete(each);
    for (const id of entry.pod.containerIds)
      if (this.#byContainer.get(id) === entry) this.#byContainer.delete(id);
  }

  readonly #putService = (json: JsonMap): void => {
    const service = serviceOf(json);
    const before = this.#services.get(service.namespaceName)?.has(service.uid) ?? false;
    // A service without a selector sends nothing to pods by itself.
    if (service.selector.size === 0) {
      this.#dropService(service.uid);
      return;
    }
    if (!before && this.#serviceCount >= this.#limits.services) {
      this.#counts.refused++;
      return;
    }
    const others = this.#services.get(service.namespaceName) ?? new Map<ByteString, KnownService>();
    this.#services.set(service.namespaceName, others.set(service.uid, service));
    if (!before) this.#serviceCount++;
  };

  readonly #dropService = (uid: ByteString): void => {
    for (const [namespace, services] of this.#services) {
      if (!services.delete(uid)) continue;
      this.#serviceCount--;
      if (services.size === 0) this.#services.delete(namespace);
      return;
    }
  };

  #hasRoom(table: ReadonlyMap<ByteString, unknown>, key: ByteString, limit: number): boolean {
    if (table.has(key) || table.size < limit) return true;
    this.#counts.refused++;
    return false;
  }

  #resolve(entry: PodEntry | undefined): ClusterPod | undefined {
    if (entry === undefined) return undefined;
    if (entry.revision !== this.#revision) {
      entry.resolved = this.#clusterPod(entry.pod);
      entry.revision = this.#revision;
    }
    return entry.resolved;
  }

  #clusterPod(pod: KnownPod): ClusterPod {
    const owners = this.#ownersOf(pod);
    const of = (kind: string): ClusterObject | undefined =>
      owners.find((owner) => owner.kind === kind)?.object;
    const last = owners.at(-1);
    const services = this.#services.get(pod.namespaceName)?.values() ?? [];
    return {
      ...{ name: pod.name, uid: pod.uid, labels: pod.labels, ip: pod.ip },
      ...{ serviceAccount: pod.serviceAccount, namespaceName: pod.namespaceName },
      namespace: this.#namespaces.get(pod.namespaceName),
      deployment: of('Deployment'),
      replicaSet: of('ReplicaSet'),
      replicationController: of('ReplicationController'),
      services: [...services].filter((service) => selects(service, pod)),
      owner: last && { kind: toByteString(last.kind), name: last.object.name },
    };
  }

  /** From the pod's own controller upwards, as far as it is known. */
  #ownersOf({ controller, namespaceName }: KnownPod): readonly Owner[] {
    const owners: Owner[] = [];
    const namespace = toText(namespaceName);
    // Controllers of controllers of controllers are not in use.
    for (let next = controller; next !== undefined && owners.length < 4; ) {
      const owner = this.#owners.find(namespace, next);
      owners.push(owner);
      next = owner.controller;
    }
    return owners;
  }

  #failed(what: string, { message, status }: ApiError): void {
    this.#counts.failures++;
    // Once for each cause: servers are away for hours.
    const cause = `${what} ${status}`;
    if (this.#told.has(cause)) return;
    this.#told.add(cause);
    this.#options.log(`the cluster does not tell of ${what}: ${message}`);
  }
}

/** How objects of a collection are kept. */
interface Table {
  readonly put: (json: JsonMap) => void;
  readonly drop: (uid: ByteString) => void;
  /** Uids. */
  readonly all: () => Iterable<ByteString>;
}

function uidOf(json: JsonMap): ByteString {
  return toByteString(textOf(mapOf(json.metadata)?.uid));
}

function selects({ selector }: KnownService, { labels }: KnownPod): boolean {
  return selector.entries().every(([name, value]) => labels.get(name) === value);
}
