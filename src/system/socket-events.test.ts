import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventContext } from './context.ts';
import { formatIp, parseIp } from './ip.ts';
import { CapturedSystem } from './testing/captured-system.ts';
import { address, tuple, unixTuple } from './testing/socket-bytes.ts';

const AF_INET = 2;
const AF_INET6 = 10;
const AF_UNIX = 1;
const AF_NETLINK = 16;
const STREAM = 1;
const DGRAM = 2;
const RAW = 3;

function withSocket(domain: number, type: number, proto = 0): CapturedSystem {
  const host = new CapturedSystem({ tid: 100 });
  host.snapshot.interfaces(
    [
      ['127.0.0.1', '255.0.0.0'],
      ['10.0.0.5', '255.255.255.0'],
    ].map(([ip = '', mask = '']) => ({ address: parseIp(ip) ?? '', netmask: parseIp(mask) ?? '' })),
  );
  host.pass(100, 'socket', { fd: 3n, domain, type, proto, flags: 0 });
  return host;
}

/** `kind name role connected renamed` of the descriptor that an event is about. */
function told({ descriptor, descriptorRenamed }: EventContext): string {
  const { kind, name, socket } = descriptor ?? {};
  const role = socket?.isServer === undefined ? 'none' : socket.isServer ? 'server' : 'client';
  const state = socket?.listening ? 'listening' : socket?.connected ? 'connected' : 'idle';
  return `${kind} ${name || '-'} ${role} ${state}${descriptorRenamed ? ' renamed' : ''}`;
}

const V4 = '10.0.0.5:4000->93.184.216.34:443';

test('a new socket has no ends', () => {
  for (const [domain, kind] of [
    [AF_INET, '4'],
    [AF_INET6, '6'],
    [AF_UNIX, 'u'],
    [AF_NETLINK, 'n'],
    [17, 'o'],
  ] as const) {
    const host = new CapturedSystem({ tid: 100 });
    const context = host.pass(100, 'socket', { fd: 3n, domain, type: STREAM, proto: 0, flags: 0 });
    assert.equal(told(context), `${kind} - none idle`);
  }
});

test('the protocol follows from type and protocol', () => {
  const cases = [
    [STREAM, 0, 6],
    [DGRAM | 2048, 0, 17],
    [DGRAM, 17, 17],
    [DGRAM, 1, 1],
    [RAW, 1, 255],
    [RAW, 255, 255],
    [RAW, 0, 0],
    [STREAM, 132, 0],
  ] as const;
  for (const [type, proto, expected] of cases) {
    const host = new CapturedSystem({ tid: 100 });
    const { descriptor } = host.pass(100, 'socket', { fd: 3n, domain: AF_INET, type, proto, flags: 0 });
    assert.equal(descriptor?.socket?.protocol, expected, `type ${type} protocol ${proto}`);
  }
});

test('connect names the socket and makes a client', () => {
  const host = withSocket(AF_INET, STREAM);
  const parameters = { fd: 3n, tuple: tuple('10.0.0.5', 4000, '93.184.216.34', 443) };
  const refused = host.pass(100, 'connect', { res: -111n, ...parameters });
  assert.equal(told(refused), '4 - none idle', 'a refused connect leaves nothing');
  const pending = host.pass(100, 'connect', { res: -115n, ...parameters });
  assert.equal(told(pending), `4 ${V4} client connected renamed`);
  const again = host.pass(100, 'connect', { res: 0n, ...parameters });
  assert.equal(told(again), `4 ${V4} client connected`);
});

test('IPv4 inside IPv6 is IPv4, and so is the unspecified address', () => {
  const host = withSocket(AF_INET6, STREAM);
  const mapped = tuple('::ffff:10.0.0.5', 4000, '::ffff:93.184.216.34', 443);
  assert.equal(
    told(host.pass(100, 'connect', { res: 0n, fd: 3n, tuple: mapped })),
    '4 <unknown> client connected renamed',
    'the protocol lies where an IPv6 socket has it',
  );
  const { descriptor: connected } = host.pass(100, 'write', { res: 1n, fd: 3n });
  assert.equal(formatIp(connected?.socket?.serverIp ?? ''), '93.184.216.34');
  assert.deepEqual([connected?.socket?.serverPort, connected?.socket?.protocol], [443, 0]);
  const accepted = host.pass(100, 'accept4', { fd: 8n, tuple: mapped });
  assert.equal(told(accepted), `4 ${V4} server connected renamed`);
  const bound = withSocket(AF_INET6, STREAM);
  const { descriptor } = bound.pass(100, 'bind', { res: 0n, fd: 3n, addr: address('::', 80) });
  assert.deepEqual([descriptor?.kind, descriptor?.name], ['4', ':::80']);
});

