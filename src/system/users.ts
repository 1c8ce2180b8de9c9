/** Users and groups by number, of the host and of containers. */
import type { ByteString } from '../events/bytes.ts';

export interface User {
  readonly uid: number;
  readonly gid: number;
  readonly name: ByteString;
  readonly home: ByteString;
  readonly shell: ByteString;
}

/** Users and groups of the host, or of a container, as far as they are known. */
export interface KnownUsers {
  /** Empty for the host. */
  readonly containerId: ByteString;
  readonly users: Iterable<User>;
  readonly groups: Iterable<Group>;
}

export interface Group {
  readonly gid: number;
  readonly name: ByteString;
}

/** A database that can say all that it knows. */
export interface ListedUsers extends UserDatabase {
  /** Grows when something changes, as far as that has been noticed. */
  readonly revision: number;
  known(): Iterable<KnownUsers>;
}

export interface UserDatabase {
  /** `containerId` is empty for the host. */
  user(uid: number, containerId: ByteString): User | undefined;
  groupName(gid: number, containerId: ByteString): ByteString | undefined;
}
