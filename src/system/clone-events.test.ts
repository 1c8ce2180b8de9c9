import assert from 'node:assert/strict';
import { test } from 'node:test';
import { event, processParameters, START } from './testing/event-builder.ts';
import { FakeHost } from './testing/fake-proc.ts';
import { hostWithShell, open, pass } from './testing/shell-host.ts';

test('a child comes from its parent event, then from its own, in either order', () => {
  for (const order of ['parent first', 'child first']) {
    using host = hostWithShell();
    const system = open(host);
    const fromParent = event(
      'clone',
      { tid: 100, time: START },
      { res: 200, ...processParameters(100, 1, 'bash'), flags: 0, vtid: 100, vpid: 100 },
    );
    const fromChild = event(
      'clone',
      { tid: 200, time: START + 1 },
      { res: 0, ...processParameters(200, 100, 'bash', ['-i']), flags: 0, vtid: 200, vpid: 200 },
    );
    const events = order === 'parent first' ? [fromParent, fromChild] : [fromChild, fromParent];
    for (const cursor of events) pass(system, cursor);
    const child = system.thread(200);
    assert.ok(child, order);
    assert.equal(child.pid, 200);
    assert.equal(child.ptid, 100);
    assert.equal(child.cwd, '/root/');
    assert.deepEqual(child.env, ['HOME=/root']);
    assert.equal(child.exepath, '/usr/bin/bash');
    assert.equal(child.sid, 100);
    assert.equal(child.tty, 34816);
    assert.equal(child.loginuid, 1000);
    assert.equal(child.uid, 0, 'the event knows the user better than the parent');
    assert.equal(system.parent(child)?.tid, 100);
    assert.equal(system.statistics.threads, 3);
    assert.equal(system.statistics.lookups, 0);
  }
});

test('a late event of the parent does not bring back a child that has exited', () => {
  using host = hostWithShell();
  const system = open(host);
  pass(
    system,
    event('vfork', { tid: 200 }, { res: 0, ...processParameters(200, 100, 'bash'), vtid: 200, vpid: 200 }),
  );
  pass(system, event('procexit', { tid: 200, time: START + 5 }, { reaper_tid: 0 }));
  pass(
    system,
    event('vfork', { tid: 100, time: START + 6 }, { res: 200, ...processParameters(100, 1, 'bash') }),
  );
  assert.equal(system.thread(200), undefined);
});

test('a vforked child that has run on for long is not mistaken for a leftover', () => {
  using host = hostWithShell();
  const system = open(host);
  pass(
    system,
    event('vfork', { tid: 200 }, { res: 0, ...processParameters(200, 100, 'bash'), vtid: 200, vpid: 200 }),
  );
  pass(
    system,
    event('execve', { tid: 200, time: START + 9000 }, { res: 0, ...processParameters(200, 100, 'cat') }),
  );
  pass(
    system,
    event('vfork', { tid: 100, time: START + 9001 }, { res: 200, ...processParameters(100, 1, 'bash') }),
  );
  assert.equal(system.thread(200)?.comm, 'cat');
});

test('a thread belongs to its process', () => {
  using host = hostWithShell();
  const system = open(host);
  const CLONE_THREAD = 1 << 13;
  pass(
    system,
    event(
      'clone3',
      { tid: 100 },
      { res: 101, ...processParameters(100, 1, 'bash'), flags: CLONE_THREAD, vtid: 100, vpid: 100 },
    ),
  );
  const thread = system.thread(101);
  assert.equal(thread?.pid, 100);
  assert.equal(thread?.ptid, 1);
  assert.equal(thread && system.leader(thread)?.tid, 100);
  // All threads but one end with an exec, which the kernel reports as the main thread's.
  pass(system, event('execve', { tid: 100 }, { res: 0, ...processParameters(100, 1, 'cat') }));
  assert.equal(system.thread(101), undefined);
  assert.equal(system.statistics.threads, 2);
});

test('a further thread does not move its process to other control groups, whatever that calls itself', () => {
  for (const exe of ['cat', '']) {
    using host = hostWithShell();
    const system = open(host);
    const facts = { ...processParameters(100, 1, 'cat'), exe };
    const inside = [`cpu=/docker/${'a'.repeat(64)}`];
    pass(system, event('execve', { tid: 100 }, { res: 0, ...facts, cgroups: ['cpu=/'] }));
    pass(
      system,
      event(
        'clone3',
        { tid: 101, time: START + 1 },
        { res: 0, ...facts, tid: 101, vtid: 101, vpid: 100, flags: 1 << 13, cgroups: inside },
      ),
    );
    assert.equal(system.thread(101)?.pid, 100);
    assert.equal(system.thread(101)?.containerId, '', `its first argument is "${exe}"`);
  }
});

test('a child made with CLONE_PARENT is its maker’s sibling', () => {
  using host = hostWithShell();
  const system = open(host);
  const CLONE_PARENT = 1 << 8;
  pass(
    system,
    event(
      'clone',
      { tid: 100 },
      { res: 200, ...processParameters(100, 1, 'bash'), flags: CLONE_PARENT, vtid: 100, vpid: 100 },
    ),
  );
  assert.equal(system.thread(200)?.ptid, 1);
  assert.equal(system.thread(200)?.exepath, '/usr/bin/bash');
});

test('a sibling has the program of its maker from its own first event on', () => {
  using host = hostWithShell();
  const system = open(host);
  const CLONE_PARENT = 1 << 8;
  const parameters = { ...processParameters(200, 1, 'bash'), flags: CLONE_PARENT, vtid: 200, vpid: 200 };
  pass(system, event('clone', { tid: 200 }, { res: 0, ...parameters, kin: 100 }));
  const sibling = system.thread(200);
  assert.deepEqual([sibling?.exepath, sibling?.ptid], ['/usr/bin/bash', 1]);
  assert.equal(system.statistics.lookups, 0);
});

