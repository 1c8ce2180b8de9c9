import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ParameterValue } from '../events/encode.ts';
import { EVENT_TYPES, type EventType } from '../events/table.ts';
import {
  contextOf,
  descriptorWith,
  eventOf,
  eventType,
  read,
  socketWith,
  systemOf,
  threadOf,
  tupleBytes,
} from './testing.ts';

const thread = threadOf({ tid: 1000, comm: 'cat' });
const system = systemOf({
  threads: [thread],
  users: {
    user: (uid) => (uid === 33 ? { uid, gid: 33, name: 'www-data', home: '', shell: '' } : undefined),
    groupName: (gid) => (gid === 33 ? 'www-data' : undefined),
  },
  descriptor: (_, fd) => (fd === 9 ? descriptorWith({ kind: 'd', name: '/srv' }) : undefined),
});

/** `evt.arg.NAME` and the `name=value` of `evt.args`. */
function both(
  type: string | EventType,
  name: string,
  value: ParameterValue,
  more: Partial<Parameters<typeof contextOf>[1]> & { parameters?: Record<string, ParameterValue> } = {},
): [unknown, string] {
  const { parameters, ...rest } = more;
  const context = contextOf(eventOf(type, { ...parameters, [name]: value }), { system, ...rest });
  const all = String(read(context, 'evt.args'));
  const names = typeof type === 'string' ? eventType(type).parameters : type.parameters;
  const start = all.indexOf(`${name}=`);
  const next = names[names.findIndex((parameter) => parameter.name === name) + 1]?.name;
  const end = next === undefined ? all.length : all.indexOf(` ${next}=`, start);
  return [read(context, `evt.arg.${name}`), all.slice(start, end < 0 ? all.length : end)];
}

test('flags are listed by name, values of several bits before their parts', () => {
  assert.deepEqual(both('openat', 'flags', 4097), ['O_RDONLY|O_CLOEXEC', 'flags=4097(O_RDONLY|O_CLOEXEC)']);
  assert.deepEqual(both('openat', 'flags', 3), ['O_RDWR', 'flags=3(O_RDWR)']);
  assert.deepEqual(both('openat', 'flags', 2 | 4 | 256 | 32768), [
    'O_TRUNC|O_CREAT|O_WRONLY|FD_UPPER_LAYER',
    'flags=33030(O_TRUNC|O_CREAT|O_WRONLY|FD_UPPER_LAYER)',
  ]);
  assert.deepEqual(both('openat', 'flags', 0), ['O_NONE', 'flags=0(O_NONE)']);
  assert.deepEqual(both('unlinkat', 'flags', 0), ['0', 'flags=0'], 'no name for no flag');
  assert.deepEqual(both('unshare', 'flags', 0x80000000), ['2147483648', 'flags=2147483648'], 'the top bit');
});

test('enumerations show every name of their value', () => {
  assert.deepEqual(both('socket', 'domain', 1), ['AF_LOCAL|AF_UNIX', 'domain=1(AF_LOCAL|AF_UNIX)']);
  assert.deepEqual(both('socket', 'domain', 10), ['AF_INET6', 'domain=10(AF_INET6)']);
  assert.deepEqual(both('ptrace', 'request', 11), ['PTRACE_ATTACH', 'request=11(PTRACE_ATTACH)']);
  assert.deepEqual(both('bpf', 'cmd', 5), ['BPF_PROG_LOAD', 'cmd=5(BPF_PROG_LOAD)']);
  assert.deepEqual(both('socket', 'domain', 999), ['999', 'domain=999']);
});

test('modes are octal and listed by name', () => {
  assert.deepEqual(both('chmod', 'mode', 0o4755), [
    'S_IXOTH|S_IROTH|S_IXGRP|S_IRGRP|S_IXUSR|S_IWUSR|S_IRUSR|S_ISUID',
    'mode=04755(S_IXOTH|S_IROTH|S_IXGRP|S_IRGRP|S_IXUSR|S_IWUSR|S_IRUSR|S_ISUID)',
  ]);
  assert.deepEqual(both('chmod', 'mode', 0o100), ['S_IXUSR', 'mode=0100(S_IXUSR)']);
  assert.deepEqual(both('chmod', 'mode', 0), ['0', 'mode=0']);
});

