/** A rule from a public cheat sheet, typing error and all: what its user is told. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CHEAT_SHEET } from '../../test/support/cheat-sheet.ts';
import { reportProblems } from './report.ts';
import { load } from './test-kit.ts';

test('the typing error is named, shown in its line, and corrected', () => {
  const { ok, problems, files } = load(CHEAT_SHEET);
  assert.equal(ok, false);
  assert.equal(
    reportProblems(problems, files),
    `error: unknown field container.is: did you mean container.id?
  --> 1.yaml:5:14 in macro container used by rule Detect shell inside a container
   |
 5 |   condition: container.is != host
   |              ^^^^^^^^^^^^
   = LOAD_ERR_COMPILE_CONDITION
`,
  );
});

test('corrected, the rule loads, with the warning that it names no type of event', () => {
  const { ok, problems, ruleSet } = load(CHEAT_SHEET.replace('container.is', 'container.id'));
  assert.ok(ok);
  assert.deepEqual(
    problems.map(({ code }) => code),
    ['LOAD_NO_EVTTYPE'],
  );
  assert.equal(ruleSet.rules[0]?.name, 'Detect shell inside a container');
});

test('colour is escape sequences around the same text', () => {
  const { problems, files } = load(CHEAT_SHEET);
  const coloured = reportProblems(problems, files, { colour: true });
  assert.ok(coloured.includes('\u001b[1;31merror\u001b[0m'));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
  assert.equal(coloured.replace(/\u001b\[[0-9;]*m/g, ''), reportProblems(problems, files));
});
