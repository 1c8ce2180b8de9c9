/** How many alerts there were when, and the choosing of a time. */
import { useEffect, useRef } from 'preact/hooks';
import type { AlertFilter, Timeline } from '../../../src/server/api-types.ts';
import { getJson } from '../../data/api.ts';
import { useResource } from '../../data/resource.ts';
import { counted } from '../../text/number.ts';
import { isoText, SECOND, shortText } from '../../text/time.tsx';
import type { AlertList } from './alert-list.ts';
import { asQuery, keyOf } from './filters.ts';
import { TimelineChart } from './timeline-chart.tsx';

const SPANS = 120;
/** How often it is drawn anew while alerts come. */
const RENEW_MS = 10_000;
const SOON_MS = 300;
/** Nothing is looked at more closely than this. */
const SHORTEST = SECOND;

interface Props {
  readonly list: AlertList;
  readonly onChange: (
    change: Pick<AlertFilter, 'since' | 'until'> | Record<'since' | 'until', undefined>,
  ) => void;
}

export function TimelinePanel({ list, onChange }: Props) {
  const { filter } = list;
  const { value, failure, reload } = useResource(keyOf(filter), (signal) =>
    getJson<Timeline>('/api/timeline', { ...asQuery(filter), spans: SPANS }, signal),
  );
  const drawn = useRef(0);
  const timer = useRef<number | undefined>(undefined);
  const arrived = list.arrived.value;
  useEffect(() => {
    if (arrived === 0 || timer.current !== undefined) return;
    // At once after a while without any; not too often while there are many.
    const wait = Math.max(SOON_MS, drawn.current + RENEW_MS - Date.now());
    timer.current = window.setTimeout(() => {
      timer.current = undefined;
      drawn.current = Date.now();
      reload();
    }, wait);
  }, [arrived, reload]);
  useEffect(() => () => clearTimeout(timer.current), []);

  if (value === undefined) {
    return <div class="timeline">{failure && <p class="muted">The timeline: {failure.message}</p>}</div>;
  }
  const { from, to } = value;
  const choose = (start: number, end: number): void => {
    const [first, last] = [Math.round(start), Math.round(Math.max(end, start + SHORTEST))];
    onChange({ since: isoText(first), until: isoText(last) });
  };
  /** Moves by a part of what is shown, and shows so many times as much. */
  const move = (by: number, times: number): void => {
    const [middle, half] = [(from + to) / 2 + by * (to - from), (times * (to - from)) / 2];
    choose(middle - half, middle + half);
  };
  const isWhole = filter.since === undefined && filter.until === undefined;
  return (
    <section class="timeline" aria-label="Timeline">
      <TimelineChart timeline={value} onChoose={choose} onWider={() => move(0, 2)} />
      <div class="timeline-tools">
        <span class="muted">
          {counted(value.total, 'alert')}
          {value.total > 0 && `, ${shortText(from)} – ${shortText(to)}`}
        </span>
        <span class="tools">
          <button type="button" class="quiet" onClick={() => move(-0.5, 1)} aria-label="Earlier">
            ◀
          </button>
          <button type="button" class="quiet" onClick={() => move(0, 0.5)} aria-label="Closer">
            +
          </button>
          <button type="button" class="quiet" onClick={() => move(0, 2)} aria-label="Wider">
            −
          </button>
          <button type="button" class="quiet" onClick={() => move(0.5, 1)} aria-label="Later">
            ▶
          </button>
          <button
            type="button"
            class="quiet"
            disabled={isWhole}
            onClick={() => onChange({ since: undefined, until: undefined })}
          >
            All
          </button>
        </span>
      </div>
    </section>
  );
}
