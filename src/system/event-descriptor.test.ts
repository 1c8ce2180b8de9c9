import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ParameterValue } from '../events/encode.ts';
import { AcceptedSockets } from './accepted-sockets.ts';
import type { SystemView } from './context.ts';
import { EventContextView } from './event-context.ts';
import { parseIp } from './ip.ts';
import { event } from './testing/event-builder.ts';
import { hostWithShell, open, pass } from './testing/shell-host.ts';

/** The extension `fdinfo`: header, then `rest`. */
function fdinfo(
  kind: string,
  rest: Uint8Array,
  { protocol = 0, flags = 0, device = 0, inode = 0n } = {},
): Buffer {
  const header = Buffer.alloc(16);
  header.write(kind, 0, 'latin1');
  header[1] = protocol;
  header[2] = flags;
  header.writeUInt32LE(device, 4);
  header.writeBigUInt64LE(inode, 8);
  return Buffer.concat([header, rest]);
}

function tuple(client: string, clientPort: number, server: string, serverPort: number): Buffer {
  const end = (text: string, port: number): Buffer => {
    const ip = Buffer.from(parseIp(text) ?? '', 'latin1');
    return Buffer.concat([ip, Buffer.from([port & 0xff, port >> 8])]);
  };
  return Buffer.concat([
    Buffer.from([client.includes(':') ? 10 : 2]),
    end(client, clientPort),
    end(server, serverPort),
  ]);
}

function unixTuple(source: bigint, destination: bigint, path: string): Buffer {
  const bytes = Buffer.alloc(17);
  bytes[0] = 1;
  bytes.writeBigUInt64LE(source, 1);
  bytes.writeBigUInt64LE(destination, 9);
  return Buffer.concat([bytes, Buffer.from(`${path}\0`, 'latin1')]);
}

function descriptorOf(name: string, parameters: Record<string, ParameterValue>) {
  const context = new EventContextView({} as SystemView, new AcceptedSockets(1));
  context.show(event(name, { tid: 1 }, parameters), undefined);
  return context.descriptor;
}

test('an opened file has its resolved path, and the one that was given', () => {
  const descriptor = descriptorOf('openat', {
    fd: 3,
    dirfd: -100,
    name: '../link',
    fdinfo: fdinfo('f', Buffer.from('/etc/shadow\0'), { flags: 1, device: 0x801, inode: 1n << 40n }),
  });
  assert.equal(descriptor?.kind, 'f');
  assert.equal(descriptor.name, '/etc/shadow');
  assert.equal(descriptor.rawName, '../link');
  assert.equal(descriptor.device, 0x801);
  assert.equal(descriptor.inode, 1n << 40n);
  assert.deepEqual([descriptor.upperLayer, descriptor.lowerLayer], [true, false]);
  assert.equal(descriptor.socket, undefined);
});

test('an event without fdinfo, or of a type that has none, has no descriptor', () => {
  assert.equal(descriptorOf('openat', { fd: -2, name: '/none' }), undefined);
  assert.equal(descriptorOf('openat', { fd: 3, fdinfo: Buffer.from('f') }), undefined);
  assert.equal(descriptorOf('setuid', { res: 0, uid: 0 }), undefined);
});

test('a descriptor that was not opened by name calls itself by the kernel’s', () => {
  const descriptor = descriptorOf('dup2', {
    res: 5,
    oldfd: 3,
    newfd: 5,
    fdinfo: fdinfo('d', Buffer.from('/tmp\0')),
  });
  assert.deepEqual([descriptor?.kind, descriptor?.name, descriptor?.rawName], ['d', '/tmp', '/tmp']);
});

const SOCKETS: readonly [
  kind: string,
  rest: Buffer,
  protocol: number,
  flags: number,
  shownKind: string,
  name: string,
  isServer: boolean | undefined,
][] = [
  ['4', tuple('10.0.0.1', 4321, '10.0.0.2', 80), 6, 0, '4', '10.0.0.1:4321->10.0.0.2:80', false],
  ['4', tuple('10.0.0.1', 4321, '10.0.0.2', 80), 6, 16, '4', '10.0.0.1:4321->10.0.0.2:80', true],
  ['4', tuple('0.0.0.0', 0, '0.0.0.0', 8080), 6, 16, '4', '0.0.0.0:8080', true],
  ['4', tuple('127.0.0.1', 53, '0.0.0.0', 0), 17, 0, '4', '127.0.0.1:53', undefined],
  ['4', tuple('0.0.0.0', 0, '0.0.0.0', 0), 6, 0, '4', '', undefined],
  ['4', tuple('10.0.0.1', 0, '10.0.0.2', 0), 1, 0, '4', '10.0.0.1->10.0.0.2', undefined],
  ['6', tuple('::1', 443, '2001:db8::2', 1025), 6, 0, '6', '::1:443->2001:db8::2:1025', false],
  ['6', tuple('::ffff:10.0.0.1', 5, '::ffff:10.0.0.2', 6), 6, 0, '4', '10.0.0.1:5->10.0.0.2:6', false],
  [
    'u',
    unixTuple(0xffff888012345678n, 0xabcn, '/run/x.sock'),
    0,
    0,
    'u',
    'ffff888012345678->abc /run/x.sock',
    undefined,
  ],
];

