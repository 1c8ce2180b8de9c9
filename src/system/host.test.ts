import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { test } from 'node:test';
import { bootTime, hostName, LocalAddresses } from './host.ts';
import { parseIp } from './ip.ts';
import { BOOT_SECONDS, FakeHost } from './testing/fake-proc.ts';

test('the environment may name the host', () => {
  assert.equal(hostName({ FALCO_HOSTNAME: 'falco', LANNER_HOSTNAME: 'lanner' }), 'falco');
  assert.equal(hostName({ LANNER_HOSTNAME: 'l\u00e4nner' }), 'l\u00c3\u00a4nner');
  assert.equal(hostName({}), hostname());
});

test('the start of the machine is known to the second, and finer where the uptime agrees', () => {
  using host = new FakeHost();
  assert.equal(bootTime(host.root), BigInt(BOOT_SECONDS) * 1_000_000_000n);
  host.write('proc/uptime', '5.00 3.00\n');
  assert.equal(bootTime(host.root), BigInt(BOOT_SECONDS) * 1_000_000_000n, 'an uptime of another machine');
  const before = BigInt(Date.now() - 100_000) * 1_000_000n;
  host.write('proc/stat', `btime ${Math.floor(Date.now() / 1000) - 100}\n`);
  host.write('proc/uptime', '100.00 3.00\n');
  const start = bootTime(host.root);
  assert.ok(start >= before && start - before < 60_000_000_000n, `${start} is not just after ${before}`);
  assert.equal(bootTime('/nowhere'), 0n);
});

test('the machine’s own addresses', () => {
  const addresses = new LocalAddresses(() => 0);
  assert.equal(addresses.has(parseIp('127.0.0.1') ?? ''), true);
  assert.equal(addresses.has(parseIp('192.0.2.1') ?? ''), false);
});
