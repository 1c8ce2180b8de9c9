import assert from 'node:assert/strict';
import { test } from 'node:test';
import { marked } from './language.test-kit.ts';

const FILE = `- list: shells
  items: [bash, sh]
- macro: spawned
  condition: evt.type in (execve, execveat)
- macro: spawned
  condition: and proc.pid > 1
  override: {condition: append}
- rule: Shell in a container
  desc: Somebody started a shell.
  condition: spawned and tolower(proc.name) in (shells) and fd.sport = https
  output: Shell %proc.cmdline
  priority: WARNING
  tags: [mitre_execution, T1059]
`;

function told(before: string, word: string): string {
  const at = FILE.indexOf(word, FILE.indexOf(before));
  const { language } = marked(FILE);
  const hover = language.hover('1.yaml', at + 1);
  if (hover === undefined) return '';
  assert.equal(FILE.slice(hover.start, hover.end), word);
  return hover.text;
}

test('a field: its type, documentation and operators', () => {
  const text = told('tolower', 'proc.name');
  assert.match(text, /\*\*proc\.name\*\* \(text\)/);
  assert.match(text, /`startswith`/);
  assert.match(told('output', 'proc.cmdline'), /joined by a blank/);
});

test('a macro: its meaning with what was appended, and where it is defined', () => {
  const text = told('condition: spawned', 'spawned');
  assert.match(text, /evt\.type in \(execve, execveat\) and proc\.pid > 1/);
  assert.match(text, /Other items change it/);
  assert.match(text, /Defined in 1\.yaml, line 3\./);
});

test('a list: its items', () => {
  const text = told('(shells', 'shells');
  assert.match(text, /list of 2 items/);
  assert.match(text, /bash, sh/);
  assert.match(text, /line 1/);
});

test('a rule in plain words', () => {
  const text = told('- rule', 'Shell in a container');
  assert.match(text, /Somebody started a shell\./);
  assert.match(text, /Raises an alert of priority Warning\./);
  assert.match(text, /Watches `execve`, `execveat`\./);
  assert.match(text, /Uses the macros `spawned`\./);
});

test('operators, transformers, keys, ports, tags', () => {
  assert.match(told('proc.name) in', 'in'), /one of the values/);
  assert.match(told('spawned and', 'tolower'), /lower case/);
  assert.match(told('  priority', 'priority'), /serious/);
  assert.match(told('= https', 'https'), /Port 443/);
  assert.match(told('tags', 'mitre_execution'), /ATT&CK/);
  assert.match(told('type in', 'execveat'), /Event/);
  assert.equal(told('desc: Some', 'Somebody'), '');
});

test('a rule of a file that is broken elsewhere', () => {
  const { language, offset } = marked(`- rule: R|\n  desc: d\n  condition: (((\n- "`);
  assert.match(language.hover('1.yaml', offset)?.text ?? '', /\*\*R\*\* \(rule\)/);
});

test('the outline, and what can be folded', () => {
  const { language } = marked(`${FILE}- required_engine_version: 1\n`);
  assert.deepEqual(
    language.outline('1.yaml').map(({ kind, name, isChange }) => [kind, name, isChange]),
    [
      ['list', 'shells', false],
      ['macro', 'spawned', false],
      ['macro', 'spawned', true],
      ['rule', 'Shell in a container', false],
      ['required_engine_version', 'required_engine_version', false],
    ],
  );
  assert.equal(language.foldings('1.yaml').length, 4);
  const [first] = language.foldings('1.yaml');
  assert.equal(FILE.slice(first?.start, first?.end), '- list: shells\n  items: [bash, sh]');
});

test('colours: names of lists within texts are cut out', () => {
  const text =
    '- list: l\n  items: []\n- macro: m\n  condition: proc.cmdline = "a l b" and proc.name in (l) and x\n';
  const { language } = marked(text);
  const tokens = language.tokens('1.yaml').map(({ start, end, type }) => `${type} ${text.slice(start, end)}`);
  assert.deepEqual(tokens.slice(2), [
    'property proc.cmdline',
    'operator =',
    'string "a ',
    'enumMember l',
    'string  b"',
    'keyword and',
    'property proc.name',
    'operator in',
    'enumMember l',
    'keyword and',
    'function x',
  ]);
  const all = language.tokens('1.yaml');
  for (const [index, token] of all.entries()) assert.ok(token.start >= (all[index - 1]?.end ?? 0));
});
