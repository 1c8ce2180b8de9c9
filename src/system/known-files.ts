/**
 * The files behind the names that rules ask for. A hard link, a mount of the single file or the host's
 * /etc in a container shows the same file under a name that no rule asks for; device and inode are the same.
 */
import { type ByteString, toByteString } from '../events/bytes.ts';
import type { FileState } from './looks/look.ts';
import { type Looks, UNANSWERED } from './looks/looks.ts';
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

/** Names that are looked at in one question. */
const NAMES_IN_LOOK = 64;

/** Milliseconds for which a file is taken to have the names that it had: programs open some files all the time. */
const REMEMBERED_MS = 100;

const NONE: readonly ByteString[] = [];

function byFileName({ files }: AskedPaths): ReadonlyMap<ByteString, readonly ByteString[]> {
  return Map.groupBy(files, (path) => path.slice(path.lastIndexOf('/') + 1));
}

interface RecentNames {
  readonly device: number;
  readonly names: readonly ByteString[];
  readonly until: number;
}

/** Knows which names lead to a file; `refresh` looks anew, since programs replace files like /etc/shadow. */
export class KnownFiles implements FileNames {
  #asked: AskedPaths;
  readonly #looks: Looks;
  readonly #limits: KnownFileLimits;
  readonly #hostRoot: string;
  /** Names by inode number. Those of other devices are told apart when the inode is met. */
  #byInode = new Map<number, ByteString[]>();
  /** What each name led to when it was last looked at with an answer. */
  #states = new Map<ByteString, FileState>();
  /** Names in directories, in the same way. */
  readonly #listed = new Map<ByteString, readonly ByteString[]>();
  /** Names of files that have been asked for a moment ago, by inode number. */
  readonly #recent = new Map<number, RecentNames>();
  readonly #clock: () => number;
  /** Names by their last part. */
  #byFileName: ReadonlyMap<ByteString, readonly ByteString[]>;
  /** Told of every inode that becomes known, or gets another name, with all its names. */
  onKnown: (inode: number, names: readonly ByteString[]) => void = () => {};
  #names = 0;
  #refused = 0;
  #skippedDirectories = 0;

  /** `hostRoot`: where the host's files are mounted; empty on the host itself. `clock`: milliseconds, never goes back. */
  constructor(
    asked: AskedPaths,
    looks: Looks,
    hostRoot = '',
    limits: KnownFileLimits = KNOWN_FILE_LIMITS,
    clock = () => performance.now(),
  ) {
    this.#asked = asked;
    this.#looks = looks;
    this.#clock = clock;
    this.#hostRoot = hostRoot;
    this.#limits = limits;
    this.#byFileName = byFileName(asked);
    this.refresh();
  }

  /** Rules ask for other names from now on. */
  ask(asked: AskedPaths): void {
    this.#asked = asked;
    this.#byFileName = byFileName(asked);
    this.#listed.clear();
    this.refresh();
  }

  /**
   * Names that lead to the file now. It is looked at again before it is told: an inode that was freed
   * belongs to another file. Where there is no answer, what was known before counts.
   */
  namesOf(device: number, inode: number): readonly ByteString[] {
    const names = this.#byInode.get(inode);
    if (names === undefined) return NONE;
    const now = this.#clock();
    const recent = this.#recent.get(inode);
    if (recent?.device === device && now < recent.until) return recent.names;
    const states = this.#look(names);
    const found = names.filter(
      (_, index) => states[index]?.inode === inode && states[index]?.device === device,
    );
    this.#recent.set(inode, { device, names: found, until: now + REMEMBERED_MS });
    return found;
  }

  mayHave(inode: number): boolean {
    return this.#byInode.has(inode);
  }

  /** Looks at all names anew. */
  refresh(): void {
    const paths = [...this.#asked.files];
    this.#skippedDirectories = 0;
    for (const directory of this.#asked.directories)
      for (const name of this.#namesIn(directory))
        paths.push(`${directory === '/' ? '' : directory}/${name}`);
    const states = this.#look(paths);
    this.#recent.clear();
    this.#byInode = new Map();
    this.#states = new Map();
    this.#names = 0;
    this.#refused = 0;
    for (const [index, path] of paths.entries()) this.#learn(path, states[index]);
  }

  /** Another file may be behind the names that end so. */
  changed(fileName: ByteString): void {
    const paths = this.#byFileName.get(fileName) ?? NONE;
    if (paths.length > 0) this.#recent.clear();
    const states = this.#look(paths);
    for (const [index, path] of paths.entries()) this.#learn(path, states[index]);
  }

  /** The names by the inode of the file that they lead to, of whichever device. */
  get inodes(): ReadonlyMap<number, readonly ByteString[]> {
    return this.#byInode;
  }

  get statistics(): KnownFileStatistics {
    return {
      names: this.#names,
      refused: this.#refused,
      skippedDirectories: this.#skippedDirectories,
    };
  }

  #learn(path: ByteString, file: FileState | undefined): void {
    if (file?.type !== 'file') return;
    if (this.#names >= this.#limits.names) {
      this.#refused++;
      return;
    }
    this.#states.set(path, file);
    const names = this.#byInode.get(file.inode);
    if (names?.includes(path)) return;
    this.#names++;
    const all = names ? [...names, path] : [path];
    this.#byInode.set(file.inode, all);
    this.onKnown(file.inode, all);
  }

  /** What the names lead to; as it was known before, where there is no answer. */
  #look(paths: readonly ByteString[]): readonly (FileState | undefined)[] {
    const states: (FileState | undefined)[] = [];
    for (let from = 0; from < paths.length; from += NAMES_IN_LOOK)
      states.push(...this.#lookAtSome(paths.slice(from, from + NAMES_IN_LOOK)));
    return states;
  }

  #lookAtSome(paths: readonly ByteString[]): readonly (FileState | undefined)[] {
    const located = paths.map((path) => this.#located(path));
    const found = this.#looks.ask({ kind: 'states', paths: located });
    if (found !== UNANSWERED) return found;
    // One of them does not answer: which one shows when each is asked for itself.
    return this.#looks
      .askAll(located.map((path) => ({ kind: 'state', path }) as const))
      .map((state, index) => (state === UNANSWERED ? this.#states.get(paths[index] as ByteString) : state));
  }

  #namesIn(directory: ByteString): readonly ByteString[] {
    const limit = this.#limits.namesPerDirectory;
    const found = this.#looks.ask({ kind: 'names', path: this.#located(directory), limit });
    if (found === UNANSWERED) return this.#listed.get(directory) ?? NONE;
    if (found === 'too many') this.#skippedDirectories++;
    const names = found === undefined || found === 'too many' ? NONE : found;
    this.#listed.set(directory, names);
    return names;
  }

  #located(path: ByteString): ByteString {
    return toByteString(this.#hostRoot) + path;
  }
}
