/**
 * The open descriptors of one process. Every fork copies a table, and most copies are never changed, so
 * the copy is made when one of the two changes something. Shells duplicate to descriptor 255: what is
 * above the low numbers is kept apart, so that a table stays as small as what it holds.
 */
import type { OpenDescriptor } from './open-descriptor.ts';

/** Numbers below this lie in an array, others in a map. */
const DENSE = 48;

/** As many as Falco keeps of a process; more are not taken up. */
const MAX_SIZE = 4096;

export class DescriptorTable {
  #low: (OpenDescriptor | undefined)[] = [];
  #high: Map<number, OpenDescriptor> | undefined;
  #size = 0;
  /** Another table has the same array and map. */
  #isShared = false;

  get size(): number {
    return this.#size;
  }

  get(fd: number): OpenDescriptor | undefined {
    return fd >= 0 && fd < DENSE ? this.#low[fd] : this.#high?.get(fd);
  }

  /** Puts `descriptor` in the place of what was there. False when the table is full. */
  set(fd: number, descriptor: OpenDescriptor): boolean {
    const isNew = this.get(fd) === undefined;
    if (isNew && this.#size >= MAX_SIZE) return false;
    this.#own();
    if (isNew) this.#size++;
    if (fd >= 0 && fd < DENSE) {
      for (let gap = this.#low.length; gap < fd; gap++) this.#low.push(undefined);
      this.#low[fd] = descriptor;
    } else {
      this.#high ??= new Map();
      this.#high.set(fd, descriptor);
    }
    return true;
  }

  delete(fd: number): void {
    if (this.get(fd) === undefined) return;
    this.#own();
    this.#size--;
    if (fd >= 0 && fd < DENSE) this.#low[fd] = undefined;
    else this.#high?.delete(fd);
  }

  /** A table for a new process, with the same descriptors. */
  copy(): DescriptorTable {
    const copy = new DescriptorTable();
    copy.#low = this.#low;
    copy.#high = this.#high;
    copy.#size = this.#size;
    copy.#isShared = true;
    this.#isShared = true;
    return copy;
  }

  /** Removes what closes at exec. */
  dropClosing(): void {
    const low = this.#low;
    for (let fd = 0; fd < low.length; fd++) if (low[fd]?.closesOnExec) this.delete(fd);
    if (this.#high) for (const [fd, { closesOnExec }] of [...this.#high]) if (closesOnExec) this.delete(fd);
  }

  /** All descriptors with their numbers; the table may be changed meanwhile. */
  *entries(): Generator<[fd: number, descriptor: OpenDescriptor]> {
    const low = this.#low;
    const high = this.#high;
    for (let fd = 0; fd < low.length; fd++) {
      const descriptor = low[fd];
      if (descriptor) yield [fd, descriptor];
    }
    if (high) yield* [...high];
  }

  #own(): void {
    if (!this.#isShared) return;
    this.#isShared = false;
    this.#low = this.#low.slice();
    this.#high = this.#high && new Map(this.#high);
  }
}
