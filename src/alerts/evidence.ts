/**
 * What only the moment of an alert knew: the processes around the event, and which parts of the rule's condition were
 * true. Kept with alerts in the store; no other output has it. Plain data: it passes from thread to thread and into
 * JSON. All texts are Unicode, shortened, and as untrusted as those of the alert.
 */

export interface Evidence {
  /** The process of the event, its parent, and so on up; empty where there is none, or it is not known. */
  readonly processes: readonly EvidenceProcess[];
  /** What was known of the containers of these processes. */
  readonly containers: readonly EvidenceContainer[];
  /** Of audit events: who, from where, on what, in the order in which people read it. */
  readonly audit?: readonly EvidenceFact[];
  /** The rule's condition with what was true; `null` when it was not judged, for `conditionReason`. */
  readonly condition: EvidencePart | null;
  /** For people, in one line. */
  readonly conditionReason?: string;
  /** Why there are no processes although the event had some, for people, in one line. */
  readonly processesReason?: string;
  /** Of the condition with all lists and macros put in: tells whether the rule is still the same (`digestOf`). */
  readonly digest: string | null;
  /** Something was shortened or left out, since it was too large. */
  readonly isCut: boolean;
}

/** Why something was not gathered in a flood. */
export const NO_TIME = 'too many alerts came at once';

/** That of alerts for which nothing was gathered in a flood: one object, so that it costs nothing. */
export const NOTHING_IN_TIME: Evidence = {
  ...{ processes: [], containers: [], processesReason: NO_TIME },
  ...{ condition: null, conditionReason: NO_TIME, digest: null, isCut: false },
};

/** What is not known is `null`. */
export interface EvidenceProcess {
  readonly pid: number;
  /** `proc.name` */
  readonly name: string;
  /** The kernel's own path of the executable. */
  readonly executable: string | null;
  /** The arguments as they were given, joined by blanks; `null` when there are none. */
  readonly commandLine: string | null;
  /** Name of the user, or its number where it has none. */
  readonly user: string | null;
  /** Microseconds since the epoch. */
  readonly started: number | null;
  /** Id of the container, one of `containers` where anything is known of it. */
  readonly container: string | null;
  /** `pts/3`, `tty1`, or the device number. */
  readonly tty: string | null;
}

/** What is not known is `null`. */
export interface EvidenceContainer {
  readonly id: string;
  readonly name: string | null;
  readonly image: string | null;
  readonly pod: string | null;
  readonly namespace: string | null;
}

export interface EvidenceFact {
  /** `user`, `impersonated user`, `source addresses`, `verb`, `object` and the like. */
  readonly name: string;
  readonly value: string;
}

/** A part of a condition at the event. A macro has one operand: what it stands for. */
export interface EvidencePart {
  readonly kind: 'and' | 'or' | 'not' | 'macro' | 'check';
  /** A check as it is written, lists by their names; the name of a macro; otherwise the kind. */
  readonly text: string;
  readonly holds: boolean;
  /** Of a check: the value of its left side, `null` when the event had none. */
  readonly value?: string | null;
  readonly operands?: readonly EvidencePart[];
}
