/** What the upkeep of the process table counts, since the start. */
export interface ProcessCounters {
  /** Processes read from /proc because an event named one that was not known. */
  lookups: number;
  /** Look-ups not made because there were too many lately. */
  lookupsRefused: number;
  /** Look-ups that found the process gone. */
  lookupsFailed: number;
  /** Threads of which nothing but the id was known when their event came. */
  unknown: number;
  /** Processes of which a later event told what an earlier one should have. */
  healed: number;
  /** Leftovers of an earlier thread with the same id: its exit was not seen. */
  replaced: number;
  /** Threads removed because they were long unseen and gone. */
  purged: number;
}

export function newProcessCounters(): ProcessCounters {
  return { lookups: 0, lookupsRefused: 0, lookupsFailed: 0, unknown: 0, healed: 0, replaced: 0, purged: 0 };
}
