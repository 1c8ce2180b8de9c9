import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeRules } from './describe.ts';
import { fixFiles } from './fix.ts';
import { load, ruleFile } from './test-kit.ts';

/** The repaired text; checks that nothing deprecated is left and that the rules mean the same. */
function fixed(text: string): string {
  const outcome = load(text);
  const [file] = fixFiles(outcome.problems, outcome.files);
  assert.ok(file, 'something was repaired');
  const again = load(file.text);
  assert.deepEqual(
    again.problems.filter(({ code }) => code === 'LOAD_DEPRECATED_ITEM'),
    [],
  );
  assert.deepEqual(describeRules(again.compiled), describeRules(outcome.compiled));
  return file.text;
}

const RULE = ruleFile('evt.type=open');

test('append: true becomes an override, in block and in flow style', () => {
  assert.equal(
    fixed(`${RULE}- rule: R\n  condition: and proc.name = x\n  append: true\n`),
    `${RULE}- rule: R\n  condition: and proc.name = x\n  override: {condition: append}\n`,
  );
  assert.equal(
    fixed('- list: l\n  items: [a]\n- {list: l, append: yes, items: [b]} # more\n'),
    '- list: l\n  items: [a]\n- {list: l, override: {items: append}, items: [b]} # more\n',
  );
  assert.match(
    fixed('- macro: m\n  condition: evt.num=1\n- macro: m\n  append: true\n  condition: and evt.num=2\n'),
    /override: \{condition: append\}/,
  );
});

test('turning a rule off becomes an override', () => {
  assert.equal(
    fixed(`${RULE}- rule: R\n  enabled: false\n`),
    `${RULE}- rule: R\n  enabled: false\n  override: {enabled: replace}\n`,
  );
  assert.match(
    fixed(`${RULE}- {rule: R, enabled: false}\n`),
    /- \{rule: R, enabled: false, override: \{enabled: replace\}\}/,
  );
});

test('what would change meaning is left alone', () => {
  const ignoredKey = load(
    `${RULE}- rule: R\n  condition: and proc.name = x\n  output: ignored\n  append: true\n`,
  );
  assert.deepEqual(fixFiles(ignoredKey.problems, ignoredKey.files), []);
  const typo = load(ruleFile('container.is = host'));
  assert.deepEqual(fixFiles(typo.problems, typo.files), []);
});
