import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { WorkerInquiry } from './proc-inquiry.ts';
import type { ProcProcess } from './proc-reader.ts';
import { hostWithShell } from './testing/shell-host.ts';

test('a thread of its own reads and answers', async () => {
  using host = hostWithShell();
  const inquiry = new WorkerInquiry(host.root);
  // The thread alone would not keep this process running.
  const alive = setInterval(() => {}, 1000);
  try {
    const read = (tid: number): Promise<ProcProcess | undefined> =>
      new Promise((resolve) => inquiry.read(tid, 'full', resolve));
    const [shell, nobody] = await Promise.all([read(100), read(4711)]);
    assert.deepEqual(shell?.details?.argv, ['-bash', '-i']);
    assert.equal(shell?.threads[0]?.status.capEffective, 0x400n);
    assert.equal(nobody, undefined);
    const executable = await new Promise<{ path: string } | undefined>((resolve) =>
      inquiry.executable(100, resolve),
    );
    assert.equal(executable?.path, '/usr/bin/bash');
    const pids = await new Promise<readonly number[] | undefined>((resolve) => inquiry.pids(resolve));
    assert.deepEqual([...(pids ?? [])].sort(), [1, 100]);
    assert.equal(inquiry.stuck, 0);
  } finally {
    clearInterval(alive);
    inquiry.close();
  }
});

test('a process that never lets its arguments be read holds up nobody for long', async () => {
  using host = hostWithShell();
  const trap = join(host.root, 'proc/100/cmdline');
  rmSync(trap);
  execFileSync('mkfifo', [trap]);
  const inquiry = new WorkerInquiry(host.root, 300);
  const alive = setInterval(() => {}, 1000);
  try {
    const read = (tid: number): Promise<ProcProcess | undefined> =>
      new Promise((resolve) => inquiry.read(tid, 'full', resolve));
    const [trapped, behind] = await Promise.all([read(100), read(1)]);
    assert.deepEqual([trapped?.threads[0]?.stat.comm, trapped?.details], ['bash', undefined]);
    assert.deepEqual([behind?.threads[0]?.stat.comm, inquiry.stuck], ['init', 1]);
    assert.equal((await read(1))?.threads[0]?.stat.comm, 'init', 'another thread reads on');
  } finally {
    clearInterval(alive);
    inquiry.close();
    // Lets the thread go that hangs.
    closeSync(openSync(trap, 'w'));
  }
});

test('while too many such processes hold threads, nothing is read; when they have let go, all is', async () => {
  using host = hostWithShell();
  const trap = join(host.root, 'proc/100/cmdline');
  rmSync(trap);
  execFileSync('mkfifo', [trap]);
  const inquiry = new WorkerInquiry(host.root, 300);
  const alive = setInterval(() => {}, 1000);
  try {
    const read = (tid: number): Promise<ProcProcess | undefined> =>
      new Promise((resolve) => inquiry.read(tid, 'full', resolve));
    for (let count = 1; count <= 4; count++) {
      await read(100);
      assert.equal(inquiry.stuck, count);
    }
    assert.equal(inquiry.isBlocked, true);
    assert.equal(await read(1), undefined);
    closeSync(openSync(trap, 'w'));
    while (inquiry.isBlocked) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal((await read(1))?.threads[0]?.stat.comm, 'init');
    assert.equal(inquiry.stuck, 4);
  } finally {
    clearInterval(alive);
    inquiry.close();
  }
});

test('after its end nothing is read, and nobody waits', () => {
  const inquiry = new WorkerInquiry('');
  inquiry.close();
  const answers: unknown[] = [];
  inquiry.read(1, 'names', (found) => answers.push(found));
  assert.deepEqual(answers, [undefined]);
});
