/** Cgroups of processes, shared: many processes have the same few sets of paths. */
import type { ByteString } from '../events/bytes.ts';
import { type ContainerIdentity, containerOf } from './containers/cgroup-id.ts';

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
  /** Container of a process with these cgroups, by whether it has a pid namespace of its own. */
  readonly container: ContainerIdentity | undefined;
  readonly containerInPidNamespace: ContainerIdentity | undefined;
}

export const NO_CGROUPS: CgroupSet = {
  paths: [],
  container: undefined,
  containerInPidNamespace: undefined,
};

/** Keeps the sets that were used last; one that is forgotten is only worked out again. */
export class CgroupSets {
  readonly #sets = new Map<ByteString, CgroupSet>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
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
      container: containerOf(paths, false),
      containerInPidNamespace: containerOf(paths, true),
    };
    if (this.#sets.size >= this.#limit) {
      const [oldest] = this.#sets.keys();
      if (oldest !== undefined) this.#sets.delete(oldest);
    }
    this.#sets.set(text, set);
    return set;
  }
}
