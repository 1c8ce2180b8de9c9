/** An alert as the store keeps it. */

/** What is found again by its name. */
export const NAME_KINDS = ['rule', 'source', 'container', 'container_name', 'pod', 'process'] as const;
export type NameKind = (typeof NAME_KINDS)[number];

/** Plain, so that it passes from thread to thread. */
export interface Row {
  /** Microseconds since the epoch. */
  readonly time: number;
  /** As syslog counts: 0 is the most severe. */
  readonly priority: number;
  readonly names: Readonly<Record<NameKind, string | null>>;
  /** What a search for text looks through. */
  readonly text: string;
  /** The JSON line, with every key that Falco's defaults have. */
  readonly line: string;
  /** As JSON, which passes from thread to thread faster than what it says; or {@link NOTHING}. */
  readonly evidence?: string;
}

/** Stands for evidence that there was no time for: in a flood most is that. */
export const NOTHING = '';

/** Bytes that a row takes in memory, about. */
export function sizeOf({ line, text, evidence = '' }: Row): number {
  return line.length + text.length + evidence.length + 200;
}
