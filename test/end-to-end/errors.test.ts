/** What keeps Lanner from watching: one line that says what to do, and exit code 1. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { cannotWatch, type Finished, LANNER, lanner, lannerAfter, ROOT, start } from '../support/lanner.ts';

/** The run ended before the command was started, with one line. */
function assertFailure({ code, stdout, stderr }: Finished, message: RegExp): void {
  assert.equal(code, 1, stderr);
  assert.equal(stdout, '');
  assert.match(stderr, message);
  assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
}

const RUN = ['run', '--', 'echo', 'started'];

suite('errors', { skip: cannotWatch() }, () => {
  test('without the capabilities', async () => {
    const lacking = ['--bounding-set', '-sys_admin,-bpf,-perfmon', '--inh-caps=-all'];
    assertFailure(
      await start('setpriv', [...lacking, LANNER, ...RUN]).finished,
      /^lanner: .*root.*CAP_BPF and CAP_PERFMON/,
    );
  });

  test('without libbpf', async () => {
    const library = '$(ldconfig -p | sed -n "s/.*libbpf.so.1.*=> //p" | head -1)';
    const result = await lannerAfter(`mount --bind /dev/null "${library}"`, RUN);
    assertFailure(result, /^lanner: libbpf\.so\.1 is missing.*apt-get install libbpf1/);
  });

  test('without BTF', async () => {
    const result = await lannerAfter('mount -t tmpfs none /sys/kernel/btf', RUN);
    assertFailure(result, /^lanner: .*\/sys\/kernel\/btf\/vmlinux.*CONFIG_DEBUG_INFO_BTF/);
  });

  test('on a kernel that is too old', async () => {
    const result = await start('setarch', ['--uname-2.6', LANNER, ...RUN]).finished;
    assertFailure(result, /^lanner: Linux 5\.8 or later is needed, this is 2\.6/);
  });

  test('with a damaged probe; --verbose gives the detail', async () => {
    const damage = `mount --bind /dev/null ${ROOT}/build/lanner.bpf.o`;
    assertFailure(await lannerAfter(damage, RUN), /^lanner: the probe .*lanner\.bpf\.o cannot be read/);
    const verbose = await lannerAfter(damage, ['run', '--verbose', '--', 'echo', 'started']);
    assert.equal(verbose.code, 1);
    assert.match(verbose.stderr, /libbpf: /);
  });

  test('with a control group that does not exist', async () => {
    const { code, stderr } = await lanner(['--scope', 'cgroup=/no/such/group']);
    assert.equal(code, 1);
    assert.match(stderr, /^lanner: \/no\/such\/group is not a control group/m);
  });
});

test('with an output file that cannot be opened', async () => {
  const result = await lanner(['run', '--alerts', '/no/such/folder/alerts', '--', 'true']);
  assertFailure(result, /^lanner: alerts cannot be written: ENOENT.*\/no\/such\/folder\/alerts/);
});
