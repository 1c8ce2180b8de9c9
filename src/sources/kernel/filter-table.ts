/** The probe's filters: which events it leaves out. They can be changed while the probe runs. */
import type { ByteString } from '../../events/bytes.ts';
import type { EventFilter } from '../../events/event-filter.ts';
import {
  AUTOMATON_SIZE,
  encodeFilters,
  FILTER_SIZE,
  publishAutomaton,
  writeAutomaton,
} from './encode-filters.ts';
import { MAX_CODES, MAX_KNOWN_INODES } from './layout.ts';
import { type BpfMap, PROT_READ, PROT_WRITE, pageSize, SharedMemory } from './libbpf.ts';
import { answersOf, type TextAutomaton } from './text-automaton.ts';

const NO_FILTER = Buffer.alloc(FILTER_SIZE);
const GENERATION_KEY = u32(0);
/** Room of the kernel for a thread's name, with its NUL. */
const COMM_SIZE = 16;
/** Whatever is asked of a name holds. */
const ALL_BITS = (1n << 64n) - 1n;

/** Names that rules have for files, by inode, of whichever device. */
export type NamedInodes = ReadonlyMap<number, readonly ByteString[]>;

export interface FilterMaps {
  readonly filters: BpfMap;
  readonly automata: BpfMap;
  readonly generation: BpfMap;
  readonly inodes: BpfMap;
  /** Names of threads that user space knows. */
  readonly names: BpfMap;
}

export class FilterTable {
  readonly #maps: FilterMaps;
  readonly #memory: SharedMemory;
  /** The generation that was used last: 1 or 2. An event that is under way may still be asked about by it. */
  #generation: 1 | 2 = 2;
  /** Codes with a filter, by generation - 1. */
  readonly #codes: [Set<number>, Set<number>] = [new Set(), new Set()];
  /** What the kernel was told of the names of each. */
  readonly #inodes = new Map<number, bigint>();
  /** What each name says to the filters in use. */
  readonly #names = new Map<ByteString, bigint>();
  #automaton: TextAutomaton | undefined;
  #edition = 0;

  constructor(maps: FilterMaps) {
    this.#maps = maps;
    const length = Math.ceil((2 * AUTOMATON_SIZE) / pageSize()) * pageSize();
    this.#memory = new SharedMemory(maps.automata.fd, 0, length, PROT_READ | PROT_WRITE);
  }

  /** From now on all events pass. */
  open(): void {
    this.#maps.generation.update(GENERATION_KEY, u32(0));
  }

  /**
   * From now on events pass as the filters say, all those of other codes too. `inodes`: of files that are asked about
   * by these names too, under whichever they are opened; when they do not all find room, all events pass.
   */
  use(filters: readonly EventFilter[], inodes: NamedInodes): void {
    const generation = this.#generation === 1 ? 2 : 1;
    const encoded = encodeFilters(filters);
    const codes = this.#codes[generation - 1] as Set<number>;
    const at = (generation - 1) * AUTOMATON_SIZE;
    const automaton = Buffer.from(this.#memory.memory, at, AUTOMATON_SIZE);
    writeAutomaton(automaton, encoded);
    for (const code of codes) if (!encoded.filters.has(code)) this.#update(generation, code, NO_FILTER);
    for (const [code, bytes] of encoded.filters) this.#update(generation, code, bytes);
    publishAutomaton(automaton, ++this.#edition);
    this.#codes[generation - 1] = new Set(encoded.filters.keys());
    this.#generation = generation;
    this.#automaton = encoded.automaton;
    this.#names.clear();
    for (const inode of this.#inodes.keys()) this.#tell(inode, this.#bitsOf(inodes.get(inode) ?? []));
    if (this.know(inodes)) this.#maps.generation.update(GENERATION_KEY, u32(generation));
    else this.open();
  }

  /** Replaces the inodes and their names. False when they do not find room. */
  know(inodes: NamedInodes): boolean {
    if (inodes.size > MAX_KNOWN_INODES / 2) return false;
    for (const inode of this.#inodes.keys())
      if (!inodes.has(inode)) {
        this.#maps.inodes.delete(u64(inode));
        this.#inodes.delete(inode);
      }
    for (const [inode, names] of inodes) {
      const bits = this.#bitsOf(names);
      if (this.#inodes.get(inode) !== bits) this.#tell(inode, bits);
    }
    return true;
  }

  /** An inode has these names too from now on. Without room for it all events pass. */
  meet(inode: number, names: readonly ByteString[]): void {
    const known = this.#inodes.get(inode);
    if (known === undefined && this.#inodes.size >= MAX_KNOWN_INODES / 2) {
      this.open();
      return;
    }
    const bits = (known ?? 0n) | this.#bitsOf(names);
    if (bits !== known) this.#tell(inode, bits);
  }

  /** struct lanner_known_inode. To an event that is under way by the other generation it may have any name. */
  #tell(inode: number, bits: bigint): void {
    const bytes = Buffer.alloc(16, 0xff);
    bytes.writeBigUInt64LE(bits, 8 * (this.#generation - 1));
    this.#maps.inodes.update(u64(inode), bytes);
    this.#inodes.set(inode, bits);
  }

  #bitsOf(names: readonly ByteString[]): bigint {
    const automaton = this.#automaton;
    if (automaton === undefined) return ALL_BITS;
    let bits = 0n;
    for (const name of names) {
      let found = this.#names.get(name);
      if (found === undefined) {
        found = answersOf(automaton, name);
        this.#names.set(name, found);
      }
      bits |= found;
    }
    return bits;
  }

  /**
   * What user space knows a thread as (`comm`, 15 bytes at most), unless an event has told its name. Until then
   * it may have any name.
   */
  nameThread(tid: number, name: ByteString): void {
    if (name === '' || name.length >= COMM_SIZE) return;
    // struct lanner_told_name: no sets yet, the name, the thread.
    const bytes = Buffer.alloc(8 + COMM_SIZE + 8);
    bytes.write(name, 8, 'latin1');
    bytes.writeUInt32LE(tid, 8 + COMM_SIZE);
    this.#maps.names.add(u32(tid), bytes);
  }

  close(): void {
    this.#memory.release();
  }

  #update(generation: number, code: number, bytes: Buffer): void {
    this.#maps.filters.update(u32((generation - 1) * MAX_CODES + code), bytes);
  }
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
