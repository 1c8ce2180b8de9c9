/**
 * Which process made which child, where the child's own event does not settle it. In a pid namespace a clone
 * gives its caller the child's id in the namespace, not the one that events name; and a child whose parent is the
 * namespace's init was either made by it, or by a process that had ended at once. The caller's event decides:
 * parent and inner id are the key that both events have.
 */
import type { Process } from './process.ts';

/** How far the two events of a clone may be apart, in milliseconds; afterwards the inner id may be another's. */
const SAME_CLONE_MS = 2000;

export class Makers {
  readonly #limit: number;
  /** When a caller told of its child. */
  readonly #told = new Map<string, number>();
  /** Children whose parent has not told of them yet. */
  readonly #waiting = new Map<string, { child: Process; since: number }>();

  /** `limit`: children remembered on either side; the oldest are forgotten, and their makers stay in doubt. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Process `maker` has made a child with this inner id. Returns the child when it waits for that. */
  tell(maker: Process, innerId: number, now: number): Process | undefined {
    const key = `${maker.pid}/${innerId}`;
    const waiting = this.#waiting.get(key);
    this.#waiting.delete(key);
    if (waiting && Math.abs(now - waiting.since) < SAME_CLONE_MS) return waiting.child;
    this.#remember(this.#told, key, now);
    return undefined;
  }

  /** Whether `parent` has told of making `child`. If not, the child waits for it. */
  confirm(parent: Process, child: Process, innerId: number, now: number): boolean {
    const key = `${parent.pid}/${innerId}`;
    const told = this.#told.get(key);
    this.#told.delete(key);
    if (told !== undefined && Math.abs(now - told) < SAME_CLONE_MS) return true;
    this.#remember(this.#waiting, key, { child, since: now });
    return false;
  }

  #remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
    map.delete(key);
    map.set(key, value);
    if (map.size <= this.#limit) return;
    const [oldest] = map.keys();
    if (oldest !== undefined) map.delete(oldest);
  }
}
