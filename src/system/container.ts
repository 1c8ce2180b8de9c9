/** What a container engine tells of its containers. The id itself is known without it, see Thread.containerId. */
import type { ByteString } from '../events/bytes.ts';

export interface ContainerDirectory {
  /** `id` as Thread.containerId has it. */
  get(id: ByteString): ContainerMetadata | undefined;
}

/** All text is byte strings; what the engine does not tell is absent. */
export interface ContainerMetadata {
  /** Id in full length. */
  readonly fullId: ByteString;
  readonly name?: ByteString;
  /** Image as it was asked for, and its parts. */
  readonly image?: ByteString;
  readonly imageId?: ByteString;
  readonly imageRepository?: ByteString;
  readonly imageTag?: ByteString;
  readonly imageDigest?: ByteString;
  readonly privileged?: boolean;
  readonly mounts?: readonly ContainerMount[];
  readonly labels?: ReadonlyMap<ByteString, ByteString>;
  /** Start, nanoseconds since the epoch. */
  readonly startTime?: bigint;
  readonly ip?: ByteString;
  readonly cniJson?: ByteString;
  readonly hostPid?: boolean;
  readonly hostNetwork?: boolean;
  readonly hostIpc?: boolean;
  /** Commands of the probes, arguments joined by blanks. */
  readonly healthcheck?: ByteString;
  readonly livenessProbe?: ByteString;
  readonly readinessProbe?: ByteString;
  readonly pod?: PodMetadata;
}

export interface ContainerMount {
  readonly source: ByteString;
  readonly destination: ByteString;
  readonly mode: ByteString;
  readonly writable: boolean;
  readonly propagation: ByteString;
}

export interface PodMetadata {
  readonly name: ByteString;
  readonly namespace: ByteString;
  readonly uid: ByteString;
  /** Id of the pod's sandbox container in full length. */
  readonly sandboxId?: ByteString;
  readonly labels?: ReadonlyMap<ByteString, ByteString>;
  readonly ip?: ByteString;
  readonly cniJson?: ByteString;
}
