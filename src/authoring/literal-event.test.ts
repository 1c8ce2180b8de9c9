/** Literal events: what of them follows from what is given, field by field. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toByteString } from '../events/bytes.ts';
import { FIELD_CATALOG } from '../fields/catalog.ts';
import type { FieldValue } from '../fields/field.ts';
import { literalCatalog, literalContext } from './literal-catalog.ts';

const CATALOG = literalCatalog(FIELD_CATALOG);

function values(
  name: string,
  given: Readonly<Record<string, FieldValue>>,
  fields: readonly string[],
): FieldValue[] {
  const context = literalContext({ name, values: new Map(Object.entries(given)) });
  return fields.map((written) => {
    const [, field = '', argument] = /^([^[]*)(?:\[(.*)\])?$/.exec(written) ?? [];
    const found = CATALOG.find(field);
    assert.ok(found, written);
    return found.field.read(context, argument ?? found.argument);
  });
}

test('the type, and a result of success, unless another is given', () => {
  const fields = ['evt.type', 'evt.rawres', 'evt.res', 'evt.failed'];
  assert.deepEqual(values('execve', {}, fields), ['execve', 0, 'SUCCESS', false]);
  assert.deepEqual(values('execve', { 'evt.rawres': -2 }, fields), ['execve', -2, 'ENOENT', true]);
  assert.deepEqual(values('execve', { 'evt.res': 'EACCES' }, fields), ['execve', -13, 'EACCES', true]);
  assert.deepEqual(values('openat', {}, fields), ['openat', 3, 'SUCCESS', false]);
});

test('a system call without an event of its own', () => {
  assert.deepEqual(values('sysinfo', {}, ['evt.type', 'syscall.type']), ['sysinfo', 'sysinfo']);
});

test('descriptors: parts of a path, ends of a connection, numbers', () => {
  const fields = ['fd.num', 'fd.type', 'fd.directory', 'fd.filename', 'fd.nameraw'];
  const shadow = { 'fd.name': '/etc/shadow' };
  assert.deepEqual(values('openat', shadow, fields), [3, 'file', '/etc', 'shadow', '/etc/shadow']);
  assert.deepEqual(values('openat', { ...shadow, 'fd.num': 9 }, ['fd.num', 'evt.rawres']), [9, 9]);
  assert.deepEqual(values('openat', { ...shadow, 'evt.res': 'ENOENT' }, ['fd.num', 'fd.name']), [
    -1,
    '/etc/shadow',
  ]);
  assert.deepEqual(
    values('connect', { 'fd.name': '10.0.0.1:4000->10.0.0.2:443' }, [
      'fd.type',
      'fd.sport',
      'fd.cport',
      'fd.sip',
    ]),
    ['ipv4', 443, 4000, '\x0a\0\0\x02'],
  );
  assert.deepEqual(
    values('connect', { 'fd.sip': '\x0a\0\0\x02', 'fd.sport': 443 }, ['fd.l4proto', 'fd.net']),
    ['tcp', ['\x0a\0\0\x02']],
  );
  assert.deepEqual(values('connect', { 'fd.name': 'pipe:[1]' }, ['fd.name', 'fd.type']), [
    'pipe:[1]',
    undefined,
  ]);
});

test('an open was given the path that it opened, and the other way round', () => {
  const fields = ['fd.name', 'fd.nameraw', 'fs.path.name', 'fd.typechar'];
  assert.deepEqual(values('openat', { 'fd.name': '/etc/x' }, fields), ['/etc/x', '/etc/x', '/etc/x', 'f']);
  assert.deepEqual(values('openat', { 'evt.arg[name]': '/etc/x' }, fields), [
    '/etc/x',
    '/etc/x',
    '/etc/x',
    'f',
  ]);
  const given = { 'fd.name': '/etc/x', 'fd.nameraw': '../etc/x' };
  assert.deepEqual(values('openat', given, ['fd.name', 'evt.arg.name']), ['/etc/x', '../etc/x']);
  // A failed open has no descriptor, only what it was given.
  assert.deepEqual(
    values('openat', { 'fd.name': '/etc/x', 'evt.res': 'ENOENT' }, ['fd.filename', 'fd.type']),
    [undefined, undefined],
  );
});

test('kinds of descriptors, by name or letter', () => {
  const fields = ['fd.type', 'fd.typechar', 'fd.directory'];
  assert.deepEqual(values('fchmod', { 'fd.name': '/srv', 'fd.type': 'directory' }, fields), [
    'directory',
    'd',
    '/srv',
  ]);
  assert.deepEqual(values('fchmod', { 'fd.name': '/srv/x', 'fd.typechar': 'f' }, fields), [
    'file',
    'f',
    '/srv',
  ]);
  assert.deepEqual(values('connect', { 'fd.type': 'unix' }, ['fd.typechar']), ['u']);
});

test('parameters: numbers, names of flags, texts, and what is too long for one', () => {
  const open = (flags: FieldValue) =>
    values('openat', { 'evt.arg[flags]': flags }, ['evt.arg.flags', 'evt.rawarg.flags', 'evt.is_open_write']);
  assert.deepEqual(open('O_WRONLY|O_TRUNC'), open(2 + 256));
  assert.equal(open('O_WRONLY|O_TRUNC')[2], true);
  const long = 'x'.repeat(70_000);
  assert.deepEqual(values('execve', { 'evt.arg[filename]': long }, ['evt.arg.filename']), [long]);
  const text = toByteString('/tmp/ä');
  assert.deepEqual(values('execve', { 'evt.arg[filename]': text }, ['evt.arg.filename']), [text]);
});

test('results and parameters, by whichever of their names', () => {
  const fields = ['evt.rawres', 'evt.failed', 'evt.arg.res'];
  assert.deepEqual(values('mkdir', { 'evt.arg[res]': 'ENOENT' }, fields), [-2, true, 'ENOENT']);
  assert.deepEqual(values('mkdir', { 'evt.arg[res]': -2 }, ['evt.res', 'evt.failed']), ['ENOENT', true]);
  assert.deepEqual(
    values('openat', { 'evt.arg[fd]': 7, 'fd.name': '/x' }, ['evt.rawres', 'fd.num', 'fd.name']),
    [7, 7, '/x'],
  );
  assert.deepEqual(values('openat', { 'evt.rawres': 5, 'fd.name': '/x' }, ['fd.num']), [5]);
  assert.deepEqual(values('unlink', { 'evt.arg[1]': '/tmp/x' }, ['evt.arg.path', 'fs.path.name']), [
    '/tmp/x',
    '/tmp/x',
  ]);
});

test('arguments follow from a command line', () => {
  assert.deepEqual(
    values('execve', { 'proc.cmdline': 'sh -c id' }, ['proc.args', 'proc.args[1]', 'proc.name']),
    ['-c id', 'id', undefined],
  );
  assert.deepEqual(values('execve', { 'proc.cmdline': 'sh' }, ['proc.args', 'proc.cmdline']), [
    undefined,
    'sh',
  ]);
});

test('processes: ancestors, arguments, and nothing that was not given', () => {
  const given = { 'proc.name': 'sh', 'proc.args': '-c id', 'proc.pname': 'a', 'proc.aname[2]': 'b' };
  assert.deepEqual(
    values('execve', given, [
      'proc.cmdline',
      'proc.args[1]',
      'proc.aname[0]',
      'proc.aname[1]',
      'proc.aname',
      'proc.pid',
      'proc.exepath',
      'user.name',
      'container.id',
    ]),
    ['sh -c id', 'id', 'sh', 'a', ['a', 'b'], undefined, undefined, undefined, 'host'],
  );
  assert.deepEqual(values('execve', { 'container.id': undefined }, ['container.id']), [undefined]);
});
