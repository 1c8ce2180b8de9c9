/**
 * What Lanner knows beyond Falco's format, written so that a recording is judged again as it was live. It is
 * JSON in blocks of its own (blocks.ts, FACTS), as plain data: what it means is the model's business.
 */

/** The newest version that is written and understood. */
export const FACTS_VERSION = 1;

export interface FactsRecord {
  /** At the beginning of a recording of Lanner's: what made it. */
  readonly recording?: RecordingInfo;
  /** Of threads that have come before, or that are just becoming known. */
  readonly threads?: readonly unknown[];
  /** Ids of threads that have gone without an event. */
  readonly gone?: readonly number[];
  /** Everything else about the model, by name. */
  readonly model?: unknown;
}

export interface RecordingInfo {
  readonly version: number;
  /** Names of the extensions by event code, in the order in which events have them. */
  readonly extensions: Readonly<Record<string, readonly string[]>>;
}

/** What a block of facts holds; nothing when it cannot be understood. */
export function parseFacts(text: string): FactsRecord {
  try {
    const facts: unknown = JSON.parse(text);
    return typeof facts === 'object' && facts !== null ? facts : {};
  } catch {
    return {};
  }
}
