import assert from 'node:assert/strict';
import { test } from 'node:test';
import { System } from './system.ts';
import { event, processParameters, START } from './testing/event-builder.ts';
import { BOOT_SECONDS } from './testing/fake-proc.ts';
import { hostWithShell, inquiryOf, open, pass } from './testing/shell-host.ts';

test('the whole host is read at the start', () => {
  using host = hostWithShell();
  const system = open(host);
  const shell = system.thread(100);
  assert.ok(shell);
  assert.equal(shell.comm, 'bash');
  assert.equal(shell.exe, '-bash');
  assert.deepEqual(shell.args, ['-i']);
  assert.deepEqual(shell.env, ['HOME=/root']);
  assert.equal(shell.exepath, '/usr/bin/bash');
  assert.equal(shell.cwd, '/root/');
  assert.equal(shell.uid, 7);
  assert.equal(shell.loginuid, 1000);
  assert.equal(shell.tty, 34816);
  assert.equal(shell.capEffective, 0x400n);
  assert.equal(shell.fdLimit, 1024);
  assert.equal(shell.vmSwap, 7);
  assert.equal(shell.containerId, '');
  assert.equal(shell.containerType, 'host');
  assert.equal(shell.cloneTime, BigInt(BOOT_SECONDS) * 1_000_000_000n + 1_000_000_000n);
  assert.equal(system.bootTime, BigInt(BOOT_SECONDS) * 1_000_000_000n);
  assert.equal(system.parent(shell)?.comm, 'init');
  assert.equal(system.parent(system.parent(shell) as typeof shell), undefined);
});

test('a process that was not known is looked up when it acts, with its ancestors', () => {
  using host = hostWithShell();
  const system = open(host, { kind: 'none' });
  assert.equal(system.statistics.threads, 0);
  const context = pass(system, event('setuid', { tid: 100 }, { res: 0, uid: 8 }));
  assert.equal(context.thread?.exepath, '/usr/bin/bash');
  assert.equal(context.thread?.uid, 8);
  assert.equal(context.thread && system.parent(context.thread)?.comm, 'init');
  assert.equal(system.statistics.lookups, 2);
});

test('look-ups are limited, and made up for later', () => {
  using host = hostWithShell();
  let now = 0;
  const system = System.open({
    hostRoot: host.root,
    seed: { kind: 'none' },
    limits: { lookupsPerSecond: 1, lookupBurst: 1 },
    inquiry: inquiryOf(host),
    clock: () => now,
  });
  pass(system, event('setuid', { tid: 1 }, { res: 0, uid: 0 }));
  assert.equal(system.thread(1)?.comm, 'init');
  pass(system, event('setuid', { tid: 100 }, { res: 0, uid: 0 }));
  assert.equal(system.thread(100)?.comm, '');
  assert.equal(system.statistics.lookupsRefused, 1);
  now = 1000;
  pass(system, event('setuid', { tid: 100 }, { res: 0, uid: 0 }));
  assert.equal(system.thread(100)?.comm, 'bash');
});

test('with no look-ups allowed, as for a capture, /proc is left alone', () => {
  using host = hostWithShell();
  const system = open(host, { kind: 'none' }, { lookupsPerSecond: 0 });
  pass(system, event('setuid', { tid: 100 }, { res: 0, uid: 0 }));
  assert.equal(system.thread(100)?.comm, '');
  assert.deepEqual([system.statistics.lookups, system.statistics.lookupsRefused], [0, 0]);
});

test('a process that began after the event is another one with the same id', () => {
  using host = hostWithShell();
  host.add({ pid: 700, comm: 'later', startTicks: (START / 1000 - BOOT_SECONDS + 60) * 100 });
  const system = open(host, { kind: 'none' });
  pass(system, event('setuid', { tid: 700 }, { res: 0, uid: 0 }));
  assert.equal(system.thread(700)?.comm, '');
});

test('a full table takes no more threads and counts them', () => {
  using host = hostWithShell();
  const system = open(host, { kind: 'host' }, { threads: 2 });
  const context = pass(
    system,
    event('clone', { tid: 200 }, { res: 0, ...processParameters(200, 100, 'bash'), vtid: 200, vpid: 200 }),
  );
  assert.equal(context.thread, undefined);
  assert.deepEqual([system.statistics.threads, system.statistics.discarded], [2, 1]);
});

test('threads unseen for long and gone are removed, and looked for only so often', () => {
  using host = hostWithShell();
  host.add({ pid: 300, ppid: 100, comm: 'sleep' });
  let now = START;
  const system = System.open({
    ...{ hostRoot: host.root, seed: { kind: 'host' }, inquiry: inquiryOf(host), wallClock: () => now },
    limits: { unseenMs: 10_000, purgeIntervalMs: 30_000 },
  });
  host.remove(300);
  system.upkeep();
  now += 20_000;
  system.upkeep();
  assert.equal(system.thread(300)?.comm, 'sleep', 'the next round is not due');
  now += 10_000;
  system.upkeep();
  assert.equal(system.thread(300), undefined);
  assert.equal(system.thread(1)?.comm, 'init');
  assert.equal(system.statistics.purged, 1);
});

test('users become known between two events, never while one is at work', () => {
  using host = hostWithShell();
  let now = 0;
  const system = System.open({
    hostRoot: host.root,
    seed: { kind: 'none' },
    inquiry: inquiryOf(host),
    clock: () => now,
  });
  pass(system, event('setuid', { tid: 100 }, { res: 0, uid: 33 }));
  assert.equal(system.users.user(33, ''), undefined);
  host.write('etc/passwd', 'www:x:33:33::/www:/bin/sh\n');
  now = 5000;
  const before = system.recordable.usersRevision;
  assert.equal(system.users.user(33, ''), undefined);
  assert.equal(system.recordable.usersRevision, before);
  pass(system, event('setuid', { tid: 100 }, { res: 0, uid: 33 }));
  assert.equal(system.users.user(33, '')?.name, 'www');
  assert.notEqual(system.recordable.usersRevision, before);
});
