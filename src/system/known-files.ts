/**
 * The files behind the names that rules ask for. A hard link, a mount of the single file or the host's
 * /etc in a container shows the same file under a name that no rule asks for; device and inode are the same.
 */
import { readdirSync, statSync } from 'node:fs';
import { type ByteString, toByteString } from '../events/bytes.ts';
import type { FileNames } from './other-names.ts';

export interface KnownFileLimits {
  /** Names in all. */
  readonly names: number;
  /** Names that are looked at in one directory; of a larger one none is taken. */
  readonly namesPerDirectory: number;
}

export const KNOWN_FILE_LIMITS: KnownFileLimits = { names: 8192, namesPerDirectory: 256 };

/** Paths that rules ask for, as they stand in conditions. */
export interface AskedPaths {
  readonly files: ReadonlySet<ByteString>;
  /** Directories all of whose files rules ask for. */
  readonly directories: ReadonlySet<ByteString>;
}

export interface KnownFileStatistics {
  /** Names whose file is known. */
  readonly names: number;
  /** Names that found no room. */
  readonly refused: number;
  /** Directories that are too large to be looked at. */
  readonly skippedDirectories: number;
}

const NONE: readonly ByteString[] = [];

function byFileName({ files }: AskedPaths): ReadonlyMap<ByteString, readonly ByteString[]> {
  return Map.groupBy(files, (path) => path.slice(path.lastIndexOf('/') + 1));
}

/** Knows which names lead to a file; `refresh` looks anew, since programs replace files like /etc/shadow. */
export class KnownFiles implements FileNames {
  #asked: AskedPaths;
  readonly #limits: KnownFileLimits;
  readonly #hostRoot: string;
  /** Names by inode number. Those of other devices are told apart when the inode is met. */
  #byInode = new Map<number, ByteString[]>();
  /** Names by their last part. */
  #byFileName: ReadonlyMap<ByteString, readonly ByteString[]>;
  /** Told of every inode that becomes known between two refreshes. */
  onKnown: (inode: number) => void = () => {};
  #names = 0;
  #refused = 0;
  #skippedDirectories = 0;

  /** `hostRoot`: where the host's files are mounted; empty on the host itself. */
  constructor(asked: AskedPaths, hostRoot = '', limits: KnownFileLimits = KNOWN_FILE_LIMITS) {
    this.#asked = asked;
    this.#hostRoot = hostRoot;
    this.#limits = limits;
    this.#byFileName = byFileName(asked);
    this.refresh();
  }

  /** Rules ask for other names from now on. */
  ask(asked: AskedPaths): void {
    this.#asked = asked;
    this.#byFileName = byFileName(asked);
    this.refresh();
  }

  /**
   * Names that lead to the file now. It is looked at again before it is told: an inode that was freed
   * belongs to another file.
   */
  namesOf(device: number, inode: number): readonly ByteString[] {
    const names = this.#byInode.get(inode);
    if (names === undefined) return NONE;
    return names.filter((name) => {
      const found = this.#stat(name);
      return found !== undefined && found.ino === inode && found.dev === device;
    });
  }

  mayHave(inode: number): boolean {
    return this.#byInode.has(inode);
  }

  /** Looks at all names anew. */
  refresh(): void {
    this.#byInode = new Map();
    this.#names = 0;
    this.#refused = 0;
    this.#skippedDirectories = 0;
    for (const path of this.#asked.files) this.#learn(path);
    for (const directory of this.#asked.directories)
      for (const name of this.#namesIn(directory))
        this.#learn(`${directory === '/' ? '' : directory}/${name}`);
  }

  /** Another file may be behind the names that end so. */
  changed(fileName: ByteString): void {
    for (const path of this.#byFileName.get(fileName) ?? NONE) this.#learn(path);
  }

  /** Inodes of the files that the names lead to, of whichever device. */
  get inodes(): ReadonlySet<number> {
    return new Set(this.#byInode.keys());
  }

  get statistics(): KnownFileStatistics {
    return {
      names: this.#names,
      refused: this.#refused,
      skippedDirectories: this.#skippedDirectories,
    };
  }

  #learn(path: ByteString): void {
    const file = this.#stat(path);
    if (file === undefined || !file.isFile()) return;
    if (this.#names >= this.#limits.names) {
      this.#refused++;
      return;
    }
    const names = this.#byInode.get(file.ino);
    if (names?.includes(path)) return;
    this.#names++;
    if (names) names.push(path);
    else {
      this.#byInode.set(file.ino, [path]);
      this.onKnown(file.ino);
    }
  }

  #stat(path: ByteString) {
    try {
      return statSync(this.#located(path), { throwIfNoEntry: false });
    } catch {
      // A name that cannot be looked at (a loop of links, a directory that is a file) leads nowhere.
      return undefined;
    }
  }

  #namesIn(directory: ByteString): readonly ByteString[] {
    try {
      const names = readdirSync(this.#located(directory), { encoding: 'latin1' });
      if (names.length <= this.#limits.namesPerDirectory) return names;
      this.#skippedDirectories++;
    } catch {
      // It does not exist, or is none.
    }
    return NONE;
  }

  /** A path as Node takes it: bytes stay what they are. */
  #located(path: ByteString): Buffer {
    return Buffer.from(toByteString(this.#hostRoot) + path, 'latin1');
  }
}
