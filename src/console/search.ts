/** Searches of the store for the console: what the thread of search-thread.ts does. */
import type { DatabaseSync } from 'node:sqlite';
import type { Evidence } from '../alerts/evidence.ts';
import { PRIORITIES } from '../rules/checked.ts';
import type { AlertItem, AlertPage, Counts, Timeline } from '../server/api-types.ts';
import { type Cursor, type Filter, StoreQuery } from '../store/query.ts';
import { itemOf, type ReadAlert, readAlert } from './alert-item.ts';
import { cursorText } from './filter-query.ts';

const DAY = 86_400_000_000;
/** Microseconds: no span is shorter than a second. */
const LEAST_SPAN = 1_000_000;
/** Earlier and similar alerts that are shown. */
const MOST_RELATED = 20;
const MOST_COUNTED = 10_000;

/** Spans that people can read, in microseconds. */
const SPANS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200]
  .map((seconds) => seconds * 1_000_000)
  .concat([1, 2, 7, 14, 30, 90, 365].map((days) => days * DAY));

export type CountedBy = Counts['by'];

/** What is known of an alert and those like it. */
export interface FoundAlert extends ReadAlert {
  /** The line of JSON as it is kept. */
  readonly line: string;
  readonly evidence: Evidence | undefined;
  readonly earlier: readonly AlertItem[];
  readonly similar: readonly AlertItem[];
  readonly similarCount: number;
}

/** How often a rule has fired. */
export interface Fired {
  readonly name: string;
  readonly day: number;
  readonly all: number;
  readonly last: number;
}

/** What the store holds. */
export interface StoreState {
  readonly alerts: number;
  readonly oldest: number | undefined;
}

export class Search {
  readonly #query: StoreQuery;
  /** Answers that take long, and what they were asked for: the same as long as nothing new is stored. */
  #fired: { readonly last: number; readonly at: number; readonly result: readonly Fired[] } | undefined;

  /** Of a file opened with `openToRead`. */
  constructor(database: DatabaseSync) {
    this.#query = new StoreQuery(database);
  }

  /** {@link AlertPage} as text of JSON. */
  page(filter: Filter, limit: number, from: Cursor | undefined): string {
    const { last } = this.#query;
    const { alerts, next } = this.#query.find(filter, limit, from);
    const page: AlertPage = {
      alerts: alerts.map(itemOf),
      next: next === undefined ? null : cursorText(next),
      last,
    };
    return JSON.stringify(page);
  }

  /** `undefined` when it is not there. */
  alert(id: number): FoundAlert | undefined {
    const stored = this.#query.alert(id);
    if (stored === undefined) return undefined;
    const read = readAlert(stored);
    const { item } = read;
    const similar = similarTo(item);
    const isSimilar = ({ rule, process }: AlertItem): boolean =>
      rule === item.rule && process === item.process;
    return {
      ...read,
      line: stored.line,
      evidence: this.#query.evidence(id),
      earlier: this.#earlierThan(item, stored.time, id),
      similar: this.#others(similar, id, isSimilar),
      similarCount: this.#query.countUpTo(similar, MOST_COUNTED),
    };
  }

  timeline(filter: Filter, spans: number, now: number): Timeline {
    const { times } = this.#query;
    const begin = filter.since ?? times?.oldest ?? now - DAY;
    // What is yet to come is not drawn, unless alerts of it are there: clocks differ.
    const end = Math.max(filter.until ?? Math.max(now, times?.newest ?? now), begin + LEAST_SPAN);
    const span = spanFor((end - begin) / spans);
    const counts = this.#query.counts(filter, 'priority', span);
    const bySpan = new Map<number, number[]>();
    let total = 0;
    for (const { time, of, count } of counts) {
      const row = bySpan.get(time) ?? PRIORITIES.map(() => 0);
      row[Number(of)] = count;
      bySpan.set(time, row);
      total += count;
    }
    return {
      from: Math.floor(begin / span) * span,
      to: Math.ceil(end / span) * span,
      span,
      spans: [...bySpan].map(([time, counts]) => ({ time, counts })),
      total,
    };
  }

