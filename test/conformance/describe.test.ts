/**
 * Rules as `-L` describes them against what Falco 0.44.1 said of the same file. Prints how much agrees,
 * and every deviation.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { ruleEnvironment } from '../../src/engine/rule-environment.ts';
import { describeRules } from '../../src/rules/describe.ts';
import { loadRules } from '../../src/rules/load.ts';

const SHARED = new URL('../../../shared/', import.meta.url);
const GOLDEN = new URL('golden/describe-falco_rules.json.gz', SHARED);
const RULES = new URL('upstream-rules/falco_rules.yaml', SHARED);
const skip = existsSync(GOLDEN)
  ? false
  : '../shared is absent: there is no golden description to compare with';

/** Keys whose values Falco takes from unordered sets: their order means nothing. */
const UNORDERED = new Set([
  'condition_fields',
  'condition_operators',
  'events',
  'lists',
  'macros',
  'plugins',
  'exception_fields',
  'exception_names',
  'exception_operators',
]);

interface Item {
  readonly info: Readonly<Record<string, unknown>>;
  readonly details: Readonly<Record<string, unknown>>;
}

interface Golden extends Readonly<Record<'rules' | 'macros' | 'lists', readonly Item[]>> {
  readonly required_engine_version: string;
  readonly required_plugin_versions: readonly unknown[];
}

test('every rule, macro and list is described as Falco describes it', { skip }, (context) => {
  const golden = JSON.parse(gunzipSync(readFileSync(GOLDEN)).toString()) as Golden;
  const text = readFileSync(RULES, 'utf8');
  const outcome = loadRules([{ name: 'falco_rules.yaml', text }], ruleEnvironment());
  const described = JSON.parse(JSON.stringify(describeRules(outcome.compiled))) as Golden;
  const deviations: string[] = [];
  for (const kind of ['rules', 'macros', 'lists'] as const) {
    let compared = 0;
    let equal = 0;
    assert.deepEqual(
      names(described[kind]),
      names(golden[kind]),
      `the ${kind} are the same, in the same order`,
    );
    for (const [index, item] of golden[kind].entries()) {
      const ours = described[kind][index];
      for (const part of ['info', 'details'] as const) {
        assert.deepEqual(Object.keys(ours?.[part] ?? {}).sort(), Object.keys(item[part]).sort());
        for (const [key, value] of Object.entries(item[part])) {
          compared++;
          const mine = normal(key, ours?.[part][key]);
          if (mine === normal(key, value)) equal++;
          else
            deviations.push(
              `${kind} ${item.info.name} ${part}.${key}: ${mine} instead of ${normal(key, value)}`,
            );
        }
      }
    }
    context.diagnostic(
      `${kind}: ${equal} of ${compared} values equal (${((equal / compared) * 100).toFixed(2)} %)`,
    );
  }
  assert.deepEqual(deviations, []);
  for (const key of ['required_engine_version', 'required_plugin_versions'] as const) {
    assert.deepEqual(described[key], golden[key]);
  }
});

function names(items: readonly Item[]): unknown[] {
  return items.map(({ info }) => info.name);
}

function normal(key: string, value: unknown): string {
  return JSON.stringify(UNORDERED.has(key) && Array.isArray(value) ? [...value].sort() : value);
}

for (const file of ['falco_rules', 'falco-incubating_rules', 'falco-sandbox_rules', 'k8s_audit_rules']) {
  test(`${file}.yaml loads without an error or a warning`, { skip }, () => {
    const text = readFileSync(new URL(`upstream-rules/${file}.yaml`, SHARED), 'utf8');
    const { problems, ruleSet } = loadRules([{ name: file, text }], ruleEnvironment());
    assert.deepEqual(
      problems.map(({ code, message, location }) => `${location.line} ${code} ${message}`),
      [],
    );
    assert.equal(ruleSet.rules.length, text.match(/^- rule:/gm)?.length);
  });
}

test('all conditions that Falco was tried with load', { skip }, () => {
  const text = readFileSync(new URL('golden/conditions.yaml', SHARED), 'utf8');
  const { ok, problems, ruleSet } = loadRules([{ name: 'conditions.yaml', text }], ruleEnvironment());
  assert.ok(ok, problems.map(({ message }) => message).join('\n'));
  assert.equal(ruleSet.rules.length, 393);
});
