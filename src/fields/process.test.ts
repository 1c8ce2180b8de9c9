import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Thread } from '../system/thread.ts';
import {
  contextOf,
  descriptorWith,
  EVENT_TIME,
  eventOf,
  format,
  read,
  systemOf,
  threadOf,
} from './testing.ts';

const init = threadOf({ tid: 1, comm: 'systemd', exe: '/sbin/init', exepath: '/usr/lib/systemd/systemd' });
const shell = threadOf({
  tid: 100,
  ptid: 1,
  comm: 'bash',
  exe: '-bash',
  exepath: '/usr/bin/bash',
  args: ['-l'],
  env: ['HOME=/root', 'TOKEN= secret '],
  cloneTime: EVENT_TIME - 60_000_000_000n,
});
const cat = threadOf({
  tid: 1000,
  ptid: 100,
  sid: 100,
  comm: 'cat',
  exe: 'cat',
  exepath: '/usr/bin/cat',
  args: ['-A', '/etc/shadow'],
  env: ['HOME=/root', 'PATH=/bin:/usr/bin'],
  cloneTime: EVENT_TIME - 5_000_000n,
});
const threads = [init, shell, cat];

function contextFor(facts: Partial<Thread> = {}, others: readonly Thread[] = threads) {
  const thread = { ...cat, ...facts };
  const system = systemOf({ threads: [...others.filter(({ tid }) => tid !== thread.tid), thread] });
  return contextOf(eventOf('getuid', { uid: 0 }, { tid: thread.tid }), { system });
}

function readAll(context: ReturnType<typeof contextFor>, names: readonly string[]): unknown[] {
  return names.map((name) => read(context, name));
}

test('names, arguments and environment', () => {
  const context = contextFor();
  assert.deepEqual(readAll(context, ['proc.name', 'proc.exe', 'proc.exepath', 'proc.cwd']), [
    'cat',
    'cat',
    '/usr/bin/cat',
    '/root/',
  ]);
  assert.deepEqual(readAll(context, ['proc.args', 'proc.args[0]', 'proc.args[1]', 'proc.args[2]']), [
    '-A /etc/shadow',
    '-A',
    '/etc/shadow',
    '',
  ]);
  assert.deepEqual(readAll(context, ['proc.cmdline', 'proc.exeline', 'proc.cmdnargs', 'proc.cmdlenargs']), [
    'cat -A /etc/shadow',
    'cat -A /etc/shadow',
    2,
    13,
  ]);
  assert.deepEqual(readAll(context, ['proc.env', 'proc.env[PATH]', 'proc.env[PAT]', 'proc.env[NONE]']), [
    'HOME=/root PATH=/bin:/usr/bin',
    '/bin:/usr/bin',
    '',
    '',
  ]);
  const alone = contextFor({ args: [] });
  assert.deepEqual(readAll(alone, ['proc.args', 'proc.cmdline', 'proc.exeline', 'proc.cmdnargs']), [
    '',
    'cat',
    'cat ',
    0,
  ]);
});

test('the parent', () => {
  const names = ['proc.ppid', 'proc.pname', 'proc.pexe', 'proc.pexepath', 'proc.pcmdline', 'proc.pvpid'];
  assert.deepEqual(readAll(contextFor(), names), [100, 'bash', '-bash', '/usr/bin/bash', 'bash -l', 100]);
  assert.deepEqual(
    readAll(contextFor({ ptid: 77 }), names),
    names.map(() => undefined),
  );
});

test('ancestors by number', () => {
  const context = contextFor();
  assert.deepEqual(
    [0, 1, 2, 3].map((level) => read(context, `proc.aname[${level}]`)),
    ['cat', 'bash', 'systemd', undefined],
  );
  assert.deepEqual(
    readAll(context, ['proc.apid[1]', 'proc.aexe[1]', 'proc.aexepath[2]', 'proc.acmdline[1]']),
    [100, '-bash', '/usr/lib/systemd/systemd', 'bash -l'],
  );
  assert.deepEqual(readAll(context, ['proc.aargs[1]', 'proc.aenv[1]']), ['-l', 'HOME=/root TOKEN= secret ']);
  assert.equal(format(context, 'proc.aname[1]'), 'bash');
  assert.equal(format(context, 'proc.aname[9]'), undefined);
  const otherThread = contextFor({ tid: 1001, pid: 1000 });
  assert.equal(read(otherThread, 'proc.aname[0]'), 'cat', 'level 0 is the main thread');
  assert.equal(read(otherThread, 'proc.aname[1]'), 'bash');
});

