/**
 * The alerts that fit a filter, as far as they have been loaded, and those that came since and wait to be shown: what
 * somebody reads must not move under his eyes.
 */
import { signal } from '@preact/signals';
import type { AlertFilter, AlertItem, AlertPage, Missed } from '../../../src/server/api-types.ts';
import { ApiFailure, getJson, messageOf } from '../../data/api.ts';
import { asQuery } from './filters.ts';

const PAGE = 200;
/** What a list holds; older ones are found by choosing another time. */
export const MOST_LOADED = 10_000;
/** What waits to be shown; with more it is quicker to load the list anew. */
const MOST_WAITING = 1000;

export class AlertList {
  readonly filter: AlertFilter;
  /** Newest first. */
  readonly items = signal<readonly AlertItem[]>([]);
  readonly waiting = signal<readonly AlertItem[]>([]);
  /** Alerts that came and were not told one by one. */
  readonly missed = signal(0);
  readonly failure = signal<ApiFailure | undefined>(undefined);
  readonly isLoading = signal(false);
  readonly isLoaded = signal(false);
  /** How many have come since the list was loaded. */
  readonly arrived = signal(0);
  /** The highest id that the list knows of. */
  last = 0;
  #next: string | null = null;
  /** The highest id of those that were missed. */
  #missedUpTo = 0;
  #loading: Promise<void> | undefined;
  /** How often it was loaded: an older page belongs to the list for which it was asked. */
  #turn = 0;

  constructor(filter: AlertFilter) {
    this.filter = filter;
  }

  get hasMore(): boolean {
    return this.#next !== null && this.items.value.length < MOST_LOADED;
  }

  /** Loads the newest. Resolves when that was done, or when `failure` tells why not. */
  load(): Promise<void> {
    this.#loading ??= this.#load().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #load(): Promise<void> {
    await this.#ask(async () => {
      const page = await this.#page(undefined);
      this.#turn += 1;
      this.last = Math.max(this.last, page.last);
      // What came in the meantime is not in the page.
      this.waiting.value = this.waiting.value.filter(({ id }) => id > page.last);
      if (this.#missedUpTo <= page.last) this.missed.value = 0;
      this.items.value = page.alerts;
      this.#next = page.next;
      this.isLoaded.value = true;
    });
  }

  /** Loads older ones, if there are any. */
  async loadMore(): Promise<void> {
    const cursor = this.#next;
    if (cursor === null || !this.hasMore || this.isLoading.value) return;
    const turn = this.#turn;
    await this.#ask(async () => {
      const { alerts, next } = await this.#page(cursor);
      if (turn !== this.#turn) return;
      const known = new Set(this.items.value.slice(-PAGE).map(({ id }) => id));
      this.items.value = [...this.items.value, ...alerts.filter(({ id }) => !known.has(id))];
      this.#next = next;
    });
  }

  /** One has come. It waits until {@link showWaiting}. */
  add(alert: AlertItem): void {
    if (alert.id <= this.last) return;
    this.last = alert.id;
    this.arrived.value += 1;
    if (this.waiting.value.length >= MOST_WAITING) {
      this.missed.value += 1;
      this.#missedUpTo = alert.id;
    } else this.waiting.value = [alert, ...this.waiting.value];
  }

  miss({ count }: Missed, last: number): void {
    this.last = Math.max(this.last, last);
    this.#missedUpTo = this.last;
    this.arrived.value += count;
    this.missed.value += count;
  }

  async showWaiting(): Promise<void> {
    if (this.missed.value > 0) return this.load();
    if (this.waiting.value.length === 0) return;
    // They come in the order of storing, which is not quite that of their times.
    const known = new Set(this.items.value.map(({ id }) => id));
    const all = [...this.waiting.value.filter(({ id }) => !known.has(id)), ...this.items.value];
    this.waiting.value = [];
    all.sort((one, other) => other.time - one.time || other.id - one.id);
    this.items.value = all.slice(0, MOST_LOADED);
  }

  #page(cursor: string | undefined): Promise<AlertPage> {
    return getJson<AlertPage>('/api/alerts', { ...asQuery(this.filter), limit: PAGE, cursor });
  }

  async #ask(action: () => Promise<void>): Promise<void> {
    this.isLoading.value = true;
    try {
      await action();
      this.failure.value = undefined;
    } catch (error) {
      this.failure.value = error instanceof ApiFailure ? error : new ApiFailure(0, messageOf(error));
    } finally {
      this.isLoading.value = false;
    }
  }
}
