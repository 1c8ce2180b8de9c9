/** The model of a captured machine, and what an event of the capture does to it. */
import { CapturedContainers } from '../containers/captured.ts';
import type { EventCursor } from '../events/cursor.ts';
import { System } from '../system/system.ts';

export interface CapturedSystem {
  readonly system: System;
  /** To be called with every event before {@link System.learn}: it may tell of a container. */
  readonly notice: (event: EventCursor) => void;
}

/** A model that knows nothing yet but what the capture will tell. */
export function openCapturedSystem(): CapturedSystem {
  const containers = new CapturedContainers();
  const system = System.open({ seed: { kind: 'capture' }, containers });
  return { system, notice: (event) => containers.learn(event) };
}
