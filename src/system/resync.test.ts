/** After a loss of events everything that still runs is known again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProcInquiry } from './proc-inquiry.ts';
import { System } from './system.ts';
import { event, processParameters, START } from './testing/event-builder.ts';
import type { FakeHost, FakeProcess } from './testing/fake-proc.ts';
import { hostWithShell, inquiryOf, pass, SHELL } from './testing/shell-host.ts';

/** A model of `host` and its clock. */
function modelOf(
  host: FakeHost,
  seed: { kind: 'host' } | { kind: 'none' } = { kind: 'host' },
  inquiry: ProcInquiry = inquiryOf(host),
) {
  const clock = { now: START };
  const system = System.open({
    ...{ hostRoot: host.root, seed, inquiry },
    wallClock: () => clock.now,
  });
  /** Lets the seconds pass in which the model is compared. */
  const wait = (seconds: number): void => {
    for (let second = 0; second < seconds; second++) {
      clock.now += 1000;
      system.upkeep();
    }
  };
  return { system, clock, wait };
}

function become(host: FakeHost, process: FakeProcess): void {
  host.remove(process.pid);
  host.add(process);
}

test('lost forks, execs and exits: all that runs is known, all that ended is gone', () => {
  using host = hostWithShell();
  host.add({ pid: 200, ppid: 100, comm: 'old', argv: ['old'], exepath: '/bin/old' });
  host.add({ pid: 300, ppid: 100, comm: 'ends' });
  const { system, wait } = modelOf(host);
  become(host, {
    ...{ pid: 200, ppid: 1, comm: 'new', argv: ['new', '-v'], exepath: '/bin/new', cwd: '/srv', uid: 33 },
    threads: [201],
  });
  host.remove(300);
  host.add({ pid: 400, ppid: 200, comm: 'born', argv: ['born'], exepath: '/bin/born' });
  system.resync('host');
  assert.equal(system.thread(200)?.comm, 'old', 'an event on its way may still tell');
  wait(1);
  const thread = system.thread(200);
  assert.deepEqual(
    [thread?.comm, thread?.exepath, thread?.exe, thread?.args, thread?.cwd, thread?.uid, thread?.ptid],
    ['new', '/bin/new', 'new', ['-v'], '/srv/', 33, 1],
  );
  assert.equal(system.thread(201)?.pid, 200);
  assert.equal(system.thread(300), undefined);
  assert.equal(system.thread(400)?.exepath, '/bin/born');
  assert.equal(system.thread(100)?.exepath, '/usr/bin/bash');
  const { resyncs, corrected, found, purged, replaced } = system.statistics;
  assert.deepEqual([resyncs, corrected, found, purged, replaced], [1, 1, 1, 1, 0]);
});

test('an event that comes after the question knows better than the answer', () => {
  using host = hostWithShell();
  const { system, clock, wait } = modelOf(host);
  system.resync('host');
  clock.now += 10;
  const exec = { res: 0, ...processParameters(100, 1, 'cat'), trusted_exepath: '/bin/cat' };
  pass(system, event('execve', { tid: 100, time: clock.now }, exec));
  become(host, { ...SHELL, comm: 'cat', argv: ['cat'], exepath: '/bin/cat', cwd: '/var' });
  wait(1);
  assert.deepEqual([system.thread(100)?.comm, system.thread(100)?.cwd], ['cat', '/root/']);
  wait(2);
  assert.equal(system.thread(100)?.cwd, '/var/', 'it is asked again');
  assert.equal(system.thread(100)?.exepath, '/bin/cat');
});

test('a process that is busy with sockets and children is corrected all the same', () => {
  using host = hostWithShell();
  const { system, clock, wait } = modelOf(host);
  become(host, { ...SHELL, exepath: '/usr/bin/perl', argv: ['perl'] });
  system.resync('host');
  for (let step = 0; step < 20; step++) {
    clock.now += 40;
    pass(system, event('accept4', { tid: 100, time: clock.now }, { fd: 9 }));
  }
  wait(1);
  assert.equal(system.thread(100)?.exepath, '/usr/bin/perl');
});

test('an exit that was delivered meanwhile is not undone, nor is a zombie a process', () => {
  using host = hostWithShell();
  host.add({ pid: 300, ppid: 100, comm: 'ends' });
  host.add({ pid: 301, ppid: 100, comm: 'zombie', isZombie: true });
  const { system, clock, wait } = modelOf(host);
  system.resync('host');
  clock.now += 10;
  pass(system, event('procexit', { tid: 300, time: clock.now }, { reaper_tid: 0 }));
  wait(1);
  assert.equal(system.thread(300), undefined);
  assert.equal(system.thread(301), undefined);
});

