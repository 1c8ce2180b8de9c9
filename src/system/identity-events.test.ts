import assert from 'node:assert/strict';
import { test } from 'node:test';
import { event } from './testing/event-builder.ts';
import { hostWithShell, open, pass } from './testing/shell-host.ts';

test('directories, ids, sessions, groups, capabilities and names follow their calls', () => {
  using host = hostWithShell();
  const system = open(host);
  const thread = system.thread(100);
  assert.ok(thread);
  pass(system, event('chdir', { tid: 100 }, { res: 0, path: '../etc' }));
  assert.equal(thread.cwd, '/etc/');
  pass(system, event('chdir', { tid: 100 }, { res: 0, path: 'link', cwd: '/where/it/leads' }));
  assert.equal(thread.cwd, '/where/it/leads/');
  const directory = Buffer.concat([Buffer.from('d'.padEnd(16, '\0')), Buffer.from('/srv\0')]);
  pass(system, event('fchdir', { tid: 100 }, { res: 0, fd: 3, fdinfo: directory }));
  assert.equal(thread.cwd, '/srv/');
  pass(system, event('fchdir', { tid: 100 }, { res: -1, fd: 3, fdinfo: directory }));
  pass(system, event('chdir', { tid: 100 }, { res: 0, path: '/', cwd: '/' }));
  assert.equal(thread.cwd, '/');
  pass(system, event('chdir', { tid: 100 }, { res: 0, path: 'x', cwd: '/where/it/leads' }));
  pass(system, event('chdir', { tid: 100 }, { res: -2, path: '/none' }));
  assert.equal(thread.cwd, '/where/it/leads/');
  pass(system, event('setuid', { tid: 100 }, { res: 0, uid: 33 }));
  assert.equal(thread.uid, 33);
  pass(system, event('setresuid', { tid: 100 }, { res: 0, ruid: 5, euid: 0xffffffff, suid: 5 }));
  assert.equal(thread.uid, 33, '-1 leaves it as it is');
  pass(system, event('setreuid', { tid: 100 }, { res: -1, ruid: 5, euid: 6 }));
  assert.equal(thread.uid, 33);
  pass(system, event('setreuid', { tid: 100 }, { res: 0, ruid: 5, euid: 6 }));
  assert.equal(thread.uid, 6);
  pass(system, event('setgid', { tid: 100 }, { res: 0, gid: 34 }));
  assert.equal(thread.gid, 34);
  pass(system, event('setresgid', { tid: 100 }, { res: 0, rgid: 1, egid: 2, sgid: 3 }));
  assert.equal(thread.gid, 2);
  pass(
    system,
    event('capset', { tid: 100 }, { res: 0, cap_inheritable: 1, cap_permitted: 2, cap_effective: 3 }),
  );
  assert.deepEqual([thread.capInheritable, thread.capPermitted, thread.capEffective], [1n, 2n, 3n]);
  pass(system, event('unshare', { tid: 100 }, { res: 0, flags: 1 << 20 }));
  assert.equal(thread.capEffective, 0x1ffffffffffn);
  pass(
    system,
    event('prctl', { tid: 100 }, { res: 0, option: 15, arg2_str: 'a name that is too long', arg2_int: 0 }),
  );
  assert.equal(thread.comm, 'a name that is ');
  pass(system, event('setsid', { tid: 100 }, { res: 100 }));
  assert.deepEqual([thread.sid, thread.pgid, thread.vpgid], [100, 100, 100]);
  pass(system, event('setpgid', { tid: 100 }, { res: 0, pid: 0, pgid: 1 }));
  assert.deepEqual([thread.pgid, thread.vpgid], [1, 1]);
  pass(system, event('setpgid', { tid: 1 }, { res: 0, pid: 100, pgid: 0 }));
  assert.deepEqual([thread.pgid, thread.vpgid], [100, 100]);
});

test("users, groups and capabilities are the kernel's where the event tells them", () => {
  using host = hostWithShell();
  const system = open(host);
  const thread = system.thread(100);
  assert.ok(thread);
  const now = (inheritable: number, permitted: number, effective: number) => ({
    cap_inheritable_now: inheritable,
    cap_permitted_now: permitted,
    cap_effective_now: effective,
  });
  const capabilities = () => [thread.capInheritable, thread.capPermitted, thread.capEffective];
  pass(
    system,
    event('setresuid', { tid: 100 }, { res: 0, ruid: 0, euid: 0, suid: 0, euid_now: 5, ...now(0, 0, 0) }),
  );
  assert.equal(thread.uid, 5, 'a number of a user namespace');
  assert.deepEqual(capabilities(), [0n, 0n, 0n]);
  pass(
    system,
    event(
      'setreuid',
      { tid: 100 },
      { res: 0, ruid: 0xffffffff, euid: 0x10000, euid_now: 0, ...now(0, 7, 7) },
    ),
  );
  assert.equal(thread.uid, 0, '16 bits of a number');
  assert.deepEqual(capabilities(), [0n, 7n, 7n]);
  pass(system, event('setuid', { tid: 100 }, { res: -1, uid: 9, euid_now: 9, ...now(1, 1, 1) }));
  assert.deepEqual([thread.uid, ...capabilities()], [0, 0n, 7n, 7n], 'a call that failed');
  pass(system, event('setgid', { tid: 100 }, { res: 0, gid: 0, egid_now: 6 }));
  assert.equal(thread.gid, 6);
  // setfsuid, of which no event tells, takes some that it can give back.
  pass(system, event('unshare', { tid: 100 }, { res: 0, flags: 1, ...now(0, 7, 3) }));
  assert.deepEqual(capabilities(), [0n, 7n, 7n]);
  pass(system, event('setns', { tid: 100 }, { res: 0, fd: 3, nstype: 0, ...now(0, 15, 15) }));
  assert.deepEqual(capabilities(), [0n, 15n, 15n], 'a namespace entered without a flag');
});
