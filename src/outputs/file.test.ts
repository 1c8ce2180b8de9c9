import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
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
