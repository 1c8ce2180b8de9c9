import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventCursor } from '../events/cursor.ts';
import type { EventSink, EventSource } from '../sources/source.ts';
import { joinSources } from './joined-source.ts';

/** A source that runs until it is stopped or told how to end. */
class FakeSource implements EventSource {
  readonly name: string;
  stopped = 0;
  closed = 0;
  sink: EventSink = () => {};
  end: (error?: Error) => void = () => {};

  constructor(name: string) {
    this.name = name;
  }

  run(sink: EventSink): Promise<void> {
    this.sink = sink;
    return new Promise((resolve, reject) => {
      this.end = (error) => (error ? reject(error) : resolve());
    });
  }

  stop(): void {
    this.stopped++;
    this.end();
  }

  close(): void {
    this.closed++;
  }

  get statistics() {
    return { delivered: 2, lost: new Map([['open', 1]]) };
  }
}

test('events of all come, and the end is that of the last', async () => {
  const [one, two] = [new FakeSource('syscall'), new FakeSource('k8s_audit')];
  const joined = joinSources(one, two);
  let count = 0;
  let hasEnded = false;
  const running = joined.run(() => count++).then(() => (hasEnded = true));
  for (const source of [one, two, two]) source.sink(new EventCursor());
  one.end();
  await Promise.resolve();
  assert.equal(hasEnded, false);
  two.end();
  await running;
  assert.equal(count, 3);
  assert.equal(joined.name, 'syscall');
  assert.deepEqual(joined.statistics, { delivered: 4, lost: new Map([['open', 2]]) });
});

test('what one cannot do ends the others, and is told', async () => {
  const [one, two] = [new FakeSource('syscall'), new FakeSource('k8s_audit')];
  const running = joinSources(one, two).run(() => {});
  two.end(new Error('the port is in use'));
  await assert.rejects(running, /the port is in use/);
  assert.equal(one.stopped, 1);
});

test('stopping and closing is for all', async () => {
  const [one, two] = [new FakeSource('syscall'), new FakeSource('k8s_audit')];
  const joined = joinSources(one, two);
  const running = joined.run(() => {});
  joined.stop();
  await running;
  joined.close();
  assert.deepEqual([one.stopped, two.stopped, one.closed, two.closed], [1, 1, 1, 1]);
});
