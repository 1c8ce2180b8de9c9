/** System calls on descriptors, directories and names: every parameter, after success and failure. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Call, expectEvent, fdinfoOf, make, result, skipReason, X64 } from './calls.ts';

const AT_FDCWD = -100;
const O_WRONLY = 1;
const O_RDWR = 2;
const O_CREAT = 0o100;
const O_EXCL = 0o200;
const O_DIRECTORY = X64 ? 0o200000 : 0o40000;
const O_CLOEXEC = 0o2000000;
const ENOENT = -2;
const EBADF = -9;
const EEXIST = -17;

/** Values of the event layout (events/symbols.ts). */
const RDONLY = 1;
const WRONLY = 2;
const RDWR = 3;
const CREAT = 4;
const EXCL = 32;
const DIRECTORY = 1024;
const CLOEXEC = 4096;
const TMPFILE = 8192;
const CREATED = 16384;

/** Numbers of x64; tests that use others than the first group skip elsewhere. */
const NR = {
  open: 2,
  close: 3,
  dup: 32,
  dup2: 33,
  chdir: 80,
  fchdir: 81,
  rename: 82,
  mkdir: 83,
  rmdir: 84,
  creat: 85,
  link: 86,
  unlink: 87,
  symlink: 88,
  chmod: 90,
  fchmod: 91,
  chown: 92,
  fchown: 93,
  lchown: 94,
  openat: 257,
  mkdirat: 258,
  fchownat: 260,
  unlinkat: 263,
  renameat: 264,
  linkat: 265,
  symlinkat: 266,
  fchmodat: 268,
  dup3: 292,
  renameat2: 316,
  memfd_create: 319,
  openat2: 437,
  fchmodat2: 452,
} as const;

const skip = skipReason || (X64 ? false : 'the numbers of the system calls are those of x64');

