/**
 * The stream of the server: one for the whole page. It is closed while the page cannot be seen, since browsers open
 * few connections to a server, and goes on behind the last alert afterwards.
 */
import { signal } from '@preact/signals';
import type { AlertItem, HealthBrief, Missed, RulesChanged } from '../../src/server/api-types.ts';
import { type Query, withQuery } from './api.ts';
import { loadSession } from './session.ts';

/** `off`: not wanted, or the page is not to be seen. */
export const liveState = signal<'off' | 'connecting' | 'open' | 'lost'>('off');

/** The last news of the engine's health, oldest first. */
export const briefs = signal<readonly HealthBrief[]>([]);

/** The last time that rules were loaded anew. */
export const rulesChanged = signal<RulesChanged | undefined>(undefined);

interface Listener {
  readonly onAlert: (alert: AlertItem) => void;
  readonly onMissed: (missed: Missed, last: number) => void;
}

/** Two minutes of them. */
const MOST_BRIEFS = 60;
const [FIRST_RETRY_MS, LAST_RETRY_MS] = [1000, 30_000];

let wanted: { readonly filter: Query; readonly listener: Listener | undefined } | undefined;
let source: EventSource | undefined;
let last: number | undefined;
let retryMs = FIRST_RETRY_MS;
let timer = 0;

/** Follows alerts that fit the filter, behind the id `after`, from now on; instead of those before. */
export function follow(filter: Query, after: number | undefined, listener: Listener | undefined): void {
  wanted = { filter, listener };
  last = after;
  reopen();
}

/** Goes on without alerts: only for the health. */
export function followHealth(): void {
  if (wanted !== undefined && wanted.listener === undefined) return;
  follow({}, undefined, undefined);
}

export function stopFollowing(): void {
  wanted = undefined;
  close();
  liveState.value = 'off';
}

document.addEventListener('visibilitychange', () => {
  if (document.hidden) {
    close();
    liveState.value = 'off';
  } else {
    reopen();
  }
});

window.addEventListener('online', () => reopen());

function close(): void {
  clearTimeout(timer);
  source?.close();
  source = undefined;
}

function reopen(): void {
  close();
  if (wanted === undefined || document.hidden) return;
  const { filter, listener } = wanted;
  if (liveState.value !== 'lost') liveState.value = 'connecting';
  const opened = new EventSource(withQuery('/api/stream', { ...filter, after: last }));
  source = opened;
  opened.addEventListener('open', () => {
    liveState.value = 'open';
    retryMs = FIRST_RETRY_MS;
  });
  opened.addEventListener('alert', (event) => {
    const alert = JSON.parse(event.data) as AlertItem;
    last = alert.id;
    listener?.onAlert(alert);
  });
  opened.addEventListener('missed', (event) => {
    const id = Number(event.lastEventId);
    if (Number.isSafeInteger(id) && id > 0) last = id;
    listener?.onMissed(JSON.parse(event.data) as Missed, last ?? 0);
  });
  opened.addEventListener('health', (event) => {
    briefs.value = [...briefs.value, JSON.parse(event.data) as HealthBrief].slice(-MOST_BRIEFS);
  });
  opened.addEventListener('rules', (event) => {
    rulesChanged.value = JSON.parse(event.data) as RulesChanged;
  });
  opened.addEventListener('error', () => {
    if (source !== opened) return;
    liveState.value = 'lost';
    // A browser tries again by itself only when the connection broke; not when the server refused.
    close();
    timer = window.setTimeout(() => {
      void loadSession();
      reopen();
    }, retryMs);
    retryMs = Math.min(2 * retryMs, LAST_RETRY_MS);
  });
}
