/** From objects as the API server tells them to what fields read. */
import { type ByteString, toByteString } from '../../events/bytes.ts';
import type { ClusterObject } from '../../system/cluster.ts';
import { type JsonMap, listOf, mapOf, textOf } from '../manifests/manifest.ts';

/** The controller of an object, as its ownerReferences name it. */
export interface Reference {
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

/** What is kept of a pod. */
export interface KnownPod extends ClusterObject {
  readonly namespaceName: ByteString;
  readonly ip: ByteString | undefined;
  readonly serviceAccount: ByteString | undefined;
  readonly controller: Reference | undefined;
  /** Uids by which container engines may know the pod: that of a static pod is a hash of its manifest. */
  readonly uids: readonly ByteString[];
  /** Ids of its containers as Thread.containerId has them. */
  readonly containerIds: readonly ByteString[];
}

export interface KnownService extends ClusterObject {
  readonly namespaceName: ByteString;
  readonly selector: ReadonlyMap<ByteString, ByteString>;
}

/** Annotations that hold the uid by which a kubelet knows a static pod. */
const STATIC_UID = ['kubernetes.io/config.hash', 'kubernetes.io/config.mirror'];
const CONTAINERS = ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses'];
const SHORT_ID = 12;

export function objectOf(json: JsonMap): ClusterObject {
  const metadata = mapOf(json.metadata) ?? {};
  return {
    name: bytes(metadata.name),
    uid: bytes(metadata.uid),
    labels: textMap(metadata.labels),
  };
}

export function podOf(json: JsonMap): KnownPod {
  const metadata = mapOf(json.metadata) ?? {};
  const annotations = mapOf(metadata.annotations) ?? {};
  const status = mapOf(json.status) ?? {};
  const object = objectOf(json);
  const statuses = CONTAINERS.flatMap((list) => listOf(status[list]));
  return {
    ...object,
    namespaceName: bytes(metadata.namespace),
    ip: bytes(status.podIP) || undefined,
    serviceAccount: bytes(mapOf(json.spec)?.serviceAccountName) || undefined,
    controller: controllerOf(json),
    uids: [object.uid, ...STATIC_UID.map((name) => bytes(annotations[name])).filter(Boolean)],
    containerIds: statuses
      .map((each) => /:\/\/([0-9a-f]{12,})$/.exec(textOf(mapOf(each)?.containerID))?.[1])
      .filter((id) => id !== undefined)
      .map((id) => toByteString(id.slice(0, SHORT_ID))),
  };
}

export function serviceOf(json: JsonMap): KnownService {
  return {
    ...objectOf(json),
    namespaceName: bytes(mapOf(json.metadata)?.namespace),
    selector: textMap(mapOf(json.spec)?.selector),
  };
}

export function controllerOf(json: JsonMap): Reference | undefined {
  for (const item of listOf(mapOf(json.metadata)?.ownerReferences)) {
    const { controller, kind, name, uid } = mapOf(item) ?? {};
    if (controller === true) return { kind: textOf(kind), name: textOf(name), uid: textOf(uid) };
  }
  return undefined;
}

function textMap(value: unknown): ReadonlyMap<ByteString, ByteString> {
  const entries = Object.entries(mapOf(value) ?? {});
  return new Map(entries.map(([name, text]) => [toByteString(name), bytes(text)]));
}

function bytes(value: unknown): ByteString {
  return toByteString(textOf(value));
}
