import type { ByteString } from '../events/bytes.ts';
import { EventCursor } from '../events/cursor.ts';
import { PLUGIN_EVENT } from '../events/plugin-event.ts';
import { EVENT_TYPES } from '../events/table.ts';
import type { AcceptedSockets } from './accepted-sockets.ts';
import { changedNames, namesChangedFile } from './changed-paths.ts';
import type { EventContext, SystemView } from './context.ts';
import type { Descriptor } from './descriptor.ts';
import type { DescriptorEvents } from './descriptor-events.ts';
import { DESCRIPTOR_INDEX, EventDescriptor, HEADER } from './event-descriptor.ts';
import { EventTimes } from './event-times.ts';
import { executedNames, startsProgram } from './executed-names.ts';
import { inodeOfHalves } from './inode-number.ts';
import type { Mounts } from './mounts.ts';
import {
  type FileNames,
  GIVEN_PATH,
  givenPath,
  isGivenAsItIs,
  NO_NAMES,
  type OtherName,
  otherNames,
} from './other-names.ts';
import type { PathResolver } from './path-resolver.ts';
import type { Thread } from './thread.ts';

/** 1 for events that open files. */
const OPENS = Uint8Array.from(EVENT_TYPES, ({ name, code }) =>
  name === 'open_by_handle_at' || (GIVEN_PATH[code] as number) > 0 ? 1 : 0,
);

/** Keeps what the file system says of names, which cannot be asked again when a recording is replayed. */
export interface NameWitness {
  /** What was found when the event was recorded. */
  recorded(): readonly OtherName[] | undefined;
  found(names: readonly OtherName[]): void;
}

/** The one context of all sources: shows each event in turn, whichever cursor it comes with. */
export class EventContextView implements EventContext {
  event = new EventCursor();
  readonly system: SystemView;
  thread: Thread | undefined;
  readonly #descriptor: EventDescriptor;
  /** Knows the descriptors of captures, whose events do not tell themselves. */
  readonly #tables: DescriptorEvents | undefined;
  readonly #fileNames: FileNames | undefined;
  readonly #resolver: PathResolver | undefined;
  readonly #mounts: Mounts | undefined;
  readonly #witness: NameWitness | undefined;
  #otherNames: readonly OtherName[] | undefined;
  #shownName: OtherName | undefined;
  #isDescriptorShown = false;
  #hasDescriptor = false;
  readonly #callTimes: EventTimes;
  /** Time counts from source to source anew. */
  readonly #auditTimes = new EventTimes();
  #times: EventTimes;

  constructor(
    system: SystemView,
    acceptedSockets: AcceptedSockets,
    tables?: DescriptorEvents,
    fileNames?: FileNames,
    times = new EventTimes(),
    resolver?: PathResolver,
    witness?: NameWitness,
    mounts?: Mounts,
  ) {
    this.system = system;
    this.#descriptor = new EventDescriptor(acceptedSockets);
    this.#tables = tables;
    this.#fileNames = fileNames;
    this.#callTimes = times;
    this.#times = times;
    this.#resolver = resolver;
    this.#mounts = mounts;
    this.#witness = witness;
  }

  /** Moves on to the event that `event` stands on now, which is of `thread`. */
  show(event: EventCursor, thread: Thread | undefined): void {
    this.event = event;
    this.thread = thread;
    this.#isDescriptorShown = false;
    this.#otherNames = undefined;
    this.#shownName = undefined;
    this.#times = event.code === PLUGIN_EVENT ? this.#auditTimes : this.#callTimes;
    this.#times.show(event);
  }

  /** Of the sources that are not the kernel there is one. */
  get source(): string {
    return this.event.code === PLUGIN_EVENT ? 'k8s_audit' : 'syscall';
  }

  get firstTimestamp(): bigint | undefined {
    return this.#times.first;
  }

  get previousTimestamp(): bigint | undefined {
    return this.#times.previous;
  }

  get descriptorNumber(): number | undefined {
    return this.#tables?.number;
  }

  get descriptorRenamed(): boolean | undefined {
    return this.#tables?.renamed;
  }

  get descriptor(): Descriptor | undefined {
    if (this.#shownName?.hidesDescriptor) return undefined;
    if (this.#tables) return this.#tables.descriptor;
    if (!this.#isDescriptorShown) {
      this.#isDescriptorShown = true;
      this.#hasDescriptor = this.#descriptor.show(this.event);
    }
    return this.#hasDescriptor ? this.#descriptor : undefined;
  }

  get openedPath(): ByteString | undefined {
    if (this.#tables || OPENS[this.event.code] === 0 || !this.descriptor) return undefined;
    return this.#descriptor.pathBytes && this.#descriptor.name;
  }

  get resolvedPath(): ByteString | undefined {
    return this.openedPath === undefined ? undefined : this.#descriptor.ownName;
  }

  get otherNames(): readonly OtherName[] {
    if (this.#otherNames === undefined) {
      this.#otherNames = this.#witness?.recorded() ?? this.#findNames();
      if (this.#otherNames.length > 0) this.#witness?.found(this.#otherNames);
    }
    return this.#otherNames;
  }

  get shownName(): OtherName | undefined {
    return this.#shownName;
  }

  showAs(name: OtherName | undefined): void {
    this.#shownName = name;
    this.#descriptor.showAs(name?.path);
  }

  #findNames(): readonly OtherName[] {
    if (this.#tables) return NO_NAMES;
    const { event, thread } = this;
    if (this.#resolver && thread && namesChangedFile(event))
      return changedNames(event, thread, this.#resolver, this.#fileNames);
    if (thread && startsProgram(event)) return executedNames(event, thread, this.#fileNames);
    if (OPENS[event.code] === 0 || this.#hasOneName(event) || !this.descriptor) return NO_NAMES;
    const path = this.#descriptor.pathBytes;
    if (!path) return this.#namesOfReplaced(event);
    const { device, inodeNumber, pathInFileSystem, usualPath } = this.#descriptor;
    const known = this.#fileNames?.namesOf(device, inodeNumber) ?? [];
    const sameFile = usualPath === undefined ? known : [...known, usualPath];
    const host = pathInFileSystem === undefined ? undefined : this.#mounts?.pathOf(device, pathInFileSystem);
    const { links } = this.#resolver ?? {};
    return otherNames(event, path, sameFile, host, (given) =>
      links ? links.follow(thread?.containerId ?? '', given) : given,
    );
  }

  /**
   * An open whose descriptor is a pipe, a socket or nothing that has a path: another thread has put that in the
   * place of the file before the kernel was asked.
   */
  #namesOfReplaced(event: EventCursor): readonly OtherName[] {
    const path = givenPath(event);
    if (path === undefined || this.#descriptor.ownName.startsWith('/')) return NO_NAMES;
    const { thread } = this;
    const names =
      this.#resolver && thread ? changedNames(event, thread, this.#resolver, this.#fileNames) : NO_NAMES;
    return [{ kind: 'given', path } as const, ...names].map((name) => ({ ...name, hidesDescriptor: true }));
  }

  /** Found out without decoding anything, for the most frequent events of all. */
  #hasOneName(event: EventCursor): boolean {
    const index = DESCRIPTOR_INDEX[event.code] as number;
    if (event.sizeOf(index) <= HEADER) return true;
    const inode = inodeOfHalves(event.u32At(index, 8), event.u32At(index, 12));
    return !this.#fileNames?.mayHave(inode) && isGivenAsItIs(event, index, HEADER);
  }
}
