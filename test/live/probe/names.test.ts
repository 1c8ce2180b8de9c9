/** System calls on names, owners and modes: every parameter, after success and failure. */
import assert from 'node:assert/strict';
import { chmodSync, lstatSync, symlinkSync, writeFileSync } from 'node:fs';
import { after, describe, test } from 'node:test';
import { type Call, expectEvent, result, skipReason, X64 } from './calls.ts';
import { testCases } from './cases.ts';
import { descriptor, TestFolder } from './folder.ts';

const AT_FDCWD = -100;
const O_DIRECTORY = X64 ? 0o200000 : 0o40000;
const ENOENT = -2;
const EBADF = -9;
const EEXIST = -17;

const NR = {
  open: 2,
  rename: 82,
  mkdir: 83,
  rmdir: 84,
  link: 86,
  unlink: 87,
  symlink: 88,
  chmod: 90,
  fchmod: 91,
  chown: 92,
  fchown: 93,
  lchown: 94,
  mkdirat: 258,
  fchownat: 260,
  unlinkat: 263,
  renameat: 264,
  linkat: 265,
  symlinkat: 266,
  fchmodat: 268,
  renameat2: 316,
  fchmodat2: 452,
} as const;

const skip = skipReason || (X64 ? false : 'the numbers of the system calls are those of x64');

