/** Users and groups out of /etc/passwd and /etc/group: the host's own, and each container's. */
import type { ByteString } from '../events/bytes.ts';
import { type Looks, UNANSWERED } from './looks/looks.ts';
import type { FoundFile } from './looks/user-files-of.ts';
import { parseGroup, parsePasswd } from './user-files.ts';
import type { Group, KnownUsers, ListedUsers, User } from './users.ts';

/** How often a file is looked at for a change, in milliseconds. */
const CHECK_INTERVAL = 1000;

/** The same while there is no root directory yet: a container that starts has one within milliseconds. */
const SEARCH_INTERVAL = 5;

/** Processes of a container that are asked for its root before giving up for now. */
const MAX_TRIES = 8;

export interface FileUsersOptions {
  /** Who looks at the files. */
  readonly looks: Looks;
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
    const place = { roots: () => [options.hostRoot], outside: undefined };
    this.#host = new UserTables(options, place, this.#countChange);
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
      const place = { roots: () => this.#rootsOf(containerId), outside: this.#options.hostRoot };
      tables = new UserTables(this.#options, place, this.#countChange);
    }
    containers.set(containerId, tables);
    return tables;
  }

  /** Where the root directory of a container may be found: of a process that has left the host's root. */
  #rootsOf(containerId: ByteString): readonly string[] {
    const { hostRoot, processesIn } = this.#options;
    const roots: string[] = [];
    for (const pid of processesIn(containerId)) {
      if (roots.length >= MAX_TRIES) break;
      roots.push(`${hostRoot}/proc/${pid}/root`);
    }
    return roots;
  }
}

/** Where the files are looked for. A runtime puts a container's first process into its cgroup before it changes its root. */
interface Place {
  readonly roots: () => readonly string[];
  readonly outside: string | undefined;
}

/** Users and groups of one root directory. */
class UserTables {
  readonly #looks: Looks;
  readonly #clock: () => number;
  readonly #place: Place;
  readonly #passwd: KnownFile<User>;
  readonly #group: KnownFile<ByteString>;
  #checkAt = Number.NEGATIVE_INFINITY;

  /** `onChange` is called when a file is found changed. */
  constructor({ looks, clock }: FileUsersOptions, place: Place, onChange: () => void) {
    this.#looks = looks;
    this.#clock = clock;
    this.#place = place;
    this.#passwd = new KnownFile(parsePasswd, onChange);
    this.#group = new KnownFile(parseGroup, onChange);
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
    if (now < this.#checkAt) return;
    this.#checkAt = now + CHECK_INTERVAL;
    const roots = this.#place.roots();
    const found = this.#looks.ask({
      ...{ kind: 'user files', roots, outside: this.#place.outside },
      ...{ passwd: this.#passwd.version, group: this.#group.version },
    });
    if (found === undefined) this.#checkAt = now + SEARCH_INTERVAL;
    // What was read of a container stays when its last process is gone: late events still ask.
    if (found === undefined || found === UNANSWERED || found === 'no files') return;
    this.#passwd.take(found.passwd);
    this.#group.take(found.group);
  }
}

class KnownFile<Value> {
  content: ReadonlyMap<number, Value> = new Map();
  version = '';
  readonly #parse: (text: ByteString) => Map<number, Value>;
  readonly #onChange: () => void;

  constructor(parse: (text: ByteString) => Map<number, Value>, onChange: () => void) {
    this.#parse = parse;
    this.#onChange = onChange;
  }

  /** A file that is gone leaves nothing. */
  take({ version, text }: FoundFile): void {
    if (text === undefined) return;
    this.version = version;
    this.#onChange();
    this.content = this.#parse(text);
  }
}
