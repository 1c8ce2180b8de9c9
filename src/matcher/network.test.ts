import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileNetwork } from './network.ts';
import { ipv4 } from './test-kit.ts';

test('prefixes at and between byte borders', () => {
  const cases: [number, string, boolean][] = [
    [0, ipv4(200, 1, 1, 1), true],
    [8, ipv4(10, 255, 0, 0), true],
    [8, ipv4(11, 20, 48, 1), false],
    [20, ipv4(10, 20, 63, 255), true],
    [20, ipv4(10, 20, 64, 0), false],
    [31, ipv4(10, 20, 48, 1), true],
    [31, ipv4(10, 20, 48, 2), false],
    [32, ipv4(10, 20, 48, 0), true],
    [32, ipv4(10, 20, 48, 1), false],
  ];
  for (const [prefix, ip, expected] of cases) {
    assert.equal(compileNetwork({ address: ipv4(10, 20, 48, 0), prefix })(ip), expected, `/${prefix}`);
  }
});

test('bits of the network beyond the prefix do not count', () => {
  assert.equal(compileNetwork({ address: ipv4(10, 20, 49, 7), prefix: 20 })(ipv4(10, 20, 48, 1)), true);
});

test('the other version of IP and no address at all are outside', () => {
  const everything = compileNetwork({ address: ipv4(0, 0, 0, 0), prefix: 0 });
  assert.equal(everything('\0'.repeat(16)), false);
  assert.equal(everything(''), false);
});
