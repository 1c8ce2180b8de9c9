/** Alert lines of real Falco, taken apart and put together again, come out byte for byte. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AlertMaker } from '../../src/alerts/alert-maker.ts';
import { DEFAULT_FORMAT, formatJson, formatText } from '../../src/alerts/format.ts';
import { ruleEnvironment } from '../../src/engine/rule-environment.ts';
import { loadRules } from '../../src/rules/load.ts';
import { parseGoldenAlert } from './golden-alert.ts';
import { GOLDEN_CATALOG, goldenContext } from './golden-catalog.ts';
import { readShared, sharedLines, sharedMissing } from './shared.ts';

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

test('messages made from the rule and the values of the line', { skip: sharedMissing }, () => {
  const options = { ...DEFAULT_FORMAT, timeFormatIso8601: true };
  const names = ['falco_rules.yaml', 'falco-incubating_rules.yaml', 'falco-sandbox_rules.yaml'];
  const files = names.map((name) => ({ name, text: readShared(`upstream-rules/${name}`) }));
  const { ruleSet, problems } = loadRules(files, ruleEnvironment());
  assert.deepEqual(problems, []);
  const maker = new AlertMaker(GOLDEN_CATALOG);
  const rules = new Map(ruleSet.rules.map((rule) => [rule.name, rule]));
  for (const line of sharedLines('golden/alerts-busy-host.jsonl')) {
    const { alert } = parseGoldenAlert(line);
    const rule = rules.get(alert.rule);
    assert.ok(rule, `rule ${alert.rule} is missing`);
    const context = goldenContext(alert);
    const made = maker.make(rule, context);
    assert.equal(formatJson(made, options), line);
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
