import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Mounts } from './mounts.ts';

const LINES = `
21 1 254:0 /tmp/part /mnt/part rw - ext4 /dev/vda rw
22 1 254:0 / / rw - ext4 /dev/vda rw
23 22 0:20 /@home /home rw - btrfs /dev/vdb rw
24 22 8:17 / /mnt/with\\040blank rw - ext4 /dev/sdb1 rw
25 22 8:17 / /mnt/again/and/again rw - ext4 /dev/sdb1 rw
damaged
`;
const ROOT = 254 << 8;

let folder = '';
let file = '';
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'lanner-mounts-'));
  file = join(folder, 'mountinfo');
  writeFileSync(file, LINES);
});
after(() => rmSync(folder, { recursive: true, force: true }));

test('a path in a file system is one of the machine', () => {
  const mounts = new Mounts(file);
  assert.equal(mounts.pathOf(ROOT, '/etc/shadow'), '/etc/shadow');
  assert.equal(mounts.pathOf(ROOT, '/tmp/part/x'), '/tmp/part/x', 'the mount that shows most');
  assert.equal(mounts.pathOf(20, '/@home/user/x'), '/home/user/x');
  assert.equal(mounts.pathOf(20, '/@homes/x'), undefined);
  assert.equal(mounts.pathOf(20, '/@snapshots/x'), undefined);
  assert.equal(mounts.pathOf((8 << 8) | 17, '/x'), '/mnt/with blank/x');
  assert.equal(mounts.pathOf(99, '/x'), undefined);
  assert.equal(mounts.pathOf(ROOT, '/'), '/');
});

test('mounts are read anew; without a list there are none', () => {
  const mounts = new Mounts(file);
  writeFileSync(file, LINES.replaceAll('254:0', '254:1'));
  mounts.refresh();
  assert.equal(mounts.pathOf(ROOT, '/etc/shadow'), undefined);
  assert.equal(mounts.pathOf(ROOT + 1, '/etc/shadow'), '/etc/shadow');
  assert.equal(new Mounts(join(folder, 'none')).pathOf(ROOT, '/x'), undefined);
});