test('numbers are decimal, octal with a zero before, or hexadecimal in capitals', () => {
  assert.deepEqual(both('openat', 'mode', 0o644), ['0644', 'mode=0644']);
  assert.deepEqual(both('openat', 'mode', 0), ['0', 'mode=0']);
  assert.deepEqual(both('openat', 'dev', 0xfd01), ['FD01', 'dev=FD01']);
  assert.deepEqual(both('openat', 'ino', 12345), ['12345', 'ino=12345']);
  assert.deepEqual(both('mmap', 'addr', 0x7fad48770000n), ['7FAD48770000', 'addr=7FAD48770000']);
  assert.deepEqual(both('getrlimit', 'max', -1), ['-1', 'max=-1']);
});

test('results are named when they are errors', () => {
  assert.deepEqual(both('mkdir', 'res', -2), ['ENOENT', 'res=-2(ENOENT)']);
  assert.deepEqual(both('mkdir', 'res', 0), ['0', 'res=0']);
  assert.deepEqual(both('openat', 'fd', -13), ['EACCES', 'fd=-13(EACCES)']);
});

test('descriptors show what they are', () => {
  const file = { descriptor: descriptorWith() };
  assert.deepEqual(both('openat', 'fd', 3, file), ['<f>/etc/passwd', 'fd=3(<f>/etc/passwd)']);
  const name = '10.0.0.1:4000->10.0.0.2:80';
  const tcp = { descriptor: socketWith(name) };
  assert.deepEqual(both('sendto', 'fd', 4, tcp), [`<4t>${name}`, `fd=4(<4t>${name})`]);
  const udp = { descriptor: socketWith('[::1]'.slice(1, -1).concat(':1->::2:53'), { protocol: 17 }) };
  assert.equal(both('sendto', 'fd', 4, udp)[0], '<6u>::1:1->::2:53');
  const unbound = { descriptor: { ...socketWith('0.0.0.0:0'), name: '' } };
  assert.equal(both('socket', 'fd', 4, unbound)[0], '<4>');
  assert.deepEqual(both('openat', 'fd', 3), ['3', 'fd=3'], 'nothing is known');
  assert.equal(both('openat', 'dirfd', -100, file)[0], 'AT_FDCWD');
  assert.equal(both('openat', 'dirfd', 9, file)[0], '<d>/srv', 'another descriptor of the process');
});

test('relative paths become absolute, the given form stays in evt.args', () => {
  assert.deepEqual(both('mkdir', 'path', 'a/../b'), ['/root/b', 'path=a/../b(/root/b)']);
  assert.deepEqual(both('mkdir', 'path', '/tmp//x'), ['/tmp//x', 'path=/tmp//x']);
  const inSrv = { parameters: { dirfd: 9 } };
  assert.equal(both('mkdirat', 'path', 'x', inSrv)[0], '/srv/x');
  const told = { parameters: { oldbase: '/old/', newbase: '/new' } };
  assert.equal(both('rename', 'oldpath', 'x', told)[0], '/old/x');
  assert.equal(both('rename', 'newpath', 'x', told)[0], '/new/x');
  assert.equal(both('mkdir', 'path', 'x', { thread: undefined })[0], 'x');
});

test('processes, users and groups have names', () => {
  assert.deepEqual(both('clone', 'ptid', 1000), ['cat', 'ptid=1000(cat)']);
  assert.deepEqual(both('clone', 'ptid', 7), ['7', 'ptid=7']);
  assert.deepEqual(both('setuid', 'uid', 33), ['www-data', 'uid=33(www-data)']);
  assert.deepEqual(both('setuid', 'uid', 34), ['<NA>', 'uid=34(<NA>)']);
  assert.deepEqual(both('setresuid', 'ruid', 0xffffffff), ['<NONE>', 'ruid=-1(<NONE>)']);
  assert.deepEqual(both('setgid', 'gid', 33), ['www-data', 'gid=33(www-data)']);
});

