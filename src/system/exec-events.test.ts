import assert from 'node:assert/strict';
import { test } from 'node:test';
import { event, processParameters } from './testing/event-builder.ts';
import { hostWithShell, open, pass } from './testing/shell-host.ts';

test('exec replaces what the process is', () => {
  using host = hostWithShell();
  const system = open(host);
  const context = pass(
    system,
    event(
      'execve',
      { tid: 100 },
      {
        ...processParameters(100, 1, 'cat', ['/etc/shadow']),
        res: 0,
        cwd: '/tmp',
        fdlimit: 512,
        cgroups: [`cpu=/docker/${'a'.repeat(64)}`, `memory=/docker/${'a'.repeat(64)}`],
        env: ['A=1', 'B=2'],
        tty: 5,
        vpgid: 9,
        loginuid: 0xffffffff,
        flags: 1 | 2,
        cap_inheritable: 1n,
        cap_permitted: 3n,
        cap_effective: 2n,
        exe_ino: 77n,
        exe_ino_ctime: 5n,
        exe_ino_mtime: 6n,
        uid: 33,
        trusted_exepath: '/usr/bin/cat',
        pgid: 90,
        gid: 34,
      },
    ),
  );
  const thread = context.thread;
  assert.ok(thread);
  assert.equal(thread.comm, 'cat');
  assert.deepEqual(thread.args, ['/etc/shadow']);
  assert.deepEqual(thread.env, ['A=1', 'B=2']);
  assert.equal(thread.exepath, '/usr/bin/cat');
  assert.equal(thread.cwd, '/tmp/');
  assert.equal(thread.loginuid, -1);
  assert.equal(thread.containerId, 'aaaaaaaaaaaa');
  assert.equal(thread.containerType, 'docker');
  assert.deepEqual(thread.executable, {
    writable: true,
    upperLayer: true,
    lowerLayer: false,
    fromMemfd: false,
    inode: 77n,
    changeTime: 5n,
    modifyTime: 6n,
  });
  assert.deepEqual(
    [thread.uid, thread.gid, thread.pgid, thread.vpgid, thread.tty, thread.fdLimit],
    [33, 34, 90, 9, 5, 512],
  );
  assert.deepEqual([thread.capInheritable, thread.capPermitted, thread.capEffective], [1n, 3n, 2n]);
});

test('an exec that failed, or that does not say where it runs, leaves the directory alone', () => {
  using host = hostWithShell();
  const system = open(host);
  pass(system, event('execve', { tid: 100 }, { ...processParameters(100, 1, 'cat'), res: -2, cwd: '/tmp' }));
  assert.equal(system.thread(100)?.comm, 'bash');
  pass(system, event('execve', { tid: 100 }, { ...processParameters(100, 1, 'cat'), res: 0, cwd: '' }));
  assert.equal(system.thread(100)?.comm, 'cat');
  assert.equal(system.thread(100)?.cwd, '/root/');
});
