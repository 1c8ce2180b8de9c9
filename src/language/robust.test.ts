/** Texts that are made to break things: every question is answered, and little is done anew for each letter. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENVIRONMENT, ownRules } from './language.test-kit.ts';
import { RuleLanguage } from './language.ts';

const CONDITION = '- macro: m\n  condition: ';

const TEXTS: Readonly<Record<string, string>> = {
  nothing: '',
  'a byte order mark': '\ufeff- list: l\n  items: [a]',
  'brackets without end': `- list: l\n  items: ${'['.repeat(50_000)}`,
  'braces without end': `- ${'{a: '.repeat(20_000)}`,
  'dashes without end': '- '.repeat(50_000),
  'parentheses without end': CONDITION + '('.repeat(50_000),
  'transformers without end': CONDITION + 'tolower('.repeat(20_000),
  'dots without end': `${CONDITION}proc${'.'.repeat(50_000)}`,
  'percent signs': `- rule: r\n  output: ${'%a('.repeat(5_000)}`,
  'open quotes': `${CONDITION}"${'\\"'.repeat(20_000)}`,
  blanks: CONDITION + ' '.repeat(50_000),
  'control characters': `${CONDITION}\u0000 \u0007 = \u001b[31m \ud800`,
  'carriage returns':
    '- list: l\r\n  items:\r\n    - a\r\n\r\n- macro: m\r\n  condition: proc.name in (l)\r\n',
  tabs: '-\tlist: l\n\titems: [a]',
  'anchors and aliases': '- &a\n  list: &b l\n  items: &c [x, *b]\n- *a\n- <<: *a\n  macro: m',
  tags: '- !!map\n  list: !!str l\n  items: !!seq [a]',
  'keys that are no texts': '- ? [a, b]\n  : c\n- {? x}\n- [[a]: b]',
  documents: '---\n- list: l\n...\n%YAML 1.2\n---\n- list: m\n',
  'names of everything':
    '- list: constructor\n  items: [__proto__, toString]\n- macro: hasOwnProperty\n  condition: constructor',
  'the prototype':
    '- __proto__: x\n  rule: __proto__\n  priority: constructor\n  override: {__proto__: append}',
  'a sequence in the place of a name': '- rule: [a]\n- macro: {a: b}\n- list:\n    - x\n',
  'comments only': '# a\n  # b\n',
  'no sequence': 'rule: x\ncondition: proc.name = a\n',
};

function askEverything(language: RuleLanguage, file: string): void {
  const { length } = language.workspace.textOf(file);
  language.diagnostics(file);
  language.tokens(file);
  language.outline(file);
  language.foldings(file);
  language.format(file);
  for (const at of [0, 1, 2, 5, 10, 17, 25, Math.floor(length / 2), length - 1, length, length + 10, -5]) {
    language.complete(file, at);
    language.hover(file, at);
    language.definitions(file, at);
    language.references(file, at);
    language.renamable(file, at);
    language.rename(file, at, 'other');
  }
}

for (const [name, text] of Object.entries(TEXTS)) {
  test(`${name}: every question is answered`, () => {
    const language = new RuleLanguage(ENVIRONMENT);
    language.setText('x', text);
    askEverything(language, 'x');
    askEverything(language, 'there is no such file');
  });
}

test('a file that cannot be read, and one that is not UTF-8', () => {
  const language = new RuleLanguage(ENVIRONMENT);
  language.setFiles([
    { name: 'gone', unreadable: 'no such file' },
    { name: 'bytes', bytes: Uint8Array.from([0x2d, 0x20, 0xff]) },
  ]);
  askEverything(language, 'gone');
  askEverything(language, 'bytes');
  assert.match(language.diagnostics('gone')[0]?.message ?? '', /cannot be read/);
});

test('a letter that is typed has one item read anew, and no file but its own', () => {
  const language = new RuleLanguage(ENVIRONMENT);
  const files = ownRules();
  language.setFiles(files);
  const before = new Map(files.map(({ name }) => [name, language.workspace.itemsOf(name)]));
  const [first] = files;
  assert.ok(first !== undefined);
  const at = first.text.lastIndexOf('condition: ') + 'condition: '.length;
  for (const letter of ['p', 'r', 'o']) {
    language.setText(first.name, first.text.slice(0, at) + letter + first.text.slice(at));
    const changed: readonly unknown[] = language.workspace
      .itemsOf(first.name)
      .filter(({ index }) => !before.get(first.name)?.some((old) => old.index === index));
    assert.equal(changed.length, 1);
  }
  for (const { name } of files.slice(1)) assert.equal(language.workspace.itemsOf(name), before.get(name));
});
