/** System calls on descriptors: every parameter, after success and failure. */
import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import { after, describe, test } from 'node:test';
import { type Call, expectEvent, fdinfoOf, result, skipReason, X64 } from './calls.ts';
import { testCases } from './cases.ts';
import { descriptor, identity, TestFolder } from './folder.ts';

const AT_FDCWD = -100;
const O_WRONLY = 1;
const O_RDWR = 2;
const O_CREAT = 0o100;
const O_EXCL = 0o200;
const O_DIRECTORY = X64 ? 0o200000 : 0o40000;
const O_CLOEXEC = 0o2000000;
const ENOENT = -2;
const EBADF = -9;

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

const NR = {
  open: 2,
  close: 3,
  dup: 32,
  dup2: 33,
  chdir: 80,
  fchdir: 81,
  mkdir: 83,
  creat: 85,
  unlink: 87,
  openat: 257,
  dup3: 292,
  memfd_create: 319,
  openat2: 437,
} as const;

const skip = skipReason || (X64 ? false : 'the numbers of the system calls are those of x64');

describe('files', { skip }, () => {
  const place = new TestFolder();
  const { folder } = place;
  after(() => place.remove());
  const path = (...parts: string[]) => place.path(...parts);
  const at = (calls: readonly Call[]) => place.make(calls);

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

testCases(import.meta.filename, { skip });
