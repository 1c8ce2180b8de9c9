/** What a container engine tells of its containers. The id itself is known without it, see Thread.containerId. */
import type { ByteString } from '../events/bytes.ts';
import type { ContainerIdentity } from './containers/cgroup-id.ts';

export interface ContainerDirectory {
  /** `id` as Thread.containerId has it. */
  get(id: ByteString): ContainerMetadata | undefined;
  /** An engine is being asked about it. */
  isPending(id: ByteString): boolean;
}

/** A directory that is told of containers as the model meets them, and finds out about them on its own. */
export interface ContainerObserver extends ContainerDirectory {
  /**
   * A process is in this container, or its control group says so, which the `user` of this id may have made. Called
   * often; returns at once.
   */
  see(container: ContainerIdentity, user?: number): void;
}

/** Who runs an engine: the system, or the user of this id; `any` where its socket does not tell. */
export type EngineOwner = 'system' | 'any' | number;

/** All text is byte strings; what the engine does not tell is absent. */
export interface ContainerMetadata {
  /** Id in full length. */
  readonly fullId: ByteString;
  /** Whose engine has told of it; absent when none knows it. */
  readonly knownTo?: EngineOwner | undefined;
  readonly name?: ByteString | undefined;
  /** Image as it was asked for, and its parts. */
  readonly image?: ByteString | undefined;
  readonly imageId?: ByteString | undefined;
  readonly imageRepository?: ByteString | undefined;
  readonly imageTag?: ByteString | undefined;
  readonly imageDigest?: ByteString | undefined;
  readonly privileged?: boolean | undefined;
  readonly mounts?: readonly ContainerMount[] | undefined;
  /** Published ports in the form of Docker's command, `127.0.0.1:8080->80/tcp`. */
  readonly ports?: readonly ByteString[] | undefined;
  readonly labels?: ReadonlyMap<ByteString, ByteString> | undefined;
  /** Start, nanoseconds since the epoch. */
  readonly startTime?: bigint | undefined;
  readonly ip?: ByteString | undefined;
  readonly cniJson?: ByteString | undefined;
  readonly hostPid?: boolean | undefined;
  readonly hostNetwork?: boolean | undefined;
  readonly hostIpc?: boolean | undefined;
  /** Commands of the probes, arguments joined by blanks. */
  readonly healthcheck?: ByteString | undefined;
  readonly livenessProbe?: ByteString | undefined;
  readonly readinessProbe?: ByteString | undefined;
  readonly pod?: PodMetadata | undefined;
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
  readonly sandboxId?: ByteString | undefined;
  readonly labels?: ReadonlyMap<ByteString, ByteString> | undefined;
  readonly ip?: ByteString | undefined;
  readonly cniJson?: ByteString | undefined;
}
