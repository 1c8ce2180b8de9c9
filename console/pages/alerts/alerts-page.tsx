import { type Signal, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { AlertFilter } from '../../../src/server/api-types.ts';
import { follow, followHealth } from '../../data/live.ts';
import { features, session } from '../../data/session.ts';
import { navigate, query } from '../../router.ts';
import { Missing } from '../../shell/notices.tsx';
import { addShortcuts } from '../../shell/shortcuts.ts';
import { counted } from '../../text/number.ts';
import { AlertList, MOST_LOADED } from './alert-list.ts';
import { AlertRows } from './alert-rows.tsx';
import { EmptyList } from './empty-list.tsx';
import { FilterBar } from './filter-bar.tsx';
import { addressOf, asQuery, changed, filterOf, keyOf, withoutTime } from './filters.ts';
import { TimelinePanel } from './timeline-panel.tsx';

/** Kept while other pages are shown, so that coming back finds the list as it was. */
let kept: AlertList | undefined;

/** New alerts are shown together with those that come so soon after them. */
const GATHER_MS = 200;

/** So long nothing is said again to those who listen. */
const SAY_MS = 5000;

export function AlertsPage() {
  const store = features.value?.store;
  if (store && !store.available) return <Missing feature={store} />;
  return <FilteredAlerts />;
}

function FilteredAlerts() {
  const filter = filterOf(query.value);
  const isPaused = useSignal(false);
  return (
    <>
      <h1 class="unseen">Alerts</h1>
      {/* It stays as it is while its filter changes: somebody may be typing there. */}
      <FilterBar
        filter={filter}
        onChange={(next, replace) => navigate(addressOf(next), { replace })}
        isPaused={filter.until === undefined ? isPaused : undefined}
      />
      <Alerts key={keyOf(filter)} filter={filter} isPaused={isPaused} />
    </>
  );
}

interface AlertsProps {
  /** Another one has another key. */
  readonly filter: AlertFilter;
  readonly isPaused: Signal<boolean>;
}

function Alerts({ filter: wanted, isPaused }: AlertsProps) {
  const list = useMemo(() => {
    if (kept !== undefined && keyOf(kept.filter) === keyOf(wanted) && kept.isLoaded.value) return kept;
    kept = new AlertList(wanted);
    return kept;
  }, []);
  const { filter } = list;
  const area = useRef<HTMLDivElement>(null);
  const isSignedIn = session.value?.signedIn;

  useEffect(() => {
    if (!list.isLoaded.value) void list.load();
  }, [list]);

  const isLoaded = list.isLoaded.value;
  const canFollow = filter.until === undefined;
  useEffect(() => {
    if (!isLoaded || !isSignedIn) return;
    if (!canFollow) {
      followHealth();
      return;
    }
    follow(asQuery(withoutTime(filter)), list.last, {
      onAlert: (alert) => list.add(alert),
      onMissed: (missed, last) => list.miss(missed, last),
    });
  }, [list, isLoaded, isSignedIn, canFollow, filter]);

  /** Whether new rows on the top would move nothing that somebody looks at or points to. */
  const isIdle = (): boolean =>
    !isPaused.value &&
    window.scrollY < 4 &&
    area.current !== null &&
    // In an empty list there is nothing to be read.
    (list.items.value.length === 0 ||
      (!area.current.matches(':hover') && !area.current.contains(document.activeElement)));
  const showIfIdle = (): void => {
    if (isIdle()) void list.showWaiting();
  };
  const timer = useRef<number | undefined>(undefined);
  useSignalEffect(() => {
    // Many at once are shown at once.
    if (list.waiting.value.length + list.missed.value === 0 || timer.current !== undefined) return;
    timer.current = window.setTimeout(() => {
      timer.current = undefined;
      showIfIdle();
    }, GATHER_MS);
  });
  useEffect(() => () => clearTimeout(timer.current), []);

  const show = (): void => {
    window.scrollTo(0, 0);
    void list.showWaiting();
  };
  useLayoutEffect(
    () =>
      addShortcuts([
        { keys: 'n', action: show },
        {
          keys: 'p',
          action: () => {
            isPaused.value = !isPaused.value;
          },
        },
      ]),
    [list],
  );

  const waiting = list.waiting.value.length + list.missed.value;
  useEffect(() => {
    document.title = waiting > 0 ? `(${waiting}) Alerts · Lanner` : 'Alerts · Lanner';
  }, [waiting]);

  const items = list.items.value;
  const oldest = items.at(-1);
  return (
    <>
      <TimelinePanel list={list} onChange={(change) => navigate(addressOf(changed(filter, change)))} />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: nothing is done with it; new rows wait while it is pointed at */}
      <div ref={area} class="alert-list" onMouseLeave={showIfIdle}>
        <div class="alert-head" aria-hidden="true">
          <span>Time</span>
          <span>Priority</span>
          <span>Rule</span>
          <span>Process</span>
          <span>Where</span>
          <span>Message</span>
        </div>
        {waiting > 0 && (
          <button type="button" class="new-alerts" onClick={show}>
            Show {counted(waiting, 'new alert')}
          </button>
        )}
        {list.failure.value && (
          <div role="alert" class="notice bad">
            <span>{list.failure.value.message}</span>
            <button type="button" onClick={() => void (isLoaded ? list.loadMore() : list.load())}>
              Try again
            </button>
          </div>
        )}
        {isLoaded && items.length === 0 ? <EmptyList filter={filter} /> : <AlertRows list={list} />}
        <p class="list-end" role={list.isLoading.value ? 'status' : undefined}>
          {list.isLoading.value
            ? 'Loading…'
            : isLoaded && oldest && !list.hasMore && items.length < MOST_LOADED
              ? `${counted(items.length, 'alert')}, no older ones.`
              : ''}
          {items.length >= MOST_LOADED && oldest && (
            <a href={addressOf(changed(filter, { until: new Date(oldest.time / 1000).toISOString() }))}>
              The list is long: go on from here
            </a>
          )}
        </p>
      </div>
      <Announcer list={list} />
    </>
  );
}

/** Tells those who listen to the page that alerts have come, not too often. */
function Announcer({ list }: { readonly list: AlertList }) {
  const text = useSignal('');
  const told = useRef(list.arrived.value);
  useEffect(() => {
    const timer = setInterval(() => {
      const count = list.arrived.value - told.current;
      if (count === 0) return;
      told.current = list.arrived.value;
      text.value = `${counted(count, 'new alert')}${list.waiting.value[0] ? `, the newest: ${list.waiting.value[0].rule}` : ''}`;
    }, SAY_MS);
    return () => clearInterval(timer);
  }, [list, text]);
  return (
    <p class="unseen" role="status">
      {text.value}
    </p>
  );
}
