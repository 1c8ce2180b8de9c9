import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { Waiter } from './libbpf.ts';

/** Long enough for any machine: a test that takes it hangs. */
const HANGS = 30_000;

test('a wait ends when it is woken', { timeout: HANGS }, async () => {
  const waiter = new Waiter([]);
  const waiting = waiter.wait();
  waiter.wake();
  await waiting;
  waiter.close();
});

test('a wait ends when the waiter is closed, however early or late', { timeout: HANGS }, async () => {
  for (let round = 0; round < 200; round++) {
    const waiter = new Waiter([]);
    const waiting = waiter.wait();
    if (round % 2 === 1) await new Promise((done) => setTimeout(done, round % 3));
    waiter.close();
    await waiting;
  }
});

test('the process can exit while a wait is under way', () => {
  const program = `import { Waiter } from ${JSON.stringify(join(import.meta.dirname, 'libbpf.ts'))};
    new Waiter([]).wait();
    setTimeout(() => process.exit(7), 50);`;
  const { status } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    timeout: HANGS,
    killSignal: 'SIGKILL',
  });
  assert.equal(status, 7);
});
