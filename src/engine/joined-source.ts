/** Several sources as one: their events are judged as they come, whichever source they are from. */
import type { EventSink, EventSource, SourceStatistics } from '../sources/source.ts';

/** `first` gives the name; the statistics are those of all. */
export function joinSources(first: EventSource, ...others: readonly EventSource[]): EventSource {
  const all = [first, ...others];
  const stop = (): void => {
    for (const source of all) source.stop();
  };
  return {
    name: first.name,
    /** Ends when all have ended. What one cannot do ends the others too. */
    async run(sink: EventSink): Promise<void> {
      const ends = await Promise.allSettled(
        all.map((source) =>
          source.run(sink).catch((error: unknown) => {
            stop();
            throw error;
          }),
        ),
      );
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
    },
    stop,
    close() {
      for (const source of all) source.close();
    },
    get statistics() {
      return sumOf(all.map(({ statistics }) => statistics));
    },
  };
}

function sumOf(statistics: readonly SourceStatistics[]): SourceStatistics {
  const lost = new Map<string, number>();
  for (const each of statistics)
    for (const [name, count] of each.lost) lost.set(name, (lost.get(name) ?? 0) + count);
  return { delivered: statistics.reduce((sum, { delivered }) => sum + delivered, 0), lost };
}
