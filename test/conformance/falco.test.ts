/**
 * Replay of the shared captures against what real Falco 0.44.1 said of them: every value of every field, how
 * often every condition holds, and the alerts of the upstream rules. Prints percentages and all deviations;
 * docs/conformance.md has the reason for each.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareFields, describeDeviations, isOneOf, totals } from './field-comparison.ts';
import { alertLines, allRules, countMatches, type RuleText } from './replayed.ts';
import { fieldsOfRules } from './rule-fields.ts';
import { readShared, sharedLines, sharedPath, sharedMissing as skip } from './shared.ts';

const CAPTURES = ['cat_write', 'curl_google', 'empty', 'open-multiple-files', 'single_ipv6_conn', 'syscall'];

/** Fields that differ somewhere, with the reason; see docs/conformance.md. */
const KNOWN_DEVIATIONS: ReadonlyMap<string, string> = new Map([
  ['fd.types', 'Falco lists the kinds in the order of its hash table'],
  ['evt.buffer', 'of a read that returned nothing Falco prints what its buffer held before'],
]);

function upstreamRules(): RuleText[] {
  const names = ['falco_rules.yaml', 'falco-incubating_rules.yaml', 'falco-sandbox_rules.yaml'];
  return names.map((name) => ({ name, text: readShared(`upstream-rules/${name}`) }));
}

function percentage(equal: number, compared: number): string {
  return `${equal} of ${compared} (${((100 * equal) / compared).toFixed(4)} %)`;
}

test('fields have the values that Falco printed', { skip }, async (t) => {
  const used = fieldsOfRules(allRules(upstreamRules()));
  const sums = { compared: 0, equal: 0, usedCompared: 0, usedEqual: 0 };
  const unexpected: string[] = [];
  for (const name of CAPTURES) {
    const golden = sharedLines(`golden/fields/${name}.jsonl.gz`);
    const comparison = await compareFields(sharedPath(`captures/${name}.scap`), golden);
    assert.equal(comparison.events, golden.length, `${name}: events judged`);
    const all = totals(comparison);
    const ofRules = totals(comparison, (field) => isOneOf(used, field));
    t.diagnostic(`${name}: ${percentage(all.equal, all.compared)}`);
    for (const line of describeDeviations(comparison.deviations)) t.diagnostic(`  ${line}`);
    sums.compared += all.compared;
    sums.equal += all.equal;
    sums.usedCompared += ofRules.compared;
    sums.usedEqual += ofRules.equal;
    for (const { field, number } of comparison.deviations)
      if (!KNOWN_DEVIATIONS.has(field)) unexpected.push(`${name} ${number} ${field}`);
  }
  t.diagnostic(`all fields: ${percentage(sums.equal, sums.compared)}`);
  t.diagnostic(`the ${used.size} fields that rules use: ${percentage(sums.usedEqual, sums.usedCompared)}`);
  assert.deepEqual(unexpected, []);
  assert.ok(sums.equal / sums.compared > 0.9999);
});

test('conditions hold as often as in Falco', { skip }, async (t) => {
  const rules = allRules([{ name: 'conditions.yaml', text: readShared('golden/conditions.yaml') }]);
  const expected = JSON.parse(readShared('golden/conditions.expected.json'));
  let equal = 0;
  for (const name of CAPTURES) {
    const counts = await countMatches(sharedPath(`captures/${name}.scap`), rules);
    assert.deepEqual(Object.fromEntries(counts), expected[name], name);
    equal += counts.size;
  }
  t.diagnostic(`${equal} of ${rules.length * CAPTURES.length} counts equal`);
  assert.equal(equal, 393 * 6);
});

test('the upstream rules raise on busy-host the alerts that Falco raised', { skip }, async (t) => {
  const lines = await alertLines(sharedPath('captures/busy-host.scap'), allRules(upstreamRules()));
  const golden = sharedLines('golden/alerts-busy-host.jsonl');
  t.diagnostic(
    `${lines.length} alerts, ${lines.filter((line, index) => line === golden[index]).length} equal`,
  );
  assert.deepEqual(lines, golden);
});
