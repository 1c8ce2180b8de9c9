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
  const queue = new LineQueue({ put, onFailure: assert.fail, limit: 6 });
  for (const line of ['aaaa', 'b', 'c']) queue.push(line);
  await queue.flush();
  queue.push('dddd');
  await queue.flush();
  assert.equal(written.join(''), 'aaaa\ndddd\n');
  assert.deepEqual(queue.statistics, { written: 2, dropped: 2 });
});

test('a failure is told once, and the next lines are tried again', async () => {
  const failures: string[] = [];
  let broken = true;
  const queue = new LineQueue({
    put: async () => {
      if (broken) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
    },
    onFailure: (error) => failures.push(error.code ?? ''),
  });
  for (const line of ['a', 'b']) {
    queue.push(line);
    await queue.flush();
  }
  broken = false;
  queue.push('c');
  await queue.flush();
  assert.deepEqual(failures, ['ENOSPC']);
  assert.deepEqual(queue.statistics, { written: 1, dropped: 2 });
});

test('lines written before a failure count, and a line after half of one begins a line of its own', async () => {
  let file = '';
  let room = 'one\ntw'.length;
  const queue = new LineQueue({
    put: async (chunk) => {
      const written = Math.min(chunk.length, room);
      room -= written;
      file += chunk.toString('utf8', 0, written);
      if (written < chunk.length) throw Object.assign(new Error('no space'), { code: 'ENOSPC', written });
    },
    onFailure: () => {},
  });
  for (const line of ['one', 'two', 'three']) queue.push(line);
  await queue.flush();
  queue.push('four');
  await queue.flush();
  assert.deepEqual(queue.statistics, { written: 1, dropped: 3 });
  room = 100;
  for (const line of ['five', 'six']) {
    queue.push(line);
    await queue.flush();
  }
  assert.equal(file, 'one\ntw\nfive\nsix\n');
  assert.deepEqual(queue.statistics, { written: 3, dropped: 3 });
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
