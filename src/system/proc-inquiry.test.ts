import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ProcessLooks } from './looks/process-looks.ts';
import { LookInquiry } from './proc-inquiry.ts';
import type { ProcProcess } from './proc-reader.ts';
import { hostWithShell } from './testing/shell-host.ts';

test('a process of its own reads and answers', async () => {
  using host = hostWithShell();
  const looks = new ProcessLooks();
  const inquiry = new LookInquiry(host.root, looks);
  // That process alone would not keep this process running.
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
    looks.close();
  }
});

test('a process that never lets its arguments be read holds up nobody for long', async () => {
  using host = hostWithShell();
  const trap = join(host.root, 'proc/100/cmdline');
  rmSync(trap);
  execFileSync('mkfifo', [trap]);
  const looks = new ProcessLooks({ stuckMs: 300 });
  const inquiry = new LookInquiry(host.root, looks);
  const alive = setInterval(() => {}, 1000);
  try {
    const read = (tid: number): Promise<ProcProcess | undefined> =>
      new Promise((resolve) => inquiry.read(tid, 'full', resolve));
    const [trapped, behind] = await Promise.all([read(100), read(1)]);
    assert.deepEqual([trapped?.threads[0]?.stat.comm, trapped?.details], ['bash', undefined]);
    assert.deepEqual([behind?.threads[0]?.stat.comm, inquiry.stuck], ['init', 1]);
    assert.equal((await read(1))?.threads[0]?.stat.comm, 'init', 'another process reads on');
  } finally {
    clearInterval(alive);
    looks.close();
  }
});

test('what has not answered is not read again for a while, except by name', async () => {
  using host = hostWithShell();
  const trap = join(host.root, 'proc/100/cmdline');
  rmSync(trap);
  execFileSync('mkfifo', [trap]);
  const looks = new ProcessLooks({ stuckMs: 300 });
  const inquiry = new LookInquiry(host.root, looks);
  const alive = setInterval(() => {}, 1000);
  try {
    const read = (tid: number): Promise<ProcProcess | undefined> =>
      new Promise((resolve) => inquiry.read(tid, 'full', resolve));
    for (let count = 1; count <= 3; count++) assert.equal((await read(100))?.threads[0]?.stat.comm, 'bash');
    assert.equal(looks.statistics.givenUp, 1);
    assert.equal((await read(1))?.threads[0]?.stat.comm, 'init');
  } finally {
    clearInterval(alive);
    looks.close();
  }
});

test('after its end nothing is read, and nobody waits', () => {
  const looks = new ProcessLooks();
  const inquiry = new LookInquiry('', looks);
  looks.close();
  const answers: unknown[] = [];
  inquiry.read(1, 'names', (found) => answers.push(found));
  assert.deepEqual(answers, [undefined]);
});
