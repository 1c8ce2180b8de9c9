import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Thread } from '../system/thread.ts';
import { contextOf, eventOf, read, systemOf, threadOf } from './testing.ts';

const NAMES = [
  'user.uid',
  'user.name',
  'user.homedir',
  'user.shell',
  'user.loginuid',
  'user.loginname',
  'group.gid',
  'group.name',
];

function readFor(facts: Partial<Thread>): unknown[] {
  const system = systemOf({
    threads: [threadOf(facts)],
    users: {
      user: (uid, containerId) =>
        uid === 33
          ? { uid, gid: 33, name: containerId ? 'nginx' : 'www-data', home: '/var/www', shell: '/bin/false' }
          : undefined,
      groupName: (gid) => (gid === 33 ? 'www-data' : undefined),
    },
  });
  const context = contextOf(eventOf('getuid', { uid: 0 }), { system });
  return NAMES.map((name) => read(context, name));
}

test('users and groups by name', () => {
  assert.deepEqual(readFor({ uid: 33, gid: 33, loginuid: 33 }), [
    33,
    'www-data',
    '/var/www',
    '/bin/false',
    33,
    'www-data',
    33,
    'www-data',
  ]);
  assert.equal(readFor({ uid: 33, containerId: 'abc' })[1], 'nginx', 'names of the container');
});

test('root is known without a database, others are not', () => {
  assert.deepEqual(readFor({ uid: 0, gid: 0, loginuid: 0 }), [
    0,
    'root',
    '/root',
    '<NA>',
    0,
    'root',
    0,
    'root',
  ]);
  assert.deepEqual(readFor({ uid: 7, gid: 7, loginuid: -1 }), [
    7,
    '<NA>',
    '<NA>',
    '<NA>',
    -1,
    '<NA>',
    7,
    '<NA>',
  ]);
  assert.equal(readFor({ loginuid: 0xffffffff })[4], -1);
});
