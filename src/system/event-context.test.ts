import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AcceptedSockets } from './accepted-sockets.ts';
import type { SystemView } from './context.ts';
import { EventContextView } from './event-context.ts';
import { event, START } from './testing/event-builder.ts';

test('the context knows the time of the first event and of the one before', () => {
  const context = new EventContextView({} as SystemView, new AcceptedSockets(1));
  // Each with a cursor of its own, as the events of several processors have.
  const times = [START, START + 1, START + 5].map((time) => {
    context.show(event('setuid', { tid: 1, time }), undefined);
    return [context.firstTimestamp, context.previousTimestamp];
  });
  const nanoseconds = (time: number): bigint => BigInt(time) * 1_000_000n;
  assert.deepEqual(times, [
    [nanoseconds(START), undefined],
    [nanoseconds(START), nanoseconds(START)],
    [nanoseconds(START), nanoseconds(START + 1)],
  ]);
});
