import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseIp } from './ip.ts';
import type { DescriptorState, SocketState } from './snapshot.ts';
import { System } from './system.ts';
import { CapturedSystem, threadState } from './testing/captured-system.ts';

function ip(text: string): string {
  return parseIp(text) ?? '';
}

function descriptorState(fd: number, facts: Partial<DescriptorState>): DescriptorState {
  return {
    fd,
    kind: 'f',
    userfault: false,
    inode: 0n,
    name: '',
    openFlags: 0,
    device: 0,
    socket: undefined,
    ...facts,
  };
}

function socketState(facts: Partial<SocketState>): SocketState {
  return {
    protocol: 6,
    listening: false,
    sourceIp: ip('10.0.0.1'),
    sourcePort: 1000,
    destinationIp: ip('10.0.0.2'),
    destinationPort: 80,
    ...facts,
  };
}

test('threads and their processes', () => {
  const cgroups = ['cpu_cgroup=/a', 'io=/b', `memory=/docker/${'f'.repeat(64)}`];
  const { system } = new CapturedSystem(
    { tid: 100, exepath: '/bin/gone (deleted)', args: [''], cwd: '/srv', cgroups, vmSize: 7 },
    { tid: 101, pid: 100, comm: 'worker', vmSize: 9 },
    { tid: 300, ptid: 299 },
  );
  const main = system.thread(100);
  assert.deepEqual([main?.exepath, main?.args, main?.cwd], ['/bin/gone', [], '/srv/']);
  assert.deepEqual(main?.cgroups.slice(0, 2), ['cpu=/a', 'blkio=/b']);
  assert.equal(main?.containerId, 'f'.repeat(12));
  const worker = system.thread(101);
  assert.deepEqual([worker?.comm, worker?.pid, worker?.cwd, worker?.vmSize], ['worker', 100, '/srv/', 9]);
  assert.equal(main?.vmSize, 7);
  assert.equal(system.thread(300)?.ptid, 0, 'a parent that is not there is none');
});

test('connections are turned to begin with the client', () => {
  const host = new CapturedSystem();
  host.snapshot.section();
  host.snapshot.thread(threadState({ tid: 100 }));
  const add = (fd: number, socket: SocketState, kind: '4' | '6' = '4'): void =>
    host.snapshot.descriptor(100, descriptorState(fd, { kind, socket }));
  add(3, socketState({ listening: true, sourcePort: 80 }));
  add(4, socketState({ sourcePort: 80, destinationPort: 5000 }));
  add(5, socketState({}));
  add(6, socketState({ sourceIp: ip('::1'), destinationIp: ip('::2') }), '6');
  add(
    7,
    socketState({ sourceIp: ip('::ffff:1.1.1.1'), destinationIp: ip('::ffff:2.2.2.2'), protocol: 17 }),
    '6',
  );
  host.snapshot.complete();
  const thread = host.system.thread(100);
  assert.ok(thread);
  const told = [3, 4, 5, 6, 7].map((fd) => {
    const { kind, name, socket } = host.system.descriptor?.(thread, fd) ?? {};
    return [kind, name, socket?.isServer, socket?.connected];
  });
  assert.deepEqual(told, [
    ['4', '10.0.0.1:80', undefined, false],
    ['4', '10.0.0.2:5000->10.0.0.1:80', true, true],
    ['4', '10.0.0.1:1000->10.0.0.2:80', false, true],
    ['6', '::1:1000->::2:80', undefined, true],
    ['4', '1.1.1.1:1000->2.2.2.2:80', false, false],
  ]);
});

test('the machine is the one of the capture', () => {
  const host = new CapturedSystem();
  host.snapshot.machine({ hostname: 'web', bootTime: 7n });
  host.snapshot.users(
    [{ uid: 5, gid: 6, name: 'ann', home: '/h', shell: '/s' }],
    [{ gid: 6, name: 'staff' }],
  );
  const interfaces = [
    { address: ip('10.0.0.1'), netmask: ip('255.0.0.0') },
    { address: ip('fe80::1'), netmask: ip('ffff::') },
  ];
  host.snapshot.interfaces(interfaces);
  const { system } = host;
  assert.deepEqual([system.hostname, system.bootTime], ['web', 7n]);
  assert.equal(system.users.user(5, '')?.name, 'ann');
  assert.equal(system.users.groupName(6, ''), 'staff');
  assert.equal(system.users.user(0, ''), undefined, "this machine's users are not asked");
  assert.deepEqual(
    ['10.0.0.1', '10.0.0.2', 'fe80::9', 'fe81::1'].map((text) => system.isLocalAddress(ip(text))),
    [true, false, true, false],
  );
});

test('events add and remove users', () => {
  const host = new CapturedSystem();
  const user = { uid: 7, gid: 8, name: 'bob', home: '/b', shell: '/s', container_id: 'c1' };
  host.pass(0, 'useradded', user);
  host.pass(0, 'groupadded', { gid: 8, name: 'dev', container_id: 'c1' });
  assert.equal(host.system.users.user(7, 'c1')?.home, '/b');
  assert.equal(host.system.users.user(7, ''), undefined);
  assert.equal(host.system.users.groupName(8, 'c1'), 'dev');
  host.pass(0, 'userdeleted', user);
  host.pass(0, 'groupdeleted', { gid: 8, name: 'dev', container_id: 'c1' });
  assert.equal(host.system.users.user(7, 'c1'), undefined);
  assert.equal(host.system.users.groupName(8, 'c1'), undefined);
});

test('another section of the file begins anew', () => {
  const host = new CapturedSystem({ tid: 100 });
  host.snapshot.users([{ uid: 5, gid: 6, name: 'ann', home: '/h', shell: '/s' }], []);
  host.snapshot.section();
  assert.equal(host.system.thread(100), undefined);
  assert.equal(host.system.users.user(5, ''), undefined);
});

test('a container has its own address, and the IPv4 ones of the machine only when it is known', () => {
  const container = 'c'.repeat(12);
  for (const [address, expected] of [
    ['172.17.0.2', [true, true, false, false]],
    ['', [false, false, false, false]],
  ] as const) {
    const system = System.open({
      seed: { kind: 'capture' },
      containers: { isPending: () => false, see: () => {}, get: () => ({ fullId: container, ip: address }) },
    });
    system.snapshot?.interfaces([
      { address: ip('10.0.0.1'), netmask: ip('255.0.0.0') },
      { address: ip('::1'), netmask: ip('ffff::') },
    ]);
    const asked = ['172.17.0.2', '10.0.0.1', '10.0.0.2', '::1'];
    assert.deepEqual(
      asked.map((text) => system.isLocalAddress(ip(text), container)),
      expected,
    );
  }
});
