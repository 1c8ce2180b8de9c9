/**
 * Replay of the shared captures against what real Falco 0.44.1 said of them: every value of every field, how
 * often every condition holds, and the alerts of the upstream rules. Prints percentages and all deviations;
 * docs/conformance.md has the reason for each.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareFields, type Deviation, describeDeviations, isOneOf, totals } from './field-comparison.ts';
import { alertLines, allRules, countMatches, type RuleText } from './replayed.ts';
import { fieldsOfRules } from './rule-fields.ts';
import { readShared, sharedLines, sharedPath, sharedMissing as skip } from './shared.ts';

const CAPTURES = ['cat_write', 'curl_google', 'empty', 'open-multiple-files', 'single_ipv6_conn', 'syscall'];

/** A value that differs for a known reason; see docs/conformance.md. */
interface KnownDeviation {
  readonly field: string;
  /** Whether it is this one and not another. */
  readonly isThis: (deviation: Deviation) => boolean;
  /** The event does not tell Falco's value: nobody can replay it. */
  readonly isForeign?: true;
}

const KNOWN_DEVIATIONS: readonly KnownDeviation[] = [
  {
    // The same kinds in the order of Falco's hash table.
    field: 'fd.types',
    isThis: ({ ours, falcos }) => kindsIn(ours) === kindsIn(falcos),
  },
  {
    // Of a read that returned nothing Falco prints what its memory held before.
    field: 'evt.buffer',
    isThis: ({ ours, falcos }) => ours === 'null' && falcos.startsWith('"NULL'),
    isForeign: true,
  },
];

const kindsIn = (json: string): string => (JSON.parse(json) as string[]).sort().join();

function known(deviation: Deviation): KnownDeviation | undefined {
  return KNOWN_DEVIATIONS.find(({ field, isThis }) => field === deviation.field && isThis(deviation));
}

function upstreamRules(): RuleText[] {
  const names = ['falco_rules.yaml', 'falco-incubating_rules.yaml', 'falco-sandbox_rules.yaml'];
  return names.map((name) => ({ name, text: readShared(`upstream-rules/${name}`) }));
}

function percentage(equal: number, compared: number): string {
  return `${equal} of ${compared} (${((100 * equal) / compared).toFixed(4)} %)`;
}

test('fields have the values that Falco printed', { skip }, async (t) => {
  const used = fieldsOfRules(allRules(upstreamRules()));
  const sums = { compared: 0, equal: 0, usedCompared: 0, usedEqual: 0, foreign: 0 };
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
    for (const deviation of comparison.deviations) {
      const { field, number } = deviation;
      if (known(deviation) === undefined) unexpected.push(`${name} ${number} ${field}`);
      if (known(deviation)?.isForeign && isOneOf(used, field)) sums.foreign++;
    }
  }
  t.diagnostic(`all fields: ${percentage(sums.equal, sums.compared)}`);
  t.diagnostic(`the ${used.size} fields that rules use: ${percentage(sums.usedEqual, sums.usedCompared)}`);
  const comparable = sums.usedCompared - sums.foreign;
  t.diagnostic(
    `of these without ${sums.foreign} that Falco printed from memory of other values: ` +
      percentage(sums.usedEqual, comparable),
  );
  assert.deepEqual(unexpected, []);
  assert.equal(sums.usedEqual, comparable);
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
