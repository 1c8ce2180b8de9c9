import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CapturedSystem } from './testing/captured-system.ts';
import { START } from './testing/event-builder.ts';

const CLONE_PARENT = 1 << 8;
const CLONE_THREAD = 1 << 13;
const CLONE_VFORK = 1 << 27;

const CHILD = { exe: 'sh', args: ['-c', 'x'], comm: 'sh', uid: 5, gid: 6, pid: 100n, tid: 100n, ptid: 1n };

function forked(host: CapturedSystem, caller: number, child: number, flags = 0, time = START): void {
  host.pass(caller, 'clone', { ...CHILD, res: BigInt(child), flags }, time);
}

function born(host: CapturedSystem, child: number, ptid: number, flags = 0, time = START) {
  const ids = {
    tid: BigInt(child),
    pid: BigInt(child),
    ptid: BigInt(ptid),
    vtid: BigInt(child),
    vpid: BigInt(child),
  };
  return host.pass(child, 'clone', { ...CHILD, ...ids, res: 0n, flags }, time);
}

test('whichever side comes first makes the child', () => {
  for (const isParentFirst of [true, false]) {
    const host = new CapturedSystem({ tid: 100, exepath: '/bin/sh', sid: 42, env: ['A=1'] });
    if (isParentFirst) forked(host, 100, 200);
    const { thread } = born(host, 200, 100);
    if (!isParentFirst) forked(host, 100, 200);
    assert.deepEqual(
      [thread?.pid, thread?.ptid, thread?.exepath, thread?.sid, thread?.uid, thread?.env, thread?.cwd],
      [200, 100, '/bin/sh', 42, 5, ['A=1'], '/home/'],
    );
    assert.equal(thread?.cloneTime, BigInt(START) * 1_000_000n);
    assert.equal(host.system.parent(host.system.thread(200) ?? assert.fail())?.tid, 100);
  }
});

test('the side of the caller does not make children that it cannot know', () => {
  for (const flags of [CLONE_PARENT, CLONE_VFORK, 1 << 29, 1 << 6]) {
    const host = new CapturedSystem({ tid: 100 });
    forked(host, 100, 200, flags);
    assert.equal(host.system.thread(200), undefined, `flags ${flags}`);
  }
});

test('a child that has just ended does not come back', () => {
  const host = new CapturedSystem({ tid: 100 });
  born(host, 200, 100);
  host.pass(200, 'procexit', { status: 0n }, START + 1);
  forked(host, 100, 200, 0, START + 2);
  assert.equal(host.system.thread(200), undefined);
  forked(host, 100, 200, 0, START + 5000);
  assert.equal(host.system.thread(200)?.ptid, 100, 'long after it is another one');
});

test('a thread belongs to the process of its maker', () => {
  const host = new CapturedSystem({ tid: 100 });
  forked(host, 100, 101, CLONE_THREAD);
  const thread = host.system.thread(101);
  assert.deepEqual([thread?.pid, thread?.ptid, thread?.cwd], [100, 1, '/home/']);
});

test('a thread that the capture does not introduce is called <NA> until it says more', () => {
  const host = new CapturedSystem();
  const { thread } = host.pass(500, 'getuid', {});
  assert.deepEqual(
    [thread?.comm, thread?.exe, thread?.pid, thread?.uid, thread?.sid, thread?.cwd, thread?.vtid],
    ['<NA>', '<NA>', -1, 4294967295, -1, './', -1],
  );
  const exec = { res: 0n, exe: '/bin/cat', args: ['f'], comm: 'cat', tid: 500n, pid: 500n, ptid: 1n };
  const after = host.pass(500, 'execve', exec).thread;
  assert.deepEqual(
    [after?.comm, after?.pid, after?.vpid, after?.ptid, after?.uid, after?.cwd],
    ['cat', 500, 500, 1, 4294967295, ''],
  );
});

