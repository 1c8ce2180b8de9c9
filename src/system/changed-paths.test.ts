import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, before, test } from 'node:test';
import type { ParameterValue } from '../events/encode.ts';
import { changedNames, namesChangedFile, noticeLinks } from './changed-paths.ts';
import { DirectLooks } from './looks/looks.ts';
import type { FileNames } from './other-names.ts';
import { PathResolver } from './path-resolver.ts';
import { event } from './testing/event-builder.ts';
import type { Thread } from './thread.ts';
import { TokenBucket } from './token-bucket.ts';

let folder = '';
before(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'lanner-changed-')));
  mkdirSync(join(folder, 'real'));
  writeFileSync(join(folder, 'real/file'), '');
  symlinkSync('real', join(folder, 'via'));
  symlinkSync('real/file', join(folder, 'soft'));
  chmodSync(folder, 0o700);
});
after(() => rmSync(folder, { recursive: true, force: true }));

const THREAD = { tid: process.pid, pid: process.pid, containerId: '' } as Thread;
const clock = () => 0;
const newResolver = () =>
  new PathResolver({
    looks: new DirectLooks(),
    bucket: new TokenBucket(0, 100, clock),
    processesIn: () => [],
    clock,
  });

function namesOf(name: string, parameters: Record<string, ParameterValue>, files?: FileNames) {
  const cursor = event(name, { tid: 1 }, parameters);
  if (!namesChangedFile(cursor)) return [];
  return changedNames(cursor, THREAD, newResolver(), files).map(({ kind, path, parameters }) => [
    kind,
    path.replace(folder, ''),
    [...(parameters?.keys() ?? [])].join(),
  ]);
}

test('where a path led through a linked directory is another name', () => {
  const path = join(folder, 'via/file');
  assert.deepEqual(namesOf('unlink', { res: 0, path }), [['resolved', '/real/file', '1']]);
  assert.deepEqual(namesOf('mkdirat', { res: 0, dirfd: 3, path: 'via/new', base: folder }), [
    ['resolved', '/real/new', '2'],
  ]);
  assert.deepEqual(namesOf('rename', { res: 0, oldpath: path, newpath: join(folder, 'via/other') }), [
    ['resolved', '/real/file', '1,2'],
  ]);
});

test('a call that changes the file and not the link follows the last link too', () => {
  const soft = join(folder, 'soft');
  assert.deepEqual(namesOf('chmod', { res: 0, filename: soft }), [['resolved', '/real/file', '1']]);
  assert.deepEqual(namesOf('lchown', { res: 0, path: soft }), []);
  assert.deepEqual(namesOf('unlink', { res: 0, path: soft }), []);
});

test('other names of the file that is changed', () => {
  const files: FileNames = { namesOf: () => ['/etc/shadow'], mayHave: () => true, changed() {} };
  assert.deepEqual(namesOf('chmod', { res: 0, filename: join(folder, 'real/file') }, files), [
    ['same file', '/etc/shadow', '1'],
  ]);
});

test('a path without links, a call that failed and a relative path without directory have none', () => {
  assert.deepEqual(namesOf('unlink', { res: 0, path: join(folder, 'real/file') }), []);
  assert.deepEqual(namesOf('unlink', { res: -2, path: join(folder, 'via/file') }), []);
  assert.deepEqual(namesOf('unlinkat', { res: 0, dirfd: 3, name: 'via/file' }), []);
});

test('an open without a descriptor to look at, as io_uring makes them, is resolved too', () => {
  const name = join(folder, 'soft');
  assert.deepEqual(namesOf('openat', { fd: 0x7fffffff, name }), [['resolved', '/real/file', '2']]);
  assert.deepEqual(namesOf('openat', { fd: -2, name }), []);
  assert.deepEqual(namesOf('openat', { fd: 3, name, fdinfo: Buffer.alloc(17) }), []);
});

test('links are learned from the events that make, move and remove them', () => {
  const resolver = newResolver();
  const notice = (name: string, parameters: Record<string, ParameterValue>) =>
    noticeLinks(event(name, { tid: 1 }, parameters), '', resolver);
  notice('symlinkat', { res: 0, target: '/etc', linkdirfd: 3, linkpath: 'link', base: '/gone' });
  notice('symlink', { res: -1, target: '/etc', linkpath: '/gone/failed' });
  assert.equal(resolver.links.follow('', '/gone/link/x'), '/etc/x');
  assert.equal(resolver.links.follow('', '/gone/failed/x'), '/gone/failed/x');
  notice('renameat', { res: 0, oldpath: 'link', oldbase: '/gone', newpath: '/gone/moved' });
  assert.equal(resolver.links.follow('', '/gone/moved/x'), '/etc/x');
  notice('unlinkat', { res: 0, dirfd: 3, name: 'moved', base: '/gone' });
  assert.equal(resolver.links.follow('', '/gone/moved/x'), '/gone/moved/x');
});
