/** What a process claims of itself, and what is made of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { System } from './system.ts';
import { CapturedSystem } from './testing/captured-system.ts';
import { event, processParameters, START } from './testing/event-builder.ts';
import { hostWithShell, open, pass, SHELL } from './testing/shell-host.ts';

const PR_SET_NAME = 15;
const PR_SET_MM = 35;
const CLONE_PARENT = 1 << 8;
const LATER = START + 1000;

/** The shell calls itself Python that runs a trusted script, in its name and in its memory, and forks. */
const FORGED = ['python3', ['/usr/bin/unattended-upgrade']] as const;

function forge(system: System): void {
  pass(system, event('prctl', { tid: 100 }, { res: 0, option: PR_SET_NAME, arg2_str: FORGED[0] }));
}

function fork(system: System, child: number, order: 'maker first' | 'child first', flags = 0): void {
  const fromMaker = { res: child, ...processParameters(100, 1, ...FORGED), flags, vtid: 100, vpid: 100 };
  const fromChild = { res: 0, ...processParameters(child, 100, ...FORGED), flags, vtid: child, vpid: child };
  const events = [event('clone', { tid: 100 }, fromMaker), event('clone', { tid: child }, fromChild)];
  for (const cursor of order === 'maker first' ? events : events.reverse()) pass(system, cursor);
}

/** Any event of the thread. */
function act(system: System, tid: number, time = START): void {
  pass(system, event('setuid', { tid, time }, { res: 0, uid: 0 }));
}

test('arguments that a process has written into its memory do not count for its children', () => {
  for (const isRenamed of [true, false]) {
    for (const order of ['maker first', 'child first'] as const) {
      using host = hostWithShell();
      const system = open(host);
      host.add({ ...SHELL, pid: 200, ppid: 100, argv: [FORGED[0], ...FORGED[1]] });
      if (isRenamed) forge(system);
      fork(system, 200, order);
      for (const time of [START, LATER]) {
        for (const tid of [100, 200]) {
          act(system, tid, time);
          const thread = system.thread(tid);
          assert.equal(thread?.comm, 'python3');
          assert.deepEqual([thread?.exe, thread?.args], ['-bash', ['-i']], `${order}, ${tid}`);
          assert.equal(thread?.exepath, '/usr/bin/bash');
        }
      }
      assert.equal(system.statistics.healed, 0);
    }
  }
});

test('a maker that has ended when its executable is looked for keeps what exec told', () => {
  using host = hostWithShell();
  const system = open(host);
  host.remove(100);
  fork(system, 200, 'maker first');
  act(system, 100);
  act(system, 200, LATER);
  assert.deepEqual([system.thread(200)?.args, system.thread(200)?.exepath], [['-i'], '/usr/bin/bash']);
});

test('a process that forges, forks and executes another program has no exec lost, nor have its children', () => {
  using host = hostWithShell();
  const system = open(host);
  // When the events are read, the shell runs another program already, and the event that tells comes next.
  host.remove(100);
  host.add({ ...SHELL, argv: ['true'], exepath: '/usr/bin/true' });
  host.add({ ...SHELL, pid: 200, ppid: 100, argv: [FORGED[0], ...FORGED[1]] });
  fork(system, 200, 'maker first');
  act(system, 100);
  fork(system, 201, 'maker first');
  host.add({ ...SHELL, pid: 201, ppid: 100, argv: [FORGED[0], ...FORGED[1]] });
  const exec = { res: 0, ...processParameters(100, 1, 'true'), trusted_exepath: '/usr/bin/true' };
  pass(system, event('execve', { tid: 100 }, exec));
  for (const tid of [100, 200, 201]) act(system, tid, LATER);
  assert.equal(system.statistics.healed, 0);
  assert.equal(system.thread(100)?.exepath, '/usr/bin/true');
  for (const tid of [200, 201]) assert.deepEqual(system.thread(tid)?.args, ['-i'], `${tid}`);
});

test('a process that has another executable by prctl is believed its exec event only', () => {
  using host = hostWithShell();
  const system = open(host);
  pass(system, event('prctl', { tid: 100 }, { res: 0, option: PR_SET_MM, arg2_str: '' }));
  host.remove(100);
  host.add({ ...SHELL, argv: [FORGED[0], ...FORGED[1]], exepath: '/usr/bin/true' });
  fork(system, 200, 'maker first');
  for (const tid of [100, 200]) {
    act(system, tid);
    act(system, tid, LATER);
    assert.deepEqual([system.thread(tid)?.args, system.thread(tid)?.exepath], [['-i'], '/usr/bin/bash']);
  }
});

test('a child that may have been handed to init does not pass for it, whatever its name', () => {
  for (const flags of [0, CLONE_PARENT]) {
    using host = hostWithShell();
    const parent = flags === 0 ? 1 : 100;
    const [comm, exe, args] = parent === 1 ? ['init', '/sbin/init', []] : ['bash', '-bash', ['-i']];
    const system = open(host);
    host.add({ pid: 500, ppid: parent, comm: 'init', argv: ['x'], exepath: '/usr/bin/true' });
    const parameters = { ...processParameters(500, parent, comm, args), exe, flags, vtid: 500, vpid: 500 };
    pass(system, event('clone', { tid: 500 }, { res: 0, ...parameters }));
    act(system, 500);
    assert.equal(system.thread(500)?.exepath, '');
    act(system, 500, LATER);
    assert.equal(system.thread(500)?.exepath, '/usr/bin/true');
  }
});

test('an exec that was lost by a maker is found out for its child as well', () => {
  using host = hostWithShell();
  const system = open(host);
  for (const pid of [100, 200]) {
    host.remove(pid);
    host.add({ ...SHELL, pid, comm: 'python3', argv: [FORGED[0], ...FORGED[1]], exepath: '/usr/bin/true' });
  }
  fork(system, 200, 'maker first');
  for (const time of [START, LATER]) act(system, 200, time);
  assert.deepEqual([system.thread(200)?.exepath, system.thread(200)?.args], ['/usr/bin/true', FORGED[1]]);
  assert.equal(system.statistics.healed, 1);
});

test('in captures clone events tell the arguments, as in Falco', () => {
  const { system } = new CapturedSystem({ tid: 100, args: ['-i'] });
  fork(system, 200, 'maker first');
  assert.deepEqual(system.thread(200)?.args, FORGED[1]);
});

test('whose word counts is a choice', () => {
  using host = hostWithShell();
  const system = System.open({
    hostRoot: host.root,
    seed: { kind: 'host' },
    argumentAuthority: 'every event',
    clock: () => 0,
  });
  fork(system, 200, 'maker first');
  assert.deepEqual(system.thread(200)?.args, FORGED[1]);
});
