/** Users and groups that a recording has been told of, and the events that tell what is new or gone. */
import type { ByteString } from '../events/bytes.ts';
import type { ParameterValue } from '../events/encode.ts';
import { presentCode } from '../system/process-model.ts';
import type { KnownUsers, User } from '../system/users.ts';

const USER_ADDED = presentCode('useradded');
const USER_DELETED = presentCode('userdeleted');
const GROUP_ADDED = presentCode('groupadded');
const GROUP_DELETED = presentCode('groupdeleted');

/** Writes an event of this code; false when there was no room for it. */
type Tell = (code: number, values: readonly ParameterValue[]) => boolean;

interface Told {
  readonly users: Map<number, User>;
  readonly groups: Map<number, ByteString>;
}

/** Holds as much as the model itself does: what that has forgotten is told as gone. */
export class ToldUsers {
  /** By container; empty for the host. */
  readonly #told = new Map<ByteString, Told>();

  /** These stand in the recording already. */
  add({ containerId, users, groups }: KnownUsers): void {
    const told = this.#of(containerId);
    for (const user of users) told.users.set(user.uid, user);
    for (const { gid, name } of groups) told.groups.set(gid, name);
  }

  /** Tells how `known` differs from what was told before. False when not all of it could be told. */
  update(known: Iterable<KnownUsers>, tell: Tell): boolean {
    let isComplete = true;
    const present = new Set<ByteString>();
    for (const now of known) {
      present.add(now.containerId);
      isComplete = updateOne(this.#of(now.containerId), now, tell) && isComplete;
    }
    for (const [containerId, told] of this.#told) {
      if (present.has(containerId)) continue;
      const isGone = updateOne(told, { containerId, users: [], groups: [] }, tell);
      if (isGone) this.#told.delete(containerId);
      isComplete = isGone && isComplete;
    }
    return isComplete;
  }

  #of(containerId: ByteString): Told {
    let told = this.#told.get(containerId);
    if (!told) {
      told = { users: new Map(), groups: new Map() };
      this.#told.set(containerId, told);
    }
    return told;
  }
}

function updateOne(told: Told, { containerId, users, groups }: KnownUsers, tell: Tell): boolean {
  let isComplete = true;
  const usersNow = new Map([...users].map((user) => [user.uid, user]));
  const groupsNow = new Map([...groups].map(({ gid, name }) => [gid, name]));
  for (const [uid, user] of told.users)
    if (usersNow.has(uid)) continue;
    else if (tell(USER_DELETED, [...valuesOf(user), containerId])) told.users.delete(uid);
    else isComplete = false;
  for (const [gid, name] of told.groups)
    if (groupsNow.has(gid)) continue;
    else if (tell(GROUP_DELETED, [gid, name, containerId])) told.groups.delete(gid);
    else isComplete = false;
  for (const [uid, user] of usersNow)
    if (isSame(told.users.get(uid), user)) continue;
    else if (tell(USER_ADDED, [...valuesOf(user), containerId])) told.users.set(uid, user);
    else isComplete = false;
  for (const [gid, name] of groupsNow)
    if (told.groups.get(gid) === name) continue;
    else if (tell(GROUP_ADDED, [gid, name, containerId])) told.groups.set(gid, name);
    else isComplete = false;
  return isComplete;
}

function valuesOf({ uid, gid, name, home, shell }: User): readonly ParameterValue[] {
  return [uid, gid, name, home, shell];
}

function isSame(one: User | undefined, other: User): boolean {
  if (one === other) return true;
  return one !== undefined && valuesOf(one).every((value, index) => value === valuesOf(other)[index]);
}
