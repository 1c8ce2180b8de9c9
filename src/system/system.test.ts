import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventContext } from './context.ts';
import { type Seed, System, type SystemLimits } from './system.ts';
import { event, processParameters, START } from './testing/event-builder.ts';
import { BOOT_SECONDS, FakeHost } from './testing/fake-proc.ts';

const SHELL = {
  pid: 100,
  ppid: 1,
  comm: 'bash',
  argv: ['-bash', '-i'],
  env: ['HOME=/root'],
  exepath: '/usr/bin/bash',
};

function open(host: FakeHost, seed: Seed = { kind: 'host' }, limits: Partial<SystemLimits> = {}): System {
  return System.open({ hostRoot: host.root, seed, limits, clock: () => 0 });
}

/** Learns the event and settles; what the context showed must be read before the next call. */
function pass(system: System, cursor: Parameters<System['learn']>[0]): EventContext {
  const context = system.learn(cursor);
  system.settle();
  return context;
}

function hostWithShell(): FakeHost {
  const host = new FakeHost();
  host.add({ pid: 1, ppid: 0, comm: 'init', argv: ['/sbin/init'], exepath: '/sbin/init' });
  host.add({ ...SHELL, cwd: '/root', sid: 100, tty: 34816, loginuid: 1000, uid: 7 });
  return host;
}

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

test('directories, ids, sessions, groups, capabilities and names follow their calls', () => {
  using host = hostWithShell();
  const system = open(host);
  const thread = system.thread(100);
  assert.ok(thread);
  pass(system, event('chdir', { tid: 100 }, { res: 0, path: '../etc' }));
  assert.equal(thread.cwd, '/etc/');
  pass(system, event('chdir', { tid: 100 }, { res: 0, path: 'link', cwd: '/where/it/leads' }));
  assert.equal(thread.cwd, '/where/it/leads/');
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

test('look-ups are limited, and made up for later', () => {
  using host = hostWithShell();
  let now = 0;
  const system = System.open({
    hostRoot: host.root,
    seed: { kind: 'none' },
    limits: { lookupsPerSecond: 1, lookupBurst: 1 },
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
  assert.deepEqual(system.thread(100)?.args, ['x.pl']);
  pass(system, event('setuid', { tid: 100 }, { res: 0, uid: 0 }));
  assert.equal(system.thread(100)?.exepath, '/usr/bin/perl');
  assert.equal(system.statistics.healed, 1);
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

test('threads unseen for long and gone are removed bit by bit', () => {
  using host = hostWithShell();
  host.add({ pid: 300, ppid: 100, comm: 'sleep' });
  const system = open(host);
  host.remove(300);
  const later = Date.now() + 400_000;
  for (let step = 0; step < 3; step++)
    pass(system, event('setuid', { tid: 100, time: later + step * 1000 }, { res: 0, uid: 0 }));
  assert.equal(system.thread(300), undefined);
  assert.equal(system.thread(1)?.comm, 'init');
  assert.equal(system.statistics.purged, 1);
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