test('a child whose maker has ended has the program of its maker, not that of who takes its place', () => {
  using host = hostWithShell();
  const system = open(host);
  const parameters = { ...processParameters(200, 1, 'bash'), vtid: 200, vpid: 200 };
  pass(system, event('fork', { tid: 200 }, { res: 0, ...parameters, kin: 100 }));
  pass(system, event('setuid', { tid: 200 }, { res: 0, uid: 2 }));
  assert.deepEqual([system.thread(200)?.exepath, system.thread(200)?.ptid], ['/usr/bin/bash', 1]);
  assert.equal(system.statistics.lookups, 0);
});

test('a maker that nobody knows is read before its child is judged', () => {
  using host = hostWithShell();
  const system = open(host);
  host.add({ pid: 300, ppid: 1, comm: 'worker', argv: ['worker'], exepath: '/usr/bin/worker' });
  const CLONE_PARENT = 1 << 8;
  const parameters = { ...processParameters(400, 1, 'worker'), flags: CLONE_PARENT, vtid: 400, vpid: 400 };
  pass(system, event('clone', { tid: 400 }, { res: 0, ...parameters, kin: 300 }));
  assert.deepEqual([system.thread(400)?.exepath, system.thread(400)?.ptid], ['/usr/bin/worker', 1]);
});

test('in a pid namespace the child is taken from its own event, with both ids', () => {
  using host = new FakeHost();
  host.add({ pid: 1, ppid: 0, comm: 'init' });
  host.add({ pid: 50, ppid: 1, comm: 'sh', vpid: 1, argv: ['sh'] });
  const system = open(host);
  const IN_PIDNS = 1 << 29;
  pass(
    system,
    event(
      'clone',
      { tid: 50 },
      { res: 7, ...processParameters(50, 1, 'sh'), flags: IN_PIDNS, vtid: 1, vpid: 1 },
    ),
  );
  assert.equal(system.thread(7), undefined, '7 is an id of the namespace');
  pass(
    system,
    event(
      'clone',
      { tid: 90 },
      {
        res: 0,
        ...processParameters(90, 50, 'sh'),
        flags: IN_PIDNS,
        vtid: 7,
        vpid: 7,
        pidns_init_start_ts: 3_000_000_000n,
      },
    ),
  );
  const child = system.thread(90);
  assert.deepEqual([child?.vtid, child?.vpid, child?.ptid], [7, 7, 50]);
  assert.equal(child?.pidNamespaceStart, system.bootTime + 3_000_000_000n);
});

test('in a pid namespace a child begins with what its maker had when it was made', () => {
  using host = new FakeHost();
  host.add({ pid: 50, ppid: 1, comm: 'sh', vpid: 1, argv: ['sh'], exepath: '/bin/sh' });
  const system = open(host);
  const common = { flags: 1 << 29, exe: 'sh', args: [] };
  const fromMaker = { res: 7, ...processParameters(50, 1, 'sh'), ...common, vtid: 1, vpid: 1, kin: 90 };
  pass(system, event('clone', { tid: 50 }, fromMaker));
  const child = system.thread(90);
  assert.deepEqual([child?.vtid, child?.vpid, child?.ptid, child?.exepath], [7, 7, 50, '/bin/sh']);
  // The maker goes on to another program before its child tells of itself.
  const exec = { res: 0, ...processParameters(50, 1, 'cat'), trusted_exepath: '/bin/cat' };
  pass(system, event('execve', { tid: 50 }, exec));
  const fromChild = { res: 0, ...processParameters(90, 50, 'sh'), ...common, vtid: 7, vpid: 7, kin: 50 };
  pass(system, event('clone', { tid: 90 }, fromChild));
  assert.deepEqual([system.thread(90)?.exepath, system.thread(90)?.exe], ['/bin/sh', 'sh']);
  assert.equal(system.statistics.lookups, 0);
});

test('the parent of a child that a thread made is the thread’s process', () => {
  using host = hostWithShell();
  host.add({ pid: 400, comm: 'java', threads: [401] });
  const system = open(host);
  pass(
    system,
    event('fork', { tid: 500 }, { res: 0, ...processParameters(500, 401, 'java'), vtid: 500, vpid: 500 }),
  );
  assert.equal(system.thread(500)?.ptid, 400);
  pass(system, event('execve', { tid: 500 }, { res: 0, ...processParameters(500, 401, 'sh') }));
  assert.equal(system.thread(500)?.ptid, 400);
});

test('a child of which the kernel does not name the maker does not take the reaper for it', () => {
  using host = hostWithShell();
  const system = open(host);
  host.add({ pid: 500, ppid: 1, comm: 'daemon', argv: ['daemon', '-d'], exepath: '/usr/sbin/daemon' });
  const parameters = { ...processParameters(500, 1, 'daemon', ['-d']), vtid: 500, vpid: 500 };
  pass(system, event('fork', { tid: 500 }, { res: 0, ...parameters }));
  pass(system, event('setuid', { tid: 500 }, { res: 0, uid: 2 }));
  assert.equal(system.thread(500)?.exepath, '', 'until it is known that no exec event explains it');
  pass(system, event('setuid', { tid: 500, time: START + 1000 }, { res: 0, uid: 3 }));
  assert.deepEqual([system.thread(500)?.exepath, system.thread(500)?.uid], ['/usr/sbin/daemon', 3]);
});
