/** System calls on sockets: every parameter, after success and failure. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { describe, test } from 'node:test';
import {
  type Argument,
  expectEvent,
  fdinfoOf,
  make,
  message,
  output,
  result,
  skipReason,
  X64,
} from './calls.ts';
import { testCases } from './cases.ts';

const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
const AF_NETLINK = 16;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOCK_RAW = 3;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const TCP = 6;
const UDP = 17;

/** Values of the event layout. */
const NONBLOCK = 64;
const CLOEXEC = 4096;
const SERVER = 16;

const NR = {
  close: 3,
  socket: 41,
  connect: 42,
  accept: 43,
  sendto: 44,
  recvfrom: 45,
  sendmsg: 46,
  recvmsg: 47,
  bind: 49,
  listen: 50,
  accept4: 288,
} as const;

const skip = skipReason || (X64 ? false : 'the numbers of the system calls are those of x64');

function inet(port: number, ip = [127, 0, 0, 1]): Uint8Array {
  return Uint8Array.from([AF_INET, 0, port >> 8, port & 255, ...ip, 0, 0, 0, 0, 0, 0, 0, 0]);
}

function inet6(port: number): Uint8Array {
  const address = Buffer.alloc(28);
  address[0] = AF_INET6;
  address.writeUInt16BE(port, 2);
  address[23] = 1;
  return address;
}

function unix(path: string): Uint8Array {
  return Buffer.from(`\u0001\0${path}\0`, 'latin1');
}

/** A port that was free a moment ago. */
async function freePort(host = '127.0.0.1'): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const own = (port: number) => `127.0.0.1 ${port}`;
/** The port that the kernel chose, out of the text of a socket's ends. */
const chosenPort = (text: unknown) => Number(/^127\.0\.0\.1 (\d+)/.exec(String(text))?.[1]);

