import assert from 'node:assert/strict';
import { test } from 'node:test';
import { event } from './testing/event-builder.ts';
import { FakeHost } from './testing/fake-proc.ts';
import { hostWithShell, open, pass } from './testing/shell-host.ts';

test('a process that exits is known while its exit is judged, and its children get the reaper', () => {
  using host = hostWithShell();
  host.add({ pid: 300, ppid: 100, comm: 'sleep' });
  const system = open(host);
  const context = system.learn(
    event('procexit', { tid: 100 }, { status: 0, ret: 0, sig: 0, core: 0, reaper_tid: 1 }),
  );
  assert.equal(context.thread?.comm, 'bash');
  assert.equal(context.thread?.exited, true);
  assert.equal(system.thread(300)?.ptid, 100);
  system.settle();
  assert.equal(system.thread(100), undefined);
  const child = system.thread(300);
  assert.equal(child?.ptid, 1);
  assert.equal(child && system.parent(child)?.comm, 'init');
});

test('without a reaper in the event, children go to init of their pid namespace', () => {
  using host = new FakeHost();
  host.add({ pid: 1, ppid: 0, comm: 'init' });
  host.add({ pid: 50, ppid: 1, comm: 'pause', vpid: 1 });
  host.add({ pid: 60, ppid: 50, comm: 'sh', vpid: 2 });
  host.add({ pid: 61, ppid: 60, comm: 'sleep', vpid: 3 });
  const system = open(host);
  pass(system, event('procexit', { tid: 60 }, { reaper_tid: -1 }));
  assert.equal(system.thread(61)?.ptid, 50);
});

test('the main thread stays until the last thread of the process has gone', () => {
  using host = hostWithShell();
  host.add({ pid: 400, comm: 'java', threads: [401, 402] });
  const system = open(host);
  assert.equal(system.statistics.threads, 5);
  pass(system, event('procexit', { tid: 400 }, { reaper_tid: 0 }));
  assert.equal(system.leader(system.thread(401) as never)?.tid, 400);
  pass(system, event('procexit', { tid: 401 }, { reaper_tid: 0 }));
  assert.equal(system.thread(400)?.comm, 'java');
  pass(system, event('procexit', { tid: 402 }, { reaper_tid: 0 }));
  assert.equal(system.thread(400), undefined);
  assert.equal(system.statistics.threads, 2);
});

test('children of a thread that exits before its process go where the last thread that had any said', () => {
  using host = hostWithShell();
  host.add({ pid: 400, comm: 'java', threads: [401] });
  host.add({ pid: 500, ppid: 400, comm: 'sh' });
  const system = open(host);
  pass(system, event('procexit', { tid: 401 }, { reaper_tid: 1 }));
  assert.equal(system.thread(500)?.ptid, 400);
  pass(system, event('procexit', { tid: 400 }, { reaper_tid: 0 }));
  assert.equal(system.thread(500)?.ptid, 1);
});

test('a subreaper gets the children, whichever of its threads the kernel names', () => {
  using host = hostWithShell();
  host.add({ pid: 400, comm: 'supervisor', threads: [401] });
  host.add({ pid: 500, ppid: 100, comm: 'daemon' });
  const system = open(host);
  pass(system, event('procexit', { tid: 100 }, { reaper_tid: 401 }));
  assert.equal(system.thread(500)?.ptid, 400);
});
