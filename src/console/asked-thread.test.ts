import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Refusal } from '../server/refusal.ts';
import { AskedThread, type AskedThreadOptions } from './asked-thread.ts';

/** A thread that does what it is asked: waits, fills its memory, refuses, fails, tells its data. */
const THREAD = `
import { workerData } from 'node:worker_threads';
import { answering } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, 'answering.ts')).href)};
import { Refusal } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, '../server/refusal.ts')).href)};
answering((what) => {
  if (what === 'hang') for (;;);
  if (what === 'fill') { const all = []; for (;;) all.push(new Array(1000).fill(Math.random())); }
  if (what === 'refuse') throw new Refusal(404, 'not there', { retryAfterMs: 5 });
  if (what === 'fail') throw new Error('broken');
  return { what, workerData };
});
`;

function thread(context: TestContext, options: Partial<AskedThreadOptions> = {}): AskedThread<string> {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-thread-'));
  const file = join(folder, 'thread.ts');
  writeFileSync(file, THREAD);
  const asked = new AskedThread<string>({
    ...{ file: pathToFileURL(file), data: () => 1, limits: {}, answerMs: 60_000, name: 'the thread' },
    ...options,
  });
  context.after(() => {
    asked.close();
    rmSync(folder, { recursive: true });
  });
  return asked;
}

test('questions are answered, refused, or fail, each on its own', async (context) => {
  const asked = thread(context);
  assert.equal(asked.isRunning, false, 'nobody has asked yet');
  const answers = await Promise.allSettled(['a', 'refuse', 'fail', 'b'].map((what) => asked.ask(what)));
  assert.deepEqual(
    answers.map((answer) =>
      answer.status === 'fulfilled'
        ? answer.value
        : [answer.reason.message.split('\n')[0], (answer.reason as Refusal).status],
    ),
    [
      { what: 'a', workerData: 1 },
      ['not there', 404],
      ['Error: broken', undefined],
      { what: 'b', workerData: 1 },
    ],
  );
});

test('an answer that takes too long is given up, and the next question is answered by another thread', async (context) => {
  const asked = thread(context, { answerMs: 3000 });
  await assert.rejects(asked.ask('hang'), /the thread took too long/);
  assert.equal(asked.isRunning, false);
  await asked.ask('a');
});

test('too much memory ends the thread and nothing else', async (context) => {
  const asked = thread(context, { limits: { maxOldGenerationSizeMb: 24, maxYoungGenerationSizeMb: 4 } });
  await assert.rejects(asked.ask('fill'), (error: Refusal) => error.status === 422);
  await asked.ask('a');
});

test('only so many questions wait', async (context) => {
  const asked = thread(context);
  const answers = await Promise.allSettled(Array.from({ length: 100 }, () => asked.ask('a')));
  assert.equal(answers.filter(({ status }) => status === 'fulfilled').length, 64);
});

test('a restart answers what was asked before, and tells the new thread anew', async (context) => {
  let data = 1;
  const asked = thread(context, { data: () => data });
  const before = asked.ask('a');
  await Promise.resolve();
  data = 2;
  asked.restart();
  const after = asked.ask('b');
  assert.deepEqual(await before, { what: 'a', workerData: 1 });
  assert.deepEqual(await after, { what: 'b', workerData: 2 });
});

test('without questions the thread ends', async (context) => {
  const asked = thread(context, { idleMs: 10 });
  await asked.ask('a');
  const deadline = Date.now() + 60_000;
  while (asked.isRunning) {
    assert.ok(Date.now() < deadline);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
});
