import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatIp, isUnspecified, parseIp, unmapIp } from './ip.ts';

/** Text of a form that inet_ntop(3) writes; reading it gives the bytes, writing them gives it back. */
const TEXTS = [
  '0.0.0.0',
  '127.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::2',
  '1::',
  '2001:db8::1',
  '2001:db8:0:1:1:1:1:1',
  '2001:0:0:1::1',
  'fe80::1:0:0:1',
  '1:2:3:4:5:6:7:8',
  '::ffff:10.0.0.1',
  '::10.0.0.1',
  '64:ff9b::a00:1',
];

test('addresses read and write', () => {
  for (const text of TEXTS) {
    const ip = parseIp(text);
    assert.ok(ip !== undefined, text);
    assert.equal(ip.length, text.includes(':') ? 16 : 4);
    assert.equal(formatIp(ip), text);
  }
  assert.equal(formatIp(parseIp('2001:DB8:0:0:0:0:0:1') ?? ''), '2001:db8::1');
  assert.equal(formatIp(parseIp('fe80::1%eth0') ?? ''), 'fe80::1');
  assert.equal(formatIp(''), '');
});

test('what is no address is refused', () => {
  for (const text of [
    '',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    'a.b.c.d',
    ':',
    ':::',
    '1::2::3',
    '1:2:3',
    '12345::',
    '1.2.3.4::',
    '1:2:3:4:5:6:7:8:9',
  ])
    assert.equal(parseIp(text), undefined, text);
});

test('mapped and unspecified addresses', () => {
  assert.equal(unmapIp(parseIp('::ffff:10.0.0.1') ?? ''), parseIp('10.0.0.1'));
  assert.equal(unmapIp(parseIp('::1') ?? ''), parseIp('::1'));
  assert.equal(isUnspecified(parseIp('::') ?? ''), true);
  assert.equal(isUnspecified(parseIp('::1') ?? ''), false);
});
