import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Alert } from '../alerts/alert.ts';
import { FileOutput } from './file.ts';

const alert: Alert = {
  kind: 'internal',
  rule: 'r',
  priority: 'Debug',
  time: 0n,
  hostname: 'h',
  message: 'm',
  fields: {},
};

function fail(): never {
  assert.fail('the file could be written');
}

function folder(context: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'lanner-file-output-'));
  context.after(() => rmSync(path, { recursive: true }));
  return path;
}

for (const keepAlive of [false, true]) {
  test(`lines are appended, and a file moved away is left alone (keep_alive ${keepAlive})`, async (context) => {
    const path = join(folder(context), 'alerts');
    const first = new FileOutput({ path, keepAlive }, fail);
    first.write({ alert, id: 'i', line: 'one' });
    await first.close();
    const output = new FileOutput({ path, keepAlive }, fail);
    output.write({ alert, id: 'i', line: 'two' });
    while (output.statistics.written < 1) await new Promise(setImmediate);
    renameSync(path, `${path}.1`);
    output.reopen();
    output.write({ alert, id: 'i', line: 'three' });
    await output.close();
    assert.equal(readFileSync(`${path}.1`, 'utf8'), 'one\ntwo\n');
    assert.equal(readFileSync(path, 'utf8'), 'three\n');
  });
}

test('a file that cannot be opened is an error at once', (context) => {
  const path = join(folder(context), 'missing', 'alerts');
  assert.throws(() => new FileOutput({ path, keepAlive: true }, fail), /ENOENT/);
});

test('a named pipe that nobody reads is an error, and one whose reader is slow holds up nobody', async (context) => {
  const path = join(folder(context), 'pipe');
  execFileSync('mkfifo', [path]);
  assert.throws(() => new FileOutput({ path, keepAlive: true }, fail), { code: 'ENXIO' });
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const output = new FileOutput({ path, keepAlive: true }, fail);
  const line = 'x'.repeat(999);
  for (let count = 0; count < 1000; count++) output.write({ alert, id: 'i', line });
  let read = 0;
  const buffer = Buffer.alloc(1 << 16);
  while (read < 1_000_000) {
    await new Promise(setImmediate);
    try {
      read += readSync(reader, buffer);
    } catch (error) {
      assert.equal((error as NodeJS.ErrnoException).code, 'EAGAIN');
    }
  }
  await output.close();
  closeSync(reader);
  assert.deepEqual(output.statistics, { written: 1000, dropped: 0 });
});
