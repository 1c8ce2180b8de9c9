/** The model of a captured machine, and what an event of the capture does to it. */
import { type AskedContainer, CapturedContainers } from '../containers/captured.ts';
import type { EventCursor } from '../events/cursor.ts';
import type { RecordingInfo } from '../sources/capture/facts.ts';
import type { StateSink } from '../sources/capture/state.ts';
import type { HostNames } from '../system/host-names.ts';
import { System } from '../system/system.ts';

export interface CapturedSystem {
  readonly system: System;
  readonly containers: CapturedContainers;
  /** Takes the state in the capture. */
  readonly state: StateSink;
  /** To be called with every event before {@link System.learn}: it may tell of a container. */
  readonly notice: (event: EventCursor) => void;
}

/** Facts of a recording that are not the model's own. */
export interface RecordedContainerFacts {
  readonly asked?: readonly AskedContainer[];
}

export interface CapturedSystemOptions {
  /** Of a capture that Lanner recorded. */
  readonly recording?: RecordingInfo | undefined;
  /** How long an alert of a recording waits for what it is about to tell of a container. */
  readonly waitMs?: number;
  /** Who knows the addresses of hosts, where that is wanted. */
  readonly hosts?: HostNames;
}

/**
 * A model that knows nothing yet but what the capture will tell. Events of a recording of Lanner's mean what
 * they meant live; those of any other capture what Falco makes of them.
 */
export function openCapturedSystem({
  recording,
  waitMs = 0,
  hosts,
}: CapturedSystemOptions = {}): CapturedSystem {
  const containers = new CapturedContainers(waitMs);
  const system = System.open({ seed: { kind: recording ? 'recording' : 'capture' }, containers, hosts });
  const notice = (event: EventCursor): void => containers.learn(event);
  const { recorded } = system;
  if (!recorded) return { system, containers, state: system.snapshot ?? {}, notice };
  const state: StateSink = {
    section: () => recorded.section(),
    machine: (machine) => recorded.machine(machine),
    interfaces: (interfaces) => recorded.interfaces(interfaces),
    users: (users, groups) => recorded.users(users, groups),
    thread: (thread) => recorded.thread(thread),
    facts(facts) {
      recorded.facts(facts);
      const { asked } = (facts.model ?? {}) as RecordedContainerFacts;
      if (asked) containers.asked(asked);
    },
  };
  return { system, containers, state, notice };
}
