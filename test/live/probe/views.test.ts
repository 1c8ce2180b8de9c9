/** What the kernel knows of descriptors and processes beyond the call: kinds, layers, roots, namespaces. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, test } from 'node:test';
import { openKernelSource } from '../../../src/sources/kernel/kernel-source.ts';
import { Probe } from '../../../src/sources/kernel/probe.ts';
import {
  type Call,
  compile,
  type DecodedEvent,
  decode,
  fdinfoOf,
  make,
  output,
  outputOf,
  result,
  skipReason,
  stop,
  X64,
} from './calls.ts';

const NR = {
  open: 2,
  pipe: 22,
  dup: 32,
  clone: 56,
  execve: 59,
  creat: 85,
  mkdir: 83,
  fchdir: 81,
  chdir: 80,
  chroot: 161,
  mount: 165,
  umount2: 166,
  unshare: 272,
  timerfd_create: 283,
  signalfd4: 289,
  eventfd2: 290,
  epoll_create1: 291,
  inotify_init1: 294,
  memfd_create: 319,
  userfaultfd: 323,
  io_uring_setup: 425,
  open_tree: 428,
  pidfd_open: 434,
} as const;
const AT_FDCWD = -100;
const OPEN_TREE_CLONE = 1;
const MS_BIND = 0x1000;
const MNT_DETACH = 2;
const SIGCHLD = 17;
const CLONE_NEWNS = 0x20000;
const CLONE_NEWPID = 0x20000000;
const MS_PRIVATE_REC = 0x44000;
/** Values of the event layout. */
const UPPER_LAYER = 1 << 15;
const LOWER_LAYER = 1 << 16;
const CHILD_IN_PIDNS = 1 << 29;
const NEWPID = 64;

const skip = skipReason || (X64 ? false : 'the numbers of the system calls are those of x64');

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'lanner-views-')));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const openOf = (events: readonly DecodedEvent[], name: string) =>
  events.find(({ values }) => values.name === name);

