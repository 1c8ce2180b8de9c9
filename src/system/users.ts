/** Users and groups by number, of the host and of containers. */
import type { ByteString } from '../events/bytes.ts';

export interface User {
  readonly uid: number;
  readonly gid: number;
  readonly name: ByteString;
  readonly home: ByteString;
  readonly shell: ByteString;
}

export interface UserDatabase {
  /** `containerId` is empty for the host. */
  user(uid: number, containerId: ByteString): User | undefined;
  groupName(gid: number, containerId: ByteString): ByteString | undefined;
}
