import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ParameterValue } from '../events/encode.ts';
import { contextOf, descriptorWith, eventOf, read, systemOf, threadOf } from './testing.ts';

const thread = threadOf({ tid: 1000, cwd: '/root/' });
const system = systemOf({
  threads: [thread],
  descriptor: (_, fd) => (fd === 9 ? descriptorWith({ kind: 'd', name: '/srv' }) : undefined),
});

const NAMES = ['name', 'nameraw', 'source', 'sourceraw', 'target', 'targetraw'];

/** Those of the six fields that have a value. */
function paths(
  type: string,
  parameters: Record<string, ParameterValue>,
  descriptor?: ReturnType<typeof descriptorWith>,
): Record<string, unknown> {
  const context = contextOf(eventOf(type, parameters), { system, descriptor });
  const values = NAMES.map((name): [string, unknown] => [name, read(context, `fs.path.${name}`)]);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}

test('system calls with one path', () => {
  for (const [type, parameter] of [
    ['mkdir', 'path'],
    ['rmdir', 'path'],
    ['unlink', 'path'],
    ['chmod', 'filename'],
    ['chown', 'path'],
    ['lchown', 'path'],
    ['umount', 'name'],
    ['umount2', 'name'],
  ] as const)
    assert.deepEqual(
      paths(type, { res: 0, [parameter]: 'a/./b' }),
      { name: '/root/a/b', nameraw: 'a/./b' },
      type,
    );
  for (const [type, parameter] of [
    ['mkdirat', 'path'],
    ['unlinkat', 'name'],
    ['fchmodat', 'filename'],
    ['fchownat', 'pathname'],
  ] as const) {
    assert.deepEqual(
      paths(type, { res: 0, dirfd: 9, [parameter]: 'x' }),
      { name: '/srv/x', nameraw: 'x' },
      type,
    );
    assert.equal(paths(type, { res: 0, dirfd: 5, [parameter]: 'x', base: '/told' }).name, '/told/x', type);
    assert.equal(paths(type, { res: 0, dirfd: -100, [parameter]: '/a//x' }).name, '/a/x', type);
  }
});

test('opens have their path unless they failed for lack of permission', () => {
  const open = { dirfd: -100, name: 'x', flags: 1 };
  assert.deepEqual(paths('openat', { fd: 3, ...open }), { name: '/root/x', nameraw: 'x' });
  assert.equal(paths('openat', { fd: -2, ...open }).name, '/root/x');
  assert.deepEqual(paths('openat', { fd: -1, ...open }), {});
});

test('calls on a descriptor have its name', () => {
  const descriptor = descriptorWith();
  assert.deepEqual(paths('fchmod', { res: 0, fd: 3, mode: 0o777 }, descriptor), {
    name: '/etc/passwd',
    nameraw: '/etc/passwd',
  });
  assert.deepEqual(paths('fchown', { res: -1, fd: 3 }, descriptor), {}, 'failed');
});

test('renames go from the old path to the new one', () => {
  assert.deepEqual(paths('rename', { res: 0, oldpath: 'a', newpath: '/b' }), {
    source: '/root/a',
    sourceraw: 'a',
    target: '/b',
    targetraw: '/b',
  });
  const told = {
    res: 0,
    olddirfd: 5,
    oldpath: 'a',
    newdirfd: 6,
    newpath: 'b',
    oldbase: '/old',
    newbase: '/new',
  };
  for (const type of ['renameat', 'renameat2']) {
    const { source, target } = paths(type, told);
    assert.deepEqual([source, target], ['/old/a', '/new/b'], type);
  }
  assert.deepEqual(paths('rename', { res: -2, oldpath: 'a', newpath: '/b' }), {});
});

test('links go from the new name to what it leads to', () => {
  assert.deepEqual(paths('link', { res: 0, oldpath: '/etc/shadow', newpath: 'x' }), {
    source: '/root/x',
    sourceraw: 'x',
    target: '/etc/shadow',
    targetraw: '/etc/shadow',
  });
  assert.deepEqual(paths('symlink', { res: 0, target: '../etc/shadow', linkpath: '/tmp/x' }), {
    source: '/tmp/x',
    sourceraw: '/tmp/x',
    target: '/etc/shadow',
    targetraw: '../etc/shadow',
  });
  const { target } = paths('symlinkat', { res: 0, target: 'y', linkdirfd: 9, linkpath: 'sub/x' });
  assert.equal(target, '/srv/sub/y', 'from the directory of the link');
});

test('what is mounted need not be a path', () => {
  assert.deepEqual(paths('mount', { res: 0, dev: 'proc', dir: 'mnt', type: 'proc' }), {
    source: 'proc',
    sourceraw: 'proc',
    target: '/root/mnt',
    targetraw: 'mnt',
  });
  assert.equal(paths('mount', { res: 0, dev: '/dev/../dev/sda', dir: '/mnt' }).source, '/dev/sda');
});

test('other events have no paths', () => {
  assert.deepEqual(paths('execve', { res: 0, exe: 'sh' }), {});
  assert.deepEqual(paths('read', { res: 0, fd: 3 }, descriptorWith()), {});
});
