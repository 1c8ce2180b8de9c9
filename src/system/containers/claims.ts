/**
 * Which container a process is in, of those that the paths of its control groups name. Whoever is in a container and
 * may make control groups, or is a user with a service manager of his own (user@UID.service), may call one as he
 * likes: as another container's, too. So a name counts for more when an engine confirms it, and the outer one for more
 * than the inner one: what lies outside of a container, who is in it cannot choose.
 */
import type { ContainerDirectory } from '../container.ts';
import type { ContainerIdentity } from './cgroup-id.ts';

/** A container that a path names. */
export interface ContainerClaim {
  readonly identity: ContainerIdentity;
  /** Id of the user who may have made the control group, as it lies below his service manager's. */
  readonly user: number | undefined;
}

/**
 * The container that is believed: the outermost that an engine knows, or is being asked about; the innermost where no
 * engine knows any, as in Falco. What lies in the hands of a user cannot be a container of an engine that the system
 * runs: it is none. `undefined` on the host. `claims`: from the outermost to the innermost.
 */
export function believedContainer(
  claims: readonly ContainerClaim[],
  directory: ContainerDirectory | undefined,
): ContainerIdentity | undefined {
  let innermost: ContainerIdentity | undefined;
  for (const { identity, user } of claims) {
    const knownTo = directory?.get(identity.id)?.knownTo;
    if (user !== undefined && knownTo === 'system') continue;
    if (knownTo !== undefined || directory?.isPending(identity.id)) return identity;
    innermost = identity;
  }
  return innermost;
}
