/** exec, the clone family and the end of processes: every parameter, after success and failure. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';
import { openKernelSource } from '../../../src/sources/kernel/kernel-source.ts';
import {
  capabilitiesNow,
  type DecodedEvent,
  decode,
  expectEvent,
  make,
  outputOf,
  ownCapabilities,
  skipReason,
  stop,
  strings,
  X64,
} from './calls.ts';
import { testCases } from './cases.ts';

const NR = {
  clone: 56,
  fork: 57,
  execve: 59,
  prctl: 157,
  memfd_create: 319,
  execveat: 322,
  clone3: 435,
} as const;
const VFORK = -1;
const THREAD = -2;
const WAIT = -4;
const SIGCHLD = 17;
const CLONE_PARENT = 0x8000;

const EXE_WRITABLE = 1;
const EXE_FROM_MEMFD = 4;

const skip = skipReason || (X64 ? false : 'the numbers of the system calls are those of x64');

/** Effective capabilities of this process, which its children have too. */
const capabilities = () =>
  BigInt(`0x${/^CapEff:\s*(\w+)/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1]}`) &
  ((1n << 41n) - 1n);
/** The groups of this process as an event lists them. */
function controlGroups(): string {
  const lines = readFileSync('/proc/self/cgroup', 'latin1').trim().split('\n');
  const paths = new Map(
    lines.flatMap((line) => {
      const [, controllers = '', path = ''] = line.split(':');
      return controllers.split(',').map((controller): [string, string] => [controller, path]);
    }),
  );
  const path = (name: string) => paths.get(name) ?? paths.get('');
  const rows = ['cpuset', 'cpu', 'cpuacct', 'io', 'memory'].map(
    (name) => `${name}=${path(name === 'io' ? 'blkio' : name)}`,
  );
  return [...rows, `unified=${path('') ?? '/'}`].map((row) => `${row}\0`).join('');
}
const session = () => readFileSync('/proc/self/stat', 'latin1').split(') ')[1]?.split(' ') ?? [];

