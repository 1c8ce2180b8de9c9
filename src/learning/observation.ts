/** What is seen while learning: who did what, how often, and in how many runs. Text is byte strings. */
import type { ByteString } from '../events/bytes.ts';

/** A program by the kernel's own path of its executable; of one that is many programs (busybox), which of them. */
export interface ProgramName {
  readonly path: ByteString;
  /** Last part of the first argument, by which such an executable chooses. */
  readonly applet?: ByteString;
}

export interface StartedProgram {
  readonly program: ProgramName;
  /** Executable of the parent; absent where it does not matter or nobody knows. */
  readonly parent?: ByteString;
  /** Of a program that runs what its arguments say: these, as `proc.args` has them. */
  readonly args?: ByteString;
  /** How many arguments these are: a blank may be part of one. */
  readonly count?: number;
  /** Where a relative path among them starts from. */
  readonly directory?: ByteString;
}

/** The field that told a path: opened for writing, made or removed by name, and the two names of a rename or link. */
export const PATH_FIELDS = ['fd.path.resolved', 'fs.path.name', 'fs.path.target', 'fs.path.source'] as const;
export type PathField = (typeof PATH_FIELDS)[number];

export interface UsedFile {
  readonly program: ProgramName;
  readonly field: PathField;
  readonly path: ByteString;
}

/** A call that changes what paths lead to: a mount, another root, another namespace. */
export interface ViewChange {
  readonly program: ProgramName;
  /** Name of the system call. */
  readonly call: string;
}

export interface Contact {
  readonly program: ProgramName;
  /** `tcp`, `udp`, `unix` and the like. */
  readonly protocol: string;
  /** Address as text; of a unix socket its path. */
  readonly address: ByteString;
  readonly port: number;
}

export interface Listening extends Contact {
  /** The kernel chose the port. */
  readonly isEphemeral: boolean;
}

/** The program that a subject is known by: the command itself, or the first program of a container. */
export interface RootProgram {
  readonly program: ProgramName;
  /** Of an interpreter: its arguments, without which it would be any other program of its kind. */
  readonly args?: ByteString;
}

/** How often something was seen, and in how many runs. */
export interface Seen<T> {
  readonly item: T;
  count: number;
  runs: number;
  /** Number of the last run that saw it. */
  lastRun: number;
}

/** Things that were seen, each once, with counts. Takes no more than `limit` different ones, and counts the others. */
export class Tally<T> {
  readonly #seen = new Map<string, Seen<T>>();
  readonly #limit: number;
  refused = 0;

  constructor(limit: number, seen: Iterable<Seen<T>> = []) {
    this.#limit = limit;
    for (const each of seen) this.#seen.set(JSON.stringify(each.item), each);
  }

  add(item: T, run: number): void {
    const key = JSON.stringify(item);
    const known = this.#seen.get(key);
    if (known === undefined) {
      if (this.#seen.size >= this.#limit) this.refused++;
      else this.#seen.set(key, { item, count: 1, runs: 1, lastRun: run });
      return;
    }
    known.count++;
    if (known.lastRun !== run) known.runs++;
    known.lastRun = run;
  }

  /** Adds what another tally has. */
  merge(other: Tally<T>): void {
    for (const { item, count, runs, lastRun } of other.all) {
      const known = this.#seen.get(JSON.stringify(item));
      if (known === undefined && this.#seen.size >= this.#limit) this.refused += count;
      else if (known === undefined) this.#seen.set(JSON.stringify(item), { item, count, runs, lastRun });
      else {
        known.count += count;
        if (known.lastRun !== lastRun) known.runs += runs;
        known.lastRun = Math.max(known.lastRun, lastRun);
      }
    }
    this.refused += other.refused;
  }

  get all(): readonly Seen<T>[] {
    return [...this.#seen.values()];
  }

  get size(): number {
    return this.#seen.size;
  }
}

/** How rules tell the processes that were learned from all others. */
export type Subject =
  /** A program on the host, by its root programs, and all that it starts. */
  | { readonly kind: 'program' }
  /** Containers of an image (`container.image.repository`). */
  | { readonly kind: 'image'; readonly image: string }
  /** Containers of which no image is known, by their first programs. */
  | { readonly kind: 'container' }
  | { readonly kind: 'cgroup'; readonly path: string }
  /** Everybody. */
  | { readonly kind: 'all' };

/** What one subject does. */
export interface Profile {
  subject: Subject;
  readonly roots: Tally<RootProgram>;
  readonly started: Tally<StartedProgram>;
  readonly files: Tally<UsedFile>;
  /** Sensitive files. */
  readonly reads: Tally<UsedFile>;
  readonly views: Tally<ViewChange>;
  readonly contacts: Tally<Contact>;
  readonly listening: Tally<Listening>;
}

/** Names of the tallies of a profile, in the order in which they are kept and told. */
export const TALLIES = ['roots', 'started', 'files', 'reads', 'views', 'contacts', 'listening'] as const;

/** So many different things of a kind are kept of a subject: more is no allow-list any more. */
export const LIMIT = 20_000;

export function emptyProfile(subject: Subject): Profile {
  return {
    subject,
    roots: new Tally(LIMIT),
    started: new Tally(LIMIT),
    files: new Tally(LIMIT),
    reads: new Tally(LIMIT),
    views: new Tally(LIMIT),
    contacts: new Tally(LIMIT),
    listening: new Tally(LIMIT),
  };
}

export function mergeProfile(into: Profile, from: Profile): void {
  into.roots.merge(from.roots);
  into.started.merge(from.started);
  into.files.merge(from.files);
  into.reads.merge(from.reads);
  into.views.merge(from.views);
  into.contacts.merge(from.contacts);
  into.listening.merge(from.listening);
}

/** How many different things a profile did not take. */
export function refusedBy(profile: Profile): number {
  return TALLIES.reduce((sum, name) => sum + profile[name].refused, 0);
}

/** All that was learned, of all runs so far. */
export interface Learned {
  runs: number;
  events: number;
  /** Events that were lost while learning. */
  lost: number;
  /** Events of processes of which nobody knew the program. */
  unattributed: number;
  /** Opened files of which the recording did not tell the kernel's path. */
  pathless: number;
  /** Names of hosts by the addresses that they had. */
  readonly names: Map<string, string>;
  readonly profiles: Profile[];
}

export function nothingLearned(): Learned {
  return { runs: 0, events: 0, lost: 0, unattributed: 0, pathless: 0, names: new Map(), profiles: [] };
}

/** Adds the profile of a run to what was learned of the same subject. */
export function learn(learned: Learned, profile: Profile): void {
  const key = JSON.stringify(profile.subject);
  const known = learned.profiles.find(({ subject }) => JSON.stringify(subject) === key);
  if (known) mergeProfile(known, profile);
  else learned.profiles.push(profile);
}
