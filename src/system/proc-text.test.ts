import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  parseCgroups,
  parseFileLimit,
  parseStat,
  parseStatus,
  splitArguments,
  splitStrings,
} from './proc-text.ts';

const AFTER_NAME = 'S 1 20 30 34816 -1 4194560 11 0 12 0 0 0 0 0 20 0 1 0 4711 0 0';

test('the name in stat may hold anything', () => {
  for (const comm of ['cat', 'a b', '(sd-pam)', 'x) S 9 9 9 9', 'two\nlines', '\xff\xfe', '']) {
    const stat = parseStat(`10 (${comm}) ${AFTER_NAME}\n`);
    assert.deepEqual(stat, {
      comm,
      isZombie: false,
      ppid: 1,
      pgid: 20,
      sid: 30,
      tty: 34816,
      minorFaults: 11,
      majorFaults: 12,
      startTicks: 4711,
    });
  }
});

test('what is no stat gives nothing', () => {
  for (const text of ['', '10', '10 (cat', '10 cat) S', '10 (cat) S 1 2'])
    assert.equal(parseStat(text), undefined, text);
});

test('status tells effective ids, the innermost namespace and capabilities', () => {
  const status = parseStatus(
    'Name:\tTgid:\\n\nTgid:\t10\nPid:\t11\nPPid:\t1\nUid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\n' +
      'NStgid:\t10\t3\t1\nNSpid:\t11\t4\t2\nNSpgid:\t20\t3\t1\nNSsid:\t0\t0\t0\n' +
      'VmSize:\t    12 kB\nVmRSS:\t     5 kB\nVmSwap:\t     0 kB\n' +
      'CapInh:\t0000000000000001\nCapPrm:\t000001ffffffffff\nCapEff:\tnonsense\n',
  );
  assert.deepEqual(status, {
    pid: 10,
    ppid: 1,
    uid: 2,
    gid: 6,
    vtid: 2,
    vpid: 1,
    vpgid: 1,
    vsid: 0,
    capInheritable: 1n,
    capPermitted: 0x1ffffffffffn,
    capEffective: 0n,
    vmSize: 12,
    vmRss: 5,
    vmSwap: 0,
  });
  assert.equal(parseStatus('Name:\tcat\n')?.pid, undefined);
});

test('cgroups of both versions', () => {
  assert.deepEqual(parseCgroups('9:name=systemd:/a\n3:cpu,cpuacct:/b:c\n0::/d\n'), [
    'name=systemd=/a',
    'cpu=/b:c',
    'cpuacct=/b:c',
    'unified=/d',
  ]);
  assert.deepEqual(parseCgroups('nonsense\n'), []);
});

test('strings and limits', () => {
  assert.deepEqual(splitStrings('a\0\0b c\0'), ['a', '', 'b c']);
  assert.deepEqual(splitStrings('overwritten title'), ['overwritten title']);
  assert.deepEqual(splitStrings(''), []);
  assert.equal(parseFileLimit('Limit\nMax open files            1024      4096     files\n'), 1024);
  assert.equal(parseFileLimit('Max open files            unlimited      4096     files\n'), -1);
  assert.equal(parseFileLimit(''), -1);
});

test('a long first argument does not hide the others', () => {
  assert.deepEqual(splitArguments('cat\0\0-n\0'), ['cat', '', '-n']);
  assert.deepEqual(splitArguments('cat\0'), ['cat']);
  assert.deepEqual(splitArguments('overwritten title'), ['overwritten title']);
  assert.deepEqual(splitArguments(''), []);
  const [first, ...others] = splitArguments(`${'a'.repeat(100_000)}\0-n\0${'b'.repeat(5000)}\0`);
  assert.equal(first, 'a'.repeat(4095));
  assert.deepEqual(others, ['-n', 'b'.repeat(4092)]);
});
