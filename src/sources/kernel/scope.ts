/** Which processes a source watches. */
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { KernelSourceError } from './error.ts';

/**
 * The whole host; some processes and all that they start; or a control group and those below it, given as
 * a folder under /sys/fs/cgroup or as /proc/PID/cgroup shows it.
 */
export type Scope =
  | { readonly kind: 'host' }
  | { readonly kind: 'processes'; readonly pids: readonly number[] }
  | { readonly kind: 'cgroup'; readonly path: string };

/** A control group as the probe knows it. */
export interface ControlGroup {
  /** Inode number, which is the kernfs id. */
  readonly id: bigint;
  /** 0 for cgroup v2, else one more than the controller's place in CONTROLLERS. */
  readonly controller: number;
}

/** Controllers whose hierarchies can be watched, in the order of `enum cgroup_subsys_id` in bpf/kernel.h. */
const CONTROLLERS = [
  'cpuset',
  'cpu',
  'cpuacct',
  'blkio',
  'memory',
  'devices',
  'freezer',
  'net_cls',
  'perf_event',
  'net_prio',
  'hugetlb',
  'pids',
];
/** Of these the probe can find a task's group. */
const WATCHABLE = new Set(['cpuset', 'cpu', 'cpuacct', 'blkio', 'memory', 'devices', 'freezer', 'pids']);

interface CgroupMount {
  readonly folder: string;
  readonly controller: number;
}

/** Mounted cgroup hierarchies that can be watched, v2 first. Reads /proc/self/mountinfo. */
function cgroupMounts(): CgroupMount[] {
  const mounts = readFileSync('/proc/self/mountinfo', 'latin1')
    .split('\n')
    .flatMap((line): CgroupMount[] => {
      const [before = '', after = ''] = line.split(' - ');
      const folder = before.split(' ')[4];
      const [type, , options = ''] = after.split(' ');
      if (!folder) return [];
      if (type === 'cgroup2') return [{ folder, controller: 0 }];
      const controller = options.split(',').find((option) => WATCHABLE.has(option));
      return type === 'cgroup' && controller
        ? [{ folder, controller: 1 + CONTROLLERS.indexOf(controller) }]
        : [];
    });
  return mounts.sort((one, other) => one.controller - other.controller);
}

/** Finds a control group. Throws a KernelSourceError when there is none under that name. */
export function findControlGroup(path: string): ControlGroup {
  const mounts = cgroupMounts();
  const bad = (why: string) => new KernelSourceError('BAD_SCOPE', `${path} is not a control group: ${why}`);
  if (mounts.length === 0) throw bad('no cgroup file system that can be watched is mounted');
  const direct = realFolder(path);
  if (direct !== undefined) {
    const mount = mounts.find(({ folder }) => direct === folder || direct.startsWith(`${folder}/`));
    if (mount) return { id: statSync(direct, { bigint: true }).ino, controller: mount.controller };
  }
  for (const { folder, controller } of mounts) {
    const below = realFolder(join(folder, path));
    if (below !== undefined) return { id: statSync(below, { bigint: true }).ino, controller };
  }
  throw bad(`no such folder in ${mounts.map(({ folder }) => folder).join(', ')}`);
}

function realFolder(path: string): string | undefined {
  try {
    const real = realpathSync(path);
    return statSync(real).isDirectory() ? real : undefined;
  } catch {
    return undefined;
  }
}

/** Threads of a process by their ids, those that have ended left out; empty when it is gone. */
export function threadsOf(pid: number): number[] {
  let tasks: string[];
  try {
    tasks = readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
  return tasks.map(Number).filter((tid) => {
    const state = readStat(`/proc/${pid}/task/${tid}/stat`)?.state;
    return state !== undefined && state !== 'Z' && state !== 'X';
  });
}

/** Parents of all processes by process id. Reads nothing but /proc/PID/stat. */
export function processParents(): Map<number, number> {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const stat = readStat(`/proc/${pid}/stat`);
    if (stat) parents.set(pid, stat.parent);
  }
  return parents;
}

/** The given processes and all that descend from them. */
export function descendants(pids: Iterable<number>, parents: ReadonlyMap<number, number>): Set<number> {
  const found = new Set(pids);
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const [pid, parent] of parents) if (found.has(parent)) found.add(pid);
  }
  return found;
}

function readStat(path: string): { state: string; parent: number } | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
  // The name in the second field may hold anything, also parentheses and spaces.
  const [state = '', parent] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state, parent: Number(parent) };
}