test('bind to a port listens, bind to none does not', () => {
  const host = withSocket(AF_INET, STREAM);
  const free = host.pass(100, 'bind', { res: 0n, fd: 3n, addr: address('127.0.0.1', 0) });
  assert.equal(told(free), '4 127.0.0.1:0 none idle renamed');
  const bound = host.pass(100, 'bind', { res: 0n, fd: 3n, addr: address('127.0.0.1', 80) });
  assert.equal(told(bound), '4 127.0.0.1:80 server listening renamed');
  assert.equal(bound.descriptor?.socket?.serverPort, 80);
});

test('accept makes a connected server', () => {
  const host = withSocket(AF_INET, STREAM);
  const context = host.pass(100, 'accept4', { fd: 7n, tuple: tuple('10.0.0.9', 5000, '10.0.0.5', 80) });
  assert.equal(told(context), '4 10.0.0.9:5000->10.0.0.5:80 server connected renamed');
  assert.equal(context.descriptorNumber, 7);
  const failed = host.pass(100, 'accept4', { fd: -11n });
  assert.deepEqual([failed.descriptor, failed.descriptorNumber], [undefined, -1]);
});

test('datagrams name their socket, from the side of the client', () => {
  const host = withSocket(AF_INET, DGRAM);
  const sent = (to: string) =>
    host.pass(100, 'sendto', { res: 1n, fd: 3n, tuple: tuple('0.0.0.0', 5000, to, 53) });
  assert.equal(
    told(sent('10.0.0.1')),
    '4 10.0.0.5:5000->10.0.0.1:53 client connected renamed',
    'own address found',
  );
  const answer = host.pass(100, 'recvfrom', {
    res: 1n,
    fd: 3n,
    tuple: tuple('10.0.0.1', 53, '10.0.0.5', 5000),
  });
  assert.equal(
    told(answer),
    '4 10.0.0.5:5000->10.0.0.1:53 client connected',
    'the same in the other direction',
  );
});

test('who receives first on a socket without a role is the server', () => {
  const host = withSocket(AF_INET, DGRAM);
  const got = host.pass(100, 'recvfrom', { res: 1n, fd: 3n, tuple: tuple('10.0.0.1', 9, '10.0.0.5', 53) });
  assert.equal(told(got), '4 10.0.0.1:9->10.0.0.5:53 server connected renamed');
});

test("a datagram at a bound socket takes Falco's mixture for the server's address", () => {
  const host = withSocket(AF_INET, DGRAM);
  host.pass(100, 'bind', { res: 0n, fd: 3n, addr: address('0.0.0.0', 53) });
  const got = host.pass(100, 'recvfrom', { res: 1n, fd: 3n, tuple: tuple('10.0.0.1', 9, '10.0.0.5', 53) });
  assert.equal(told(got), '4 10.0.0.1:9->53.0.3.0:53 server idle renamed', 'only the next one connects');
});

test('sending through an unknown descriptor makes it a datagram socket', () => {
  const host = new CapturedSystem({ tid: 100 });
  const parameters = { fd: 9n, tuple: tuple('10.0.0.5', 1, '10.0.0.1', 53) };
  assert.equal(host.pass(100, 'sendto', { res: -1n, ...parameters }).descriptor, undefined);
  const { descriptor } = host.pass(100, 'sendto', { res: 1n, ...parameters });
  assert.deepEqual([descriptor?.name, descriptor?.socket?.protocol], ['10.0.0.5:1->10.0.0.1:53', 17]);
  assert.equal(host.pass(100, 'sendto', { res: 1n, fd: 10n }).descriptor, undefined, 'without a tuple');
});

test('a stream that is connected keeps its name', () => {
  const host = withSocket(AF_INET, STREAM);
  host.pass(100, 'connect', { res: 0n, fd: 3n, tuple: tuple('10.0.0.5', 4000, '93.184.216.34', 443) });
  const read = host.pass(100, 'recvfrom', { res: 1n, fd: 3n, tuple: tuple('1.1.1.1', 1, '2.2.2.2', 2) });
  assert.equal(told(read), `4 ${V4} client connected`);
});

test('reading connects an internet socket and nothing else', () => {
  for (const [domain, expected] of [
    [AF_INET, '4 - none connected'],
    [AF_UNIX, 'u - none idle'],
  ] as const) {
    const host = withSocket(domain, STREAM);
    assert.equal(
      told(host.pass(100, 'read', { res: -11n, fd: 3n }))
        .split(' ')
        .at(-1),
      'idle',
    );
    assert.equal(told(host.pass(100, 'read', { res: 1n, fd: 3n })), expected);
  }
});

test('unix sockets have the addresses of the kernel and the path', () => {
  const host = withSocket(AF_UNIX, STREAM);
  const connected = host.pass(100, 'connect', { res: 0n, fd: 3n, tuple: unixTuple(0xabn, 0xcdn, '/run/x') });
  assert.equal(told(connected), 'u ab->cd /run/x client connected renamed');
  const accepted = host.pass(100, 'accept', { fd: 8n, tuple: unixTuple(1n, 2n, '/run/y') });
  assert.equal(told(accepted), 'u 1->2 /run/y server connected renamed');
  const pair = host.pass(100, 'socketpair', { res: 0n, fd1: 10n, fd2: 11n });
  assert.deepEqual([told(pair), pair.descriptorNumber], ['u - none idle', 11]);
  assert.deepEqual([host.nameOf(100, 10), host.nameOf(100, 11)], ['', '']);
});

