/** What the service asks of the API of a container engine. */
import type { ByteString } from '../events/bytes.ts';
import type { ContainerMetadata } from '../system/container.ts';

/** APIs by which engines tell of their containers. */
export type EngineApi = 'docker' | 'podman' | 'cri' | 'containerd';

/** One API at one socket. */
export interface EngineClient {
  readonly api: EngineApi;
  /** Path of the socket. */
  readonly socket: string;
  /**
   * What the engine says of a container; `undefined` when it does not know it (yet). Rejects when the
   * engine cannot be asked. Environment variables are never asked for and never kept.
   */
  inspect(fullId: ByteString): Promise<ContainerMetadata | undefined>;
  /**
   * Tells of containers as they are created, before they start; settles when the engine ends that or fails.
   * Absent for APIs that answer quickly while a container starts, where it is not needed.
   */
  listen?(onCreated: (fullId: ByteString) => void): Promise<void>;
  /** Ends the connections; whatever is being asked rejects. */
  close(): void;
}

/** Query for the creation of containers, as Docker and Podman take it. */
export const CREATION_FILTER = encodeURIComponent(JSON.stringify({ type: ['container'], event: ['create'] }));

/** How long an engine may take for one answer, in milliseconds. */
export const ANSWER_TIMEOUT_MS = 5000;

/** Bytes of one answer; what is longer is refused. */
export const ANSWER_LIMIT = 8 << 20;
