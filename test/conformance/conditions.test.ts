/**
 * Conditions on the field values that real Falco printed for every event of a capture hold as often as they
 * did in Falco: rule language and matcher are checked without the model of the machine.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ruleEnvironment } from '../../src/engine/rule-environment.ts';
import { eventCodes } from '../../src/events/table.ts';
import { FIELD_CATALOG } from '../../src/fields/catalog.ts';
import { compileMatcher } from '../../src/matcher/compile.ts';
import type { CheckedRule, Condition, Expression, TransformOperand } from '../../src/rules/checked.ts';
import { loadRules } from '../../src/rules/load.ts';
import { parseGoldenAlert } from './golden-alert.ts';
import { GOLDEN_CATALOG, goldenContext, goldenKeys } from './golden-catalog.ts';
import { readShared, sharedLines, sharedMissing } from './shared.ts';

for (const capture of [
  'cat_write',
  'curl_google',
  'empty',
  'open-multiple-files',
  'single_ipv6_conn',
  'syscall',
]) {
  test(`conditions hold as often as in Falco: ${capture}`, { skip: sharedMissing }, (context) => {
    const alerts = sharedLines(`golden/fields/${capture}.jsonl.gz`).map(
      (line) => parseGoldenAlert(line).alert,
    );
    const printed = new Set(alerts[0]?.fields.map(({ key }) => key));
    const all = loadConditions();
    const rules = all.filter(({ condition }) => isDecidable(condition, printed));
    context.diagnostic(`${rules.length} of ${all.length} conditions use only what Falco printed`);
    assert.ok(rules.length > 250);
    const matcher = compileMatcher({ rules }, GOLDEN_CATALOG, { matching: 'all', source: 'syscall' });
    const counts = new Map(rules.map(({ name }) => [name, 0]));
    for (const alert of alerts) {
      const type = alert.fields.find(({ key }) => key === 'evt.type')?.value;
      const code = eventCodes(String(type)).at(-1);
      for (const { name } of matcher.match(goldenContext(alert, code))) {
        counts.set(name, (counts.get(name) ?? 0) + 1);
      }
    }
    const expected = expectedCounts(capture);
    assert.deepEqual(
      Object.fromEntries(counts),
      Object.fromEntries(rules.map(({ name }) => [name, expected[name]])),
    );
  });
}

function loadConditions(): readonly CheckedRule[] {
  const file = { name: 'conditions.yaml', text: readShared('golden/conditions.yaml') };
  const { ruleSet, ok } = loadRules([file], ruleEnvironment());
  assert.ok(ok);
  return ruleSet.rules;
}

function expectedCounts(capture: string): Readonly<Record<string, number>> {
  return JSON.parse(readShared('golden/conditions.expected.json'))[capture];
}

/** Whether all fields of a condition were printed, in a form that says what the condition compares. */
function isDecidable(condition: Condition, printed: ReadonlySet<string>): boolean {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return condition.operands.every((operand) => isDecidable(operand, printed));
    case 'not':
      return isDecidable(condition.operand, printed);
    case 'exists':
      return isPrinted(condition.left, printed);
    case 'scalar':
    case 'list':
      return (
        isPrinted(condition.left, printed) &&
        (condition.right.kind === 'values' || isPrinted(condition.right, printed))
      );
  }
}

function isPrinted(operand: Expression | TransformOperand, printed: ReadonlySet<string>): boolean {
  switch (operand.kind) {
    case 'literal':
      return true;
    case 'list':
      return operand.items.every((item) => isPrinted(item, printed));
    case 'transform':
      return operand.operands.every((inner) => isPrinted(inner, printed));
    case 'field': {
      const field = FIELD_CATALOG.find(operand.field.name)?.field;
      const isOneText = field?.multiplicity === 'any' && operand.argument === undefined;
      if (isOneText || field?.json || field?.format || field?.type === 'BYTEBUF') return false;
      return goldenKeys(operand.field.name, operand.argument).some((key) => printed.has(key));
    }
  }
}