describe('files', { skip }, () => {
  let folder = '';
  before(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'lanner-files-')));
    writeFileSync(join(folder, 'old'), 'text');
    mkdirSync(join(folder, 'sub'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const path = (...parts: string[]) => join(folder, ...parts);
  /** Device and inode as the event layout has them, once the call has been made. */
  const identity = (name: string) => {
    const { dev, ino } = statSync(name);
    return { dev: Number(dev), ino: Number(ino) };
  };
  const descriptor = (name: string, kind = 'f', flags = 0) => {
    const { dev, ino } = identity(name);
    return { kind, protocol: 0, flags, device: dev, inode: ino, name };
  };
  const at = (calls: readonly Call[]) => make(calls, { cwd: folder });

  test('open: absolute, relative, created, failed', async () => {
    const { events, results } = await at([
      [NR.open, path('old'), O_RDWR | O_CLOEXEC, 0o777],
      [NR.open, 'sub/new', O_CREAT | O_EXCL | O_WRONLY, 0o4640],
      [NR.open, 'missing', 0, 0],
      [NR.open, 'sub', O_DIRECTORY, 0o755],
      [NR.open, 1, 0, 0],
    ]);
    const [first, second, , fourth] = results as number[];
    assert.equal(events.length, 5);
    expectEvent(events[0], 'open', {
      fd: first,
      name: path('old'),
      flags: RDWR | CLOEXEC,
      mode: 0,
      ...identity(path('old')),
      fdinfo: descriptor(path('old')),
      base: undefined,
    });
    expectEvent(events[1], 'open', {
      fd: second,
      name: 'sub/new',
      flags: WRONLY | CREAT | EXCL | CREATED,
      mode: 0o4640,
      ...identity(path('sub/new')),
      fdinfo: descriptor(path('sub/new')),
      base: folder,
    });
    expectEvent(events[2], 'open', {
      fd: ENOENT,
      name: 'missing',
      flags: RDONLY,
      mode: 0,
      dev: 0,
      ino: 0,
      fdinfo: undefined,
      base: folder,
    });
    // As Falco has it: O_DIRECTORY is part of O_TMPFILE, so it sets that symbol too and lets the mode through.
    expectEvent(events[3], 'open', {
      fd: fourth,
      name: 'sub',
      flags: RDONLY | DIRECTORY | TMPFILE,
      mode: 0o755,
      ...identity(path('sub')),
      fdinfo: descriptor(path('sub'), 'd'),
      base: folder,
    });
    expectEvent(events[4], 'open', {
      fd: -14,
      name: undefined,
      flags: RDONLY,
      mode: 0,
      dev: 0,
      ino: 0,
      fdinfo: undefined,
      base: undefined,
    });
  });

  test('openat: from a descriptor, through a symbolic link, the root, /proc/self', async () => {
    symlinkSync('old', path('to-old'));
    const { events, results, pid } = await at([
      [NR.open, 'sub', O_DIRECTORY, 0],
      [NR.openat, result(0), '../to-old', 0, 0],
      [NR.openat, AT_FDCWD, '/', O_DIRECTORY, 0],
      [NR.openat, AT_FDCWD, '/proc/self/stat', 0, 0],
      [NR.openat, 77, 'name', O_CREAT, 0o600],
    ]);
    expectEvent(events[1], 'openat', {
      fd: results[1],
      dirfd: results[0],
      name: '../to-old',
      flags: RDONLY,
      mode: 0,
      ...identity(path('old')),
      fdinfo: descriptor(path('old')),
      base: path('sub'),
    });
    expectEvent(events[2], 'openat', {
      fd: results[2],
      dirfd: -100,
      name: '/',
      flags: RDONLY | DIRECTORY | TMPFILE,
      mode: 0,
      ...identity('/'),
      fdinfo: descriptor('/', 'd'),
      base: undefined,
    });
    assert.equal(fdinfoOf(events[3]).name, `/proc/${pid}/stat`);
    expectEvent(events[4], 'openat', {
      fd: EBADF,
      dirfd: 77,
      name: 'name',
      flags: RDONLY | CREAT,
      mode: 0o600,
      dev: 0,
      ino: 0,
      fdinfo: undefined,
      base: undefined,
    });
  });

  test('openat2: flags, mode and resolution out of its structure', async () => {
    const how = (...words: number[]) => new Uint8Array(BigUint64Array.from(words, BigInt).buffer);
    const { events, results } = await at([
      [NR.openat2, AT_FDCWD, 'by-openat2', how(O_CREAT | O_RDWR, 0o640, 0x04 | 0x08), 24],
      [NR.openat2, AT_FDCWD, '../x', how(0, 0, 0x08), 24],
    ]);
    expectEvent(events[0], 'openat2', {
      fd: results[0],
      dirfd: -100,
      name: 'by-openat2',
      flags: RDWR | CREAT | CREATED,
      mode: 0o640,
      resolve: 8 | 1,
      ...identity(path('by-openat2')),
      fdinfo: descriptor(path('by-openat2')),
      base: folder,
    });
    expectEvent(events[1], 'openat2', {
      fd: -18,
      dirfd: -100,
      name: '../x',
      flags: RDONLY,
      mode: 0,
      resolve: 1,
      dev: 0,
      ino: 0,
      fdinfo: undefined,
      base: folder,
    });
  });

  test('creat and close', async () => {
    const { events, results } = await at([
      [NR.creat, 'made', 0o600],
      [NR.creat, 'missing/made', 0o600],
      [NR.close, result(0)],
      [NR.close, 77],
    ]);
    expectEvent(events[0], 'creat', {
      fd: results[0],
      name: 'made',
      mode: 0o600,
      ...identity(path('made')),
      creat_flags: 0,
      fdinfo: descriptor(path('made')),
      base: folder,
    });
    expectEvent(events[1], 'creat', {
      fd: ENOENT,
      name: 'missing/made',
      mode: 0o600,
      dev: 0,
      ino: 0,
      creat_flags: 0,
      fdinfo: undefined,
      base: folder,
    });
    expectEvent(events[2], 'close', { res: 0, fd: results[0] });
    expectEvent(events[3], 'close', { res: EBADF, fd: 77 });
  });

  test('dup, dup2, dup3', async () => {
    const { events, results } = await at([
      [NR.open, 'old', 0, 0],
      [NR.dup, result(0)],
      [NR.dup2, result(0), 60],
      [NR.dup3, result(0), 61, O_CLOEXEC],
      [NR.dup, 77],
      [NR.dup3, result(0), result(0), 0],
    ]);
    const fdinfo = descriptor(path('old'));
    expectEvent(events[1], 'dup', { res: results[1], oldfd: results[0], fdinfo });
    expectEvent(events[2], 'dup2', { res: 60, oldfd: results[0], newfd: 60, fdinfo });
    expectEvent(events[3], 'dup3', { res: 61, oldfd: results[0], newfd: 61, flags: CLOEXEC, fdinfo });
    expectEvent(events[4], 'dup', { res: EBADF, oldfd: 77, fdinfo: undefined });
    expectEvent(events[5], 'dup3', { res: -22, oldfd: results[0], newfd: results[0], flags: 0, fdinfo });
  });

  test('chdir and fchdir', async () => {
    const { events, results } = await at([
      [NR.chdir, 'sub'],
      [NR.chdir, 'missing'],
      [NR.open, '..', O_DIRECTORY, 0],
      [NR.fchdir, result(2)],
      [NR.fchdir, 0],
    ]);
    expectEvent(events[0], 'chdir', { res: 0, path: 'sub', cwd: path('sub') });
    expectEvent(events[1], 'chdir', { res: ENOENT, path: 'missing', cwd: undefined });
    expectEvent(events[3], 'fchdir', { res: 0, fd: results[2], fdinfo: descriptor(folder, 'd') });
    assert.equal(events[4]?.values.res, -20);
  });

  test('memfd_create', async () => {
    const { events, results } = await at([
      [NR.memfd_create, 'payload', 3],
      [NR.memfd_create, 'payload', 0x40000000],
    ]);
    const { inode, ...fdinfo } = fdinfoOf(events[0]);
    expectEvent(events[0], 'memfd_create', {
      fd: results[0],
      name: 'payload',
      flags: 3,
      fdinfo: { ...fdinfo, kind: 'm', protocol: 0, flags: 0, inode, name: 'memfd:payload' },
    });
    assert.ok(inode > 0);
    expectEvent(events[1], 'memfd_create', { fd: -22, name: 'payload', flags: 0, fdinfo: undefined });
  });

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

  test('descriptors: unlinked file, deep path', async () => {
    const deep = Array.from({ length: 200 }, (_, index) => `d${index}`);
    mkdirSync(path(...deep), { recursive: true });
    const { events } = await at([
      [NR.creat, 'gone', 0o600],
      [NR.unlink, 'gone'],
      [NR.dup, result(0)],
      [NR.open, path(...deep), O_DIRECTORY, 0],
    ]);
    const unlinked = fdinfoOf(events[2]);
    assert.deepEqual([unlinked.flags, unlinked.name], [8, path('gone')]);
    expectEvent(events[3], 'open', {
      ...events[3]?.values,
      fdinfo: descriptor(path(...deep), 'd'),
    });
  });

  test('a path that is too long keeps its top, and never looks like the path of another file', async () => {
    const steps = (name: string, count: number): Call[] =>
      Array.from({ length: count }, (): Call[] => [
        [NR.mkdir, name, 0o700],
        [NR.chdir, name],
      ]).flat();
    const long = 'x'.repeat(255);
    const { events } = await at([...steps(long, 20), [NR.open, '.', O_DIRECTORY, 0]]);
    const { flags, name = '' } = fdinfoOf(events.find(({ values }) => values.name === '.'));
    assert.equal(flags, 4);
    assert.match(name, /\/\.\.\.\/(?:x{255}\/)*x{255}$/);
    const top = path().split('/').slice(0, 5).join('/');
    assert.equal(name.slice(0, top.length), top);
  });

  test('text that is no text: any byte, no end, longer than a path', async () => {
    const name = Buffer.from([0x2f, 0xff, 0xfe, 0x0a, 0x80]).toString('latin1');
    const { events } = await at([
      [NR.open, Buffer.concat([Buffer.from(name, 'latin1'), Buffer.from([0])]), 0, 0],
      [NR.unlink, 'x'.repeat(5000)],
    ]);
    assert.equal(events[0]?.values.name, name);
    assert.equal(events[1]?.values.path, 'x'.repeat(4095));
  });
});