test('sockets are called by their ends', () => {
  for (const [kind, rest, protocol, flags, shownKind, name, isServer] of SOCKETS) {
    const descriptor = descriptorOf('connect', {
      res: 0,
      fd: 3,
      fdinfo: fdinfo(kind, rest, { protocol, flags }),
    });
    assert.equal(descriptor?.kind, shownKind, name);
    assert.equal(descriptor.name, name);
    assert.equal(descriptor.socket?.isServer, isServer, name);
    assert.equal(descriptor.socket?.protocol, protocol, name);
  }
});

test('the ends of a socket are bytes and numbers', () => {
  const socket = descriptorOf('connect', {
    res: 0,
    fd: 3,
    fdinfo: fdinfo('4', tuple('10.0.0.1', 4321, '10.0.0.2', 80), { protocol: 6 }),
  })?.socket;
  assert.deepEqual(socket, {
    protocol: 6,
    clientIp: '\x0a\0\0\x01',
    clientPort: 4321,
    serverIp: '\x0a\0\0\x02',
    serverPort: 80,
    isServer: false,
    path: '',
  });
});

test('a unix socket tells its path', () => {
  const unix = descriptorOf('connect', {
    res: 0,
    fd: 3,
    fdinfo: fdinfo('u', unixTuple(1n, 2n, '/run/docker.sock')),
  });
  assert.equal(unix?.socket?.path, '/run/docker.sock');
});

test('a descriptor that is cut short or damaged gives what there is', () => {
  for (const kind of ['4', '6', 'u', 'f']) {
    const whole = fdinfo(kind, kind === 'u' ? unixTuple(1n, 2n, '/x') : tuple('::1', 1, '::2', 2));
    for (let length = 16; length <= whole.length; length++) {
      const descriptor = descriptorOf('connect', { res: 0, fd: 3, fdinfo: whole.subarray(0, length) });
      assert.equal(typeof descriptor?.name, 'string');
      assert.doesNotThrow(() => descriptor?.socket);
    }
  }
});

test('the one object shows the next event after each show', () => {
  const first = event('openat', { tid: 1 }, { fd: 3, name: 'a', fdinfo: fdinfo('f', Buffer.from('/a\0')) });
  const context = new EventContextView({} as SystemView, new AcceptedSockets(1));
  context.show(first, undefined);
  assert.equal(context.descriptor?.name, '/a');
  const next = event('openat', { tid: 1 }, { fd: 3, name: 'b', fdinfo: fdinfo('d', Buffer.from('/b\0')) });
  context.show(next, undefined);
  assert.deepEqual(
    [context.descriptor?.name, context.descriptor?.kind, context.descriptor?.rawName],
    ['/b', 'd', 'b'],
  );
});

test('a bound socket has its address as the server’s end', () => {
  const rest = tuple('127.0.0.1', 53, '0.0.0.0', 0);
  const descriptor = descriptorOf('bind', { res: 0, fd: 3, fdinfo: fdinfo('4', rest, { protocol: 17 }) });
  assert.equal(descriptor?.name, '127.0.0.1:53');
  assert.deepEqual([descriptor.socket?.serverPort, descriptor.socket?.isServer], [53, true]);
});

test('in a recording, later events of an accepted socket keep its client first', () => {
  using host = hostWithShell();
  const system = open(host, { kind: 'recording' });
  const inode = 4711n;
  const inbound = tuple('10.0.0.9', 4321, '10.0.0.1', 80);
  const here = tuple('10.0.0.1', 80, '10.0.0.9', 4321);
  const name = (cursor: ReturnType<typeof event>) => pass(system, cursor).descriptor?.name;
  const dup = event(
    'dup',
    { tid: 100 },
    { res: 5, oldfd: 4, fdinfo: fdinfo('4', here, { protocol: 6, inode }) },
  );
  assert.equal(name(dup), '10.0.0.1:80->10.0.0.9:4321', 'nothing is known before the accept');
  const accept = { fd: 4, fdinfo: fdinfo('4', inbound, { protocol: 6, inode, flags: 16 }) };
  assert.equal(name(event('accept4', { tid: 100 }, accept)), '10.0.0.9:4321->10.0.0.1:80');
  assert.equal(name(dup), '10.0.0.9:4321->10.0.0.1:80');
  assert.equal(pass(system, dup).descriptor?.socket?.isServer, true);
  const connect = { res: 0, fd: 4, fdinfo: fdinfo('4', here, { protocol: 6, inode }) };
  assert.equal(name(event('connect', { tid: 100 }, connect)), '10.0.0.1:80->10.0.0.9:4321');
});
