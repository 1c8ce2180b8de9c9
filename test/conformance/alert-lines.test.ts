/** Alert lines of real Falco, taken apart and put together again, come out byte for byte. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_FORMAT, formatJson, formatText } from '../../src/alerts/format.ts';
import { parseGoldenAlert } from './golden-alert.ts';
import { sharedLines, sharedMissing } from './shared.ts';

test('JSON lines with output', { skip: sharedMissing }, () => {
  const options = { ...DEFAULT_FORMAT, timeFormatIso8601: true };
  const lines = sharedLines('golden/alerts-busy-host.jsonl');
  assert.equal(lines.length, 66);
  for (const line of lines) {
    const { alert, output } = parseGoldenAlert(line);
    assert.equal(formatJson(alert, options), line);
    assert.equal(formatText(alert, options), JSON.stringify(output).slice(1, -1));
  }
});

for (const capture of ['cat_write', 'curl_google', 'open-multiple-files', 'single_ipv6_conn', 'syscall']) {
  test(`JSON lines with 199 fields: ${capture}`, { skip: sharedMissing }, () => {
    const options = { ...DEFAULT_FORMAT, jsonIncludeOutputProperty: false };
    const lines = sharedLines(`golden/fields/${capture}.jsonl.gz`);
    assert.ok(lines.length > 0);
    for (const line of lines) {
      assert.equal(escapeNonAscii(formatJson(parseGoldenAlert(line).alert, options)), line);
    }
  });
}

/** Two fields were taken out of these files by a program that wrote all text in ASCII. */
function escapeNonAscii(json: string): string {
  return json.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
