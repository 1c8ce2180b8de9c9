/** Processes as a tree of lines. */
import type { EvidenceContainer, EvidenceProcess } from '../alerts/evidence.ts';
import type { ProcessNode } from '../engine/running-tree.ts';
import { fitted, visibleText } from './terminal-text.ts';

export interface ShownTree {
  /** The process, its parent, and so on up. */
  readonly processes: readonly EvidenceProcess[];
  readonly children?: readonly ProcessNode[];
  readonly containers: readonly EvidenceContainer[];
}

/** One line for each process, the oldest ancestor first, in no more columns than these. */
export function treeLines({ processes, children = [], containers }: ShownTree, columns: number): string[] {
  const names = new Map(containers.map((container) => [container.id, containerText(container)]));
  const line = (process: EvidenceProcess, parent: EvidenceProcess | undefined, indent: string): string =>
    fitted(`${indent}${processText(process, parent, names)}`, columns);
  const above = processes.toReversed();
  const lines = above.map((process, depth) =>
    line(process, above[depth - 1], depth === 0 ? '' : `${'   '.repeat(depth - 1)}└─ `),
  );
  const below = (
    nodes: readonly ProcessNode[],
    parent: EvidenceProcess | undefined,
    indent: string,
  ): void => {
    for (const [index, node] of nodes.entries()) {
      const isLast = index === nodes.length - 1;
      lines.push(line(node, parent, `${indent}${isLast ? '└─ ' : '├─ '}`));
      below(node.children, node, `${indent}${isLast ? '   ' : '│  '}`);
    }
  };
  below(children, processes[0], '   '.repeat(Math.max(0, above.length - 1)));
  return lines;
}

/** Name and id, what differs from the parent's, and the command line. */
function processText(
  { name, pid, user, container, tty, commandLine, executable, started }: EvidenceProcess,
  parent: EvidenceProcess | undefined,
  containers: ReadonlyMap<string, string>,
): string {
  const parts = [`${visibleText(name)}(${pid})`];
  if (user !== null && user !== parent?.user) parts.push(visibleText(user));
  if (tty !== null && tty !== parent?.tty) parts.push(tty);
  if (container !== parent?.container && (container !== null || parent !== undefined))
    parts.push(container === null ? '[host]' : `[${containers.get(container) ?? visibleText(container)}]`);
  if (started !== null) parts.push(new Date(started / 1000).toISOString().replace(/\.\d+Z$/, 'Z'));
  const program = executable !== null && !isNamedBy(executable, commandLine) ? `${executable}: ` : '';
  if (commandLine !== null || program !== '') parts.push(visibleText(`${program}${commandLine ?? ''}`));
  return parts.join(' ');
}

/** The command line tells the executable already. */
function isNamedBy(executable: string, commandLine: string | null): boolean {
  const [first = ''] = (commandLine ?? '').split(' ', 1);
  return first === executable || first === executable.slice(executable.lastIndexOf('/') + 1);
}

/** Name or id, image and pod. */
function containerText({ id, name, image, pod, namespace }: EvidenceContainer): string {
  const of = [
    image === null ? '' : `image ${image}`,
    pod === null ? '' : `pod ${namespace === null ? '' : `${namespace}/`}${pod}`,
  ].filter((text) => text !== '');
  return visibleText([name === null ? id : `${name} ${id}`, ...of].join(', '));
}
