/** A list of any length, of which only what is to be seen is in the page. All rows are of one height. */
import { useSignalEffect } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { addShortcuts } from '../../shell/shortcuts.ts';
import type { AlertList } from './alert-list.ts';
import { AlertRow } from './alert-row.tsx';

/** Rows beyond what is to be seen, above and below. */
const SPARE = 12;
/** So many rows before the end, older ones are loaded. */
const AHEAD = 60;
/** Heights of rows in pixels, which styles/alerts.css has too. */
const [ROW, NARROW_ROW] = [30, 76];
const NARROW = window.matchMedia('(max-width: 760px)');

interface Range {
  readonly first: number;
  readonly last: number;
}

export function AlertRows({ list }: { readonly list: AlertList }) {
  const element = useRef<HTMLUListElement>(null);
  const [height, setHeight] = useState(NARROW.matches ? NARROW_ROW : ROW);
  const [range, setRange] = useState<Range>({ first: 0, last: 60 });
  /** The row that has the focus, or had it last. */
  const [focused, setFocused] = useState<number>();
  const items = list.items.value;

  useEffect(() => {
    const measure = (): void => setHeight(NARROW.matches ? NARROW_ROW : ROW);
    NARROW.addEventListener('change', measure);
    return () => NARROW.removeEventListener('change', measure);
  }, []);

  useEffect(() => {
    let frame = 0;
    const look = (): void => {
      frame = 0;
      const top = element.current?.getBoundingClientRect().top ?? 0;
      const first = Math.max(0, Math.floor(-top / height) - SPARE);
      const last = Math.ceil((window.innerHeight - top) / height) + SPARE;
      setRange((old) => (old.first === first && old.last === last ? old : { first, last }));
      if (last + AHEAD > list.items.value.length) void list.loadMore();
    };
    const later = (): void => {
      frame ||= requestAnimationFrame(look);
    };
    later();
    window.addEventListener('scroll', later, { passive: true });
    window.addEventListener('resize', later);
    return () => {
      cancelAnimationFrame(frame);
      window.removeEventListener('scroll', later);
      window.removeEventListener('resize', later);
    };
  }, [list, height]);

  /** The id of the row that is to get the focus as soon as it is there. */
  const wanted = useRef<number | undefined>(undefined);
  useEffect(() => {
    const { current: id } = wanted;
    if (id === undefined) return;
    const link = element.current?.querySelector<HTMLElement>(`[data-id="${id}"]`);
    if (!link) return;
    wanted.current = undefined;
    link.focus({ preventScroll: true });
    link.scrollIntoView({ block: 'nearest' });
  });

  /** Where the keyboard is: known at once, also when keys come faster than rows are drawn. */
  const at = useRef<number | undefined>(undefined);
  const goTo = (id: number): void => {
    at.current = id;
    setFocused(id);
  };
  useLayoutEffect(() => {
    const move = (step: number): void => {
      const all = list.items.value;
      const index = all.findIndex(({ id }) => id === at.current);
      const next = all[index < 0 ? 0 : Math.max(0, Math.min(all.length - 1, index + step))];
      if (next === undefined) return;
      goTo(next.id);
      const link = element.current?.querySelector<HTMLElement>(`[data-id="${next.id}"]`);
      wanted.current = link ? undefined : next.id;
      link?.focus({ preventScroll: true });
      link?.scrollIntoView({ block: 'nearest' });
    };
    return addShortcuts([
      { keys: 'j', action: () => move(1) },
      { keys: 'k', action: () => move(-1) },
    ]);
  }, [list]);

  useSignalEffect(() => {
    // After more rows have come, there may be more to load.
    if (list.items.value.length > 0) window.dispatchEvent(new Event('resize'));
  });

  const shown = items.flatMap((alert, index) =>
    (index >= range.first && index <= range.last) || alert.id === focused ? [{ alert, index }] : [],
  );
  return (
    <ul
      ref={element}
      class="alert-rows"
      aria-label="Alerts, newest first"
      style={{ height: `${items.length * height}px` }}
    >
      {shown.map(({ alert, index }) => (
        <li
          key={alert.id}
          style={{ top: `${index * height}px` }}
          aria-posinset={index + 1}
          aria-setsize={list.hasMore ? -1 : items.length}
          onFocusCapture={() => goTo(alert.id)}
        >
          <AlertRow alert={alert} />
        </li>
      ))}
    </ul>
  );
}
