/** Audit rules out of conditions, for tests. */
import assert from 'node:assert/strict';
import { loadConfig } from '../../config/load.ts';
import { ruleEnvironment } from '../../engine/rule-environment.ts';
import { ruleOptions } from '../../engine/rule-options.ts';
import type { CheckedRule } from '../../rules/checked.ts';
import { loadRules } from '../../rules/load.ts';

/** Rules `r0`, `r1` and so on, each with a condition and perhaps an output. */
export function rulesOf(
  ...conditions: readonly (readonly [condition: string, output?: string])[]
): readonly CheckedRule[] {
  const text = conditions
    .map(
      ([condition, output = 'x'], index) =>
        `- rule: r${index}\n  desc: x\n  source: k8s_audit\n  priority: INFO\n  condition: ${JSON.stringify(condition)}\n  output: ${JSON.stringify(output)}\n`,
    )
    .join('');
  const environment = ruleEnvironment();
  const { config } = loadConfig({ file: undefined, overrides: [], environment: {} });
  const { ok, ruleSet, problems } = loadRules(
    [{ name: 'r.yaml', text }],
    environment,
    ruleOptions(config, environment),
  );
  assert.ok(ok, problems.map(({ message }) => message).join('\n'));
  return ruleSet.rules;
}
