import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import koffi from 'koffi';
import { errorText, SystemError } from './system-error.ts';

test('the kernel’s numbers have the kernel’s names', () => {
  assert.equal(new SystemError('mmap', koffi.os.errno.ENOMEM as number).message, 'mmap: ENOMEM');
  assert.equal(errorText(3999), 'errno 3999');
});

test('libbpf’s own numbers say what they mean', () => {
  assert.match(errorText(4000), /ELF/);
  assert.match(errorText(4001), /not a valid BPF object/);
  assert.match(errorText(4007), /verifier/);
  assert.equal(errorText(4014), 'errno 4014');
});

const HEADER = '/usr/include/bpf/libbpf.h';

test('all that libbpf has are known', (context) => {
  let header: string;
  try {
    header = readFileSync(HEADER, 'utf8');
  } catch {
    context.skip(`${HEADER} is missing: apt-get install libbpf-dev`);
    return;
  }
  const [, body = ''] = /__LIBBPF_ERRNO__START = 4000,(.*?)__LIBBPF_ERRNO__END/s.exec(header) ?? [];
  const count = [...body.matchAll(/^\s*LIBBPF_ERRNO__/gm)].length;
  assert.ok(count > 0);
  for (let errno = 4000; errno < 4000 + count; errno++) assert.doesNotMatch(errorText(errno), /errno/);
  assert.match(errorText(4000 + count), /errno/);
});
