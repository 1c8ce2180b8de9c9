import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { RuleAlert } from '../alerts/alert.ts';
import { HeldBackFile } from './held-back-file.ts';

const ALERT: RuleAlert = {
  ...{ kind: 'rule', rule: 'R', priority: 'Warning', source: 'syscall', tags: ['a'], hostname: 'h' },
  ...{ time: 1_795_302_994_908_660_413n, message: 'm (2 more)' },
  fields: [
    { key: 'evt.num', value: 2n ** 63n, type: 'UINT64' },
    { key: 'list', value: ['a', 1n, null], type: 'CHARBUF' },
    { key: 'lanner.fold.count', value: 2, type: 'UINT64' },
  ],
};

function opened(context: TestContext): { folder: string; file: HeldBackFile; lines: string[] } {
  const parent = mkdtempSync(join(tmpdir(), 'lanner-held-back-'));
  context.after(() => rmSync(parent, { recursive: true }));
  const lines: string[] = [];
  const folder = join(parent, 'held-back');
  return { folder, lines, file: new HeldBackFile(folder, (line) => lines.push(line)) };
}

/** Waits until all that was given has been written. */
async function written(folder: string, text: string): Promise<void> {
  const path = join(folder, 'held-back.json');
  const { readFileSync } = await import('node:fs');
  while (!existsSync(path) || !readFileSync(path, 'utf8').includes(text))
    await new Promise((resolve) => setTimeout(resolve, 1));
}

test('what was kept is there when the program was killed, with all integers as they were', async (context) => {
  const { folder, file, lines } = opened(context);
  file.keep([]);
  assert.ok(!existsSync(folder), 'nothing is held back, and nothing is made');
  file.keep([{ ...ALERT, message: 'first' }]);
  file.keep([ALERT]);
  await written(folder, 'm (2 more)');
  // Its owner has gone.
  rmSync(join(folder, 'owner'));
  const next = new HeldBackFile(folder, (line) => lines.push(line));
  assert.deepEqual(next.left(), [ALERT]);
  await next.close();
  assert.deepEqual([new HeldBackFile(folder, assert.fail).left(), lines], [[], []]);
});

test('a file that is damaged, or of another run, or cannot be written stops nothing and is told once', async (context) => {
  const { folder, file, lines } = opened(context);
  file.keep([ALERT]);
  await written(folder, 'm (2 more)');
  const other = new HeldBackFile(folder, (line) => lines.push(line));
  assert.deepEqual(other.left(), []);
  other.keep([ALERT]);
  assert.match(
    lines.join('\n'),
    /^warning: .* is used by process \d+: counts of what is held back do not survive/,
  );
  assert.equal(lines.length, 1);
  writeFileSync(join(folder, 'held-back.json'), '[{');
  rmSync(join(folder, 'owner'));
  assert.deepEqual(new HeldBackFile(folder, (line) => lines.push(line)).left(), []);
  assert.equal(lines.length, 2);
  const nowhere = new HeldBackFile('/etc/passwd/nowhere', (line) => lines.push(line));
  nowhere.keep([ALERT]);
  nowhere.keep([ALERT]);
  await nowhere.close();
  assert.equal(lines.length, 3);
});
