import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Makers } from './makers.ts';
import { Process } from './process.ts';
import { event, processParameters, START } from './testing/event-builder.ts';
import { hostWithShell, open, pass } from './testing/shell-host.ts';

const CLONE_CHILD_IN_PIDNS = 1 << 29;

test('either side may come first, and each pair counts once', () => {
  const makers = new Makers(10);
  const [parent, child] = [new Process(100), new Process(200)];
  assert.equal(makers.confirm(parent, child, 7, 0), false);
  assert.equal(makers.tell(parent, 7, 1), child);
  assert.equal(makers.tell(parent, 7, 2), undefined);
  assert.equal(makers.confirm(parent, child, 7, 3), true);
  assert.equal(makers.confirm(parent, child, 7, 4), false);
});

test('another parent, another id and another time are another clone', () => {
  const makers = new Makers(10);
  const [parent, child] = [new Process(100), new Process(200)];
  makers.tell(parent, 7, 0);
  assert.equal(makers.confirm(new Process(101), child, 7, 0), false);
  assert.equal(makers.confirm(parent, child, 8, 0), false);
  assert.equal(makers.confirm(parent, child, 7, 5000), false);
});

test('the oldest are forgotten', () => {
  const makers = new Makers(2);
  const [parent, child] = [new Process(100), new Process(200)];
  for (const id of [1, 2, 3]) makers.tell(parent, id, 0);
  assert.equal(makers.confirm(parent, child, 1, 0), false);
  assert.equal(makers.confirm(parent, child, 3, 0), true);
});

for (const order of ['maker first', 'child first'] as const) {
  test(`a child of a container's init that has ended is known by what its init told: ${order}`, () => {
    using host = hostWithShell();
    const system = open(host);
    const init = { comm: 'sh', argv: ['sh'], exepath: '/bin/sh' };
    host.add({ pid: 300, ppid: 1, ...init });
    const born = (tid: number, parent: number, inner: number) => ({
      ...processParameters(tid, parent, 'sh', []),
      exe: 'sh',
      flags: CLONE_CHILD_IN_PIDNS,
      vtid: inner,
      vpid: inner,
    });
    pass(system, event('clone', { tid: 300 }, { res: 0, ...born(300, 1, 1) }));
    pass(
      system,
      event(
        'execve',
        { tid: 300 },
        { res: 0, ...processParameters(300, 1, 'sh', []), trusted_exepath: '/bin/sh' },
      ),
    );
    const events = [
      event('clone', { tid: 300 }, { res: 7, ...born(300, 1, 1) }),
      event('clone', { tid: 301 }, { res: 0, ...born(301, 300, 7) }),
    ];
    for (const cursor of order === 'maker first' ? events : events.reverse()) pass(system, cursor);
    // The child is no longer in /proc when its next event is read.
    for (const time of [START, START + 1000]) {
      pass(system, event('setuid', { tid: 301, time }, { res: 0, uid: 0 }));
      assert.equal(system.thread(301)?.exepath, '/bin/sh');
    }
  });
}

test('a child that its apparent parent, a namespace init, has not made does not pass for it', () => {
  using host = hostWithShell();
  const system = open(host);
  host.add({ pid: 300, ppid: 1, comm: 'sh', argv: ['sh'], exepath: '/bin/sh' });
  const facts = processParameters(300, 1, 'sh', []);
  const birth = { res: 0, ...facts, flags: CLONE_CHILD_IN_PIDNS, vtid: 1, vpid: 1 };
  pass(system, event('clone', { tid: 300 }, birth));
  pass(system, event('execve', { tid: 300 }, { res: 0, ...facts, trusted_exepath: '/bin/sh' }));
  const child = { ...processParameters(301, 300, 'evil', []), flags: CLONE_CHILD_IN_PIDNS, vtid: 9, vpid: 9 };
  pass(system, event('clone', { tid: 301 }, { res: 0, ...child }));
  pass(system, event('setuid', { tid: 301 }, { res: 0, uid: 0 }));
  assert.equal(system.thread(301)?.exepath, '');
});
