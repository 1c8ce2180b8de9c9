/** The timeline as stacked bars, the most severe at the bottom; a time is chosen by dragging over it. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { PRIORITIES } from '../../../src/rules/checked.ts';
import type { Timeline } from '../../../src/server/api-types.ts';
import { counted, wholeText } from '../../text/number.ts';
import { exactText, shortText } from '../../text/time.tsx';
import { timeTicks } from './time-ticks.ts';

const HEIGHT = 84;
const AXIS = 16;
const PLOT = HEIGHT - AXIS - 4;
/** Of a bar, in pixels. */
const WIDEST = 24;
/** Less than this is a click, in pixels. */
const DRAGGED = 5;

interface Props {
  readonly timeline: Timeline;
  readonly onChoose: (from: number, to: number) => void;
  readonly onWider: () => void;
}

/** What is being dragged over. */
interface Brush {
  /** What the chart showed at the press: it stays until the release, so that no time moves under the pointer. */
  readonly timeline: Timeline;
  readonly start: number;
  readonly end: number;
}

export function TimelineChart({ timeline, onChoose, onWider }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [pointed, setPointed] = useState<number>();
  const [brush, setBrush] = useState<Brush>();
  // Before it is painted: a chart without a width is none.
  useLayoutEffect(() => {
    if (box.current === null) return;
    setWidth(Math.round(box.current.getBoundingClientRect().width));
    const observer = new ResizeObserver(([entry]) => setWidth(Math.round(entry?.contentRect.width ?? 0)));
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);

  const { from, to, span, spans, total } = brush?.timeline ?? timeline;
  const duration = Math.max(to - from, span, 1);
  const xOf = (time: number): number => ((time - from) / duration) * width;
  const timeAt = (x: number): number => from + (Math.max(0, Math.min(width, x)) / width) * duration;
  const most = Math.max(1, ...spans.map(({ counts }) => sum(counts)));
  const pointedAt = (event: PointerEvent): number =>
    timeAt(event.clientX - (box.current?.getBoundingClientRect().left ?? 0));
  const barWidth = Math.max(1, Math.min(WIDEST, xOf(from + span)) - (width > 600 ? 1 : 0.5));
  const shown =
    pointed === undefined ? undefined : spans.find(({ time }) => pointed >= time && pointed < time + span);

  return (
    <div ref={box} class="timeline-chart">
      <svg
        width={width}
        height={HEIGHT}
        role="img"
        aria-label={`${counted(total, 'alert')} from ${exactText(from)} to ${exactText(to)}, at most ${wholeText(most)} in one bar`}
        onPointerDown={(event) => {
          if (event.button !== 0 || event.pointerType === 'touch') return;
          event.currentTarget.setPointerCapture(event.pointerId);
          const start = pointedAt(event);
          setBrush({ timeline, start, end: start });
        }}
        onPointerMove={(event) => {
          const end = pointedAt(event);
          setPointed(end);
          if (brush) setBrush({ ...brush, end });
        }}
        onPointerUp={(event) => {
          if (!brush) return;
          const end = pointedAt(event);
          const [first, last] = [Math.min(brush.start, end), Math.max(brush.start, end)];
          setBrush(undefined);
          if (xOf(last) - xOf(first) > DRAGGED) onChoose(first, last);
        }}
        onPointerCancel={() => setBrush(undefined)}
        onPointerLeave={() => setPointed(undefined)}
        onDblClick={onWider}
      >
        {timeTicks(from, from + duration, Math.max(2, Math.floor(width / 110))).map(({ time, label }) => (
          <g key={time} class="tick">
            <line x1={xOf(time)} x2={xOf(time)} y1={0} y2={HEIGHT - AXIS} />
            {xOf(time) < width - 50 && (
              <text x={xOf(time) + 3} y={HEIGHT - 4}>
                {label}
              </text>
            )}
          </g>
        ))}
        <line class="base" x1={0} x2={width} y1={HEIGHT - AXIS + 0.5} y2={HEIGHT - AXIS + 0.5} />
        {spans.map(({ time, counts }) => (
          <Bar key={time} x={xOf(time)} width={barWidth} counts={counts} most={most} />
        ))}
        {brush && (
          <rect
            class="brush"
            x={xOf(Math.min(brush.start, brush.end))}
            width={Math.abs(xOf(brush.end) - xOf(brush.start))}
            y={0}
            height={HEIGHT - AXIS}
          />
        )}
      </svg>
      {pointed !== undefined && shown && (
        <div
          class={`tip ${xOf(shown.time) > width / 2 ? 'left' : ''}`}
          style={{ left: `${xOf(shown.time)}px` }}
        >
          <strong>{shortText(shown.time)}</strong>
          {shown.counts.map((count, index) =>
            count === 0 ? null : (
              <span key={PRIORITIES[index]}>
                <i class={`swatch p${index}`} /> {PRIORITIES[index]} {wholeText(count)}
              </span>
            ),
          )}
        </div>
      )}
    </div>
  );
}

interface BarProps {
  readonly x: number;
  readonly width: number;
  readonly counts: readonly number[];
  readonly most: number;
}

function Bar({ x, width, counts, most }: BarProps) {
  let below = 0;
  // A single alert among thousands is to be seen too.
  const unit = Math.max(2, (PLOT * sum(counts)) / most) / Math.max(1, sum(counts));
  return (
    <>
      {counts.map((count, index) => {
        if (count === 0) return null;
        const height = count * unit;
        below += height;
        return (
          <rect
            key={PRIORITIES[index]}
            class={`p${index}`}
            x={x}
            width={width}
            y={HEIGHT - AXIS - below}
            height={height}
          />
        );
      })}
    </>
  );
}

function sum(counts: readonly number[]): number {
  return counts.reduce((all, count) => all + count, 0);
}