test('a thread that only ends, or fails to make another, is not taken up', () => {
  const host = new CapturedSystem();
  assert.equal(host.pass(500, 'procexit', { status: 0n }).thread, undefined);
  assert.equal(host.pass(500, 'switch', { next: 1n }).thread, undefined);
  assert.equal(host.pass(500, 'clone', { ...CHILD, res: -11n }).thread, undefined);
  assert.equal(host.system.thread(500), undefined);
});

test('an unknown caller of clone is named by its own event', () => {
  const host = new CapturedSystem();
  const caller = { ...CHILD, pid: 600n, tid: 600n, vtid: 600n, vpid: 600n };
  host.pass(600, 'clone', { ...caller, res: 601n, flags: 0 });
  const maker = host.system.thread(600);
  const child = host.system.thread(601);
  assert.deepEqual([maker?.comm, maker?.args, maker?.pid, maker?.ptid], ['sh', ['-c', 'x'], 600, 1]);
  assert.deepEqual([child?.pid, child?.ptid, child?.exepath], [601, 600, '']);
  assert.deepEqual([child?.sid, child?.pgid, child?.vpgid], [-1, -1, -1], 'nobody has told of these');
});

test('an exec keeps what its event does not tell', () => {
  const host = new CapturedSystem({ tid: 100, exepath: '/bin/old', cwd: '/srv', pgid: 7 });
  const exec = { res: 0n, exe: 'new', args: [], comm: '', tid: 100n, pid: 100n, ptid: 9n, cwd: '/elsewhere' };
  const { thread } = host.pass(100, 'execve', exec);
  assert.deepEqual(
    [thread?.comm, thread?.exepath, thread?.cwd, thread?.ptid, thread?.pgid],
    ['new', '/bin/old', '/srv/', 1, -1],
  );
});

test('resources follow the events that tell them', () => {
  const host = new CapturedSystem({ tid: 100, fdLimit: 10 }, { tid: 200, fdLimit: 20 });
  host.pass(100, 'brk', { vm_size: 5, vm_rss: 6, vm_swap: 7 });
  host.pass(100, 'setrlimit', { res: 0n, cur: 99n, resource: 7 });
  host.pass(100, 'prlimit', { res: 0n, newcur: 77n, pid: 200n, resource: 7 });
  host.pass(100, 'getcwd', { res: 1n, path: '/new' });
  const thread = host.system.thread(100);
  assert.deepEqual(
    [thread?.vmSize, thread?.vmRss, thread?.vmSwap, thread?.fdLimit, thread?.cwd],
    [5, 6, 7, 99, '/new/'],
  );
  assert.equal(host.system.thread(200)?.fdLimit, 77);
});

test('an unknown caller that makes no child which counts has ids, but no name', () => {
  const host = new CapturedSystem();
  host.pass(600, 'vfork', { ...CHILD, pid: 600n, tid: 600n, vtid: 600n, vpid: 600n, res: 601n });
  const maker = host.system.thread(600);
  assert.deepEqual(
    [maker?.comm, maker?.exe, maker?.pid, maker?.ptid, maker?.vpid],
    ['<NA>', '<NA>', 600, 1, 600],
  );
});

test('an unknown caller may be a thread of a process that is known', () => {
  const host = new CapturedSystem({ tid: 100, comm: 'java', exe: 'java', args: ['-jar'] });
  host.pass(107, 'getuid', {});
  assert.equal(host.system.thread(107)?.pid, -1);
  host.pass(107, 'clone', { ...CHILD, pid: 100n, tid: 107n, vtid: 107n, vpid: 100n, res: 200n, flags: 0 });
  const maker = host.system.thread(107);
  assert.deepEqual([maker?.pid, maker?.comm, maker?.exe, maker?.args], [100, 'sh', 'sh', ['-c', 'x']]);
  assert.deepEqual(host.system.thread(100)?.args, ['-jar']);
  assert.equal(host.system.thread(100)?.comm, 'java');
  assert.equal(host.system.thread(200)?.ptid, 107);
});

