/** What streams of the console are fed with. */
import type { FedAlert, StreamSource } from '../server/event-streams.ts';
import type { ConsoleParts } from './console.ts';
import { filterOf } from './filter-query.ts';

export function alertStream({ search, health, noStore }: ConsoleParts): StreamSource {
  return {
    check(query) {
      filterOf(query);
    },
    last: async () => (noStore() === undefined ? search.ask<number>({ kind: 'last' }) : 0),
    after: (query, id, limit) =>
      search.ask<readonly FedAlert[]>({ kind: 'after', filter: streamFilter(query), id, limit }),
    count: (query, id, upTo) => search.ask<number>({ kind: 'count', filter: streamFilter(query), id, upTo }),
    health: () => health?.brief(),
  };
}

/** The present has no beginning and no end. */
function streamFilter(query: URLSearchParams): ReturnType<typeof filterOf> {
  return { ...filterOf(query), since: undefined, until: undefined };
}
