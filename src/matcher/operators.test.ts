/** Every operator with its edge cases, by the compiled matcher and by the interpreter. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Condition } from '../rules/checked.ts';
import { compileMatcher } from './compile.ts';
import { holds } from './interpreter.ts';
import {
  among,
  check,
  exists,
  field,
  ipv4,
  not,
  rule,
  type TestValues,
  testCatalog,
  testEvent,
  transform,
} from './test-kit.ts';

function assertHolds(condition: Condition, values: TestValues, expected: boolean): void {
  const matcher = compileMatcher({ rules: [rule('r', condition)] }, testCatalog, {
    matching: 'all',
    source: 'syscall',
  });
  const event = testEvent(values);
  assert.equal(matcher.match(event).length === 1, expected, 'compiled');
  assert.equal(holds(condition, event, testCatalog), expected, 'interpreted');
}

test('= and != compare bytes', () => {
  assertHolds(check('t.name', '=', 'cat'), { 't.name': 'cat' }, true);
  assertHolds(check('t.name', '=', 'cat'), { 't.name': 'Cat' }, false);
  assertHolds(check('t.name', '!=', 'cat'), { 't.name': 'Cat' }, true);
  assertHolds(check('t.name', '=', '\xc3\xa9'), { 't.name': '\xc3\xa9' }, true);
  assertHolds(check('t.name', '=', ''), { 't.name': '' }, true);
});

test('a check of a missing value is false, != too, and its negation true', () => {
  const checks = [
    check('t.name', '=', 'x'),
    check('t.name', '!=', 'x'),
    check('t.number', '<', 1),
    check('t.number', '>=', 0),
    check('t.name', 'contains', ''),
    check('t.name', 'startswith', ''),
    check('t.name', 'glob', '*'),
    check('t.name', 'regex', '.*'),
    check('t.path', '!=', 'x'),
    check('t.port', '!=', 1),
    check('t.ends', '!=', { address: ipv4(10, 0, 0, 0), prefix: 8 }),
    check('t.net', '!=', { address: ipv4(10, 0, 0, 0), prefix: 8 }),
    check('t.ancestor', '!=', 'x'),
    check('t.buffer', '!=', 'x'),
    check('t.raw', '!=', 'x'),
    check('t.name', '!=', ['x'], 'allof'),
    check('t.name', '!=', field('t.other')),
    among('t.name', 'in', ['x']),
    among('t.list', 'in', ['x']),
    among('t.list', 'intersects', ['x']),
    among('t.path', 'pmatch', ['/']),
    exists('t.name'),
    exists('t.list'),
    exists('t.ancestor'),
  ];
  for (const condition of checks) {
    assertHolds(condition, {}, false);
    assertHolds(not(condition), {}, true);
  }
});

test('exists', () => {
  assertHolds(exists('t.name'), { 't.name': '' }, true);
  assertHolds(exists('t.number'), { 't.number': 0 }, true);
  assertHolds(exists('t.flag'), { 't.flag': false }, true);
  assertHolds(exists('t.list'), { 't.list': [] }, true);
  assertHolds(exists('t.ancestor'), { 't.ancestor': [] }, false);
  assertHolds(exists('t.ancestor'), { 't.ancestor': ['init'] }, true);
});

test('numbers compare as numbers, bigints beyond the safe integers among them', () => {
  const huge = 2n ** 64n - 1n;
  assertHolds(check('t.number', '<', 0), { 't.number': -1 }, true);
  assertHolds(check('t.number', '<', 10), { 't.number': 9 }, true);
  assertHolds(check('t.number', '<=', 10), { 't.number': 10 }, true);
  assertHolds(check('t.number', '>', 10), { 't.number': 10 }, false);
  assertHolds(check('t.number', '>=', 10), { 't.number': 10 }, true);
  assertHolds(check('t.big', '=', huge), { 't.big': huge }, true);
  assertHolds(check('t.big', '!=', huge), { 't.big': huge }, false);
  assertHolds(check('t.big', '>', 5), { 't.big': huge }, true);
  assertHolds(check('t.big', '<', huge), { 't.big': 5 }, true);
  assertHolds(among('t.big', 'in', [1, 2, 3, 4, huge]), { 't.big': huge }, true);
  assertHolds(check('t.ratio', '>', 1), { 't.ratio': 1.5 }, true);
});

test('booleans', () => {
  assertHolds(check('t.flag', '=', true), { 't.flag': true }, true);
  assertHolds(check('t.flag', '!=', true), { 't.flag': false }, true);
  assertHolds(among('t.flag', 'in', [false]), { 't.flag': false }, true);
});

test('order of text is that of its bytes', () => {
  assertHolds(check('t.name', '<', 'b'), { 't.name': 'a' }, true);
  assertHolds(check('t.name', '<', 'a'), { 't.name': 'Z' }, true);
  assertHolds(check('t.name', '>', 'z'), { 't.name': '\xc3' }, true);
  assertHolds(check('t.name', '>=', 'ab'), { 't.name': 'a' }, false);
});

test('contains, icontains, startswith, endswith', () => {
  const values = { 't.name': 'Passwd' };
  assertHolds(check('t.name', 'contains', 'ssw'), values, true);
  assertHolds(check('t.name', 'contains', 'SSW'), values, false);
  assertHolds(check('t.name', 'contains', ''), values, true);
  assertHolds(check('t.name', 'icontains', 'pASS'), values, true);
  assertHolds(check('t.name', 'icontains', '\xe0'), { 't.name': '\xc0' }, false);
  assertHolds(check('t.name', 'startswith', 'Pass'), values, true);
  assertHolds(check('t.name', 'startswith', ''), values, true);
  assertHolds(check('t.name', 'startswith', 'Passwords'), values, false);
  assertHolds(check('t.name', 'endswith', 'wd'), values, true);
  assertHolds(check('t.name', 'endswith', 'Pas'), values, false);
});

test('byte buffers compare as bytes, whether given as buffers or as byte strings', () => {
  const values = { 't.buffer': Uint8Array.of(0, 255, 65) };
  assertHolds(check('t.buffer', '=', Uint8Array.of(0, 255, 65)), values, true);
  assertHolds(check('t.buffer', '!=', '\0\xffA'), values, false);
  assertHolds(check('t.buffer', 'bcontains', '\xffA'), values, true);
  assertHolds(check('t.buffer', 'bstartswith', Uint8Array.of(0)), values, true);
  assertHolds(check('t.buffer', 'bstartswith', '\xff'), values, false);
  assertHolds(check('t.buffer', 'contains', 'A'), values, true);
  assertHolds(check('t.buffer', 'endswith', 'A'), values, true);
  assertHolds(among('t.buffer', 'in', ['x', '\0\xffA']), values, true);
});

test('glob and iglob', () => {
  assertHolds(check('t.path', 'glob', '/etc/*'), { 't.path': '/etc/a/b' }, true);
  assertHolds(check('t.path', 'glob', '/ETC/*'), { 't.path': '/etc/a/b' }, false);
  assertHolds(check('t.path', 'iglob', '/ETC/*'), { 't.path': '/etc/a/b' }, true);
});

test('regex must match the whole text, and sees invalid bytes as U+FFFD', () => {
  assertHolds(check('t.name', 'regex', 'ca'), { 't.name': 'cat' }, false);
  assertHolds(check('t.name', 'regex', 'ca.'), { 't.name': 'cat' }, true);
  assertHolds(check('t.name', 'regex', '(ca|dog)+'), { 't.name': 'dogca' }, true);
  assertHolds(check('t.name', 'regex', 'a.b'), { 't.name': 'a\xc3\xa9b' }, true);
  assertHolds(check('t.name', 'regex', 'a.b'), { 't.name': 'a\xffb' }, true);
  assertHolds(check('t.name', 'regex', 'a.b'), { 't.name': 'a\nb' }, false);
  assertHolds(check('t.name', 'regex', 'a[^x]b'), { 't.name': 'a\nb' }, true);
  assertHolds(check('t.name', 'regex', 'a$\n^b'), { 't.name': 'a\nb' }, true);
  assertHolds(check('t.name', 'regex', '[[:digit:]]+'), { 't.name': '12' }, true);
});

test('in and intersects of one value', () => {
  assertHolds(among('t.name', 'in', ['a']), { 't.name': 'a' }, true);
  assertHolds(among('t.name', 'in', ['a', 'b', 'c']), { 't.name': 'c' }, true);
  assertHolds(among('t.name', 'in', ['a', 'b', 'c', 'd', 'e']), { 't.name': 'e' }, true);
  assertHolds(among('t.name', 'in', ['a', 'b', 'c', 'd', 'e']), { 't.name': 'x' }, false);
  assertHolds(among('t.name', 'in', []), { 't.name': 'a' }, false);
  assertHolds(among('t.name', 'intersects', ['a', 'b']), { 't.name': 'b' }, true);
});

test('list fields: in asks for all values, intersects for any', () => {
  assertHolds(among('t.list', 'in', ['a', 'b', 'c']), { 't.list': ['a', 'b'] }, true);
  assertHolds(among('t.list', 'in', ['a', 'b', 'c']), { 't.list': ['a', 'x'] }, false);
  assertHolds(among('t.list', 'in', ['a']), { 't.list': [] }, true);
  assertHolds(among('t.list', 'intersects', ['a', 'b']), { 't.list': ['x', 'b'] }, true);
  assertHolds(among('t.list', 'intersects', ['a', 'b']), { 't.list': [] }, false);
  assertHolds(among('t.numbers', 'in', [1, 2]), { 't.numbers': [2, 1, 1] }, true);
  const private10 = { address: ipv4(10, 0, 0, 0), prefix: 8 };
  assertHolds(among('t.addresses', 'in', [private10]), { 't.addresses': [ipv4(10, 1, 2, 3)] }, true);
  assertHolds(
    among('t.addresses', 'in', [private10]),
    { 't.addresses': [ipv4(10, 1, 2, 3), ipv4(11, 0, 0, 1)] },
    false,
  );
});

test('pmatch', () => {
  assertHolds(among('t.path', 'pmatch', ['/var/run', '/etc']), { 't.path': '/etc/shadow' }, true);
  assertHolds(among('t.path', 'pmatch', ['/var/run', '/etc']), { 't.path': '/etcetera' }, false);
});

test('addresses and networks', () => {
  const network = { address: ipv4(192, 168, 4, 0), prefix: 22 };
  const six = '\xfd'.padEnd(16, '\0');
  assertHolds(check('t.ip', '=', ipv4(1, 2, 3, 4)), { 't.ip': ipv4(1, 2, 3, 4) }, true);
  assertHolds(check('t.ip', '!=', ipv4(1, 2, 3, 4)), { 't.ip': six }, true);
  assertHolds(check('t.net', '=', network), { 't.net': ipv4(192, 168, 7, 255) }, true);
  assertHolds(check('t.net', '=', network), { 't.net': ipv4(192, 168, 8, 0) }, false);
  assertHolds(check('t.net', '!=', network), { 't.net': ipv4(192, 168, 8, 0) }, true);
  assertHolds(check('t.net', '=', network), { 't.net': six }, false);
  assertHolds(check('t.net', '!=', network), { 't.net': six }, true);
  assertHolds(among('t.net', 'in', [network, { address: six, prefix: 7 }]), { 't.net': six }, true);
});

test('either end of a connection satisfies a check; with != both must differ', () => {
  const values = { 't.port': [54321, 443] };
  assertHolds(check('t.port', '=', 443), values, true);
  assertHolds(check('t.port', '!=', 443), values, false);
  assertHolds(check('t.port', '!=', 80), values, true);
  assertHolds(check('t.port', '<', 1024), values, true);
  assertHolds(among('t.port', 'in', [22, 443]), values, true);
  assertHolds(check('t.port', '!=', [80, 443], 'allof'), values, false);
  const network = { address: ipv4(10, 0, 0, 0), prefix: 8 };
  const ends = { 't.ends': [ipv4(10, 0, 0, 1), ipv4(8, 8, 8, 8)] };
  assertHolds(check('t.ends', '=', network), ends, true);
  assertHolds(check('t.ends', '!=', network), ends, false);
  assertHolds(among('t.ends', 'in', [network]), ends, true);
});

test('any ancestor satisfies a check, != too; with an index there is one value', () => {
  const values = { 't.ancestor': ['bash', 'sshd'], 't.ancestor[1]': 'bash' };
  assertHolds(check('t.ancestor', '=', 'sshd'), values, true);
  assertHolds(check('t.ancestor', '!=', 'sshd'), values, true);
  assertHolds(check('t.ancestor', '=', 'cron'), values, false);
  assertHolds(among('t.ancestor', 'in', ['cron', 'sshd', 'a', 'b', 'c']), values, true);
  assertHolds(check('t.ancestor', 'startswith', 'ssh'), values, true);
  assertHolds(check('t.ancestor', '!=', 'sshd'), { 't.ancestor': [] }, false);
  assertHolds(check(field('t.ancestor', '1'), '=', 'bash'), values, true);
  assertHolds(check(field('t.ancestor', '1'), '=', 'sshd'), values, false);
});

test('oneof, anyof, allof count the values for which the operator holds', () => {
  const values = { 't.name': 'abc' };
  assertHolds(check('t.name', 'contains', ['a', 'x'], 'anyof'), values, true);
  assertHolds(check('t.name', 'contains', ['y', 'x'], 'anyof'), values, false);
  assertHolds(check('t.name', 'contains', ['a', 'b'], 'allof'), values, true);
  assertHolds(check('t.name', 'contains', ['a', 'x'], 'allof'), values, false);
  assertHolds(check('t.name', 'contains', ['a', 'x'], 'oneof'), values, true);
  assertHolds(check('t.name', 'contains', ['a', 'b'], 'oneof'), values, false);
  assertHolds(check('t.name', 'contains', ['y', 'x'], 'oneof'), values, false);
  assertHolds(check('t.name', '=', ['abc'], 'anyof'), values, true);
  assertHolds(check('t.name', '!=', ['abc', 'x'], 'allof'), values, false);
  assertHolds(check('t.name', 'regex', ['a.*', '.*d'], 'oneof'), values, true);
});

test('a field compares with another field, when the event has both', () => {
  const other = transform('val', [field('t.other')]);
  assertHolds(check('t.name', '=', other), { 't.name': 'a', 't.other': 'a' }, true);
  assertHolds(check('t.name', '!=', other), { 't.name': 'a', 't.other': 'b' }, true);
  assertHolds(check('t.name', '!=', other), { 't.name': 'a' }, false);
  assertHolds(check('t.name', 'startswith', other), { 't.name': 'abc', 't.other': 'ab' }, true);
  assertHolds(check('t.name', 'glob', other), { 't.name': 'abc', 't.other': 'a*' }, true);
  assertHolds(check('t.name', '<', other), { 't.name': 'a', 't.other': 'b' }, true);
  assertHolds(check('t.number', '>=', field('t.big')), { 't.number': 5, 't.big': 5 }, true);
  assertHolds(check('t.ancestor', '=', other), { 't.ancestor': ['x', 'y'], 't.other': 'y' }, true);
  assertHolds(check('t.port', '!=', field('t.number')), { 't.port': [1, 2], 't.number': 2 }, false);
  assertHolds(among('t.list', 'in', field('t.list')), { 't.list': ['a'] }, true);
  const pair = transform('concat', [field('t.name'), field('t.name')]);
  assertHolds(check('t.path', '=', pair), { 't.path': 'xx', 't.name': 'x' }, true);
});

test('a value whose type only the event tells compares with its own kind', () => {
  assertHolds(check('t.raw', '=', 5), { 't.raw': 5 }, true);
  assertHolds(check('t.raw', '=', 5), { 't.raw': '5' }, false);
  assertHolds(check('t.raw', '!=', 5), { 't.raw': '5' }, true);
  assertHolds(check('t.raw', '<', 6), { 't.raw': 5n }, true);
  assertHolds(check('t.raw', 'startswith', '/e'), { 't.raw': '/etc' }, true);
  assertHolds(check('t.raw', 'startswith', '/e'), { 't.raw': 7 }, false);
  assertHolds(among('t.raw', 'in', ['a', 'b']), { 't.raw': 'b' }, true);
});