test('connections and addresses', () => {
  const v4 = '10.0.0.1:4000->10.0.0.2:80';
  assert.deepEqual(both('connect', 'tuple', tupleBytes(v4)), [v4, `tuple=${v4}`]);
  const v6 = '2001:db8::4:54405->2001:db8::3:1234';
  assert.equal(both('connect', 'tuple', tupleBytes(v6))[0], v6);
  const mapped = '::ffff:10.0.0.1:1->::ffff:10.0.0.2:2';
  assert.equal(both('connect', 'tuple', tupleBytes(mapped))[0], '10.0.0.1:1->10.0.0.2:2');
  const unix = Buffer.concat([
    Buffer.of(1),
    Buffer.alloc(8),
    Buffer.from('00944b7cdc94ffff', 'hex'),
    Buffer.from('/run/x\0'),
  ]);
  assert.equal(both('connect', 'tuple', unix)[0], '0->ffff94dc7c4b9400 /run/x');
  assert.equal(both('connect', 'tuple', undefined)[0], 'NULL');
  assert.equal(both('connect', 'tuple', Buffer.of(2, 1, 2))[0], 'INVALID SOCKTUPLE');
  assert.equal(both('connect', 'tuple', Buffer.of(16))[0], 'family 16');
  assert.equal(both('bind', 'addr', Buffer.of(2, 127, 0, 0, 1, 0x50, 0))[0], '127.0.0.1:80');
  assert.equal(both('bind', 'addr', Buffer.from('\x01/run/x\0', 'latin1'))[0], '/run/x');
  assert.equal(both('bind', 'addr', undefined)[0], '<NA>');
});

test('data, lists, signals and times', () => {
  assert.deepEqual(both('write', 'data', Buffer.from('GET /\r\n\xff', 'latin1')), [
    'GET /...',
    'data=GET /...',
  ]);
  assert.equal(both('write', 'data', undefined)[0], 'NULL');
  assert.deepEqual(both('execve', 'args', ['-6', 'www']), ['-6.www.', 'args=-6.www.']);
  assert.equal(both('kill', 'sig', 9)[0], 'SIGKILL');
  assert.deepEqual(both('nanosleep', 'interval', 1_500_000_000n), ['1.5s', 'interval=1500000000(1.5s)']);
  assert.equal(both('nanosleep', 'interval', 100n)[0], '1e-07s');
  const polled = Buffer.alloc(22);
  polled.writeUInt16LE(2, 0);
  polled.writeBigInt64LE(9n, 2);
  polled.writeUInt16LE(0x41, 10);
  polled.writeBigInt64LE(7n, 12);
  polled.writeUInt16LE(1, 20);
  assert.equal(both('poll', 'fds', polled)[0], '9:d41 7:?1');
});

test('a dynamic parameter shows the type that it carries', () => {
  const value = (index: number, bytes: Buffer): Buffer => Buffer.concat([Buffer.of(index), bytes]);
  const address = Buffer.alloc(8);
  address.writeBigUInt64LE(0xabcn);
  assert.equal(both('ptrace', 'addr', value(0, address))[0], 'ABC');
  assert.equal(both('ptrace', 'data', value(1, Buffer.of(9)))[0], 'SIGKILL');
  assert.equal(both('ptrace', 'data', value(9, address))[0], 'NULL', 'no such type');
});

test('parameters by number, and those that are not there', () => {
  const context = contextOf(eventOf('mkdir', { res: 0, path: '/x', mode: 0o755 }), { system });
  assert.equal(read(context, 'evt.arg[1]'), '/x');
  assert.equal(read(context, 'evt.arg[2]'), '1ED');
  assert.equal(read(context, 'evt.arg[3]'), undefined, 'base is no parameter of the system call');
  assert.equal(read(context, 'evt.arg.flags'), undefined);
  assert.equal(read(context, 'evt.args'), 'res=0 path=/x mode=1ED');
  assert.equal(read(context, 'evt.info'), 'res=0 path=/x mode=1ED');
});

test('evt.rawarg is the value itself', () => {
  const open = contextOf(eventOf('openat', { fd: -2, dirfd: -100, name: 'a', flags: 4097, ino: 2n ** 60n }), {
    system,
  });
  assert.deepEqual(
    ['fd', 'dirfd', 'name', 'flags', 'ino', 'mode'].map((name) => read(open, `evt.rawarg.${name}`)),
    [-2, -100, 'a', 4097, 2n ** 60n, undefined],
  );
  const generic = contextOf(eventOf(EVENT_TYPES[1] as EventType, { ID: 3, nativeID: 1 }), { system });
  assert.equal(read(generic, 'evt.rawarg.ID'), 3);
  assert.equal(read(generic, 'evt.arg[0]'), 'read');
});
