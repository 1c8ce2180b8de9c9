/** Users and groups out of /etc/passwd and /etc/group: the host's own, and each container's. */
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  type Stats,
  statSync,
} from 'node:fs';
import type { ByteString } from '../events/bytes.ts';
import { parseGroup, parsePasswd } from './user-files.ts';
import type { Group, KnownUsers, ListedUsers, User } from './users.ts';

/** How often a file is looked at for a change, in milliseconds. */
const CHECK_INTERVAL = 1000;

/** The same while there is no root directory yet: a container that starts has one within milliseconds. */
const SEARCH_INTERVAL = 5;

/** A container may put anything in its place: what is larger is not read. */
const MAX_FILE = 4 * 1024 * 1024;

/** Processes of a container that are asked for its root before giving up for now. */
const MAX_TRIES = 8;

export interface FileUsersOptions {
  /** Prefix of the host's own files, empty on the machine itself. */
  readonly hostRoot: string;
  /** Processes in the container, through whose root directory its files are read. */
  readonly processesIn: (containerId: ByteString) => Iterable<number>;
  /** Containers whose users are remembered; the one used longest ago is forgotten first. */
  readonly containerLimit: number;
  /** Milliseconds of a clock that never goes back. */
  readonly clock: () => number;
}

export class FileUsers implements ListedUsers {
  revision = 0;

  readonly #options: FileUsersOptions;
  readonly #host: UserTables;
  readonly #containers = new Map<ByteString, UserTables>();

  constructor(options: FileUsersOptions) {
    this.#options = options;
    this.#host = new UserTables(options.clock, () => options.hostRoot, this.#countChange);
  }

  readonly #countChange = (): void => {
    this.revision++;
  };

  /** Reads the host's files; of containers only what has been read already is known. */
  known(): Iterable<KnownUsers> {
    void this.#host.users;
    const containers = [...this.#containers].map(([id, tables]) => tables.known(id));
    return [this.#host.known(''), ...containers];
  }

  user(uid: number, containerId: ByteString): User | undefined {
    return this.#tables(containerId).users.get(uid);
  }

  groupName(gid: number, containerId: ByteString): ByteString | undefined {
    return this.#tables(containerId).groups.get(gid);
  }

  #tables(containerId: ByteString): UserTables {
    if (containerId === '') return this.#host;
    const containers = this.#containers;
    let tables = containers.get(containerId);
    if (tables) containers.delete(containerId);
    else {
      const [oldest] = containers.keys();
      if (oldest !== undefined && containers.size >= this.#options.containerLimit) {
        containers.delete(oldest);
        this.#countChange();
      }
      tables = new UserTables(this.#options.clock, () => this.#rootOf(containerId), this.#countChange);
    }
    containers.set(containerId, tables);
    return tables;
  }

  /** Root directory of a container; `undefined` while no process of it has left the host's root. */
  #rootOf(containerId: ByteString): string | undefined {
    const { hostRoot, processesIn } = this.#options;
    const outside = statOf(`${hostRoot}/`);
    let tried = 0;
    for (const pid of processesIn(containerId)) {
      if (++tried > MAX_TRIES) break;
      const root = `${hostRoot}/proc/${pid}/root`;
      // A runtime puts the container's first process into its cgroup before it changes its root.
      const inside = statOf(`${root}/`);
      if (inside && outside && (inside.ino !== outside.ino || inside.dev !== outside.dev)) return root;
    }
    return undefined;
  }
}

/** Users and groups of one root directory. */
class UserTables {
  readonly #root: () => string | undefined;
  readonly #clock: () => number;
  readonly #passwd: WatchedFile<User>;
  readonly #group: WatchedFile<ByteString>;
  #checkedAt = Number.NEGATIVE_INFINITY;
  #hasRoot = false;

  /** `onChange` is called when a file is found changed. */
  constructor(clock: () => number, root: () => string | undefined, onChange: () => void) {
    this.#clock = clock;
    this.#root = root;
    this.#passwd = new WatchedFile('passwd', parsePasswd, onChange);
    this.#group = new WatchedFile('group', parseGroup, onChange);
  }

  /** What has been read. */
  known(containerId: ByteString): KnownUsers {
    const groups = [...this.#group.content].map(([gid, name]): Group => ({ gid, name }));
    return { containerId, users: this.#passwd.content.values(), groups };
  }

  get users(): ReadonlyMap<number, User> {
    this.#refresh();
    return this.#passwd.content;
  }

  get groups(): ReadonlyMap<number, ByteString> {
    this.#refresh();
    return this.#group.content;
  }

  #refresh(): void {
    const now = this.#clock();
    if (now - this.#checkedAt < (this.#hasRoot ? CHECK_INTERVAL : SEARCH_INTERVAL)) return;
    this.#checkedAt = now;
    const root = this.#root();
    this.#hasRoot = root !== undefined;
    // What was read of a container stays when its last process is gone: late events still ask.
    if (root === undefined || !statOf(`${root}/etc`)?.isDirectory()) return;
    this.#passwd.refresh(`${root}/etc`);
    this.#group.refresh(`${root}/etc`);
  }
}

class WatchedFile<Value> {
  content: ReadonlyMap<number, Value> = new Map();
  readonly #name: string;
  readonly #parse: (text: ByteString) => Map<number, Value>;
  readonly #onChange: () => void;
  #version = '';

  constructor(name: string, parse: (text: ByteString) => Map<number, Value>, onChange: () => void) {
    this.#name = name;
    this.#parse = parse;
    this.#onChange = onChange;
  }

  /** Reads the file again if it is another than the last time. A file that is gone leaves nothing. */
  refresh(directory: string): void {
    const path = `${directory}/${this.#name}`;
    const stat = statOf(path);
    const version = stat?.isFile()
      ? `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeMs}:${stat.ctimeMs}`
      : '';
    if (version === this.#version) return;
    this.#version = version;
    this.#onChange();
    this.content = version === '' ? new Map() : this.#parse(readRegularFile(path));
  }
}

/**
 * Never follows a symbolic link: one that is absolute would lead out of a container into the host's
 * own files, and a pipe in the file's place would hold us up for ever.
 */
function statOf(path: string): Stats | undefined {
  try {
    return path.endsWith('/') ? statSync(path) : lstatSync(path);
  } catch {
    return undefined;
  }
}

function readRegularFile(path: string): ByteString {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stat = fstatSync(file);
    if (!stat.isFile() || stat.size > MAX_FILE) return '';
    const buffer = Buffer.alloc(stat.size);
    return buffer.toString('latin1', 0, readSync(file, buffer, 0, stat.size, 0));
  } catch {
    return '';
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
