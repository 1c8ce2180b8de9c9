/** The route about how Lanner is. */
import { stat } from 'node:fs/promises';
import type { Health, HealthStore } from '../server/api-types.ts';
import { Refusal } from '../server/refusal.ts';
import type { Route } from '../server/route.ts';
import type { ConsoleParts } from './console.ts';
import type { StoreState } from './search.ts';

const MEGABYTE = 1024 * 1024;

export function healthRoutes(parts: ConsoleParts): Route[] {
  return [{ method: 'GET', path: '/api/health', answer: () => healthOf(parts) }];
}

async function healthOf(parts: ConsoleParts): Promise<Health> {
  const { health, about, live, counters, lastReload } = parts;
  const store = await storeOf(parts);
  const reload = lastReload() ?? null;
  const troubles = [
    ...(health?.troubles() ?? []),
    // Of one that can be read, the output has told it.
    ...(store?.trouble && store.alerts === null ? [`store: ${store.trouble}`] : []),
    ...(reload?.ok === false ? [`the last reload has failed: ${reload.message}`] : []),
  ];
  return {
    time: Date.now() * 1000,
    started: live === undefined ? null : about.started,
    troubles,
    events: health?.events() ?? null,
    memory: health?.memory() ?? null,
    outputs: health?.outputs() ?? [],
    sources: health?.sources() ?? [],
    store,
    reload,
    console: counters()
      .all()
      .map(({ name, about, value }) => ({ name: `lanner_console_${name}_total`, about, value })),
  };
}

async function storeOf({
  search,
  noStore,
  paths,
  config,
  health,
}: ConsoleParts): Promise<HealthStore | null> {
  if (noStore() !== undefined) return null;
  const { store } = paths();
  const sizes = await Promise.all(
    [store, `${store}-wal`].map((path) =>
      stat(path).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  const common = {
    path: store,
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    maxBytes: config().store.max_size_mb * MEGABYTE,
  };
  try {
    const { alerts, oldest = null } = await search.ask<StoreState>({ kind: 'state' });
    const output = health?.outputs().find(({ name }) => name === `store ${store}`);
    return { ...common, alerts, oldest, trouble: output?.trouble ?? null };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ...common, alerts: null, oldest: null, trouble: error.message };
  }
}
