/** Cgroups of processes, shared: many processes have the same few sets of paths. */
import type { ByteString } from '../events/bytes.ts';
import type { ContainerDirectory } from './container.ts';
import { type ContainerIdentity, containersOf } from './containers/cgroup-id.ts';
import { believedContainer, type ContainerClaim } from './containers/claims.ts';

/** Controllers whose name in the kernel's source or in a newer kernel is not the one that rules know. */
const COMMON_NAMES: Readonly<Record<string, string>> = { perf: 'perf_event', mem: 'memory', io: 'blkio' };

function withCommonName(cgroup: ByteString): ByteString {
  const end = cgroup.indexOf('=');
  const controller = cgroup.slice(0, Math.max(end, 0)).replace('_cgroup', '');
  return `${COMMON_NAMES[controller] ?? controller}${cgroup.slice(Math.max(end, 0))}`;
}

export interface CgroupSet {
  /** `controller=path` for each hierarchy. */
  readonly paths: readonly ByteString[];
  /** What they say of containers, for a process that has no pid namespace of its own, and for one that has. */
  readonly containers: NamedContainers;
  readonly containersInPidNamespace: NamedContainers;
}

/** The containers that paths name. */
export class NamedContainers {
  /** From the outermost to the innermost. */
  readonly claims: readonly ContainerClaim[];
  readonly #directory: ContainerDirectory | undefined;

  constructor(claims: readonly ContainerClaim[], directory: ContainerDirectory | undefined) {
    this.claims = claims;
    this.#directory = directory;
  }

  /** The one that is believed now: what engines say may change it. */
  get believed(): ContainerIdentity | undefined {
    const { length, 0: first } = this.claims;
    if (first === undefined) return undefined;
    if (length === 1 && first.user === undefined) return first.identity;
    return believedContainer(this.claims, this.#directory);
  }
}

const NO_CONTAINERS = new NamedContainers([], undefined);

export const NO_CGROUPS: CgroupSet = {
  paths: [],
  containers: NO_CONTAINERS,
  containersInPidNamespace: NO_CONTAINERS,
};

/** Keeps the sets that were used last; one that is forgotten is only worked out again. */
export class CgroupSets {
  readonly #sets = new Map<ByteString, CgroupSet>();
  readonly #limit: number;
  readonly #directory: ContainerDirectory | undefined;

  /** `directory`: what engines say of containers. */
  constructor(limit: number, directory?: ContainerDirectory) {
    this.#limit = limit;
    this.#directory = directory;
  }

  clear(): void {
    this.#sets.clear();
  }

  /** The set for `text`: paths separated by NUL, as events carry them. */
  of(text: ByteString): CgroupSet {
    let set = this.#sets.get(text);
    if (set) return set;
    const paths = text
      .split('\0')
      .filter((path) => path !== '')
      .map(withCommonName);
    set = {
      paths,
      containers: new NamedContainers(containersOf(paths, false), this.#directory),
      containersInPidNamespace: new NamedContainers(containersOf(paths, true), this.#directory),
    };
    if (this.#sets.size >= this.#limit) {
      const [oldest] = this.#sets.keys();
      if (oldest !== undefined) this.#sets.delete(oldest);
    }
    this.#sets.set(text, set);
    return set;
  }
}