describe('views', { skip }, () => {
  test('a file in a mount that lies nowhere has its path in the file system', async () => {
    await inFolder(async (folder) => {
      const sub = join(folder, 'sub');
      const { events, results } = await make(
        [
          [NR.mkdir, sub, 0o700],
          [NR.creat, join(sub, 'file'), 0o600],
          [NR.open_tree, AT_FDCWD, sub, OPEN_TREE_CLONE],
          [NR.fchdir, result(2)],
          [NR.open, 'file', 0, 0],
          [NR.unshare, CLONE_NEWNS],
          [NR.mount, 'none', '/', 'none', MS_PRIVATE_REC, 0],
          [NR.mkdir, join(folder, 'at'), 0o700],
          [NR.mount, sub, join(folder, 'at'), 'none', MS_BIND, 0],
          [NR.chdir, join(folder, 'at')],
          [NR.umount2, join(folder, 'at'), MNT_DETACH],
          [NR.open, './file', 0, 0],
        ],
        { cwd: folder },
      );
      assert.ok(
        results.every((value) => value >= 0),
        `${results}`,
      );
      // The file system may itself be mounted somewhere else than at the root.
      const path = join(basename(folder), 'sub', 'file');
      for (const name of ['file', './file'])
        assert.ok(fdinfoOf(openOf(events, name)).name?.endsWith(`/${path}`));
    });
  });

  test('kinds of descriptors', async () => {
    const makers: [kind: string, name: string, call: Call][] = [
      ['e', '[eventfd]', [NR.eventfd2, 0, 0]],
      ['l', '[eventpoll]', [NR.epoll_create1, 0]],
      ['t', '[timerfd]', [NR.timerfd_create, 1, 0]],
      ['s', '[signalfd]', [NR.signalfd4, -1, new Uint8Array(8), 8, 0]],
      ['i', 'inotify', [NR.inotify_init1, 0]],
      ['u', '[userfaultfd]', [NR.userfaultfd, 1]],
      ['r', '[io_uring]', [NR.io_uring_setup, 2, output(120)]],
      ['P', '', [NR.pidfd_open, 1, 0]],
      ['m', 'memfd:any', [NR.memfd_create, 'any', 0]],
      ['f', '/dev/null', [NR.open, '/dev/null', 0, 0]],
    ];
    const calls = makers.flatMap(([, , call], index): Call[] => [call, [NR.dup, result(2 * index)]]);
    const { events, results } = await make(calls);
    const dups = events.filter(({ name }) => name === 'dup');
    const wrong: string[] = [];
    makers.forEach(([kind, name], index) => {
      // A call that this kernel or machine does not allow says nothing.
      if ((results[2 * index] as number) < 0) return;
      const found = fdinfoOf(dups[index]);
      if (found.kind !== kind || (kind !== 'P' && found.name !== name))
        wrong.push(`${kind}: ${found.kind} ${found.name}`);
    });
    assert.deepEqual(wrong, []);
    assert.ok(results.filter((value) => value >= 0).length >= 16, `${results}`);
  });

  test('a pipe', async () => {
    const { events } = await make([
      [NR.pipe, output(8)],
      [NR.dup, 3],
    ]);
    const { kind, name, inode } = fdinfoOf(events[0]);
    assert.deepEqual([kind, name], ['p', '']);
    assert.ok(inode > 0);
  });

  test('layers of an overlay, and paths across mounts', async () => {
    await inFolder(async (folder) => {
      const { events, results } = await make(
        [
          [NR.unshare, CLONE_NEWNS],
          [NR.mount, 'none', '/', null, MS_PRIVATE_REC, null],
          [NR.mount, 'lanner', folder, 'tmpfs', 0, null],
          ...['lower', 'upper', 'work', 'merged'].map((name): Call => [NR.mkdir, join(folder, name), 0o755]),
          [NR.creat, join(folder, 'lower/old'), 0o644],
          [
            NR.mount,
            'overlay',
            join(folder, 'merged'),
            'overlay',
            0,
            `lowerdir=${folder}/lower,upperdir=${folder}/upper,workdir=${folder}/work`,
          ],
          [NR.open, join(folder, 'merged/old'), 0, 0],
          [NR.open, join(folder, 'merged/new'), 0o102, 0o600],
          [NR.creat, join(folder, 'merged/newer'), 0o600],
        ],
        { cwd: '/' },
      );
      assert.equal(results[8], 0, 'overlay could not be mounted');
      const low = openOf(events, join(folder, 'merged/old'));
      const high = openOf(events, join(folder, 'merged/new'));
      assert.equal(Number(low?.values.flags) & (UPPER_LAYER | LOWER_LAYER), LOWER_LAYER);
      assert.equal(Number(high?.values.flags) & (UPPER_LAYER | LOWER_LAYER), UPPER_LAYER);
      assert.deepEqual([fdinfoOf(low).flags, fdinfoOf(low).name], [2, join(folder, 'merged/old')]);
      assert.deepEqual([fdinfoOf(high).flags, fdinfoOf(high).name], [1, join(folder, 'merged/new')]);
      assert.equal(openOf(events, join(folder, 'merged/newer'))?.values.creat_flags, 1);
    });
  });

  test('paths are those that the process sees: in a root of its own', async () => {
    await inFolder(async (folder) => {
      const { events } = await make(
        [
          [NR.open, folder, 0, 0],
          [NR.chroot, folder],
          [NR.creat, '/file', 0o600],
          [NR.creat, 'relative', 0o600],
          [NR.dup, result(0)],
          [NR.open, '/', 0, 0],
        ],
        { cwd: folder },
      );
      assert.equal(fdinfoOf(openOf(events, folder)).name, folder);
      assert.equal(fdinfoOf(openOf(events, '/file')).name, '/file');
      assert.equal(openOf(events, 'relative')?.values.base, '/');
      assert.equal(fdinfoOf(openOf(events, 'relative')).name, '/relative');
      assert.equal(fdinfoOf(openOf(events, '/')).name, '/');
      // Opened before, now the root itself.
      assert.equal(fdinfoOf(events.find(({ name }) => name === 'dup')).name, '/');
    });
  });

  test('the descriptor names the file that was opened, whatever the memory says afterwards', async (context) => {
    await inFolder(async (folder) => {
      const paths = ['one', 'two'].map((name) => join(folder, name));
      for (const path of paths) writeFileSync(path, '');
      const byInode = new Map(paths.map((path) => [statSync(path).ino, path]));
      const program = compile('flip');
      const source = await openKernelSource({
        scope: { kind: 'processes', pids: [] },
        eventNames: new Set(['openat']),
      });
      let opened = 0;
      let forged = 0;
      const wrong: string[] = [];
      const running = source.run((event) => {
        const { ino, name, fd, fdinfo } = decode(event).values;
        const path = byInode.get(Number(ino));
        if (Number(fd) < 0 || path === undefined) return;
        opened++;
        if (name !== path) forged++;
        if ((fdinfo as { name: string }).name !== path)
          wrong.push(`${JSON.stringify(fdinfo)} is not ${path}`);
      });
      try {
        await outputOf(source.spawnInScope(() => spawn(program, ['20000', ...paths], { stdio: 'ignore' })));
        await stop(source, running);
      } finally {
        source.close();
      }
      context.diagnostic(`${forged} of ${opened} names as given were not those of the file`);
      assert.deepEqual(wrong, []);
      assert.ok(opened > 1000);
    });
  });

  test('ids in a pid namespace of its own', async () => {
    const made = await make([[NR.clone, CLONE_NEWPID + SIGCHLD, null, null, null, null], [-4]]);
    const child = made.results[0] as number;
    const parent = made.events.find(({ name }) => name === 'clone')?.values ?? {};
    const born = made.all.find(({ name, tid }) => name === 'clone' && tid === child)?.values ?? {};
    assert.deepEqual([parent.res, parent.flags, parent.vpid], [child, NEWPID, made.pid]);
    assert.deepEqual(
      [born.res, born.tid, born.pid, born.vtid, born.vpid, born.flags],
      [0, child, child, 1, 1, NEWPID | CHILD_IN_PIDNS],
    );
    assert.ok(Number(born.pidns_init_start_ts) > 0);
  });

  test('the verifier accepts the probe for every scope', () => {
    for (const scope of [
      { kind: 'host' },
      { kind: 'processes', pids: [] },
      ...['/sys/fs/cgroup/unified', '/sys/fs/cgroup/memory', '/sys/fs/cgroup'].map((path) => ({
        kind: 'cgroup',
        path,
      })),
    ] as const) {
      try {
        new Probe({ scope: scope as never, bufferSize: 4096, debug: () => {} }).close();
      } catch (error) {
        if ((error as { code?: string }).code !== 'BAD_SCOPE') throw error;
      }
    }
  });
});