test('without a number conditions get all ancestors, alerts one text', () => {
  const context = contextFor();
  assert.deepEqual(read(context, 'proc.aname'), ['bash', 'systemd']);
  assert.deepEqual(read(context, 'proc.apid'), [100, 1]);
  assert.equal(format(context, 'proc.aname'), 'bash systemd');
  assert.equal(format(context, 'proc.acmdline'), 'bash -l systemd');
  assert.equal(format(context, 'proc.apid'), '1000', 'as in Falco the process itself');
  assert.equal(read(context, 'proc.aargs'), '-l ');
  assert.equal(format(context, 'proc.aenv'), 'HOME=/root PATH=/bin:/usr/bin');
  assert.equal(format(contextFor({ ptid: 0 }), 'proc.aname'), undefined);
  assert.deepEqual(read(contextFor({ ptid: 0 }), 'proc.aname'), []);
});

test('a variable is looked for in the nearest ancestor', () => {
  const context = contextFor();
  assert.deepEqual(readAll(context, ['proc.aenv[TOKEN]', 'proc.aenv[PATH]', 'proc.aenv[HOME]']), [
    'secret',
    '',
    '/root',
  ]);
});

test('parents that form a loop end', () => {
  const a = threadOf({ tid: 1000, ptid: 2000, comm: 'a' });
  const b = threadOf({ tid: 2000, ptid: 1000, comm: 'b' });
  const context = contextFor(a, [b]);
  assert.equal((read(context, 'proc.aname') as unknown[]).length, 1000);
  const own = contextFor({ tid: 1, pid: 1, ptid: 1, comm: 'x' }, []);
  assert.deepEqual(read(own, 'proc.aname'), ['x']);
});

test('the login shell is the oldest ancestor whose name ends in sh', () => {
  assert.equal(read(contextFor(), 'proc.loginshellid'), 100);
  const sshd = threadOf({ tid: 50, ptid: 1, comm: 'zsh' });
  const inner = { ...shell, ptid: 50 };
  assert.equal(read(contextFor({}, [init, sshd, inner]), 'proc.loginshellid'), 50);
  assert.equal(read(contextFor({ ptid: 1 }), 'proc.loginshellid'), undefined);
});

test('session and group leaders on the host are found by id', () => {
  const context = contextFor({ sid: 100, pgid: 100, vpgid: 100 });
  assert.deepEqual(readAll(context, ['proc.sid', 'proc.sname', 'proc.sid.exe', 'proc.sid.exepath']), [
    100,
    'bash',
    '-bash',
    '/usr/bin/bash',
  ]);
  assert.deepEqual(readAll(context, ['proc.pgid.name', 'proc.vpgid.name', 'proc.is_sid_leader']), [
    'bash',
    'bash',
    false,
  ]);
  assert.deepEqual(
    readAll(contextFor({ sid: 1000, vpgid: 1000, pgid: 1000 }), [
      'proc.is_sid_leader',
      'proc.is_vpgid_leader',
      'proc.is_pgid_leader',
      'proc.sname',
    ]),
    [true, true, true, 'cat'],
  );
});

test('a leader that is gone is the oldest ancestor with the same id', () => {
  const grandparent = { ...init, sid: 9 };
  const parent = { ...shell, sid: 9 };
  assert.equal(read(contextFor({ sid: 9 }, [grandparent, parent]), 'proc.sname'), 'systemd');
  assert.equal(read(contextFor({ sid: 9 }, [init, parent]), 'proc.sname'), 'bash');
  assert.equal(read(contextFor({ sid: 9 }, [init, shell]), 'proc.sname'), '', 'none');
  assert.equal(read(contextFor({ sid: -1 }), 'proc.sname'), '', 'no session known');
});

test('in a pid namespace ids are not looked up on the host', () => {
  const runtime = threadOf({ tid: 90, ptid: 1, comm: 'runc', sid: 90 });
  const entry = threadOf({ tid: 100, ptid: 90, vtid: 1, vpid: 1, sid: 1, vpgid: 1, comm: 'entry' });
  const inside = { ptid: 100, vtid: 7, vpid: 7, sid: 1, vpgid: 7 };
  const context = contextFor(inside, [init, runtime, entry]);
  assert.deepEqual(readAll(context, ['proc.sname', 'proc.vpgid.name']), ['entry', 'cat']);
});

test('ids, terminal and threads', () => {
  const context = contextFor({ tid: 1001, pid: 1000, vtid: 8, vpid: 7, tty: 34816 });
  assert.deepEqual(
    readAll(context, ['thread.tid', 'thread.vtid', 'proc.pid', 'proc.vpid', 'thread.ismain', 'proc.tty']),
    [1001, 8, 1000, 7, false, 34816],
  );
  assert.deepEqual(readAll(context, ['proc.nthreads', 'proc.nchilds']), [2, 1]);
  assert.equal(read(contextFor({ vpid: -1 }), 'proc.vpid'), undefined);
});

