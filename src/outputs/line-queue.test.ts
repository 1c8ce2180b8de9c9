import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LineQueue } from './line-queue.ts';

test('lines keep their order, and those that come during a write are written together', async () => {
  const chunks: string[] = [];
  let release = (): void => {};
  const queue = new LineQueue({
    put: (chunk) => {
      chunks.push(chunk.toString());
      return new Promise((resolve) => {
        release = resolve;
      });
    },
    onFailure: assert.fail,
  });
  queue.push('a');
  while (chunks.length < 1) await new Promise(setImmediate);
  queue.push('b');
  queue.push('c');
  release();
  while (chunks.length < 2) await new Promise(setImmediate);
  release();
  await queue.flush();
  assert.deepEqual(chunks, ['a\n', 'b\nc\n']);
  assert.deepEqual(queue.statistics, { written: 3, dropped: 0 });
});

test('what does not fit is dropped and counted, and there is room again afterwards', async () => {
  const written: string[] = [];
  const put = async (chunk: Buffer): Promise<void> => {
    written.push(chunk.toString());
  };
  const queue = new LineQueue({ put, onFailure: () => {}, limit: 6 });
  for (const line of ['aaaa', 'b', 'c']) queue.push(line);
  await queue.flush();
  queue.push('dddd');
  await queue.flush();
  assert.equal(written.join(''), 'aaaa\ndddd\n');
  assert.deepEqual(queue.statistics, { written: 2, dropped: 2 });
});

test('a failure is told once, and what could not be written is written when it can', async () => {
  const failures: string[] = [];
  const written: string[] = [];
  let tries = 0;
  const queue = new LineQueue({
    put: async (chunk) => {
      if (++tries <= 2) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
      written.push(chunk.toString());
    },
    onFailure: (error) => failures.push(error.code ?? ''),
  });
  for (const line of ['a', 'b']) queue.push(line);
  await queue.flush();
  assert.deepEqual([failures, written, queue.waiting], [['ENOSPC'], ['a\nb\n'], 0]);
  assert.deepEqual(queue.statistics, { written: 2, dropped: 0 });
});

test('lines for a reader that is gone are dropped, and told once', async () => {
  const failures: string[] = [];
  const queue = new LineQueue({
    put: async () => {
      throw Object.assign(new Error('gone'), { code: 'EPIPE' });
    },
    onFailure: (error) => failures.push(error.code ?? ''),
  });
  for (const line of ['a', 'b']) {
    queue.push(line);
    await queue.flush();
  }
  assert.deepEqual(failures, ['EPIPE']);
  assert.deepEqual(queue.statistics, { written: 0, dropped: 2 });
});

test('lines written before a failure are not written again, and one of which half was written begins anew', async () => {
  let file = '';
  let room = 'one\ntw'.length;
  const queue = new LineQueue({
    put: async (chunk) => {
      const written = Math.min(chunk.length, room);
      room -= written;
      file += chunk.toString('utf8', 0, written);
      if (written < chunk.length) throw Object.assign(new Error('no space'), { code: 'ENOSPC', written });
    },
    onFailure: () => {
      room = 100;
    },
  });
  for (const line of ['one', 'two', 'three']) queue.push(line);
  await queue.flush();
  assert.equal(file, 'one\ntw\ntwo\nthree\n');
  assert.deepEqual(queue.statistics, { written: 3, dropped: 0 });
});

test('when no more fit, that is told once until all that waits has been written', async () => {
  const failures: string[] = [];
  let release = (): void => {};
  const queue = new LineQueue({
    put: () =>
      new Promise((resolve) => {
        release = resolve;
      }),
    onFailure: (error) => failures.push(error.code ?? ''),
    limit: 4,
  });
  for (let round = 1; round <= 2; round++) {
    for (const line of ['a', 'b', 'c', 'd']) queue.push(line);
    await new Promise(setImmediate);
    release();
    await queue.flush();
    assert.deepEqual(failures, Array(round).fill('ENOBUFS'));
    assert.deepEqual(queue.statistics, { written: 2 * round, dropped: 2 * round });
  }
});

test('closing gives up on a reader that has stopped, and counts what it did not get', async () => {
  const queue = new LineQueue({
    put: (_chunk, signal) => {
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    },
    onFailure: assert.fail,
  });
  queue.push('a');
  await new Promise(setImmediate);
  queue.push('b');
  await queue.close(1);
  assert.deepEqual(queue.statistics, { written: 0, dropped: 2 });
});

test('closing a second time does not wait a second time', async () => {
  let aborts = 0;
  const queue = new LineQueue({
    put: (_chunk, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          aborts++;
          reject(new Error('stuck'));
        });
      }),
    onFailure: assert.fail,
  });
  queue.push('a');
  const first = queue.close(1);
  assert.equal(queue.close(), first);
  await first;
  assert.equal(aborts, 1);
  assert.deepEqual(queue.statistics, { written: 0, dropped: 1 });
});

test('where memory is short the newest lines are dropped, but not those that are being written', async () => {
  const written: string[] = [];
  let release = (): void => {};
  const queue = new LineQueue({
    put: (chunk) => {
      written.push(chunk.toString());
      return new Promise((resolve) => {
        release = resolve;
      });
    },
    onFailure: assert.fail,
  });
  queue.push('a');
  while (written.length < 1) await new Promise(setImmediate);
  for (const line of ['b', 'c', 'd']) queue.push(line);
  queue.shed(4);
  assert.deepEqual([queue.waiting, queue.queued], [4, 2]);
  queue.shed(0);
  assert.deepEqual([queue.waiting, queue.queued], [2, 1]);
  release();
  await queue.flush();
  assert.deepEqual([written, queue.statistics], [['a\n'], { written: 1, dropped: 3 }]);
});
