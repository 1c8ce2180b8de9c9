import assert from 'node:assert/strict';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, test } from 'node:test';
import { DirectLooks } from './looks/looks.ts';
import { PathResolver } from './path-resolver.ts';
import type { Thread } from './thread.ts';
import { TokenBucket } from './token-bucket.ts';

let folder = '';
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'lanner-paths-')));
  mkdirSync(join(folder, 'real'));
  writeFileSync(join(folder, 'real/file'), '');
  symlinkSync('real', join(folder, 'via'));
  symlinkSync(join(folder, 'via/file'), join(folder, 'soft'));
  symlinkSync('loop', join(folder, 'loop'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

let now = 0;
const clock = () => now;
const resolver = (looks = 100) =>
  new PathResolver({
    looks: new DirectLooks(),
    bucket: new TokenBucket(0, looks, clock),
    processesIn: () => [process.pid],
    clock,
  });

const HOST = { tid: process.pid, pid: process.pid, containerId: '' } as Thread;
/** Its root is that of this process, reached through /proc. */
const CONTAINED = { ...HOST, tid: 2 ** 30, containerId: 'c' } as Thread;

for (const [place, thread] of [
  ['on the host', HOST],
  ['in a container', CONTAINED],
] as const) {
  test(`links in the directory are followed, the last part is not: ${place}`, () => {
    const paths = resolver();
    assert.equal(paths.withDirectory(thread, join(folder, 'via/none')), join(folder, 'real/none'));
    assert.equal(paths.withDirectory(thread, join(folder, 'soft')), join(folder, 'soft'));
    assert.equal(paths.withDirectory(thread, join(folder, 'loop/x')), undefined);
    assert.equal(paths.withDirectory(thread, '/none/x'), undefined);
  });

  test(`a file is found through all links: ${place}`, () => {
    const { dev: device, ino: inode } = statSync(join(folder, 'real/file'));
    const path = join(folder, 'real/file');
    assert.deepEqual(resolver().file(thread, join(folder, 'soft')), { path, identity: { device, inode } });
    assert.equal(resolver().file(thread, join(folder, 'none')), undefined);
    assert.equal(resolver().file(thread, join(folder, 'loop')), undefined);
  });
}

test('/proc/self is that of the thread', () => {
  const other = { ...HOST, pid: 1, tid: 1 } as Thread;
  assert.equal(resolver().withDirectory(other, '/proc/self/status'), '/proc/1/status');
});

test('working and root directory of a process are where they were at the event, though it is gone', () => {
  const cwd = `${join(folder, 'real')}/`;
  const gone = { ...HOST, pid: 2 ** 30, tid: 2 ** 30 + 1, cwd } as Thread;
  const paths = [
    '/proc/self/cwd/file',
    '/proc/thread-self/cwd/file',
    `/proc/${gone.pid}/cwd/file`,
    `/proc/${gone.pid}/task/${gone.tid}/cwd/file`,
    '/tmp/..//./proc/self//./cwd/file',
    '/proc/self/cwd/../real/file',
    `/proc/self/root${cwd}file`,
  ];
  for (const path of paths) {
    assert.equal(resolver().withDirectory(gone, path), `${cwd}file`, path);
    assert.equal(resolver().file(gone, path)?.path, `${cwd}file`, path);
  }
  assert.equal(resolver().withDirectory({ ...gone, cwd: '' }, '/proc/self/cwd/file'), undefined);
  assert.equal(resolver().withDirectory(gone, '/proc/self/cwd'), undefined);
  assert.equal(resolver().withDirectory(gone, '/other/proc/self/cwd/file'), undefined);
});

test("descriptors below /dev/fd are the process's own, and so is what a link leads to", () => {
  const descriptor = openSync(join(folder, 'real'), 'r');
  const paths = resolver();
  try {
    assert.equal(paths.withDirectory(HOST, `/dev/fd/${descriptor}/x`), join(folder, 'real/x'));
    const gone = { ...HOST, pid: 2 ** 30, tid: 2 ** 30 } as Thread;
    assert.equal(paths.withDirectory(gone, `/dev/fd/${descriptor}/x`), undefined);
    const cwd = `${join(folder, 'real')}/`;
    paths.links.add('', join(folder, 'here'), '/proc/self/cwd');
    assert.equal(paths.withDirectory({ ...gone, cwd }, join(folder, 'here/x')), join(folder, 'real/x'));
  } finally {
    closeSync(descriptor);
  }
});

test('a directory is remembered for a second, or until links have changed', () => {
  const paths = resolver();
  const path = join(folder, 'via/x');
  assert.equal(paths.withDirectory(HOST, path), join(folder, 'real/x'));
  renameSync(join(folder, 'real'), join(folder, 'moved'));
  mkdirSync(join(folder, 'new'));
  rmSync(join(folder, 'via'));
  symlinkSync('new', join(folder, 'via'));
  assert.equal(paths.withDirectory(HOST, path), join(folder, 'real/x'));
  paths.forget();
  assert.equal(paths.withDirectory(HOST, path), join(folder, 'new/x'));
  rmSync(join(folder, 'via'));
  symlinkSync('moved', join(folder, 'via'));
  now += 1000;
  assert.equal(paths.withDirectory(HOST, path), join(folder, 'moved/x'));
});

test('a link that is gone is followed as its event told', () => {
  const paths = resolver();
  paths.links.add('', '/gone/link', '../etc');
  assert.equal(paths.withDirectory(HOST, '/gone/link/shadow'), '/etc/shadow');
  paths.links.add('', '/gone/soft', '/no/such/file');
  assert.deepEqual(paths.file(HOST, '/gone/soft'), { path: '/no/such/file', identity: undefined });
});

test('too many looks are refused and counted', () => {
  const paths = resolver(1);
  paths.withDirectory(HOST, '/usr/x');
  paths.withDirectory(HOST, '/usr/y');
  assert.equal(paths.refused, 0, 'a remembered directory takes no look');
  assert.equal(paths.withDirectory(HOST, '/etc/y'), undefined);
  assert.equal(paths.file(HOST, '/etc/passwd'), undefined);
  assert.equal(paths.refused, 2);
});

for (const [place, thread] of [
  ['on the host', HOST],
  ['in a container', CONTAINED],
] as const) {
  test(`what lies in a directory without links is not looked for: ${place}`, () => {
    const paths = resolver(0);
    assert.equal(paths.withDirectory(thread, '/no/such/x', '/no/such'), '/no/such/x');
    assert.equal(paths.refused, 0);
  });

  test(`below a directory without links only the rest is walked: ${place}`, () => {
    const paths = resolver();
    const base = join(folder, 'real');
    symlinkSync('..', join(base, 'up'));
    assert.equal(paths.withDirectory(thread, join(base, 'up/via/x'), base), join(base, 'x'));
    assert.equal(paths.file(thread, join(base, 'up/soft'), base)?.path, join(base, 'file'));
    assert.equal(paths.withDirectory(thread, `${base}/../soft`, base), join(folder, 'soft'));
  });

  test(`endless directories cost more than usual ones: ${place}`, () => {
    const paths = resolver(4000);
    for (let count = 0; count < 100; count++) paths.withDirectory(thread, `/${count}${'/d'.repeat(2000)}/x`);
    assert.ok(paths.refused >= 99, `${paths.refused} were refused`);
    for (let count = 0; count < 10; count++) paths.withDirectory(thread, `/${count}/a/b/c/x`);
    assert.ok(paths.refused <= 100, 'usual ones still are');
  });
}

test('in a container the machine is looked at below its root', () => {
  symlinkSync('/real', join(folder, 'absolute'));
  const paths = new PathResolver({
    ...{ looks: new DirectLooks(), hostRoot: folder, bucket: new TokenBucket(0, 100, clock) },
    ...{ processesIn: () => [], clock },
  });
  assert.equal(paths.withDirectory(HOST, '/absolute/x'), '/real/x');
  const { dev: device, ino: inode } = statSync(join(folder, 'real/file'));
  assert.deepEqual(paths.file(HOST, '/absolute/file'), {
    path: '/real/file',
    identity: { device, inode },
  });
});