test('times since the start', () => {
  const context = contextFor();
  assert.deepEqual(readAll(context, ['proc.duration', 'proc.pid.ts', 'proc.ppid.duration', 'proc.ppid.ts']), [
    5_000_000,
    EVENT_TIME - 5_000_000n,
    60_000_000_000,
    EVENT_TIME - 60_000_000_000n,
  ]);
  const unknown = contextFor({ cloneTime: 0n, ptid: 1 });
  assert.deepEqual(readAll(unknown, ['proc.duration', 'proc.pid.ts', 'proc.ppid.duration', 'proc.ppid.ts']), [
    undefined,
    undefined,
    undefined,
    0,
  ]);
});

test('the executable file', () => {
  const names = [
    'proc.is_exe_writable',
    'proc.is_exe_upper_layer',
    'proc.is_exe_lower_layer',
    'proc.is_exe_from_memfd',
  ];
  const executable = {
    writable: true,
    upperLayer: true,
    lowerLayer: false,
    fromMemfd: false,
    inode: 4711n,
    changeTime: EVENT_TIME - 15_000_000n,
    modifyTime: 5n,
  };
  const context = contextFor({ executable, pidNamespaceStart: EVENT_TIME - 20_000_000n });
  assert.deepEqual(readAll(context, names), [true, true, false, false]);
  assert.deepEqual(readAll(context, ['proc.exe_ino', 'proc.exe_ino.ctime', 'proc.exe_ino.mtime']), [
    4711,
    EVENT_TIME - 15_000_000n,
    5,
  ]);
  assert.equal(read(context, 'proc.exe_ino.ctime_duration_proc_start'), 10_000_000);
  assert.equal(read(context, 'proc.exe_ino.ctime_duration_pidns_start'), 5_000_000);
  const unknown = contextFor();
  assert.deepEqual(
    readAll(unknown, [
      'proc.exe_ino',
      'proc.exe_ino.ctime',
      'proc.exe_ino.ctime_duration_proc_start',
      'proc.exe_ino.ctime_duration_pidns_start',
      'proc.pidns_init_start_ts',
    ]),
    [undefined, undefined, undefined, undefined, undefined],
  );
});

test('capabilities in the order of their bits', () => {
  const context = contextFor({ capEffective: (1n << 40n) | 1n | (1n << 21n), capPermitted: 0n });
  assert.equal(read(context, 'thread.cap_effective'), 'CAP_CHOWN CAP_SYS_ADMIN CAP_CHECKPOINT_RESTORE');
  assert.equal(read(context, 'thread.cap_permitted'), '');
});

test('control groups', () => {
  const context = contextFor({ cgroups: ['cpu=/user.slice', 'cpuset=/', 'memory=/m'] });
  assert.equal(read(context, 'thread.cgroups'), 'cpu=/user.slice cpuset=/ memory=/m');
  assert.deepEqual(readAll(context, ['thread.cgroup.cpu', 'thread.cgroup.cpuset', 'thread.cgroup.pids']), [
    '/user.slice',
    '/',
    undefined,
  ]);
  assert.equal(read(contextFor(), 'thread.cgroups'), undefined);
});

test('memory belongs to the main thread', () => {
  const memory = { vmSize: 100, vmRss: 10, vmSwap: 1, majorFaults: 2, minorFaults: 3 };
  const names = [
    'proc.vmsize',
    'proc.vmswap',
    'thread.vmsize',
    'thread.vmrss.b',
    'thread.pfmajor',
    'thread.pfminor',
  ];
  assert.deepEqual(readAll(contextFor(memory), names), [100, 1, 100, 10_240, 2, 3]);
  assert.deepEqual(readAll(contextFor({ ...memory, tid: 1001, pid: 1000 }), names), [100, 1, 0, 0, 2, 3]);
});

test('descriptors of the process need a table of them', () => {
  const names = [
    'proc.fdopencount',
    'proc.fdusage',
    'proc.stdin.type',
    'proc.stdin.name',
    'proc.stderr.name',
  ];
  const none = contextFor();
  assert.deepEqual(readAll(none, names), [undefined, undefined, undefined, undefined, undefined]);
  assert.equal(read(none, 'proc.fdlimit'), 1024);
  const input = descriptorWith({ kind: 'p', name: 'pipe' });
  const system = systemOf({
    threads,
    descriptors: () => [input, input],
    descriptor: (_, fd) => (fd === 0 ? input : undefined),
  });
  const context = contextOf(eventOf('getuid', { uid: 0 }), { system });
  assert.deepEqual(readAll(context, names), [2, 0.1953125, 'pipe', 'pipe', undefined]);
});

test('an event without a thread has only the thread id', () => {
  const context = contextOf(eventOf('getuid', { uid: 0 }, { tid: 5 }));
  assert.equal(read(context, 'thread.tid'), 5);
  for (const name of [
    'proc.name',
    'proc.aname',
    'proc.aname[2]',
    'proc.cmdline',
    'proc.sname',
    'proc.env[X]',
    'proc.duration',
    'proc.nthreads',
    'thread.cap_effective',
    'user.name',
    'group.name',
    'container.id',
  ])
    assert.equal(read(context, name), undefined, name);
});