describe('processes', { skip }, () => {
  let folder = '';
  let program = '';
  before(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'lanner-processes-')));
    program = join(folder, 'true');
    copyFileSync('/bin/true', program);
    chmodSync(program, 0o755);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test('execve: all 31 parameters', async () => {
    const made = await make(
      [[NR.execve, './true', strings('zero', 'one', '', 'three'), strings('A=1', 'B=')]],
      {
        cwd: folder,
      },
    );
    const event = made.events.find(({ name }) => name === 'execve');
    const { pgft_maj, pgft_min, vm_size, vm_rss, vm_swap, tty, ...values } = event?.values ?? {};
    const stat = statSync(program, { bigint: true });
    expectEvent(event && { ...event, values }, 'execve', {
      res: 0,
      exe: 'zero',
      args: 'one\0\0three\0',
      tid: made.pid,
      pid: made.pid,
      ptid: process.pid,
      cwd: folder,
      fdlimit: Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1]),
      comm: 'true',
      cgroups: controlGroups(),
      env: 'A=1\0B=\0',
      vpgid: Number(session()[2]),
      loginuid: Number(readFileSync('/proc/self/loginuid', 'latin1')),
      flags: EXE_WRITABLE,
      cap_inheritable: 0,
      cap_permitted: Number(capabilities()),
      cap_effective: Number(capabilities()),
      exe_ino: Number(stat.ino),
      exe_dev: Number(stat.dev),
      exe_ino_ctime: stat.ctimeNs,
      exe_ino_mtime: stat.mtimeNs,
      uid: 0,
      trusted_exepath: program,
      pgid: Number(session()[2]),
      gid: 0,
      filename: './true',
    });
    assert.equal(tty, Number(session()[4]));
    assert.ok(Number(vm_size) > 100 && Number(vm_size) < 100_000, `vm_size ${vm_size}`);
    for (const value of [pgft_maj, pgft_min, vm_rss, vm_swap]) assert.equal(typeof value, 'number');
  });

  test('execve as another user: ids, capabilities, a program that it must not write', async () => {
    chmodSync(folder, 0o755);
    const made = await make([[NR.execve, '/bin/true', strings('true'), null]], { uid: 65534, gid: 65534 });
    const exec = made.events.find(({ name }) => name === 'execve')?.values ?? {};
    assert.deepEqual(
      [exec.flags, exec.uid, exec.gid, exec.cap_effective, exec.cap_permitted],
      [0, 65534, 65534, 0, 0],
    );
  });

  test('execveat of a program in memory is told as execve', async () => {
    const script = `my $fd = syscall(${NR.memfd_create}, my $name = "hidden", 0); open my $out, ">&=", $fd or die;
      open my $in, "<", "/bin/true" or die; local $/; my $image = <$in>; print {$out} $image; $out->flush;
      my $argv = pack "pQ", my $zero = "nothing", 0; my $env = pack "Q", 0;
      syscall(${NR.execveat}, $fd, my $empty = "", $argv, $env, 0x1000); die $!;`;
    const { events, child } = await watchPerl(script);
    const exec = events.filter(({ name, tid }) => name === 'execve' && tid === child).at(-1)?.values ?? {};
    assert.deepEqual([exec.res, exec.exe, exec.trusted_exepath], [0, 'nothing', 'memfd:hidden']);
    assert.equal(Number(exec.flags) & EXE_FROM_MEMFD, EXE_FROM_MEMFD);
    assert.match(String(exec.filename), /^\/dev\/fd\/\d+$/);
  });

  test('failed exec', async () => {
    const { events, pid } = await make(
      [
        [NR.execve, './missing', strings('zero', 'one', 'two'), strings('A=1', 'B=2')],
        [NR.execveat, -100, './missing', strings('zero'), strings('C=3'), 0],
      ],
      { cwd: folder },
    );
    const event = events[0]?.values ?? {};
    assert.deepEqual(
      [event.res, event.exe, event.args, event.env, event.filename, event.comm, event.cwd],
      [-2, 'zero', 'one\0two\0', 'A=1\0B=2\0', './missing', 'begin', folder],
    );
    assert.deepEqual([event.pid, event.tid, event.uid], [pid, pid, 0]);
    assert.match(String(event.trusted_exepath), /\/caller$/);
    const at = events[1]?.values ?? {};
    assert.equal(events[1]?.name, 'execveat');
    assert.deepEqual([at.res, at.exe, at.args, at.env], [-2, 'zero', undefined, 'C=3\0']);
  });

  test('clone, clone3, fork, vfork: parent and child', async () => {
    const clone3 = new BigUint64Array(8);
    clone3[4] = BigInt(SIGCHLD);
    const made = await make(
      [
        [NR.fork],
        [VFORK],
        [NR.clone, SIGCHLD, null, null, null, null],
        [NR.clone3, new Uint8Array(clone3.buffer), 64],
        [WAIT],
        [NR.clone, 0x10000, null],
      ],
      { cwd: folder },
    );
    const all = ownCapabilities();
    ['fork', 'vfork', 'clone', 'clone3'].forEach((name, index) => {
      const child = made.results[index] as number;
      const parent = made.events.find((event) => event.name === name);
      const { pgft_maj, pgft_min, vm_size, vm_rss, vm_swap, exe, fdlimit, ...values } = parent?.values ?? {};
      assert.match(String(exe), /\/caller$/);
      expectEvent(parent && { ...parent, values }, name, {
        res: child,
        args: undefined,
        tid: made.pid,
        pid: made.pid,
        ptid: process.pid,
        cwd: folder,
        comm: 'begin',
        cgroups: controlGroups(),
        flags: 0,
        uid: 0,
        gid: 0,
        vtid: made.pid,
        vpid: made.pid,
        pidns_init_start_ts: 0,
        kin: child,
        ...(name.startsWith('clone') ? capabilitiesNow(0, all, all) : {}),
      });
      const born = made.all.filter((event) => event.tid === child);
      assert.deepEqual(
        born.map((event) => event.name),
        [name, 'procexit'],
      );
      const told = born[0]?.values ?? {};
      assert.deepEqual(
        [told.res, told.tid, told.pid, told.ptid, told.vpid, told.kin],
        [0, child, child, made.pid, child, made.pid],
      );
      assert.ok(Number(told.pidns_init_start_ts) > 0);
      expectEvent(born[1], 'procexit', { status: 0x700, ret: 7, sig: 0, core: 0, reaper_tid: 0 });
      assert.ok((parent?.timestamp ?? 0n) > 0n && (born[0]?.timestamp ?? 0n) < (born[1]?.timestamp ?? 0n));
    });
    const failed = made.events.filter(({ name }) => name === 'clone').at(-1)?.values ?? {};
    assert.deepEqual(
      [failed.res, failed.exe, failed.args, failed.flags, failed.kin],
      [-22, undefined, undefined, 0x2000, 0],
    );
  });

  test('a sibling: its parent is not the process that made it', async () => {
    const made = await make([[NR.clone, CLONE_PARENT + SIGCHLD, null, null, null, null]]);
    const child = made.results[0] as number;
    const parent = made.events.find(({ name }) => name === 'clone')?.values ?? {};
    const born = made.all.find(({ name, tid }) => name === 'clone' && tid === child)?.values ?? {};
    assert.deepEqual([parent.res, parent.kin], [child, child]);
    assert.deepEqual([born.res, born.ptid, born.kin], [0, process.pid, made.pid]);
  });

  test('a thread: flags, ids, its end', async () => {
    const made = await make([[THREAD]]);
    const parent = made.events.find(({ name }) => name.startsWith('clone'));
    const tid = Number(parent?.values.res);
    assert.ok(tid > 0 && tid !== made.pid);
    // VM, FS, FILES, SIGHAND, THREAD, SYSVSEM, SETTLS, PARENT_SETTID, CHILD_CLEARTID in the event layout.
    const flags = 0x8000 | 2 | 1 | 0x800 | 0x2000 | 0x1000 | (1 << 25) | 0x200 | (1 << 23);
    assert.equal(parent?.values.flags, flags);
    const own = made.all.filter((event) => event.tid === tid);
    const [born] = own;
    assert.deepEqual([born?.values.tid, born?.values.pid, born?.values.res], [tid, made.pid, 0]);
    assert.deepEqual([parent?.values.kin, born?.values.kin], [tid, 0]);
    assert.equal(own.at(-1)?.name, 'procexit');
  });

  test('the end by a signal', async () => {
    const source = await openKernelSource({ scope: { kind: 'processes', pids: [] } });
    const events: DecodedEvent[] = [];
    const running = source.run((event) => events.push(decode(event)));
    try {
      const child = source.spawnInScope(() =>
        spawn('/bin/sh', ['-c', 'ulimit -c 0; kill -TERM $$'], { stdio: 'ignore' }),
      );
      await outputOf(child, null);
      await stop(source, running);
      expectEvent(events.at(-1), 'procexit', { status: 15, ret: 0, sig: 15, core: 0, reaper_tid: 0 });
    } finally {
      source.close();
    }
  });

  test('who takes the children of a process that ends', async () => {
    const PR_SET_CHILD_SUBREAPER = 36;
    // perl asks for orphans; its child starts a grandchild and ends before it.
    const script = `syscall(${NR.prctl}, ${PR_SET_CHILD_SUBREAPER}, 1, 0, 0, 0) == 0 or die;
      my $child = fork; if (!$child) { if (!fork) { select undef, undef, undef, 0.2; exit 3 } exit 4 }
      1 while wait > 0;`;
    const { events, child } = await watchPerl(script);
    const exits = events.filter(({ name }) => name === 'procexit');
    assert.equal(exits.find(({ values }) => values.ret === 4)?.values.reaper_tid, child);
    assert.equal(exits.find(({ values }) => values.ret === 3)?.values.reaper_tid, 0);
  });
});

/** Runs a Perl script in scope; events in the order of delivery, and the process id. */
async function watchPerl(script: string): Promise<{ events: DecodedEvent[]; child: number }> {
  const source = await openKernelSource({ scope: { kind: 'processes', pids: [] } });
  const events: DecodedEvent[] = [];
  const running = source.run((event) => events.push(decode(event)));
  try {
    const child = source.spawnInScope(() =>
      spawn('perl', ['-MIO::Handle', '-e', script], { stdio: ['ignore', 'ignore', 'inherit'] }),
    );
    await outputOf(child);
    await stop(source, running);
    return { events, child: child.pid as number };
  } finally {
    source.close();
  }
}

testCases(import.meta.filename, { skip });
