/** The machine of a capture, as the capture tells of it. */
import type { ByteString } from '../events/bytes.ts';
import type { EventCursor } from '../events/cursor.ts';
import { isOwnAddress, type NamedInterface } from './interfaces.ts';
import type { Machine } from './machine.ts';
import { presentCode } from './process-model.ts';
import type { Group, KnownUsers, ListedUsers, User } from './users.ts';

export class CapturedMachine implements Machine {
  readonly isCaptured = true;
  hostname: ByteString = '';
  bootTime = 0n;
  readonly users = new CapturedUsers();
  interfaces: readonly NamedInterface[] = [];
  readonly interfacesRevision = 0;

  /** As in Falco, a container whose own address is not known has none of the machine's. */
  isOwnAddress(ip: ByteString, containerId: ByteString): boolean {
    return containerId === '' && isOwnAddress(ip, this.interfaces);
  }

  /** A capture does not hold services(5): ports stay numbers. */
  serviceName(): undefined {
    return undefined;
  }

  serviceNames(): ReadonlyMap<string, ByteString> {
    return new Map();
  }

  learn(event: EventCursor): void {
    this.users.learn(event);
  }
}

const USER_ADDED = presentCode('useradded');
const USER_DELETED = presentCode('userdeleted');
const GROUP_ADDED = presentCode('groupadded');
const GROUP_DELETED = presentCode('groupdeleted');

/** Users and groups of the host and of containers, from the capture's beginning and from its events. */
export class CapturedUsers implements ListedUsers {
  /** By id and container. */
  readonly #users = new Map<string, User>();
  readonly #groups = new Map<string, ByteString>();
  revision = 0;

  known(): Iterable<KnownUsers> {
    const containers = new Map<ByteString, { users: User[]; groups: Group[] }>();
    const of = (key: string) => {
      const id = key.slice(key.indexOf(' ') + 1);
      let known = containers.get(id);
      if (!known) {
        known = { users: [], groups: [] };
        containers.set(id, known);
      }
      return known;
    };
    for (const [key, user] of this.#users) of(key).users.push(user);
    for (const [key, name] of this.#groups) of(key).groups.push({ gid: Number.parseInt(key, 10), name });
    return [...containers].map(([containerId, known]) => ({ containerId, ...known }));
  }

  user(uid: number, containerId: ByteString): User | undefined {
    return this.#users.get(`${uid} ${containerId}`);
  }

  groupName(gid: number, containerId: ByteString): ByteString | undefined {
    return this.#groups.get(`${gid} ${containerId}`);
  }

  clear(): void {
    this.revision++;
    this.#users.clear();
    this.#groups.clear();
  }

  addUser(user: User, containerId: ByteString): void {
    this.revision++;
    this.#users.set(`${user.uid} ${containerId}`, user);
  }

  addGroup(gid: number, name: ByteString, containerId: ByteString): void {
    this.revision++;
    this.#groups.set(`${gid} ${containerId}`, name);
  }

  learn(event: EventCursor): void {
    const id = event.u32(0) ?? 0;
    switch (event.code) {
      case USER_ADDED:
        this.addUser(
          {
            uid: id,
            gid: event.u32(1) ?? 0,
            name: event.text(2) ?? '',
            home: event.text(3) ?? '',
            shell: event.text(4) ?? '',
          },
          event.text(5) ?? '',
        );
        break;
      case USER_DELETED:
        this.revision++;
        this.#users.delete(`${id} ${event.text(5) ?? ''}`);
        break;
      case GROUP_ADDED:
        this.addGroup(id, event.text(1) ?? '', event.text(2) ?? '');
        break;
      case GROUP_DELETED:
        this.revision++;
        this.#groups.delete(`${id} ${event.text(2) ?? ''}`);
        break;
    }
  }
}
