/**
 * Sockets that came out of an accept, by inode. The kernel does not keep which side opened a connection,
 * so that of a connection's later events only this memory tells which end is the server.
 */
export class AcceptedSockets {
  readonly #inodes = new Set<number>();
  readonly #limit: number;

  /** At most `limit` sockets are remembered; the oldest is forgotten first. 0: none is. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  add(inode: number): void {
    if (this.#limit === 0) return;
    this.#inodes.delete(inode);
    if (this.#inodes.size >= this.#limit) {
      const [oldest] = this.#inodes;
      if (oldest !== undefined) this.#inodes.delete(oldest);
    }
    this.#inodes.add(inode);
  }

  /** The inode belongs to another socket now. */
  forget(inode: number): void {
    this.#inodes.delete(inode);
  }

  /** All that are remembered, the oldest first. */
  inodes(): Iterable<number> {
    return this.#inodes;
  }

  has(inode: number): boolean {
    return this.#inodes.has(inode);
  }
}
