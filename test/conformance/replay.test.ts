/** A whole capture through source, model, rules and alerts, against the alerts of real Falco. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AlertMaker } from '../../src/alerts/alert-maker.ts';
import { DEFAULT_FORMAT, formatJson } from '../../src/alerts/format.ts';
import { ruleEnvironment } from '../../src/engine/rule-environment.ts';
import { FIELD_CATALOG } from '../../src/fields/catalog.ts';
import { compileMatcher } from '../../src/matcher/compile.ts';
import { loadRules } from '../../src/rules/load.ts';
import { openCapture } from '../../src/sources/capture/source.ts';
import { System } from '../../src/system/system.ts';
import { readShared, sharedLines, sharedMissing, sharedPath } from './shared.ts';

test('the upstream rules raise on busy-host the alerts that Falco raised', {
  skip: sharedMissing,
}, async () => {
  const names = ['falco_rules.yaml', 'falco-incubating_rules.yaml', 'falco-sandbox_rules.yaml'];
  const files = names.map((name) => ({ name, text: readShared(`upstream-rules/${name}`) }));
  const rules = loadRules(files, ruleEnvironment()).ruleSet.rules.map((rule) => ({ ...rule, enabled: true }));
  const matcher = compileMatcher({ rules }, FIELD_CATALOG, { matching: 'all', source: 'syscall' });
  const maker = new AlertMaker(FIELD_CATALOG);
  const options = { ...DEFAULT_FORMAT, timeFormatIso8601: true };
  process.env.FALCO_HOSTNAME = 'vm';
  const system = System.open({ seed: { kind: 'none' }, limits: { lookupsPerSecond: 0 } });
  const capture = await openCapture(sharedPath('captures/busy-host.scap'));
  const lines: string[] = [];
  try {
    await capture.run((event) => {
      const context = system.learn(event);
      for (const rule of matcher.match(context)) lines.push(formatJson(maker.make(rule, context), options));
      system.settle();
    });
  } finally {
    capture.close();
  }
  assert.deepEqual(lines, sharedLines('golden/alerts-busy-host.jsonl'));
});
