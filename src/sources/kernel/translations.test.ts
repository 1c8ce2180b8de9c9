import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SYMBOLS } from '../../events/symbols.ts';
import { enumerators } from './enumerations.ts';
import {
  type Architecture,
  anonymousKinds,
  type BitTableName,
  bitTableNumber,
  encodeBitTables,
} from './translations.ts';

/** What the probe makes of a value. */
function translate(architecture: Architecture, name: BitTableName, value: number): number {
  const table = encodeBitTables(architecture).get(bitTableNumber(name)) as Buffer;
  let translated = 0;
  for (let byte = 0; byte < 4; byte++)
    translated |= table.readUInt32LE((byte * 256 + ((value >>> (8 * byte)) & 255)) * 4);
  return translated >>> 0;
}

/** Value of the event layout by the names of its symbols. */
function symbols(set: string, ...names: string[]): number {
  const values = new Map(SYMBOLS.get(set)?.map(({ name, value }) => [name, value]));
  return names.reduce((sum, name) => sum + (values.get(name) ?? Number.NaN), 0);
}

test('flags of open', () => {
  const open = (value: number, architecture: Architecture = 'x64') =>
    translate(architecture, 'openFlags', value);
  assert.equal(open(0), symbols('fileFlags', 'O_RDONLY'));
  assert.equal(open(1), symbols('fileFlags', 'O_WRONLY'));
  assert.equal(open(2), symbols('fileFlags', 'O_RDWR'));
  assert.equal(open(3), symbols('fileFlags', 'O_RDONLY'), 'the access mode that means none');
  assert.equal(open(0o3101), symbols('fileFlags', 'O_WRONLY', 'O_CREAT', 'O_TRUNC', 'O_APPEND'));
  assert.equal(open(0o2000000), symbols('fileFlags', 'O_RDONLY', 'O_CLOEXEC'));
  assert.equal(open(0o40000), symbols('fileFlags', 'O_RDONLY', 'O_DIRECT'));
  // Flags of several bits, of which Falco takes any for all.
  assert.equal(open(0o200000), symbols('fileFlags', 'O_RDONLY', 'O_DIRECTORY', 'O_TMPFILE'));
  assert.equal(open(0o10000), symbols('fileFlags', 'O_RDONLY', 'O_DSYNC', 'O_SYNC'));
  assert.equal(open(0o40000, 'arm64'), symbols('fileFlags', 'O_RDONLY', 'O_DIRECTORY', 'O_TMPFILE'));
  assert.equal(open(0o200000, 'arm64'), symbols('fileFlags', 'O_RDONLY', 'O_DIRECT'));
});

test('flags of clone, down to the highest bit', () => {
  assert.equal(translate('x64', 'cloneFlags', 0x80000000), symbols('cloneFlags', 'CLONE_IO'));
  assert.equal(
    translate('x64', 'cloneFlags', 0x10020011),
    symbols('cloneFlags', 'CLONE_NEWUSER', 'CLONE_NEWNS'),
    'the signal in the low byte is no flag',
  );
});

test('socket families: those that the layout knows', () => {
  assert.equal(translate('x64', 'socketFamily', 10), 10);
  assert.equal(translate('x64', 'socketFamily', 40), 0, 'AF_VSOCK');
});

test('requests of ptrace', () => {
  const values = new Map(
    enumerators().flatMap(([enumeration, value, translated]) =>
      enumeration === 1 ? [[value, translated]] : [],
    ),
  );
  assert.equal(values.get(16), symbols('ptraceRequests', 'PTRACE_ATTACH'));
  assert.equal(values.get(0x4206), symbols('ptraceRequests', 'PTRACE_SEIZE'));
});

test('kinds of anonymous inodes are told apart by seven bytes', () => {
  const prefixes = anonymousKinds().map(([prefix]) => prefix.toString('latin1'));
  assert.equal(new Set(prefixes).size, prefixes.length);
  assert.ok(prefixes.every((prefix) => prefix.length === 8 && prefix.endsWith('\0')));
});
