/** The page about the rule language: its examples load, and nothing of the language is missing. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ruleEnvironment } from '../engine/rule-environment.ts';
import { RULE_KEYS } from './items/read-rule.ts';
import { allProblems } from './lint.ts';
import { loadRules } from './load.ts';
import { ERROR_CODES, LINT_CODES, WARNING_CODES } from './problem.ts';
import { reportProblems } from './report.ts';
import { ALL_OPERATORS, MODIFIERS, TRANSFORMERS } from './syntax/operators.ts';
import { ruleFile } from './test-kit.ts';

const PAGE = readFileSync(new URL('../../docs/writing-rules.md', import.meta.url), 'utf8');

/** Fenced blocks of a kind. */
function blocks(kind: string): string[] {
  return [...PAGE.matchAll(new RegExp(`^\`\`\`${kind}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    ([, text]) => text ?? '',
  );
}

/** Everything that Lanner has to say of a file, lints included. */
function complaints(text: string): string {
  const outcome = loadRules([{ name: 'example.yaml', text }], ruleEnvironment());
  return reportProblems(allProblems(outcome), outcome.files);
}

test('every example loads, without a warning', () => {
  const files = blocks('yaml');
  const conditions = blocks('condition').flatMap((block) => block.trim().split('\n'));
  assert.ok(files.length >= 7 && conditions.length >= 20, 'the examples are found');
  for (const text of files) assert.equal(complaints(text), '');
  for (const condition of conditions) assert.equal(complaints(ruleFile(condition)), '', condition);
});

test('every operator, transformer, key and code is on the page', () => {
  for (const word of [
    ...ALL_OPERATORS,
    ...MODIFIERS,
    ...RULE_KEYS,
    ...Object.keys({ ...ERROR_CODES, ...WARNING_CODES, ...LINT_CODES }),
  ]) {
    assert.ok(PAGE.includes(`\`${word}\``), word);
  }
  for (const name of [...TRANSFORMERS, 'val']) assert.ok(PAGE.includes(`\`${name}(`), name);
});
