import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { directoriesFor, type ObservedWrite, readWrites } from './observed.ts';

function alert(fields: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ rule: 'r', output_fields: fields });
}

describe('which alerts tell writes', () => {
  test('opens that say so, and changes', () => {
    const open = { 'evt.type': 'openat', 'fd.name': '/a/b' };
    assert.deepEqual(readWrites(alert({ ...open, 'evt.is_open_write': true, 'container.name': 'web' })), [
      { path: '/a/b', container: 'web' },
    ]);
    assert.deepEqual(
      readWrites(alert({ ...open, 'evt.arg.flags': 'O_RDWR|O_CREAT', 'k8s.pod.name': null })),
      [{ path: '/a/b' }],
    );
    const move = {
      'evt.type': 'rename',
      'fs.path.source': '/a/x',
      'fs.path.target': '/b/y',
      'fs.path.name': '/b/y',
    };
    assert.deepEqual(
      readWrites(alert(move))?.map(({ path }) => path),
      ['/b/y', '/a/x'],
    );
  });

  test('others, and what is no alert', () => {
    for (const line of [
      alert({ 'evt.type': 'openat', 'fd.name': '/etc/shadow' }),
      alert({ 'evt.type': 'openat', 'fd.name': '/etc/shadow', 'evt.arg.flags': 'O_RDONLY' }),
      alert({ 'evt.type': 'execve', 'fd.name': '/a' }),
      ...['', '{', '[]', '7', '{"output_fields": 7}'],
    ])
      assert.equal(readWrites(line), undefined, line);
  });
});

describe('directories of a workload', () => {
  const web = { name: 'web', image: 'r:5000/shop/web:1@sha256:0' };
  const workload = { name: 'shop', namespace: 'n', containers: [web, { name: 'side', image: 'side' }] };

  function directories(writes: readonly ObservedWrite[], of = workload): string[] {
    return directoriesFor(writes, of).directories.map(({ container, path }) => `${container}:${path}`);
  }

  test('a directory that becomes writable anyway is not told to be refused', () => {
    const writes = ['/var', '/var/cache', '/etc/passwd'].map((path) => ({ path, container: 'web' }));
    assert.deepEqual(directoriesFor(writes, { ...workload, containers: [web] }), {
      directories: [{ container: 'web', path: '/var' }],
      refused: ['/etc/passwd'],
    });
  });

  test('those of its own containers and pods', () => {
    const path = '/data/file';
    assert.deepEqual(directories([{ path, container: 'web', pod: 'shop-7d9-x', namespace: 'n' }]), [
      'web:/data',
    ]);
    assert.deepEqual(directories([{ path, container: 'web', pod: 'shopping-7d9-x', namespace: 'n' }]), []);
    assert.deepEqual(directories([{ path, container: 'web', pod: 'shop', namespace: 'other' }]), []);
    assert.deepEqual(directories([{ path, container: 'engine-name', image: 'shop/web' }]), ['web:/data']);
    assert.deepEqual(directories([{ path, container: 'engine-name' }]), []);
    assert.deepEqual(directories([{ path }]), ['web:/data', 'side:/data']);
    assert.deepEqual(directories([{ path, container: 'any' }], { ...workload, containers: [web] }), [
      'web:/data',
    ]);
  });

  test('many files become their directory, many neighbours the one around them', () => {
    const at = (...paths: string[]) => directories(paths.map((path) => ({ path, container: 'web' })));
    assert.deepEqual(at('/srv/app/a/1', '/srv/app/a/2', '/srv/app/a/deep/3'), ['web:/srv/app/a']);
    assert.deepEqual(at('/srv/app/a/1', '/srv/app/b/1'), ['web:/srv/app/a', 'web:/srv/app/b']);
    assert.deepEqual(at('/srv/app/a/1', '/srv/app/b/1', '/srv/app/c/1'), ['web:/srv/app']);
    assert.deepEqual(at('/var/a/1', '/var/b/1', '/var/c/1'), ['web:/var/a', 'web:/var/b', 'web:/var/c']);
    assert.deepEqual(at('/proc/self/attr', '/dev/null', '/sys/x', '/tmp/x'), ['web:/tmp']);
  });

  test('programs and settings do not become writable by having been written', () => {
    const paths = ['/usr/bin/tool', '/etc/resolv.conf', '/file', '/etc/app/cache/x', '/usr/lib/x.so'];
    const { directories: found, refused } = directoriesFor(
      paths.map((path) => ({ path })),
      { ...workload, containers: [web] },
    );
    assert.deepEqual(found, [{ container: 'web', path: '/etc/app/cache' }]);
    assert.deepEqual(refused, ['/etc/resolv.conf', '/file', '/usr/bin/tool', '/usr/lib/x.so']);
  });
});
