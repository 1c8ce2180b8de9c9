/** What the cluster's API server tells of the pods of this machine. */
import type { ByteString } from '../events/bytes.ts';

/** An object of the cluster. All text is byte strings. */
export interface ClusterObject {
  readonly name: ByteString;
  readonly uid: ByteString;
  readonly labels: ReadonlyMap<ByteString, ByteString>;
}

export interface ClusterPod extends ClusterObject {
  readonly ip: ByteString | undefined;
  readonly serviceAccount: ByteString | undefined;
  readonly namespaceName: ByteString;
  /** Undefined until the cluster has told. */
  readonly namespace: ClusterObject | undefined;
  readonly deployment: ClusterObject | undefined;
  readonly replicaSet: ClusterObject | undefined;
  readonly replicationController: ClusterObject | undefined;
  /** Those that send requests to the pod. */
  readonly services: readonly ClusterObject[];
  /** What controls the pod in the end, such as a Deployment or a DaemonSet. */
  readonly owner: { readonly kind: ByteString; readonly name: ByteString } | undefined;
}

/** Answers at once with what is known at that moment. */
export interface ClusterDirectory {
  /** By the uid that container engines tell. */
  pod(uid: ByteString): ClusterPod | undefined;
  /** The pod that a container belongs to; `id` as Thread.containerId has it. */
  podOfContainer(id: ByteString): ClusterPod | undefined;
  readonly statistics: ClusterStatistics;
}

/** Counts since the start; `pods` is that now. */
export interface ClusterStatistics {
  readonly pods: number;
  /** Lists that were read from their beginning. */
  readonly lists: number;
  /** Questions without an answer, or with an error. */
  readonly failures: number;
  /** Objects that found no room. */
  readonly refused: number;
}
