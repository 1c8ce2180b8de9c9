import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KernelSourceError } from './error.ts';
import { checkHost, type Host, parseCpuList } from './host.ts';

const ROOT: Host = {
  architecture: 'x64',
  release: '6.1.0-18-amd64',
  hasBtf: true,
  capabilities: (1n << 41n) - 1n,
};

function refused(host: Partial<Host>): [string, string] {
  try {
    checkHost({ ...ROOT, ...host });
  } catch (error) {
    assert.ok(error instanceof KernelSourceError);
    assert.ok(!error.message.includes('\n'));
    return [error.code, error.message];
  }
  return ['', ''];
}

test('a host that can run the probe', () => {
  assert.equal(checkHost(ROOT), 'x64');
  assert.equal(checkHost({ ...ROOT, release: '5.8.0', capabilities: (1n << 38n) | (1n << 39n) }), 'x64');
  assert.equal(checkHost({ ...ROOT, architecture: 'arm64', capabilities: 1n << 21n }), 'arm64');
});

test('what is missing is said in one line', () => {
  assert.equal(refused({ capabilities: 0n })[0], 'NOT_PRIVILEGED');
  assert.match(refused({ capabilities: 1n << 39n })[1], /CAP_BPF and CAP_PERFMON/);
  assert.equal(refused({ hasBtf: false })[0], 'NO_BTF');
  assert.match(refused({ release: '5.7.19' })[1], /5\.8 or later is needed, this is 5\.7\.19/);
  assert.equal(refused({ release: '4.19.0-26-amd64' })[0], 'KERNEL_TOO_OLD');
  assert.equal(refused({ architecture: 'riscv64' })[0], 'NOT_SUPPORTED');
});

test('lists of CPUs', () => {
  assert.deepEqual(parseCpuList('0-3,8\n'), [0, 1, 2, 3, 8]);
  assert.deepEqual(parseCpuList('0\n'), [0]);
});
