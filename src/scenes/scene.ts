/** What a scene is: an attack that is acted out harmlessly, and what has to notice it. */
import type { Step } from './steps.ts';

/** On the host, in mounts and a network of its own in which nothing of the host's files is to be seen. */
export interface HostPlace {
  readonly kind: 'host';
}

/** In a container of its own, with a network of its own. */
export interface ContainerPlace {
  readonly kind: 'container';
  /** Names without `CAP_`; without them the container has none at all. */
  readonly capabilities: readonly string[];
  /**
   * Rules ask about what a container engine knows of the container, so that it must be an engine's: Docker's or
   * Podman's. Other containers are made by runc where it is installed.
   */
  readonly engine?: EngineContainer;
}

export interface EngineContainer {
  readonly privileged?: boolean;
  /** Paths in the container at which an empty folder of the host is mounted. */
  readonly mounts?: readonly string[];
}

export type Place = HostPlace | ContainerPlace;

/** What is done at a place. */
export interface Play {
  readonly place: Place;
  /** Files that have to be there; they are made before anybody watches. */
  readonly setUp?: readonly Step[];
  readonly steps: readonly Step[];
}

/** The same behaviour, but legitimate: none of the scene's rules may fire. */
export interface Twin extends Omit<Play, 'place'> {
  /** Why it is legitimate. */
  readonly because: string;
  /** Where it is another place than the scene's. */
  readonly place?: Place;
}

export interface Scene extends Play {
  /** Also the name of the scene's file. */
  readonly name: string;
  /** What an attacker does, and what for: a few sentences. */
  readonly story: string;
  /** Technique of MITRE ATT&CK. */
  readonly technique: string;
  /** Names of Falco's rules that must fire. */
  readonly falco: readonly string[];
  /** Names of Lanner's default rules that must fire. */
  readonly lanner: readonly string[];
  readonly twin: Twin;
}

/** States a scene; for the types alone. */
export function scene(definition: Scene): Scene {
  return definition;
}

export const host: HostPlace = { kind: 'host' };

/** A container with these capabilities (names without `CAP_`), or none. */
export function container(...capabilities: readonly string[]): ContainerPlace {
  return { kind: 'container', capabilities };
}

/** A container of Docker's or Podman's. */
export function engineContainer(engine: EngineContainer): ContainerPlace {
  return { kind: 'container', capabilities: [], engine };
}
