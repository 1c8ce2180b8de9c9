/** Several ring buffers as one sequence of events in the order of time. */
import type { EventSink } from '../source.ts';
import type { RingBuffer } from './ring-buffer.ts';

/**
 * Delivers what lies in the rings, merged by time, at most `limit` events; returns how many. Only events
 * up to `until` count (nanoseconds after the rings' base), a moment before this look at the rings: what
 * caused one of these events was complete by then, so it is seen, whichever CPU it was on.
 */
export function deliverMerged(
  rings: readonly RingBuffer[],
  until: number,
  limit: number,
  sink: EventSink,
): number {
  for (const ring of rings) ring.look();
  let ready = rings.filter((ring) => ring.peek() && ring.timestamp <= until);
  let count = 0;
  try {
    while (ready.length > 0 && count < limit) {
      const [first, second] = earliest(ready);
      const turn = second ? second.timestamp : until;
      let more = true;
      while (more && first.timestamp <= turn && count < limit) {
        count++;
        // Stepped over before it is delivered: a sink that throws does not see the same event again.
        first.next();
        sink(first.event);
        more = first.peek();
      }
      if (!more || first.timestamp > until) ready = ready.filter((ring) => ring !== first);
    }
  } finally {
    for (const ring of rings) ring.release();
  }
  return count;
}

/** The rings whose first events are the earliest and the second earliest. */
function earliest(rings: readonly RingBuffer[]): [RingBuffer, RingBuffer | undefined] {
  let first = rings[0] as RingBuffer;
  let second: RingBuffer | undefined;
  for (let index = 1; index < rings.length; index++) {
    const ring = rings[index] as RingBuffer;
    if (ring.timestamp < first.timestamp) {
      second = first;
      first = ring;
    } else if (!second || ring.timestamp < second.timestamp) {
      second = ring;
    }
  }
  return [first, second];
}
