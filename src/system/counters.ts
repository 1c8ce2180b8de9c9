/** What the upkeep of the process table counts, since the start. */
export interface ProcessCounters {
  /** Processes read from /proc because an event named one that was not known. */
  lookups: number;
  /** Look-ups not made because there were too many lately, or too many that do not come back. */
  lookupsRefused: number;
  /** Look-ups that found the process gone. */
  lookupsFailed: number;
  /** Threads of which nothing but the id was known when their event came. */
  unknown: number;
  /** Processes of which a later event told what an earlier one should have. */
  healed: number;
  /** Leftovers of an earlier thread with the same id: its exit was not seen. */
  replaced: number;
  /** Threads removed because they were gone and their exit was not seen. */
  purged: number;
  /** Events that waited until their process had been looked up. */
  postponed: number;
  /** Events that should have waited and did not, or not to the end: too many did, or for too long. */
  notAwaited: number;
  /** Comparisons of the whole table with /proc, each after a loss of events. */
  resyncs: number;
  /** Processes found by such a comparison of which nothing was known, and those of which something else was. */
  found: number;
  corrected: number;
}

export function newProcessCounters(): ProcessCounters {
  return {
    lookups: 0,
    lookupsRefused: 0,
    lookupsFailed: 0,
    unknown: 0,
    healed: 0,
    replaced: 0,
    purged: 0,
    postponed: 0,
    notAwaited: 0,
    resyncs: 0,
    found: 0,
    corrected: 0,
  };
}
