import type { EventCursor } from '../events/cursor.ts';
import type { EventContext, SystemView } from './context.ts';
import type { Descriptor } from './descriptor.ts';
import { EventDescriptor } from './event-descriptor.ts';
import type { Thread } from './thread.ts';

/** The one context of a source: shows each event in turn. */
export class EventContextView implements EventContext {
  readonly event: EventCursor;
  readonly system: SystemView;
  thread: Thread | undefined;
  readonly #descriptor: EventDescriptor;
  #isDescriptorShown = false;
  #hasDescriptor = false;

  constructor(event: EventCursor, system: SystemView) {
    this.event = event;
    this.system = system;
    this.#descriptor = new EventDescriptor(event);
  }

  /** Moves on to the event that the cursor stands on now, which is of `thread`. */
  show(thread: Thread | undefined): void {
    this.thread = thread;
    this.#isDescriptorShown = false;
  }

  get descriptor(): Descriptor | undefined {
    if (!this.#isDescriptorShown) {
      this.#isDescriptorShown = true;
      this.#hasDescriptor = this.#descriptor.show();
    }
    return this.#hasDescriptor ? this.#descriptor : undefined;
  }
}
