import assert from 'node:assert/strict';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { FileUsers } from './file-users.ts';
import { DirectLooks } from './looks/looks.ts';
import { FakeHost } from './testing/fake-proc.ts';
import { parseGroup, parsePasswd } from './user-files.ts';

const PASSWD = 'root:x:0:0:root:/root:/bin/bash\nwww:x:33:34:Web:/var/www:/bin/false\n';

test('passwd and group are read leniently', () => {
  const users = parsePasswd(
    `${PASSWD}toor:x:0:0::/:/bin/sh\n# comment\nbad:x:-1:0::/:/\n+::::::\nshort:x:5:6\n`,
  );
  assert.deepEqual([...users.keys()], [0, 33, 5]);
  assert.deepEqual(users.get(0), { uid: 0, gid: 0, name: 'root', home: '/root', shell: '/bin/bash' });
  assert.deepEqual(users.get(5), { uid: 5, gid: 6, name: 'short', home: '', shell: '' });
  assert.deepEqual(
    [...parseGroup('root:x:0:\nweb:x:34:a,b\nbad:x:\n')],
    [
      [0, 'root'],
      [34, 'web'],
    ],
  );
});

function open(host: FakeHost, processes: Readonly<Record<string, number>> = {}) {
  const clock = { now: 0 };
  const users = new FileUsers({
    looks: new DirectLooks(),
    hostRoot: host.root,
    processesIn: (containerId) => (containerId in processes ? [processes[containerId] as number] : []),
    containerLimit: 2,
    clock: () => clock.now,
  });
  return { clock, users };
}

/** Root directory of a container, reached through one of its processes. */
function addContainer(host: FakeHost, pid: number, passwd: string): string {
  const root = join(host.root, `proc/${pid}/root`);
  mkdirSync(join(root, 'etc'), { recursive: true });
  writeFileSync(join(root, 'etc/passwd'), passwd);
  return root;
}

test('users of the host, read again when the file changes, looked at once a second', () => {
  using host = new FakeHost();
  host.write('etc/passwd', PASSWD);
  host.write('etc/group', 'web:x:34:\n');
  const { clock, users } = open(host);
  assert.equal(users.user(33, '')?.name, 'www');
  assert.equal(users.groupName(34, ''), 'web');
  assert.equal(users.user(1, ''), undefined);
  host.write('etc/passwd', `${PASSWD}new:x:1000:1000::/home/new:/bin/sh\n`);
  clock.now = 999;
  assert.equal(users.user(1000, ''), undefined);
  clock.now = 1000;
  assert.equal(users.user(1000, '')?.name, 'new');
  rmSync(join(host.root, 'etc/passwd'));
  clock.now = 2000;
  assert.equal(users.user(1000, ''), undefined);
  assert.equal(users.groupName(34, ''), 'web');
});

test('users of a container come through the root of one of its processes, and outlive it', () => {
  using host = new FakeHost();
  host.write('etc/passwd', PASSWD);
  addContainer(host, 50, 'app:x:33:33::/:/bin/sh\n');
  const processes: Record<string, number> = { abc: 50 };
  const { clock, users } = open(host, processes);
  assert.equal(users.user(33, 'abc')?.name, 'app');
  assert.equal(users.user(33, '')?.name, 'www');
  assert.equal(users.user(33, 'unknown'), undefined, 'never the host’s');
  delete processes.abc;
  clock.now = 5000;
  assert.equal(users.user(33, 'abc')?.name, 'app');
});

test('a container that still has the host’s root has no users of its own', () => {
  using host = new FakeHost();
  host.write('etc/passwd', PASSWD);
  mkdirSync(join(host.root, 'proc/50'));
  symlinkSync(host.root, join(host.root, 'proc/50/root'));
  const { clock, users } = open(host, { abc: 50 });
  assert.equal(users.user(33, 'abc'), undefined);
  rmSync(join(host.root, 'proc/50/root'));
  addContainer(host, 50, 'app:x:33:33::/:/bin/sh\n');
  clock.now = 5;
  assert.equal(users.user(33, 'abc')?.name, 'app', 'found soon after it has changed its root');
});

test('links in a container do not lead to the host’s files', () => {
  using host = new FakeHost();
  host.write('etc/passwd', PASSWD);
  const root = addContainer(host, 50, '');
  rmSync(join(root, 'etc/passwd'));
  symlinkSync(join(host.root, 'etc/passwd'), join(root, 'etc/passwd'));
  mkdirSync(join(host.root, 'proc/51/root'), { recursive: true });
  symlinkSync(join(host.root, 'etc'), join(host.root, 'proc/51/root/etc'));
  const { users } = open(host, { file: 50, directory: 51 });
  assert.equal(users.user(33, 'file'), undefined);
  assert.equal(users.user(33, 'directory'), undefined);
});

test('only so many containers are remembered', () => {
  using host = new FakeHost();
  const processes: Record<string, number> = {};
  for (const [index, id] of ['a', 'b', 'c'].entries()) {
    addContainer(host, 50 + index, `user${id}:x:1:1::/:/\n`);
    processes[id] = 50 + index;
  }
  const { users } = open(host, processes);
  for (const id of ['a', 'b', 'c']) assert.equal(users.user(1, id)?.name, `user${id}`);
  for (const id of ['a', 'b', 'c']) delete processes[id];
  assert.equal(users.user(1, 'c')?.name, 'userc');
  assert.equal(users.user(1, 'a'), undefined, 'forgotten first');
});
