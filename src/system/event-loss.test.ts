import assert from 'node:assert/strict';
import { test } from 'node:test';
import { event, processParameters, START } from './testing/event-builder.ts';
import { hostWithShell, open, pass, SHELL } from './testing/shell-host.ts';

test('a thread that is gone is known by its id, and healed by its next exec', () => {
  using host = hostWithShell();
  const system = open(host);
  const context = pass(system, event('setuid', { tid: 999 }, { res: 0, uid: 8 }));
  assert.deepEqual([context.thread?.tid, context.thread?.comm, context.thread?.uid], [999, '', 8]);
  assert.equal(system.statistics.lookupsFailed, 1);
  assert.equal(system.statistics.unknown, 1);
  pass(system, event('setuid', { tid: 999 }, { res: 0, uid: 9 }));
  assert.equal(system.statistics.lookupsFailed, 1, 'it is not looked for again');
  pass(
    system,
    event(
      'execve',
      { tid: 999 },
      { res: 0, ...processParameters(999, 100, 'cat'), trusted_exepath: '/bin/cat' },
    ),
  );
  const thread = system.thread(999);
  assert.deepEqual([thread?.comm, thread?.exepath, thread?.ptid, thread?.sid], ['cat', '/bin/cat', 100, 100]);
  assert.equal(thread && system.parent(thread)?.comm, 'bash');
  assert.equal(system.statistics.healed, 1);
});

test('a lost exit: the next process of the same id does not keep the first one’s facts', () => {
  using host = hostWithShell();
  host.add({ pid: 200, ppid: 1, comm: 'old', exepath: '/bin/old', threads: [201] });
  const system = open(host);
  pass(
    system,
    event(
      'clone',
      { tid: 100 },
      { res: 200, ...processParameters(100, 1, 'bash'), flags: 0, vtid: 100, vpid: 100 },
    ),
  );
  const child = system.thread(200);
  assert.deepEqual([child?.comm, child?.exepath, child?.ptid], ['bash', '/usr/bin/bash', 100]);
  assert.equal(system.thread(201), undefined, 'the old process’s other thread is gone too');
  assert.equal(system.statistics.replaced, 1);
  pass(
    system,
    event(
      'clone',
      { tid: 200, time: START + 60_000 },
      { res: 0, ...processParameters(200, 1, 'init'), vtid: 200, vpid: 200 },
    ),
  );
  assert.equal(system.thread(200)?.ptid, 1);
  assert.equal(system.statistics.replaced, 2);
});

test('a lost clone: the child is made by its exec', () => {
  using host = hostWithShell();
  const system = open(host);
  pass(
    system,
    event(
      'execve',
      { tid: 200 },
      { res: 0, ...processParameters(200, 100, 'cat'), trusted_exepath: '/bin/cat' },
    ),
  );
  const child = system.thread(200);
  assert.deepEqual([child?.comm, child?.ptid, child?.sid, child?.cwd], ['cat', 100, 100, '/root/']);
});

test('a lost exec shows at the next clone, and is looked up', () => {
  using host = hostWithShell();
  const system = open(host);
  host.remove(100);
  host.add({ ...SHELL, comm: 'perl', argv: ['perl', 'x.pl'], exepath: '/usr/bin/perl' });
  pass(
    system,
    event(
      'clone',
      { tid: 100 },
      { res: 200, ...processParameters(100, 1, 'perl', ['x.pl']), flags: 0, vtid: 100, vpid: 100 },
    ),
  );
  assert.equal(system.thread(100)?.comm, 'perl');
  pass(system, event('setuid', { tid: 100 }, { res: 0, uid: 0 }));
  assert.equal(system.statistics.healed, 0, 'an exec event may still come');
  pass(system, event('setuid', { tid: 100, time: START + 1000 }, { res: 0, uid: 0 }));
  assert.equal(system.thread(100)?.exepath, '/usr/bin/perl');
  assert.deepEqual(system.thread(100)?.args, ['x.pl']);
  assert.equal(system.statistics.healed, 1);
});

test('a parent that went unseen is replaced by the one that /proc names', () => {
  using host = hostWithShell();
  host.add({ pid: 300, ppid: 100, comm: 'daemon' });
  const system = open(host, { kind: 'processes', pids: [300] });
  host.remove(100);
  pass(system, event('procexit', { tid: 100 }, { reaper_tid: 0 }));
  host.remove(300);
  host.add({ pid: 300, ppid: 1, comm: 'daemon' });
  const daemon = system.thread(300);
  assert.equal(daemon && system.parent(daemon)?.comm, 'init');
});

test('a lost clone of a thread: looked up, while its process keeps what events told of it', () => {
  using host = hostWithShell();
  const system = open(host);
  const exec = { res: 0, ...processParameters(400, 100, 'java'), trusted_exepath: '/usr/bin/java', flags: 1 };
  pass(system, event('execve', { tid: 400 }, exec));
  host.add({ pid: 400, comm: 'later', exepath: '/from/proc', uid: 3, threads: [401] });
  pass(system, event('setuid', { tid: 401 }, { res: 0, uid: 9 }));
  const thread = system.thread(401);
  assert.deepEqual([thread?.pid, thread?.uid, thread?.exepath], [400, 9, '/usr/bin/java']);
  assert.equal(thread?.executable.writable, true);
  assert.deepEqual([system.thread(400)?.comm, system.thread(400)?.uid], ['java', 0]);
});
