/** Finds the containers that run on this machine: from the cgroups of processes, as events tell them, too. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ContainerIdentity, containersOf } from '../../system/containers/cgroup-id.ts';
import { parseCgroups } from '../../system/proc-text.ts';

export interface RunningContainer {
  readonly identity: ContainerIdentity;
  /** Id of the user in whose control groups it lies, if in one's. */
  readonly user?: number | undefined;
  /** Its first process. */
  readonly pid: number;
}

/**
 * All running containers, by id. Of processes nothing is read but their cgroups and ids; one that ends meanwhile, or may
 * not be read, is passed over.
 */
export function runningContainers(proc = '/proc'): RunningContainer[] {
  const found = new Map<string, RunningContainer & { readonly innerPid: number }>();
  for (const name of readdirSync(proc)) {
    if (!/^[1-9]\d*$/.test(name)) continue;
    const pids = idsOf(join(proc, name));
    const cgroups = pids === undefined ? undefined : readOr(join(proc, name, 'cgroup'));
    if (pids === undefined || cgroups === undefined) continue;
    const innermost = containersOf(parseCgroups(cgroups), pids.length > 1).at(-1);
    if (innermost === undefined) continue;
    const { identity, user } = innermost;
    const innerPid = pids.at(-1) ?? 0;
    const known = found.get(identity.fullId);
    if (known === undefined || innerPid < known.innerPid)
      found.set(identity.fullId, { identity, user, pid: Number(name), innerPid });
  }
  return [...found.values()]
    .map(({ identity, user, pid }) => ({ identity, pid, ...(user === undefined ? {} : { user }) }))
    .sort((a, b) => (a.identity.fullId < b.identity.fullId ? -1 : 1));
}

/** The process's id in each pid namespace, from the outermost to its own. */
function idsOf(directory: string): number[] | undefined {
  const line = /^NSpid:\s*(.*)$/m.exec(readOr(join(directory, 'status')) ?? '')?.[1];
  return line?.split(/\s+/).map(Number);
}

function readOr(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}
