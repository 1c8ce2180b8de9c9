/** A running process with its ancestors and all that it has started, as the machine has them now. */
import type { EvidenceContainer, EvidenceProcess } from '../alerts/evidence.ts';
import { containersOf, processesOf, processOf } from '../alerts/evidence-processes.ts';
import { Shortener } from '../alerts/shortener.ts';
import type { Config } from '../config/schema.ts';
import { openContainers } from '../containers/open.ts';
import type { ContainerMetadataService } from '../containers/service.ts';
import { ProcReader } from '../system/proc-reader.ts';
import { System } from '../system/system.ts';
import { hostRootOf } from './host-root.ts';

export interface ProcessNode extends EvidenceProcess {
  readonly children: readonly ProcessNode[];
}

export interface RunningTree {
  /** The process, its parent, and so on up. */
  readonly processes: readonly EvidenceProcess[];
  readonly children: readonly ProcessNode[];
  readonly containers: readonly EvidenceContainer[];
  /** Descendants that are too many to be told. */
  readonly others: number;
}

/** Descendants that are told. */
const MOST = 500;
/** Milliseconds that container engines are given to answer. */
const ENGINE_MS = 2000;

/** Reads the process of `pid`, all above and all below it, and nothing of others but whose children they are. */
export async function runningTree(
  pid: number,
  config: Config,
  log: (line: string) => void,
): Promise<RunningTree | undefined> {
  const hostRoot = hostRootOf(config);
  const parents = parentsOfAll(new ProcReader(hostRoot));
  if (!parents.has(pid)) return undefined;
  const line = lineOf(pid, parents);
  const all = descendantsOf(pid, parents);
  const below = all.slice(0, MOST);
  const containers = openContainers(
    config.container_engines,
    ({ api, socket }, error) => log(`${api} at ${socket} cannot be asked about containers: ${error.message}`),
    undefined,
    hostRoot,
  );
  const seed = { kind: 'processes', pids: [...line, ...below] } as const;
  const system = System.open({ hostRoot, seed, containers });
  try {
    await settled(containers, system.containersInUse());
    const thread = system.thread(pid);
    if (thread === undefined) return undefined;
    const shortener = new Shortener(Number.POSITIVE_INFINITY);
    const processes = processesOf({ thread, system }, shortener);
    const known = new Set(below);
    const nodes = (parent: number): ProcessNode[] =>
      childrenOf(parent, parents)
        .filter((child) => known.has(child))
        .flatMap((child) => {
          const found = system.thread(child);
          return found ? [{ ...processOf(found, system, shortener), children: nodes(child) }] : [];
        });
    const children = nodes(pid);
    return {
      ...{ processes, children, others: all.length - below.length },
      containers: containersOf([...processes, ...flat(children)], system),
    };
  } finally {
    system.close();
    containers.close();
  }
}

/** Parents by process. */
type Parents = ReadonlyMap<number, number>;

function parentsOfAll(reader: ProcReader): Parents {
  const parents = new Map<number, number>();
  for (const pid of reader.pids()) {
    const parent = reader.read(pid, 'names')?.threads[0]?.status.ppid;
    if (parent !== undefined) parents.set(pid, parent);
  }
  return parents;
}

function lineOf(pid: number, parents: Parents): number[] {
  const line = new Set<number>();
  // The table is not of one moment: it might show a loop.
  for (let next = pid; parents.has(next) && !line.has(next); next = parents.get(next) ?? 0) line.add(next);
  return [...line];
}

function childrenOf(pid: number, parents: Parents): number[] {
  return [...parents].filter(([, parent]) => parent === pid).map(([child]) => child);
}

/** Nearest first. */
function descendantsOf(pid: number, parents: Parents): number[] {
  const found = new Set([pid]);
  // A set that grows while it is walked is walked to its end.
  for (const each of found) for (const child of childrenOf(each, parents)) found.add(child);
  found.delete(pid);
  return [...found];
}

function flat(nodes: readonly ProcessNode[]): ProcessNode[] {
  return nodes.flatMap((node) => [node, ...flat(node.children)]);
}

/** Waits for the answers about containers, for a limited time. */
async function settled(containers: ContainerMetadataService, ids: Iterable<string>): Promise<void> {
  const answers = [...ids].map((id) => new Promise<void>((done) => containers.whenSettled(id, done)));
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ENGINE_MS);
  await Promise.race([Promise.all(answers), late]);
  clearTimeout(timer);
}