  counts(filter: Filter, by: CountedBy, limit: number): Counts {
    const all = by === 'priority' ? this.#byPriority(filter) : this.#byName(filter, by);
    const shown = all.slice(0, limit);
    const others = all.slice(limit);
    return {
      by,
      counts: shown,
      others: { names: others.length, count: others.reduce((sum, { count }) => sum + count, 0) },
    };
  }

  /** How often each rule has fired; `now` in microseconds. */
  fired(now: number): readonly Fired[] {
    const { last } = this.#query;
    // What was a day ago moves on by itself.
    if (this.#fired?.last === last && now - this.#fired.at < DAY / 1440) return this.#fired.result;
    const days = new Map(
      this.#query.countsOf({ since: now - DAY }, 'rule').map(({ name, count }) => [name, count]),
    );
    const result = this.#query
      .countsOf({}, 'rule')
      .map(({ name, count, last: newest }) => ({ name, day: days.get(name) ?? 0, all: count, last: newest }));
    this.#fired = { last, at: now, result };
    return result;
  }

  get last(): number {
    return this.#query.last;
  }

  /** Alerts that came after the one of the id, each as text of JSON. */
  after(filter: Filter, id: number, limit: number): { readonly id: number; readonly json: string }[] {
    return this.#query
      .after(id, filter, limit)
      .map((stored) => ({ id: stored.id, json: JSON.stringify(itemOf(stored)) }));
  }

  count(filter: Filter, after: number, upTo: number): number {
    return this.#query.count({ ...filter, after, upTo });
  }

  get state(): StoreState {
    return { alerts: this.#query.count({}), oldest: this.#query.times?.oldest };
  }

  #byName(filter: Filter, by: Exclude<CountedBy, 'priority'>): { name: string; count: number }[] {
    const kind = by === 'container' ? 'container_name' : by;
    return this.#query.countsOf(filter, kind).map(({ name, count }) => ({ name, count }));
  }

  #byPriority(filter: Filter): { name: string; count: number }[] {
    const sums = new Map<number, number>();
    for (const { of, count } of this.#query.counts(filter, 'priority', Number.MAX_SAFE_INTEGER))
      sums.set(Number(of), (sums.get(Number(of)) ?? 0) + count);
    return [...sums]
      .map(([of, count]) => ({ name: PRIORITIES[of] ?? String(of), count }))
      .sort((one, other) => other.count - one.count);
  }

  /** Up to the moment of the alert: of the same container, or of the same process outside of containers. */
  #earlierThan({ container, process }: AlertItem, time: number, id: number): AlertItem[] {
    const until = time + 1;
    const isOfSame = (other: AlertItem): boolean =>
      container === null ? other.process === process : other.container?.id === container.id;
    if (container !== null) return this.#others({ until, containers: [container.id] }, id, isOfSame);
    return process === null ? [] : this.#others({ until, processes: [process] }, id, isOfSame);
  }

  /** `isMeant`: a name with a `*` in it stands for others too. */
  #others(filter: Filter, id: number, isMeant: (other: AlertItem) => boolean): AlertItem[] {
    const { alerts } = this.#query.find(filter, MOST_RELATED + 1);
    const items = alerts.filter((stored) => stored.id !== id).map(itemOf);
    return items.filter(isMeant).slice(0, MOST_RELATED);
  }
}

function similarTo({ rule, process }: AlertItem): Filter {
  return { rules: [rule], ...(process === null ? {} : { processes: [process] }) };
}

/** The shortest span to read that is as long as needed. */
function spanFor(least: number): number {
  return SPANS.find((span) => span >= least) ?? Math.ceil(least / DAY) * DAY;
}