test('another process of the same id takes the place of the one whose exit and whose clone were lost', () => {
  using host = hostWithShell();
  host.add({ pid: 300, ppid: 100, comm: 'first', startTicks: 100 });
  const { system, wait } = modelOf(host);
  become(host, { pid: 300, ppid: 1, comm: 'second', startTicks: 90_000 });
  system.resync('host');
  wait(1);
  assert.deepEqual([system.thread(300)?.comm, system.thread(300)?.ptid], ['second', 1]);
  assert.equal(system.statistics.replaced, 1);
});

test('what only the kernel tells of an executable stays known', () => {
  using host = hostWithShell();
  const { system, wait } = modelOf(host);
  const exec = { res: 0, ...processParameters(100, 1, 'bash', ['-i']), exe: '-bash', flags: 1 };
  pass(system, event('execve', { tid: 100 }, { ...exec, trusted_exepath: '/usr/bin/bash' }));
  become(host, { ...SHELL, cwd: '/tmp' });
  wait(1);
  system.resync('host');
  wait(1);
  const thread = system.thread(100);
  assert.deepEqual([thread?.cwd, thread?.executable.writable], ['/tmp/', true]);
});

test('a process that chose what the kernel calls its executable is not taken for that', () => {
  const PR_SET_MM = 35;
  const exepathAfter = (option: number) => {
    using host = hostWithShell();
    const { system, wait } = modelOf(host);
    pass(system, event('prctl', { tid: 100 }, { res: 0, option: PR_SET_MM, arg2_str: '', arg2_int: option }));
    become(host, { ...SHELL, exepath: '/usr/sbin/sshd', argv: ['sshd'] });
    system.resync('host');
    wait(3);
    return system.thread(100)?.exepath;
  };
  assert.equal(exepathAfter(13), '/usr/bin/bash', 'PR_SET_MM_EXE_FILE');
  assert.equal(exepathAfter(14), '/usr/bin/bash', 'PR_SET_MM_MAP');
  assert.equal(exepathAfter(8), '/usr/sbin/sshd', 'PR_SET_MM_ARG_START, which changes arguments alone');
});

test('only so many comparisons are made', () => {
  using host = hostWithShell();
  const { system, wait } = modelOf(host);
  for (let second = 0; second < 10; second++) {
    system.resync('host');
    wait(1);
  }
  assert.equal(system.statistics.resyncs, 3, 'at once, and after five and ten seconds');
});

test('in a scope, the others stay known by name only', () => {
  using host = hostWithShell();
  host.add({ pid: 200, ppid: 100, comm: 'inside', argv: ['inside'], env: ['A=b'] });
  host.add({ pid: 300, ppid: 1, comm: 'stranger', argv: ['stranger', '--secret'] });
  const { system, wait } = modelOf(host, { kind: 'none' });
  pass(system, event('setuid', { tid: 200 }, { res: 0, uid: 0 }));
  host.add({ pid: 201, ppid: 200, comm: 'child', argv: ['child', 'x'] });
  become(host, { ...SHELL, comm: 'renamed' });
  wait(1);
  system.resync([200, 201]);
  wait(1);
  assert.deepEqual([system.thread(201)?.comm, system.thread(201)?.args], ['child', ['x']]);
  assert.deepEqual([system.thread(100)?.comm, system.thread(100)?.args], ['renamed', []]);
  assert.equal(system.thread(300), undefined);
});

test('a process that does not let itself be read, or that nobody could read, stays as it is', () => {
  using host = hostWithShell();
  const direct = inquiryOf(host);
  const silent: ProcInquiry = {
    ...{
      stuck: 0,
      isBlocked: false,
      close() {},
      executable: direct.executable.bind(direct),
      pids: direct.pids.bind(direct),
    },
    read: (_tid, _depth, answer) => answer(undefined),
  };
  const { system, wait } = modelOf(host, { kind: 'host' }, silent);
  host.remove(1);
  system.resync('host');
  wait(2);
  assert.equal(system.thread(100)?.exepath, '/usr/bin/bash');
  assert.equal(system.thread(1), undefined, 'what is gone is gone');
});