describe('names', { skip }, () => {
  const place = new TestFolder();
  const { folder } = place;
  after(() => place.remove());
  const path = (...parts: string[]) => place.path(...parts);
  const at = (calls: readonly Call[]) => place.make(calls);

  test('mkdir, mkdirat, rmdir', async () => {
    const { events } = await at([
      [NR.mkdir, 'folder', 0o750],
      [NR.mkdir, path('folder'), 0o750],
      [NR.open, 'folder', O_DIRECTORY, 0],
      [NR.mkdirat, result(2), 'inner', 0o700],
      [NR.mkdirat, result(2), 'inner', 0o700],
      [NR.rmdir, 'folder/inner'],
      [NR.rmdir, path('folder/inner')],
    ]);
    expectEvent(events[0], 'mkdir', { res: 0, path: 'folder', mode: 0o750, base: folder });
    expectEvent(events[1], 'mkdir', { res: EEXIST, path: path('folder'), mode: 0o750, base: undefined });
    const dirfd = events[2]?.values.fd;
    expectEvent(events[3], 'mkdirat', { res: 0, dirfd, path: 'inner', mode: 0o700, base: path('folder') });
    expectEvent(events[4], 'mkdirat', {
      res: EEXIST,
      dirfd,
      path: 'inner',
      mode: 0o700,
      base: path('folder'),
    });
    expectEvent(events[5], 'rmdir', { res: 0, path: 'folder/inner', base: folder });
    expectEvent(events[6], 'rmdir', { res: ENOENT, path: path('folder/inner'), base: undefined });
  });

  test('link, linkat, symlink, symlinkat, unlink, unlinkat', async () => {
    const { events } = await at([
      [NR.link, 'old', path('hard')],
      [NR.link, 'missing', 'hard'],
      [NR.linkat, AT_FDCWD, 'old', AT_FDCWD, 'sub/hard', 0x400],
      [NR.symlink, '/etc/shadow', 'soft'],
      [NR.symlink, 'any', 'old'],
      [NR.symlinkat, 'target', AT_FDCWD, 'sub/soft'],
      [NR.unlink, 'hard'],
      [NR.unlink, 'hard'],
      [NR.unlinkat, AT_FDCWD, 'sub/hard', 0],
      [NR.unlinkat, AT_FDCWD, path('sub'), 0x200],
    ]);
    expectEvent(events[0], 'link', {
      res: 0,
      oldpath: 'old',
      newpath: path('hard'),
      oldbase: folder,
      newbase: undefined,
    });
    expectEvent(events[1], 'link', {
      res: ENOENT,
      oldpath: 'missing',
      newpath: 'hard',
      oldbase: folder,
      newbase: folder,
    });
    expectEvent(events[2], 'linkat', {
      res: 0,
      olddir: -100,
      oldpath: 'old',
      newdir: -100,
      newpath: 'sub/hard',
      flags: 0x400,
      oldbase: folder,
      newbase: folder,
    });
    expectEvent(events[3], 'symlink', { res: 0, target: '/etc/shadow', linkpath: 'soft', base: folder });
    expectEvent(events[4], 'symlink', { res: EEXIST, target: 'any', linkpath: 'old', base: folder });
    expectEvent(events[5], 'symlinkat', {
      res: 0,
      target: 'target',
      linkdirfd: -100,
      linkpath: 'sub/soft',
      base: folder,
    });
    expectEvent(events[6], 'unlink', { res: 0, path: 'hard', base: folder });
    expectEvent(events[7], 'unlink', { res: ENOENT, path: 'hard', base: folder });
    expectEvent(events[8], 'unlinkat', { res: 0, dirfd: -100, name: 'sub/hard', flags: 0, base: folder });
    expectEvent(events[9], 'unlinkat', {
      res: -39,
      dirfd: -100,
      name: path('sub'),
      flags: 0x200,
      base: undefined,
    });
  });

  test('rename, renameat, renameat2', async () => {
    writeFileSync(path('a'), '');
    const { events } = await at([
      [NR.rename, 'a', path('b')],
      [NR.rename, 'a', 'b'],
      [NR.renameat, AT_FDCWD, 'b', AT_FDCWD, 'c'],
      [NR.renameat2, AT_FDCWD, 'c', AT_FDCWD, 'old', 1],
      [NR.renameat2, AT_FDCWD, 'c', AT_FDCWD, 'd', 1],
    ]);
    expectEvent(events[0], 'rename', {
      res: 0,
      oldpath: 'a',
      newpath: path('b'),
      oldbase: folder,
      newbase: undefined,
    });
    expectEvent(events[1], 'rename', {
      res: ENOENT,
      oldpath: 'a',
      newpath: 'b',
      oldbase: folder,
      newbase: folder,
    });
    const common = { olddirfd: -100, newdirfd: -100, oldbase: folder, newbase: folder };
    expectEvent(events[2], 'renameat', { res: 0, oldpath: 'b', newpath: 'c', ...common });
    expectEvent(events[3], 'renameat2', { res: EEXIST, oldpath: 'c', newpath: 'old', flags: 1, ...common });
    expectEvent(events[4], 'renameat2', { res: 0, oldpath: 'c', newpath: 'd', flags: 1, ...common });
  });

  test('chmod, fchmod, fchmodat', async () => {
    const { events, results } = await at([
      [NR.chmod, 'old', 0o104755],
      [NR.chmod, 'missing', 0o600],
      [NR.open, 'old', 0, 0],
      [NR.fchmod, result(2), 0o2750],
      [NR.fchmod, 77, 0o600],
      [NR.fchmodat, AT_FDCWD, 'old', 0o1700],
      [NR.fchmodat2, AT_FDCWD, 'old', 0o600, 0x100],
    ]);
    expectEvent(events[0], 'chmod', { res: 0, filename: 'old', mode: 0o4755, base: folder });
    expectEvent(events[1], 'chmod', { res: ENOENT, filename: 'missing', mode: 0o600, base: folder });
    const fdinfo = descriptor(path('old'));
    expectEvent(events[3], 'fchmod', { res: 0, fd: results[2], mode: 0o2750, fdinfo });
    expectEvent(events[4], 'fchmod', { res: EBADF, fd: 77, mode: 0o600, fdinfo: undefined });
    expectEvent(events[5], 'fchmodat', { res: 0, dirfd: -100, filename: 'old', mode: 0o1700, base: folder });
    expectEvent(events[6], 'fchmodat', {
      res: results[6],
      dirfd: -100,
      filename: 'old',
      mode: 0o600,
      base: folder,
    });
    chmodSync(path('old'), 0o644);
  });

  test('chown, lchown, fchown, fchownat', async () => {
    symlinkSync('old', path('link'));
    const { events, results } = await at([
      [NR.chown, 'old', 1234, 4321],
      [NR.chown, 'missing', 1, 2],
      [NR.lchown, 'link', -1, 5],
      [NR.open, 'old', 0, 0],
      [NR.fchown, result(3), 7, -1],
      [NR.fchown, 77, 7, 8],
      [NR.fchownat, AT_FDCWD, path('link'), 9, 10, 0x100],
      [NR.fchownat, result(3), '', 9, 10, 0x1000],
    ]);
    const none = 0xffffffff;
    expectEvent(events[0], 'chown', { res: 0, path: 'old', uid: 1234, gid: 4321, base: folder });
    expectEvent(events[1], 'chown', { res: ENOENT, path: 'missing', uid: 1, gid: 2, base: folder });
    expectEvent(events[2], 'lchown', { res: 0, path: 'link', uid: none, gid: 5, base: folder });
    expectEvent(events[4], 'fchown', {
      res: 0,
      fd: results[3],
      uid: 7,
      gid: none,
      fdinfo: descriptor(path('old')),
    });
    expectEvent(events[5], 'fchown', { res: EBADF, fd: 77, uid: 7, gid: 8, fdinfo: undefined });
    expectEvent(events[6], 'fchownat', {
      res: 0,
      dirfd: -100,
      pathname: path('link'),
      uid: 9,
      gid: 10,
      flags: 0,
      base: undefined,
    });
    // An empty path with AT_EMPTY_PATH means the descriptor itself, so its path is the base.
    expectEvent(events[7], 'fchownat', {
      res: 0,
      dirfd: results[3],
      pathname: '',
      uid: 9,
      gid: 10,
      flags: 0x1000,
      base: path('old'),
    });
    assert.equal(lstatSync(path('link')).uid, 9);
  });
});

testCases(import.meta.filename, { skip });
