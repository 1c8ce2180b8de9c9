import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { loadConfig } from '../config/load.ts';
import type { Validation } from '../server/api-types.ts';
import { RuleAnswers } from './rule-answers.ts';
import { RuleChanges } from './rule-changes.ts';
import { RulesFile } from './rules-file.ts';
import type { RuleQuestion } from './rules-thread.ts';

const BASE = `- list: names
  items: [a]
- macro: named
  condition: proc.name in (names)
- rule: Open
  desc: Something is opened.
  condition: evt.type = openat and named
  output: opened
  priority: NOTICE
  tags: [T1005]
`;
const OWN = `- rule: Open
  enabled: false
  override: {enabled: replace}
`;

function place(context: TestContext, own: string | undefined = OWN) {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-rules-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const [base, ownPath] = [join(folder, 'base.yaml'), join(folder, 'console-rules.yaml')];
  writeFileSync(base, BASE);
  if (own !== undefined) writeFileSync(ownPath, own);
  const { config } = loadConfig({ file: undefined, overrides: [], environment: {} });
  const answers = new RuleAnswers({ paths: [base, ownPath], own: ownPath, config });
  return { base, own: ownPath, answers };
}

test('a rule with its source, what it uses, and what changes it', (context) => {
  const { answers, base, own } = place(context);
  const [rule] = answers.rules().rules;
  assert.deepEqual([rule?.name, rule?.enabled, rule?.place.file], ['Open', false, base]);
  const detail = answers.rule('Open');
  assert.deepEqual([detail?.text.file, detail?.text.line], [base, 5]);
  assert.deepEqual(detail?.changes, [{ file: own, line: 1, text: OWN.trimEnd() }]);
  assert.deepEqual(
    [...(detail?.macros ?? []), ...(detail?.lists ?? [])].map(({ name, text }) => [name, text.line]),
    [
      ['named', 3],
      ['names', 1],
    ],
  );
  assert.equal(answers.rule('None'), undefined);
  assert.equal(answers.source('Open')?.rule.enabled, false);
  assert.deepEqual(answers.tagged()[0]?.tags, ['T1005']);
  assert.deepEqual(
    answers.files().map(({ name, isOwn, rules }) => [name, isOwn, rules]),
    [
      [base, false, 1],
      [own, true, 0],
    ],
  );
  assert.equal(answers.file(base)?.text, BASE);
  assert.equal(answers.file('/etc/passwd'), undefined);
});

test('what is on disk counts at the next question', (context) => {
  const { answers, own } = place(context);
  assert.equal(answers.rules().rules[0]?.enabled, false);
  writeFileSync(own, '# nothing any more\n');
  assert.equal(answers.rules().rules[0]?.enabled, true);
  rmSync(own);
  assert.equal(answers.rules().rules.length, 1);
});

test('problems of a text are told with places; those of other files only when they are errors', (context) => {
  const { answers, base } = place(context);
  const wrong = answers.validate(
    '- rule: New\n  desc: d\n  condition: nmaed\n  output: o\n  priority: LOW\n',
  );
  assert.equal(wrong.ok, false);
  assert.ok(wrong.problems.every(({ isOwn, line }) => isOwn && line > 0));
  assert.match(JSON.stringify(wrong.problems), /did you mean|"suggestion":"named"|priority/);
  assert.equal(answers.validate('').ok, true);
  for (const text of [
    '{',
    '\0',
    '- '.repeat(5000),
    '&a [*a]',
    '- list: a\n  items: [[[[',
    'x'.repeat(100_000),
  ])
    assert.equal(typeof answers.validate(text).ok, 'boolean');
  writeFileSync(base, `${BASE}- rule: Broken\n`);
  const other = answers.validate('');
  assert.deepEqual([other.ok, other.problems[0]?.isOwn], [false, false]);
});

test('turning rules on and off', (context) => {
  const { answers } = place(context);
  assert.deepEqual(answers.toggled('Open', true, OWN), { text: '', isSo: true });
  assert.deepEqual(answers.toggled('Open', false, OWN), { text: OWN, isSo: true });
  assert.match(answers.toggled('Open', false, '')?.text ?? '', /enabled: false/);
  assert.equal(answers.toggled('None', false, ''), undefined);
});

test('a change that is not taken is taken back', async (context) => {
  for (const before of [undefined, OWN]) {
    const { answers, own } = place(context, before);
    if (before === undefined) rmSync(own, { force: true });
    const ask = async <T>(question: RuleQuestion): Promise<T> =>
      (question.kind === 'validate' ? answers.validate(question.text) : undefined) as T;
    const reports = [false, true];
    const changes = new RuleChanges(new RulesFile(() => own), { ask }, async () => ({
      ...{ time: 0, ok: reports.shift() ?? true, message: 'an output cannot be opened', report: '' },
    }));
    const file = new RulesFile(() => own);
    const { hash: seen, text, isThere } = await file.read();
    assert.equal(isThere, before !== undefined);
    await assert.rejects(changes.write('# new\n', seen), /nothing was changed: an output cannot be opened/);
    assert.deepEqual(await file.read(), { hash: seen, text, isThere });
    // Two at once: the second one has not seen the first.
    const both = await Promise.allSettled([changes.write('# one\n', seen), changes.write('# two\n', seen)]);
    assert.deepEqual(
      both.map(({ status }) => status),
      ['fulfilled', 'rejected'],
    );
    assert.equal((await file.read()).hash, hash('sha256', '# one\n'));
    await assert.rejects(changes.write('- rule: x\n', hash('sha256', '# one\n')), { status: 422 });
    const validation: Validation = answers.validate('# one\n');
    assert.equal(validation.ok, true);
  }
});

test('what somebody has written by hand while a change was checked stays', async (context) => {
  const { answers, own } = place(context, OWN);
  const file = new RulesFile(() => own);
  const { hash: seen } = await file.read();
  const ask = async <T>(question: RuleQuestion): Promise<T> => {
    assert.equal(question.kind, 'validate');
    writeFileSync(own, '# by hand\n');
    return answers.validate('# new\n') as T;
  };
  const changes = new RuleChanges(file, { ask }, () => assert.fail('nothing is to be loaded'));
  await assert.rejects(changes.write('# new\n', seen), { status: 409 });
  assert.equal((await file.read()).text, '# by hand\n');
});
