/** What a machine lacks is said in one line, and nothing stays attached or open. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import os, { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, describe, test } from 'node:test';
import { compileProbe } from '../../../scripts/build-probe.mjs';
import {
  KernelSourceError,
  type KernelSourceOptions,
  openKernelSource,
} from '../../../src/sources/kernel/kernel-source.ts';
import { skipReason } from './calls.ts';

const SOURCE = new URL('../../../src/sources/kernel/kernel-source.ts', import.meta.url);
/** Opens a source in another process, and prints the error. */
const SCRIPT = `const { openKernelSource } = await import('${SOURCE}');
  try { (await openKernelSource({ scope: { kind: 'processes', pids: [] } })).close(); console.log('opened'); }
  catch (error) { console.log(error.code, error.message); }`;

/** What a process prints that opens a source after a change to its own view of the machine. */
function openAfter(prepare: string): string {
  const { stdout, stderr } = spawnSync(
    'unshare',
    ['-m', 'sh', '-c', `${prepare} exec "$@"`, 'sh', process.execPath, '--input-type=module', '-e', SCRIPT],
    { encoding: 'utf8' },
  );
  assert.equal(stderr, '');
  return stdout;
}

function openDescriptors(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const target = readlinkSync(join('/proc/self/fd', fd));
      return target.includes('bpf') ? [target] : [];
    } catch {
      return [];
    }
  });
}

describe('errors', { skip: skipReason }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-errors-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  async function refused(options: Partial<KernelSourceOptions>): Promise<KernelSourceError> {
    const before = openDescriptors();
    try {
      (await openKernelSource({ scope: { kind: 'processes', pids: [] }, ...options })).close();
    } catch (error) {
      assert.ok(error instanceof KernelSourceError, String(error));
      assert.ok(!error.message.includes('\n'));
      assert.deepEqual(openDescriptors(), before);
      return error;
    }
    throw new Error('it was not refused');
  }

  test('a machine that has all', () => {
    assert.equal(openAfter(''), 'opened\n');
  });

  test('neither root nor capabilities', () => {
    const user = spawnSync(
      'setpriv',
      ['--bounding-set=-all', '--inh-caps=-all', process.execPath, '--input-type=module', '-e', SCRIPT],
      { encoding: 'utf8' },
    );
    assert.match(user.stdout, /^NOT_PRIVILEGED .*CAP_BPF and CAP_PERFMON.*\n$/, user.stderr);
  });

  test('CAP_BPF and CAP_PERFMON are enough, with CAP_SYS_RESOURCE before Linux 5.11', () => {
    const [major = 0, minor = 0] = os.release().split('.').map(Number);
    const isOld = major < 5 || (major === 5 && minor < 11);
    const keep = `-all,+bpf,+perfmon${isOld ? ',+sys_resource' : ''}`;
    const user = spawnSync(
      'setpriv',
      [`--bounding-set=${keep}`, '--inh-caps=-all', process.execPath, '--input-type=module', '-e', SCRIPT],
      { encoding: 'utf8' },
    );
    assert.equal(user.stdout, 'opened\n', user.stderr);
  });

  test('no BTF', () => {
    assert.match(
      openAfter('mount -t tmpfs none /sys/kernel/btf &&'),
      /^NO_BTF .*\/sys\/kernel\/btf\/vmlinux.*\n$/,
    );
  });

  test('no libbpf', () => {
    const hide =
      'library=$(ldconfig -p | sed -n "s/.*libbpf.so.1 .*=> //p" | head -n 1) && mount --bind /dev/null "$library" &&';
    assert.match(openAfter(hide), /^NO_LIBBPF .*apt-get install libbpf1\n$/);
  });

  test('no probe, or none that is one', async () => {
    assert.equal((await refused({ probeFile: '/does/not/exist' })).code, 'NO_PROBE');
    const probeFile = join(folder, 'text.o');
    writeFileSync(probeFile, 'no object file');
    const error = await refused({ probeFile });
    assert.equal(error.code, 'LOAD_FAILED');
    assert.match(
      error.message,
      /text\.o cannot be read \(bpf_object__open_file: .* not a valid BPF object\)/,
    );
    assert.match(error.detail ?? '', /libbpf/);
  });

  test('a probe that the verifier rejects: its log is the detail', {
    skip: spawnSync('clang', ['--version']).error ? 'clang is missing' : false,
  }, async () => {
    const probeFile = join(folder, 'rejected.o');
    compileProbe(join(import.meta.dirname, 'rejected.bpf.c'), probeFile);
    const error = await refused({ probeFile });
    assert.equal(error.code, 'LOAD_FAILED');
    assert.match(error.detail ?? '', /invalid mem access 'map_value_or_null'/);
    assert.match(error.detail ?? '', /lanner_fork/);
  });

  test('a buffer that cannot be', async () => {
    for (const bufferSize of [0, 1000, 4097, 12288, -4096, Number.NaN])
      assert.equal((await refused({ bufferSize })).code, 'BAD_OPTION', String(bufferSize));
  });
});