describe('sockets', { skip }, () => {
  test('socket: families, types, flags, failure', async () => {
    const { events, results } = await make([
      [NR.socket, AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, TCP],
      [NR.socket, AF_INET6, SOCK_DGRAM, 0],
      [NR.socket, AF_UNIX, SOCK_STREAM, 0],
      [NR.socket, AF_NETLINK, SOCK_RAW, 0],
      [NR.socket, AF_INET, 77, 0],
    ]);
    const kinds: [string, number, string | undefined][] = [
      ['4', TCP, '0.0.0.0 0 > 0.0.0.0 0'],
      ['6', UDP, '0000:0000:0000:0000:0000:0000:0000:0000 0 > 0000:0000:0000:0000:0000:0000:0000:0000 0'],
      ['u', 0, 'unix 0 * '],
      ['n', 0, undefined],
    ];
    kinds.forEach(([kind, protocol, name], index) => {
      const fdinfo = fdinfoOf(events[index]);
      assert.deepEqual([fdinfo.kind, fdinfo.protocol, fdinfo.name, fdinfo.flags], [kind, protocol, name, 0]);
      assert.ok(fdinfo.inode > 0);
    });
    expectEvent(events[0], 'socket', {
      fd: results[0],
      domain: AF_INET,
      type: SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
      proto: TCP,
      flags: NONBLOCK | CLOEXEC,
      fdinfo: fdinfoOf(events[0]),
    });
    expectEvent(events[4], 'socket', {
      fd: -22,
      domain: AF_INET,
      type: 77,
      proto: 0,
      flags: 0,
      fdinfo: undefined,
    });
  });

  test('TCP over IPv4: bind, listen, connect, accept, accept4, data both ways', async () => {
    const port = await freePort();
    const { events, results } = await make([
      [NR.socket, AF_INET, SOCK_STREAM, 0],
      [NR.bind, result(0), inet(port), 16],
      [NR.listen, result(0), 5],
      [NR.socket, AF_INET, SOCK_STREAM, 0],
      [NR.connect, result(3), inet(port), 16],
      [NR.accept, result(0), null, null],
      [NR.sendto, result(3), 'hello', 5, 0, null, 0],
      [NR.recvfrom, result(5), output(100), 100, 0, null, null],
      [NR.socket, AF_INET, SOCK_STREAM, 0],
      [NR.connect, result(8), inet(port), 16],
      [NR.accept4, result(0), null, null, SOCK_CLOEXEC | SOCK_NONBLOCK],
      [NR.accept4, result(3), null, null, 0],
      [NR.bind, result(8), inet(port, [203, 0, 113, 7]), 16],
    ]);
    const [listener = 0, , , client = 0, , accepted = 0] = results as number[];
    const inode = fdinfoOf(events[0]).inode;
    const about = (index: number) => fdinfoOf(events[index]);
    expectEvent(events[1], 'bind', { res: 0, addr: own(port), fd: listener, fdinfo: about(1) });
    assert.equal(about(1).name, `${own(port)} > 0.0.0.0 0`);
    assert.equal(about(1).inode, inode);
    expectEvent(events[2], 'listen', { res: 0, fd: listener, backlog: 5, fdinfo: about(2) });
    assert.deepEqual([about(2).flags, about(2).name], [SERVER, `0.0.0.0 0 > ${own(port)}`]);

    const clientPort = chosenPort(events[4]?.values.tuple);
    const ends = `${own(clientPort)} > ${own(port)}`;
    expectEvent(events[4], 'connect', { res: 0, tuple: ends, fd: client, addr: own(port), fdinfo: about(4) });
    assert.deepEqual([about(4).flags, about(4).name, about(4).protocol], [0, ends, TCP]);
    expectEvent(events[5], 'accept', {
      fd: accepted,
      tuple: ends,
      queuepct: 0,
      queuelen: 0,
      queuemax: 5,
      fdinfo: about(5),
    });
    assert.deepEqual([about(5).flags, about(5).name, about(5).kind], [SERVER, ends, '4']);

    expectEvent(events[6], 'sendto', {
      res: 5,
      data: 'hello',
      fd: client,
      size: 5,
      tuple: ends,
      fdinfo: about(6),
    });
    // Of received data the sender is the source, whoever connected.
    expectEvent(events[7], 'recvfrom', {
      res: 5,
      data: 'hello',
      tuple: ends,
      fd: accepted,
      size: 100,
      fdinfo: about(7),
    });
    expectEvent(events[10], 'accept4', {
      ...events[10]?.values,
      fd: results[10],
      queuemax: 5,
      flags: NONBLOCK | CLOEXEC,
    });
    assert.match(String(events[10]?.values.tuple), new RegExp(` > 127\\.0\\.0\\.1 ${port}$`));
    expectEvent(events[11], 'accept4', {
      fd: -22,
      tuple: undefined,
      queuepct: 0,
      queuelen: 0,
      queuemax: 0,
      flags: 0,
      fdinfo: undefined,
    });
    assert.equal(events[12]?.values.res, -99, 'the address is not ours');
    assert.equal(events[12]?.values.addr, `203.0.113.7 ${port}`);
  });

  test('TCP over IPv6 and refused connections', async () => {
    const port = await freePort();
    const { events, results } = await make([
      [NR.socket, AF_INET6, SOCK_STREAM, 0],
      [NR.bind, result(0), inet6(port), 28],
      [NR.listen, result(0), 1],
      [NR.socket, AF_INET6, SOCK_STREAM, 0],
      [NR.connect, result(3), inet6(port), 28],
      [NR.socket, AF_INET, SOCK_STREAM, 0],
      [NR.connect, result(5), inet(port), 16],
      [NR.connect, 77, inet(port), 16],
      [NR.socket, AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0],
      [NR.connect, result(8), inet(port, [127, 0, 0, 2]), 16],
    ]);
    const one = `${'0000:'.repeat(7)}0001`;
    assert.equal(events[1]?.values.addr, `${one} ${port}`);
    assert.match(String(events[4]?.values.tuple), new RegExp(`^${one} \\d+ > ${one} ${port}$`));
    expectEvent(events[6], 'connect', {
      res: -111,
      tuple: undefined,
      fd: results[5],
      addr: own(port),
      fdinfo: fdinfoOf(events[6]),
    });
    expectEvent(events[7], 'connect', {
      res: -9,
      tuple: undefined,
      fd: 77,
      addr: own(port),
      fdinfo: undefined,
    });
    assert.ok([-115, -111].includes(events[9]?.values.res as number));
    if (events[9]?.values.res === -115) assert.match(String(events[9]?.values.tuple), / > 127\.0\.0\.2 /);
  });

  test('UDP: the address that sendto and sendmsg give', async () => {
    const port = await freePort();
    const { events, results } = await make([
      [NR.socket, AF_INET, SOCK_DGRAM, 0],
      [NR.bind, result(0), inet(port), 16],
      [NR.socket, AF_INET, SOCK_DGRAM, 0],
      [NR.sendto, result(2), 'ping', 4, 0, inet(port), 16],
      [NR.recvfrom, result(0), output(64), 64, 0, null, null],
      [NR.sendmsg, result(2), message(inet(port), undefined, Buffer.from('ab'), Buffer.from('cdef')), 0],
      [NR.recvmsg, result(0), message(undefined, Buffer.alloc(16), Buffer.alloc(3), Buffer.alloc(40)), 0],
      [NR.recvfrom, result(0), output(64), 64, 0x40, null, null],
      [NR.sendto, result(2), 'x'.repeat(200), 200, 0, inet(port), 16],
      [NR.sendto, 77, 'lost', 4, 0, null, 0],
      [NR.sendmsg, result(2), null, 0],
      [NR.recvmsg, 77, null, 0],
    ]);
    const [server = 0, , client = 0] = results as number[];
    const ends = new RegExp(`^(0\\.0\\.0\\.0|127\\.0\\.0\\.1) \\d+ > 127\\.0\\.0\\.1 ${port}$`);
    const { tuple, fdinfo, ...sent } = events[3]?.values ?? {};
    assert.deepEqual(sent, { res: 4, data: 'ping', fd: client, size: 4 });
    assert.match(String(tuple), ends);
    assert.equal((fdinfo as { protocol: number }).protocol, UDP);
    expectEvent(events[4], 'recvfrom', {
      res: 4,
      data: 'ping',
      tuple: `0.0.0.0 0 > ${own(port)}`,
      fd: server,
      size: 64,
      fdinfo: fdinfoOf(events[4]),
    });
    const message1 = events[5]?.values ?? {};
    assert.deepEqual([message1.res, message1.data, message1.fd, message1.size], [6, 'abcdef', client, 6]);
    assert.match(String(message1.tuple), ends);
    expectEvent(events[6], 'recvmsg', {
      res: 6,
      size: 6,
      data: 'abcdef',
      tuple: `0.0.0.0 0 > ${own(port)}`,
      msgcontrol: undefined,
      fd: server,
      fdinfo: fdinfoOf(events[6]),
    });
    expectEvent(events[7], 'recvfrom', {
      res: -11,
      data: undefined,
      tuple: undefined,
      fd: server,
      size: 64,
      fdinfo: fdinfoOf(events[7]),
    });
    assert.equal(events[8]?.values.data, 'x'.repeat(80), 'data is cut at the limit');
    expectEvent(events[9], 'sendto', {
      res: -9,
      data: 'lost',
      fd: 77,
      size: 4,
      tuple: undefined,
      fdinfo: undefined,
    });
    expectEvent(events[10], 'sendmsg', {
      res: -14,
      data: undefined,
      fd: client,
      size: 0,
      tuple: undefined,
      fdinfo: fdinfoOf(events[10]),
    });
    expectEvent(events[11], 'recvmsg', {
      res: -9,
      size: 0,
      data: undefined,
      tuple: undefined,
      msgcontrol: undefined,
      fd: 77,
      fdinfo: undefined,
    });
  });

  test('unix sockets: path, abstract name, descriptors passed along', async () => {
    const path = join(tmpdir(), `lanner-${process.pid}.socket`);
    const rights = Buffer.alloc(24);
    rights.writeBigUInt64LE(20n, 0);
    rights.writeUInt32LE(1, 8);
    rights.writeUInt32LE(1, 12);
    const bytes = (text: string): Argument => Buffer.from(text, 'latin1');
    try {
      const { events, results } = await make([
        [NR.socket, AF_UNIX, SOCK_STREAM, 0],
        [NR.bind, result(0), unix(path), path.length + 3],
        [NR.listen, result(0), 3],
        [NR.socket, AF_UNIX, SOCK_STREAM, 0],
        [NR.connect, result(3), unix(path), path.length + 3],
        [NR.accept, result(0), null, null],
        [NR.sendmsg, result(3), message(undefined, rights, Buffer.from('take')), 0],
        [NR.recvmsg, result(5), message(undefined, Buffer.alloc(24), Buffer.alloc(10)), 0],
        [NR.socket, AF_UNIX, SOCK_DGRAM, 0],
        [NR.bind, result(8), bytes('\u0001\0\0lanner-abstract'), 18],
        [NR.connect, result(8), unix('/nowhere'), 11],
      ]);
      const [listener = 0, , , client = 0, , accepted = 0] = results as number[];
      expectEvent(events[1], 'bind', {
        res: 0,
        addr: `unix ${path}`,
        fd: listener,
        fdinfo: fdinfoOf(events[1]),
      });
      assert.deepEqual([fdinfoOf(events[2]).flags, fdinfoOf(events[2]).name], [SERVER, `unix * 0 ${path}`]);
      expectEvent(events[4], 'connect', {
        res: 0,
        tuple: `unix * * ${path}`,
        fd: client,
        addr: `unix ${path}`,
        fdinfo: fdinfoOf(events[4]),
      });
      assert.equal(fdinfoOf(events[4]).flags, 0);
      assert.deepEqual([events[5]?.values.fd, events[5]?.values.tuple], [accepted, `unix * * ${path}`]);
      assert.equal(fdinfoOf(events[5]).flags, SERVER);
      assert.equal(events[6]?.values.data, 'take');
      const received = events[7]?.values ?? {};
      assert.deepEqual([received.res, received.data, received.tuple], [4, 'take', `unix * * ${path}`]);
      assert.equal(String(received.msgcontrol).length, 24);
      // The kernel knows here which end is the server, although this call did not accept.
      assert.equal(fdinfoOf(events[7]).flags, SERVER);
      assert.equal(events[9]?.values.addr, 'unix lanner-abstract');
      expectEvent(events[10], 'connect', {
        res: -2,
        tuple: undefined,
        fd: results[8],
        addr: 'unix /nowhere',
        fdinfo: fdinfoOf(events[10]),
      });
    } finally {
      rmSync(path, { force: true });
    }
  });
});

testCases(import.meta.filename, { skip });
