import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseIp } from '../system/ip.ts';
import {
  contextOf,
  descriptorWith,
  eventOf,
  format,
  read,
  socketWith,
  systemOf,
  threadOf,
  tupleBytes,
} from './testing.ts';

const thread = threadOf({ tid: 1000 });
const system = systemOf({ threads: [thread], addresses: ['10.0.0.1', '2001:db8::3'] });

type Context = ReturnType<typeof contextOf>;

function readAll(context: Context, names: readonly string[]): unknown[] {
  return names.map((name) => read(context, name));
}

const OPENAT = { fd: 3, dirfd: -100, name: 'passwd', flags: 1 };
const PATHS = ['fd.num', 'fd.name', 'fd.directory', 'fd.filename', 'fd.nameraw', 'fd.typechar', 'fd.type'];

test('an open file', () => {
  const rawName = '..//etc/passwd';
  const descriptor = descriptorWith({ rawName, device: 0x00801f03, inode: 99n, upperLayer: true });
  const context = contextOf(eventOf('openat', { ...OPENAT, name: rawName }), { system, descriptor });
  assert.deepEqual(readAll(context, PATHS), [
    3,
    '/etc/passwd',
    '/etc',
    'passwd',
    '../etc/passwd',
    'f',
    'file',
  ]);
  assert.deepEqual(
    readAll(context, [
      'fd.ino',
      'fd.dev',
      'fd.dev.major',
      'fd.dev.minor',
      'fd.is_upper_layer',
      'fd.is_lower_layer',
    ]),
    [99, 0x00801f03, 31, 0x803, true, false],
  );
  assert.equal(format(context, 'fd.dev'), '801F03');
  assert.deepEqual(
    readAll(context, [
      'fd.l4proto',
      'fd.sockfamily',
      'fd.is_server',
      'fd.connected',
      'fd.cip',
      'fd.sport',
      'fd.uid',
    ]),
    ['<NA>', undefined, false, false, undefined, undefined, '10003'],
  );
});

test('an open that failed is named by its parameters', () => {
  const failed = contextOf(eventOf('openat', { ...OPENAT, fd: -2 }), { system });
  assert.deepEqual(readAll(failed, PATHS), [
    -1,
    '/root/passwd',
    '/root',
    undefined,
    'passwd',
    'f',
    undefined,
  ]);
  const told = contextOf(
    eventOf('openat', { ...OPENAT, fd: -13, name: '../../etc/shadow', base: '/var/lib' }),
    { system },
  );
  assert.deepEqual(readAll(told, ['fd.name', 'fd.nameraw', 'fd.directory']), [
    '/etc/shadow',
    '../../etc/shadow',
    '/etc',
  ]);
  const old = contextOf(eventOf('open', { fd: -2, name: '/x', flags: 1 }), { system });
  assert.deepEqual(readAll(old, ['fd.num', 'fd.name', 'fd.typechar']), [-1, '/x', 'o']);
});

test('directories and odd paths', () => {
  const at = (name: string, kind: 'f' | 'd' = 'f'): unknown[] =>
    readAll(
      contextOf(eventOf('close', { res: 0, fd: 3 }), { system, descriptor: descriptorWith({ name, kind }) }),
      ['fd.directory', 'fd.filename'],
    );
  assert.deepEqual(at('/etc', 'd'), ['/etc', undefined]);
  assert.deepEqual(at('/vmlinuz'), ['/', 'vmlinuz']);
  assert.deepEqual(at('/a/b/c'), ['/a/b', 'c']);
  assert.deepEqual(at('memfd:x'), ['/', '/']);
});

test('a descriptor of which nothing is known has an empty name', () => {
  const context = contextOf(eventOf('write', { res: 1, fd: 1, size: 1 }), { system });
  assert.deepEqual(readAll(context, PATHS), [1, '', '/', undefined, '', 'o', undefined]);
  assert.deepEqual(
    readAll(context, ['fd.cip', 'fd.ip', 'fd.is_server', 'fd.connected', 'fd.ino', 'fd.l4proto']),
    [undefined, undefined, undefined, undefined, undefined, undefined],
  );
});

test('events that concern no descriptor have none of the fields', () => {
  const context = contextOf(eventOf('mkdir', { res: 0, path: '/x' }), { system });
  for (const name of [...PATHS, 'fd.ip', 'fd.uid', 'fd.types', 'fd.containername'])
    assert.equal(read(context, name), undefined, name);
});

