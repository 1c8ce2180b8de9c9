import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Alert } from '../alerts/alert.ts';
import { FileOutput } from './file.ts';
import { removeOld, rotate } from './rotation.ts';

const ALERT: Alert = {
  ...{ kind: 'internal', rule: 'r', priority: 'Debug', time: 0n, hostname: 'h', message: 'm', fields: {} },
};
const DAY = 86_400_000;

function folder(context: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'lanner-rotation-'));
  context.after(() => rmSync(path, { recursive: true }));
  return path;
}

function fail(): never {
  assert.fail('the file could be written');
}

for (const keepAlive of [true, false]) {
  test(`a file that would grow too large is moved aside, no line is torn or lost (kept open: ${keepAlive})`, async (context) => {
    const path = join(folder(context), 'alerts.json');
    const rotation = { maxBytes: 100, maxBackups: 0, maxAgeMs: 0 };
    const output = new FileOutput({ path, keepAlive, rotation }, fail);
    for (let line = 0; line < 30; line++) {
      output.write({ alert: ALERT, id: 'i', line: `line ${String(line).padStart(20, '0')}` });
      await output.flush();
    }
    await output.close();
    const names = readdirSync(join(path, '..')).sort();
    assert.equal(names.length, 10);
    assert.ok(
      names.slice(0, 9).every((name) => /^alerts-\d{4}-\d\d-\d\dT[\d-]+\.\d{3}(-\d+)?\.json$/.test(name)),
    );
    const lines = names.flatMap((name) =>
      readFileSync(join(path, '..', name), 'utf8')
        .trimEnd()
        .split('\n'),
    );
    assert.equal(new Set(lines).size, 30);
  });
}

test('only so many are kept, and only so long; other files are left alone', (context) => {
  const path = join(folder(context), 'alerts.log');
  const limits = { maxBytes: 1, maxBackups: 2, maxAgeMs: 10 * DAY };
  const now = new Date('2026-02-20T00:00:00Z');
  const others = ['alerts-old.log', 'alerts.log.1', 'other-2026-01-01T00-00-00.000.log'];
  const old = ['alerts-2026-01-01T00-00-00.000.log', 'alerts-2026-02-01T00-00-00.000.log'];
  for (const name of [...others, ...old]) writeFileSync(join(path, '..', name), '');
  writeFileSync(path, 'x');
  rotate(path, limits, now);
  const names = (): string[] =>
    readdirSync(join(path, '..'))
      .filter((name) => !others.includes(name))
      .sort();
  assert.deepEqual(names(), ['alerts-2026-02-20T00-00-00.000.log']);
  for (const day of ['18', '19', '17'])
    writeFileSync(join(path, '..', `alerts-2026-02-${day}T00-00-00.000.log`), '');
  removeOld(path, limits, now);
  assert.deepEqual(names(), ['alerts-2026-02-19T00-00-00.000.log', 'alerts-2026-02-20T00-00-00.000.log']);
  assert.ok(others.every((name) => readdirSync(join(path, '..')).includes(name)));
});

test('where the clock was set back the file that was just moved aside is the newest, and stays', (context) => {
  const path = join(folder(context), 'alerts.log');
  const limits = { maxBytes: 1, maxBackups: 2, maxAgeMs: 10 * DAY };
  const contents = (): string[] =>
    readdirSync(join(path, '..')).map((name) => readFileSync(join(path, '..', name), 'utf8'));
  for (let count = 0; count < 15; count++) {
    writeFileSync(path, String(count));
    rotate(path, limits, new Date(count === 0 ? '2027-01-01T00:00:00Z' : '2026-02-20T00:00:00Z'));
  }
  assert.deepEqual(contents().sort(), ['13', '14']);
});
