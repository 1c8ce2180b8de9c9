/** Parents and children in captures, kept on both sides so that a parent's end finds its children at once. */
import type { Process, ThreadEntry } from './process.ts';
import type { ThreadTable } from './thread-table.ts';

/** Gives a process to a parent, or to none. */
export function adopt(process: Process, parent: ThreadEntry | undefined): void {
  process.parent?.children?.delete(process);
  process.parent = parent;
  process.ptid = parent?.tid ?? 0;
  if (!parent) return;
  parent.children ??= new Set();
  parent.children.add(process);
}

/** The thread of which an event says that it is the parent; who is not known is none. */
export function knownParent(ptid: number, table: ThreadTable): ThreadEntry | undefined {
  const parent = table.thread(ptid);
  return parent && !parent.isPhantom ? parent : undefined;
}
