import type { ByteString } from '../events/bytes.ts';
import { EventCursor } from '../events/cursor.ts';
import { EVENT_TYPES } from '../events/table.ts';
import type { AcceptedSockets } from './accepted-sockets.ts';
import { changedNames, namesChangedFile } from './changed-paths.ts';
import type { EventContext, SystemView } from './context.ts';
import type { Descriptor } from './descriptor.ts';
import type { DescriptorEvents } from './descriptor-events.ts';
import { EventDescriptor } from './event-descriptor.ts';
import { type FileNames, GIVEN_PATH, NO_NAMES, type OtherName, otherNames } from './other-names.ts';
import type { PathResolver } from './path-resolver.ts';
import type { Thread } from './thread.ts';

/** 1 for events that tell of the capture itself: as in Falco, time does not count from them. */
const IS_META = Uint8Array.from(EVENT_TYPES, ({ kind }) => (kind === 'METAEVENT' ? 1 : 0));

/** 1 for events that open files. */
const OPENS = Uint8Array.from(EVENT_TYPES, ({ name, code }) =>
  name === 'open_by_handle_at' || (GIVEN_PATH[code] as number) > 0 ? 1 : 0,
);

/** The one context of a source: shows each event in turn, whichever cursor it comes with. */
export class EventContextView implements EventContext {
  event = new EventCursor();
  readonly system: SystemView;
  thread: Thread | undefined;
  readonly #descriptor: EventDescriptor;
  /** Knows the descriptors of captures, whose events do not tell themselves. */
  readonly #tables: DescriptorEvents | undefined;
  readonly #fileNames: FileNames | undefined;
  readonly #resolver: PathResolver | undefined;
  #otherNames: readonly OtherName[] | undefined;
  #shownName: OtherName | undefined;
  #isDescriptorShown = false;
  #hasDescriptor = false;
  /** Times of the event shown now and of the one before, as bigints and as the words that they consist of. */
  readonly #times = new BigUint64Array(2);
  readonly #nowWords = new Uint32Array(this.#times.buffer, 0, 2);
  #shown = 0;
  #firstTimestamp: bigint | undefined;

  constructor(
    system: SystemView,
    acceptedSockets: AcceptedSockets,
    tables?: DescriptorEvents,
    fileNames?: FileNames,
    resolver?: PathResolver,
  ) {
    this.system = system;
    this.#descriptor = new EventDescriptor(acceptedSockets);
    this.#tables = tables;
    this.#fileNames = fileNames;
    this.#resolver = resolver;
  }

  /** Moves on to the event that `event` stands on now, which is of `thread`. */
  show(event: EventCursor, thread: Thread | undefined): void {
    this.event = event;
    this.thread = thread;
    this.#isDescriptorShown = false;
    this.#otherNames = undefined;
    this.#shownName = undefined;
    this.#times[1] = this.#times[0] as bigint;
    this.event.copyTimestamp(this.#nowWords);
    this.#shown++;
    if (this.#firstTimestamp === undefined && IS_META[this.event.code] === 0)
      this.#firstTimestamp = this.event.timestamp;
  }

  get firstTimestamp(): bigint | undefined {
    return this.#firstTimestamp;
  }

  get previousTimestamp(): bigint | undefined {
    return this.#shown > 1 ? this.#times[1] : undefined;
  }

  get descriptorNumber(): number | undefined {
    return this.#tables?.number;
  }

  get descriptorRenamed(): boolean | undefined {
    return this.#tables?.renamed;
  }

  get descriptor(): Descriptor | undefined {
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
    this.#otherNames ??= this.#findNames();
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
    if (OPENS[event.code] === 0 || !this.descriptor) return NO_NAMES;
    const path = this.#descriptor.pathBytes;
    if (!path) return NO_NAMES;
    const sameFile = this.#fileNames?.namesOf(this.#descriptor.device, this.#descriptor.inodeNumber) ?? [];
    return otherNames(this.event, path, sameFile);
  }
}