test('a new thread tells who its unknown main thread is', () => {
  const host = new CapturedSystem();
  const ids = { pid: 700n, tid: 701n, ptid: 1n, vtid: 701n, vpid: 700n };
  host.pass(701, 'clone', { ...CHILD, ...ids, res: 0n, flags: CLONE_THREAD });
  const main = host.system.thread(700);
  assert.deepEqual([main?.pid, main?.comm, main?.ptid, main?.vpid, main?.vtid], [700, 'sh', 1, 700, 700]);
});

test('a thread has the arguments of its own event', () => {
  const host = new CapturedSystem({ tid: 100, exe: 'nginx', args: ['-g', 'x'] });
  const written = { ...CHILD, exe: 'nginx: worker', args: ['process'] };
  host.pass(100, 'clone', { ...written, res: 101n, flags: CLONE_THREAD });
  const [main, thread] = [host.system.thread(100), host.system.thread(101)];
  assert.deepEqual([main?.exe, main?.args], ['nginx', ['-g', 'x']]);
  assert.deepEqual([thread?.exe, thread?.args], ['nginx: worker', ['process']]);
});

test('children of the threads that an exec ends are the main thread’s', () => {
  const host = new CapturedSystem({ tid: 100 }, { tid: 101, pid: 100 }, { tid: 200, ptid: 101 });
  assert.equal(host.system.thread(200)?.ptid, 101);
  host.pass(100, 'execve', { res: 0n, exe: 'x', comm: 'x', tid: 100n, pid: 100n, ptid: 1n });
  assert.equal(host.system.thread(101), undefined);
  assert.equal(host.system.thread(200)?.ptid, 100);
});

test('children of a process whose id is given anew go to a reaper', () => {
  const host = new CapturedSystem({ tid: 100 }, { tid: 200, ptid: 100 }, { tid: 300, ptid: 200 });
  forked(host, 100, 200);
  assert.equal(host.system.thread(300)?.ptid, 1);
});

test('the age of an executable is that at its exec, or at its parent’s', () => {
  const host = new CapturedSystem({ tid: 100 });
  const START_NS = BigInt(START) * 1_000_000n;
  forked(host, 100, 200);
  const exec = { res: 0n, exe: 'x', comm: 'x', tid: 200n, pid: 200n, ptid: 100n };
  const file = (changed: bigint) => ({ exe_ino: 5n, exe_ino_ctime: changed, exe_ino_mtime: changed });
  host.pass(200, 'execve', { ...exec, ...file(START_NS - 7n) }, START + 1);
  assert.equal(host.system.thread(200)?.executableTimes?.beforeStart, 7n);
  host.pass(200, 'clone', { ...CHILD, pid: 200n, tid: 200n, res: 201n, flags: 0 }, START + 2);
  assert.equal(host.system.thread(201)?.executableTimes?.beforeStart, 7n);
  host.pass(200, 'execve', { ...exec, ...file(START_NS + 1n) }, START + 3);
  assert.equal(
    host.system.thread(200)?.executableTimes?.beforeStart,
    2n ** 64n - 1n,
    'as it is written in Falco',
  );
});

test('a limit of a process that is not told changes nothing', () => {
  const host = new CapturedSystem({ tid: 100, fdLimit: 10 });
  host.pass(100, 'prlimit', { res: 0n, newcur: 77n, resource: 7 });
  assert.equal(host.system.thread(100)?.fdLimit, 10);
});

test('a thread is in the control groups of its own event', () => {
  const id = 'd'.repeat(64);
  const host = new CapturedSystem({ tid: 100, cgroups: ['cpu=/'] });
  host.pass(100, 'clone', { ...CHILD, res: 101n, flags: CLONE_THREAD, cgroups: [`cpu=/docker/${id}`] });
  const [main, thread] = [host.system.thread(100), host.system.thread(101)];
  assert.deepEqual([main?.cgroups, main?.containerId], [['cpu=/'], '']);
  assert.deepEqual([thread?.cgroups, thread?.containerId], [[`cpu=/docker/${id}`], 'd'.repeat(12)]);
});