test('numbers of new and used descriptors', () => {
  const number = (event: Context['event']): unknown => read(contextOf(event, { system }), 'fd.num');
  assert.equal(number(eventOf('pipe', { res: 0, fd1: 4, fd2: 5 })), 5);
  assert.equal(number(eventOf('dup2', { res: 7, oldfd: 3, newfd: 7 })), 7);
  assert.equal(number(eventOf('dup2', { res: -9, oldfd: 3, newfd: 7 })), 3);
  assert.equal(number(eventOf('symlinkat', { res: 0, target: 'x', linkdirfd: 6, linkpath: 'y' })), 6);
  assert.equal(number(eventOf('connect', { res: 0, fd: 8 })), 8);
  assert.equal(number(eventOf('setsockopt')), -1);
});

const ENDS = ['fd.cip', 'fd.cport', 'fd.sip', 'fd.sport', 'fd.lip', 'fd.lport', 'fd.rip', 'fd.rport'];

test('both ends of a connection', () => {
  const client = '10.0.0.1:4000->10.0.0.2:80';
  const [ours, theirs] = [parseIp('10.0.0.1'), parseIp('10.0.0.2')];
  const context = contextOf(eventOf('connect', { res: 0, fd: 3 }), {
    system,
    descriptor: socketWith(client),
  });
  assert.deepEqual(readAll(context, ENDS), [ours, 4000, theirs, 80, ours, 4000, theirs, 80]);
  assert.deepEqual(readAll(context, ['fd.ip', 'fd.net', 'fd.port', 'fd.proto']), [
    [ours, theirs],
    [ours, theirs],
    [4000, 80],
    [4000, 80],
  ]);
  assert.deepEqual(
    readAll(context, [
      'fd.name',
      'fd.type',
      'fd.typechar',
      'fd.l4proto',
      'fd.sockfamily',
      'fd.is_server',
      'fd.connected',
      'fd.name_changed',
      'fd.nameraw',
      'fd.filename',
      'fd.directory',
    ]),
    [client, 'ipv4', '4', 'tcp', 'ip', false, true, true, '', undefined, undefined],
  );
  const accepted = contextOf(eventOf('accept4', { fd: 5 }), {
    system,
    descriptor: socketWith('10.0.0.2:4000->10.0.0.1:80', { isServer: true }),
  });
  assert.deepEqual(readAll(accepted, ENDS), [theirs, 4000, ours, 80, ours, 80, theirs, 4000]);
  assert.equal(read(accepted, 'fd.is_server'), true);
});

