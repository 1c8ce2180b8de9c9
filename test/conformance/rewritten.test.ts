/**
 * Captures that Lanner has written again from what it read: they must say the same as the originals in every
 * value of every field, in every condition and every alert. So what the writer writes is all there is.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { CaptureFile } from '../../src/sources/capture/capture-file.ts';
import { openCapture } from '../../src/sources/capture/source.ts';
import { CaptureWriter } from '../../src/sources/capture/writer.ts';
import { copyCapture } from './copy-capture.ts';
import { compareFields, totals } from './field-comparison.ts';
import { alertLines, allRules, countMatches } from './replayed.ts';
import { readShared, sharedLines, sharedPath, sharedMissing as skip } from './shared.ts';

const CAPTURES = ['cat_write', 'curl_google', 'empty', 'open-multiple-files', 'single_ipv6_conn', 'syscall'];

async function rewritten(context: TestContext, name: string, compress: boolean): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-rewritten-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, `${name}.scap`);
  const capture = await openCapture(sharedPath(`captures/${name}.scap`));
  const writer = new CaptureWriter(new CaptureFile(path, { compress }));
  try {
    await copyCapture(capture, writer);
    assert.equal(writer.dropped, 0);
    assert.equal(writer.file.events, capture.statistics.delivered);
  } finally {
    capture.close();
    await writer.close();
  }
  return path;
}

test('fields have the same values as in the original', { skip }, async (t) => {
  for (const name of CAPTURES) {
    const golden = sharedLines(`golden/fields/${name}.jsonl.gz`);
    const original = await compareFields(sharedPath(`captures/${name}.scap`), golden);
    const copy = await compareFields(await rewritten(t, name, name === 'syscall'), golden);
    assert.deepEqual(totals(copy), totals(original), name);
    assert.deepEqual(copy.deviations, original.deviations, name);
  }
});

test('conditions hold as often as in the original', { skip }, async (t) => {
  const rules = allRules([{ name: 'conditions.yaml', text: readShared('golden/conditions.yaml') }]);
  const expected = JSON.parse(readShared('golden/conditions.expected.json'));
  for (const name of CAPTURES) {
    const counts = await countMatches(await rewritten(t, name, true), rules);
    assert.deepEqual(Object.fromEntries(counts), expected[name], name);
  }
});

test('busy-host raises the same alerts', { skip }, async (t) => {
  const files = ['falco_rules.yaml', 'falco-incubating_rules.yaml', 'falco-sandbox_rules.yaml'];
  const rules = allRules(files.map((name) => ({ name, text: readShared(`upstream-rules/${name}`) })));
  const path = await rewritten(t, 'busy-host', true);
  assert.deepEqual(await alertLines(path, rules), sharedLines('golden/alerts-busy-host.jsonl'));
});
