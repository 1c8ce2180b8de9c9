/** Users, namespaces, tracing, mounts, modules, BPF: every parameter, after success and failure. */
import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import {
  type Call,
  capabilitiesNow,
  expectEvent,
  fdinfoOf,
  make,
  output,
  ownCapabilities,
  result,
  skipReason,
  X64,
} from './calls.ts';
import { testCases } from './cases.ts';

const NR = {
  open: 2,
  ptrace: 101,
  setuid: 105,
  setgid: 106,
  setpgid: 109,
  setsid: 112,
  setreuid: 113,
  setregid: 114,
  setresuid: 117,
  setresgid: 119,
  capget: 125,
  capset: 126,
  prctl: 157,
  mount: 165,
  umount2: 166,
  init_module: 175,
  unshare: 272,
  setns: 308,
  finit_module: 313,
  bpf: 321,
} as const;
const EPERM = -1;
const EBADF = -9;
const EINVAL = -22;
const CLONE_NEWNS = 0x20000;
const CLONE_NEWUTS = 0x4000000;
/** Values of the event layout. */
const NEWNS = 32;
const NEWUTS = 128;

const skip = skipReason || (X64 ? false : 'the numbers of the system calls are those of x64');

describe('identity and privilege', { skip }, () => {
  const users = (calls: readonly Call[]) => make(calls);

  test('setuid, setreuid, setresuid', async () => {
    const { events } = await users([
      [NR.setresuid, 0, 1001, 0],
      [NR.setreuid, -1, 0],
      [NR.setuid, 1002],
      [NR.setuid, 0],
      [NR.setreuid, 0, 0],
      [NR.setresuid, 0, 0, 0],
    ]);
    const same = 0xffffffff;
    const all = ownCapabilities();
    // Those in effect go and come with the effective user, all go when no user is root any more.
    const hidden = { euid_now: 1001, ...capabilitiesNow(0, all, 0) };
    const root = { euid_now: 0, ...capabilitiesNow(0, all, all) };
    const without = { euid_now: 1002, ...capabilitiesNow(0, 0, 0) };
    expectEvent(events[0], 'setresuid', { res: 0, ruid: 0, euid: 1001, suid: 0, ...hidden });
    expectEvent(events[1], 'setreuid', { res: 0, ruid: same, euid: 0, ...root });
    expectEvent(events[2], 'setuid', { res: 0, uid: 1002, ...without });
    expectEvent(events[3], 'setuid', { res: EPERM, uid: 0, ...without });
    expectEvent(events[4], 'setreuid', { res: EPERM, ruid: 0, euid: 0, ...without });
    expectEvent(events[5], 'setresuid', { res: EPERM, ruid: 0, euid: 0, suid: 0, ...without });
  });

  test('setgid, setregid, setresgid', async () => {
    const { events } = await users([
      [NR.setresgid, 5, 6, 7],
      [NR.setregid, 5, 7],
      [NR.setgid, 1002],
      [NR.setresuid, 1002, 1002, 1002],
      [NR.setgid, 0],
      [NR.setregid, 0, 0],
      [NR.setresgid, 0, 0, 0],
    ]);
    expectEvent(events[0], 'setresgid', { res: 0, rgid: 5, egid: 6, sgid: 7, egid_now: 6 });
    expectEvent(events[1], 'setregid', { res: 0, rgid: 5, egid: 7, egid_now: 7 });
    expectEvent(events[2], 'setgid', { res: 0, gid: 1002, egid_now: 1002 });
    expectEvent(events[4], 'setgid', { res: EPERM, gid: 0, egid_now: 1002 });
    expectEvent(events[5], 'setregid', { res: EPERM, rgid: 0, egid: 0, egid_now: 1002 });
    expectEvent(events[6], 'setresgid', { res: EPERM, rgid: 0, egid: 0, sgid: 0, egid_now: 1002 });
  });

  test('setsid and setpgid', async () => {
    const { events, pid } = await users([[NR.setsid], [NR.setsid], [NR.setpgid, 0, 0], [NR.setpgid, 1, -5]]);
    expectEvent(events[0], 'setsid', { res: pid });
    expectEvent(events[1], 'setsid', { res: EPERM });
    expectEvent(events[2], 'setpgid', { res: EPERM, pid: 0, pgid: 0 });
    expectEvent(events[3], 'setpgid', { res: EINVAL, pid: 1, pgid: -5 });
  });

  test('capset tells the capabilities that the thread has afterwards', async () => {
    const header = new Uint8Array(Uint32Array.from([0x20080522, 0]).buffer);
    // CAP_CHOWN and CAP_SYSLOG (34) effective and permitted, nothing inheritable.
    const data = new Uint8Array(Uint32Array.from([1, 1, 0, 4, 4, 0]).buffer);
    const more = new Uint8Array(Uint32Array.from([3, 3, 0, 4, 4, 0]).buffer);
    const { events } = await users([
      [NR.capset, header, data],
      [NR.capset, header, more],
    ]);
    const has = 1 + 2 ** 34;
    expectEvent(events[0], 'capset', { res: 0, cap_inheritable: 0, cap_permitted: has, cap_effective: has });
    expectEvent(events[1], 'capset', {
      res: EPERM,
      cap_inheritable: 0,
      cap_permitted: has,
      cap_effective: has,
    });
  });

  test('prctl', async () => {
    const { events } = await users([
      [NR.prctl, 15, 'another'],
      [NR.prctl, 37, output(4)],
      [NR.prctl, 36, 1],
      [NR.prctl, 37, output(4)],
      [NR.prctl, 4, 7],
    ]);
    expectEvent(events[0], 'prctl', { res: 0, option: 15, arg2_str: 'another', arg2_int: 0 });
    expectEvent(events[1], 'prctl', { res: 0, option: 37, arg2_str: undefined, arg2_int: 0 });
    expectEvent(events[2], 'prctl', { res: 0, option: 36, arg2_str: undefined, arg2_int: 1 });
    expectEvent(events[3], 'prctl', { res: 0, option: 37, arg2_str: undefined, arg2_int: 1 });
    expectEvent(events[4], 'prctl', { res: EINVAL, option: 4, arg2_str: undefined, arg2_int: 7 });
  });

  test('unshare and setns', async () => {
    const { events, results } = await users([
      [NR.open, '/proc/self/ns/uts', 0, 0],
      [NR.unshare, CLONE_NEWUTS],
      [NR.setns, result(0), CLONE_NEWUTS],
      [NR.setns, result(0), 0],
      [NR.setns, 77, CLONE_NEWNS],
      [NR.unshare, 0x1],
    ]);
    const all = ownCapabilities();
    const now = capabilitiesNow(0, all, all);
    expectEvent(events[1], 'unshare', { res: 0, flags: NEWUTS, ...now });
    const fdinfo = fdinfoOf(events[2]);
    expectEvent(events[2], 'setns', { res: 0, fd: results[0], nstype: NEWUTS, fdinfo, ...now });
    assert.equal(fdinfo.inode, statSync('/proc/self/ns/uts').ino);
    expectEvent(events[3], 'setns', { res: 0, fd: results[0], nstype: 0, fdinfo, ...now });
    expectEvent(events[4], 'setns', { res: EBADF, fd: 77, nstype: NEWNS, fdinfo: undefined, ...now });
    expectEvent(events[5], 'unshare', { res: EINVAL, flags: 0, ...now });
  });

  test('ptrace', async () => {
    const { events } = await users([
      [NR.ptrace, 16, 0x7ffffff0, 0, 0],
      [NR.ptrace, 0x4206, 0x7ffffff0, 0x55, 0x66],
      [NR.ptrace, 0, 12, 0x55, 0x66],
      [NR.ptrace, 999, 1, 0, 0],
    ]);
    const failed = { addr: `0:${'00'.repeat(8)}`, data: `0:${'00'.repeat(8)}` };
    expectEvent(events[0], 'ptrace', { res: -3, ...failed, request: 11, pid: 0x7ffffff0 });
    expectEvent(events[1], 'ptrace', { res: -3, ...failed, request: 20, pid: 0x7ffffff0 });
    // PTRACE_TRACEME succeeds.
    expectEvent(events[2], 'ptrace', {
      res: 0,
      addr: `0:55${'00'.repeat(7)}`,
      data: `0:66${'00'.repeat(7)}`,
      request: 1,
      pid: 12,
    });
    assert.deepEqual([events[3]?.values.request, events[3]?.values.pid], [0, 1]);
  });

  test('mount and umount2 in a mount namespace of their own', async () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'lanner-mount-')));
    try {
      const { events } = await make(
        [
          [NR.unshare, CLONE_NEWNS],
          [NR.mount, 'none', '/', null, 0x4000 | 0x40000, null],
          [NR.mount, 'lanner', '.', 'tmpfs', 0xc0ed0000 | 2 | 4, null],
          [NR.mount, 'lanner', `${folder}/missing`, 'tmpfs', 1, null],
          [NR.umount2, folder, 2],
          [NR.umount2, './missing', 8],
        ],
        { cwd: folder },
      );
      expectEvent(events[1], 'mount', {
        res: 0,
        dev: 'none',
        dir: '/',
        type: undefined,
        flags: 0x44000,
        base: undefined,
      });
      expectEvent(events[2], 'mount', {
        res: 0,
        dev: 'lanner',
        dir: '.',
        type: 'tmpfs',
        flags: 6,
        base: folder,
      });
      expectEvent(events[3], 'mount', {
        res: -2,
        dev: 'lanner',
        dir: `${folder}/missing`,
        type: 'tmpfs',
        flags: 1,
        base: undefined,
      });
      expectEvent(events[4], 'umount2', { res: 0, name: folder, flags: 2, base: undefined });
      expectEvent(events[5], 'umount2', { res: -2, name: './missing', flags: 8, base: folder });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('bpf, init_module and finit_module', async () => {
    const { events, results } = await users([
      [NR.bpf, 5, null, 0],
      [NR.init_module, Buffer.from('no module at all'), 16, 'key=value'],
      [NR.open, '/etc/hostname', 0, 0],
      [NR.finit_module, result(2), 'a=b', 3],
    ]);
    expectEvent(events[0], 'bpf', { fd: results[0], cmd: 5 });
    assert.ok((results[0] as number) < 0);
    expectEvent(events[1], 'init_module', {
      res: results[1],
      img: 'no module at all',
      length: 16,
      uargs: 'key=value',
    });
    assert.ok((results[1] as number) < 0);
    const fdinfo = fdinfoOf(events[3]);
    expectEvent(events[3], 'finit_module', {
      res: results[3],
      fd: results[2],
      uargs: 'a=b',
      flags: 3,
      fdinfo,
    });
    assert.equal(fdinfo.name, '/etc/hostname');
  });
});

testCases(import.meta.filename, { skip });