test('a socket that only listens has a server and nothing else', () => {
  const context = contextOf(eventOf('listen', { res: 0, fd: 3 }), {
    system,
    descriptor: socketWith('2001:db8::3:1234', { isServer: true }),
  });
  const ip = parseIp('2001:db8::3');
  assert.deepEqual(readAll(context, ENDS), [
    undefined,
    undefined,
    ip,
    1234,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  assert.deepEqual(
    readAll(context, [
      'fd.ip',
      'fd.port',
      'fd.is_server',
      'fd.connected',
      'fd.l4proto',
      'fd.cproto',
      'fd.sproto',
    ]),
    [[ip], [1234], true, false, 'tcp', '', ''],
  );
});

test('a socket without ends has no addresses', () => {
  const descriptor = { ...socketWith('0.0.0.0:0'), name: '' };
  const context = contextOf(eventOf('socket', { fd: 3 }), { system, descriptor });
  assert.deepEqual(
    readAll(context, [
      'fd.ip',
      'fd.cip',
      'fd.sip',
      'fd.l4proto',
      'fd.connected',
      'fd.name_changed',
      'fd.sproto',
    ]),
    [undefined, undefined, undefined, '<NA>', false, false, undefined],
  );
});

test('a datagram brings its own ends', () => {
  const name = '10.0.0.1:5000->10.0.0.9:53';
  const descriptor = { ...socketWith('0.0.0.0:0', { protocol: 17 }), name: '' };
  const context = contextOf(eventOf('sendto', { res: 1, fd: 3, size: 1, tuple: tupleBytes(name) }), {
    system,
    descriptor,
  });
  assert.deepEqual(
    readAll(context, ['fd.name', 'fd.sip', 'fd.sport', 'fd.l4proto', 'fd.connected', 'fd.name_changed']),
    [name, parseIp('10.0.0.9'), 53, 'udp', false, true],
  );
  const connected = contextOf(context.event, { system, descriptor: socketWith(name, { protocol: 17 }) });
  assert.deepEqual(readAll(connected, ['fd.connected', 'fd.name_changed']), [true, false]);
  assert.equal(read({ ...connected, descriptorRenamed: true }, 'fd.name_changed'), true);
});

test('services have names where the system knows them', () => {
  const services = systemOf({
    threads: [thread],
    serviceName: (port, protocol) => (port === 53 && protocol === 'udp' ? 'domain' : undefined),
  });
  const context = contextOf(eventOf('connect', { res: 0, fd: 3 }), {
    system: services,
    descriptor: socketWith('10.0.0.1:4000->10.0.0.2:53', { protocol: 17 }),
  });
  assert.deepEqual(readAll(context, ['fd.cproto', 'fd.sproto', 'fd.lproto', 'fd.rproto']), [
    '4000',
    'domain',
    'domain',
    '4000',
  ]);
});

test('unix sockets, userfaultfds and kinds without a name', () => {
  const kind = (facts: Parameters<typeof descriptorWith>[0]): unknown[] =>
    readAll(contextOf(eventOf('close', { res: 0, fd: 3 }), { system, descriptor: descriptorWith(facts) }), [
      'fd.typechar',
      'fd.type',
      'fd.sockfamily',
    ]);
  const { socket } = socketWith('0.0.0.0:0');
  assert.deepEqual(kind({ kind: 'u', socket }), ['u', 'unix', 'unix']);
  assert.deepEqual(kind({ kind: 'u' }), ['u', 'userfaultfd', undefined]);
  assert.deepEqual(kind({ kind: 'P' }), ['P', 'pidfd', undefined]);
  assert.deepEqual(kind({ kind: 'o' }), ['o', '<NA>', undefined]);
});

test('names with the container before them', () => {
  const inContainer = threadOf({ tid: 1000, containerId: 'abcdef012345' });
  const context = contextOf(eventOf('openat', OPENAT), {
    system: systemOf({ threads: [inContainer] }),
    descriptor: descriptorWith(),
  });
  assert.deepEqual(readAll(context, ['fd.containername', 'fd.containerdirectory']), [
    'abcdef012345:/etc/passwd',
    'abcdef012345:/etc',
  ]);
});

test('kinds of all descriptors need a table of them', () => {
  const event = eventOf('openat', OPENAT);
  const descriptor = descriptorWith();
  assert.equal(read(contextOf(event, { system, descriptor }), 'fd.types'), undefined);
  const pipe = descriptorWith({ kind: 'p' });
  const tables = systemOf({
    threads: [thread],
    descriptors: () => [descriptor, pipe, descriptor],
    descriptor: (_, fd) => (fd === 1 ? pipe : undefined),
  });
  const context = contextOf(event, { system: tables, descriptor });
  assert.deepEqual(read(context, 'fd.types'), ['file', 'pipe']);
  assert.deepEqual(read(context, 'fd.types[1]'), ['pipe']);
  assert.deepEqual(read(context, 'fd.types[3]'), ['file'], 'the descriptor of the event itself');
  assert.equal(read(context, 'fd.types[8]'), undefined);
});

test('what could not be made is named by its event', () => {
  const names = ['fd.name', 'fd.nameraw'];
  const thread = threadOf({ cwd: '/srv/' });
  const of = (name: string, parameters: Parameters<typeof eventOf>[1]) =>
    readAll(contextOf(eventOf(name, parameters), { system, thread }), names);
  assert.deepEqual(of('openat', { fd: -2, dirfd: -100, name: '../x' }), ['/x', '../x']);
  assert.deepEqual(of('open', { fd: -2, name: '../x' }), ['/x', '/x'], 'as Falco has it');
  assert.deepEqual(of('openat', { fd: -14, dirfd: -100 }), [undefined, undefined]);
  assert.deepEqual(of('open', { fd: -14 }), ['<NA>', '<NA>']);
  assert.deepEqual(of('accept4', { fd: -11 }), ['NULL', 'NULL']);
  assert.deepEqual(of('sendto', { res: -11, fd: 3 }), ['', '']);
});

test('names of hosts are those of the rules that have the address at this moment', () => {
  const named = systemOf({
    threads: [thread],
    addresses: ['10.0.0.1'],
    hostNames: (ip) => (ip === parseIp('93.184.216.34') ? ['a.example.com', 'b.example.com'] : []),
  });
  const descriptor = socketWith('10.0.0.1:4000->93.184.216.34:443', { isServer: false });
  const connect = eventOf('connect', { res: 0, fd: 3 });
  const context = contextOf(connect, { system: named, descriptor });
  assert.deepEqual(read(context, 'fd.sip.name'), ['a.example.com', 'b.example.com']);
  assert.deepEqual(read(context, 'fd.rip.name'), ['a.example.com', 'b.example.com']);
  assert.equal(format(context, 'fd.sip.name'), 'a.example.com');
  assert.equal(format(context, 'fd.cip.name'), undefined);
  assert.equal(format(context, 'fd.lip.name'), undefined);
  // Unequal to every name, so that `!=` holds; without an address nothing does.
  const [none] = read(context, 'fd.cip.name') as string[];
  assert.ok(none !== undefined && none !== '');
  assert.equal(read(contextOf(connect, { system: named }), 'fd.sip.name'), undefined);
});