test('the address that the call was entered with is trusted more than memory', () => {
  const host = withSocket(AF_INET, STREAM);
  const passed = { fd: 3n, addr: address('10.9.9.9', 1) };
  const same = { res: -115n, ...passed, tuple: tuple('10.0.0.5', 4000, '10.9.9.9', 1) };
  assert.equal(told(host.pass(100, 'connect', same)), '4 10.0.0.5:4000->10.9.9.9:1 client connected renamed');
});

test('damaged addresses change nothing', () => {
  const host = withSocket(AF_INET, DGRAM);
  for (const bytes of [Buffer.of(2), Buffer.of(10, 1, 2), Buffer.alloc(0)]) {
    host.pass(100, 'bind', { res: 0n, fd: 3n, addr: bytes });
    host.pass(100, 'sendto', { res: 1n, fd: 3n, tuple: bytes });
    host.pass(100, 'accept', { fd: 5n, tuple: bytes });
  }
  const { descriptor } = host.pass(100, 'read', { res: -1n, fd: 3n });
  assert.equal(formatIp(descriptor?.socket?.serverIp ?? ''), '0.0.0.0');
  assert.equal(host.nameOf(100, 5), undefined);
});

/** Both ends with the role and the protocol, of the descriptor that an event is about. */
function ends({ descriptor }: EventContext): string {
  const { clientIp = '', clientPort, serverIp = '', serverPort, protocol } = descriptor?.socket ?? {};
  return `${formatIp(clientIp)}:${clientPort} ${formatIp(serverIp)}:${serverPort} ${protocol}`;
}

test('a datagram server on all addresses, and peers of both families', () => {
  const host = withSocket(AF_INET6, DGRAM);
  const receive = (peer: string, own: string) =>
    host.pass(100, 'recvfrom', { res: 1n, fd: 3n, tuple: tuple(peer, 5353, own, 53) });
  const bound = host.pass(100, 'bind', { res: 0n, fd: 3n, addr: address('::', 53) });
  assert.equal(ends(bound), '0.0.0.0:0 0.0.0.0:53 17');
  // The IPv6 address lies where the listener has its own.
  const six = receive('2001:db8::1', '2001:db8::2');
  assert.equal(told(six), '4 2001:db8::1:5353->2001:db8::2:53 server listening renamed');
  assert.equal(ends(six), '0.0.0.0:0 32.1.13.184:0 0');
  const four = receive('::ffff:10.0.0.9', '::ffff:10.0.0.5');
  assert.equal(told(four), '4 10.0.0.9:5353->10.0.0.5:53 server idle renamed');
  assert.equal(ends(four), '10.0.0.9:5353 10.0.0.5:53 17');
});

test('a socket that was a client and is bound then is both', () => {
  const host = withSocket(AF_INET, DGRAM);
  const pass = (name: string, source: string, sourcePort: number, to: string, port: number) =>
    host.pass(100, name, { res: 1n, fd: 3n, tuple: tuple(source, sourcePort, to, port) });
  pass('sendto', '10.0.0.5', 6000, '10.0.0.9', 53);
  host.pass(100, 'bind', { res: 0n, fd: 3n, addr: address('10.0.0.5', 6000) });
  const received = pass('recvfrom', '10.0.0.9', 53, '10.0.0.5', 6000);
  assert.equal(ends(received), '112.23.3.9:53 10.0.0.9:53 17', 'as a client it is turned');
  const sent = pass('sendto', '10.0.0.5', 6000, '10.0.0.8', 53);
  assert.equal(ends(sent), '10.0.0.9:53 10.0.0.5:6000 17', 'and as a server too');
});

test('an IPv6 listener stays one when datagrams come', () => {
  const host = withSocket(AF_INET6, DGRAM);
  host.pass(100, 'bind', { res: 0n, fd: 3n, addr: address('2001:db8::2', 53) });
  const received = host.pass(100, 'recvfrom', {
    ...{ res: 1n, fd: 3n },
    tuple: tuple('2001:db8::1', 5353, '2001:db8::2', 53),
  });
  assert.equal(told(received), '6 2001:db8::1:5353->2001:db8::2:53 server listening renamed');
  assert.equal(ends(received), ':::0 2001:db8::1:53 17');
});

test('what old captures do not tell of messages in lots changes nothing', () => {
  const host = withSocket(AF_INET, DGRAM);
  for (const name of ['sendmmsg', 'recvmmsg'])
    assert.equal(told(host.pass(100, name, { fd: 3n })), '4 - none idle', name);
});
