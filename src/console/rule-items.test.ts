import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ruleItems, textOf, withEnabled } from './rule-items.ts';

const TEXT = `# head
- list: names
  items: [a, b]

# about the macro
- macro: shell
  condition: proc.name in (names)
- rule: One
  desc: >
    text
  condition: shell
  output: o
  priority: NOTICE
  enabled: yes # for now

- rule: "Two: quoted"
  tags: [x]
  override: {tags: append}
`;

test('items are found with their texts and lines', () => {
  const items = ruleItems(TEXT);
  assert.deepEqual(
    items.map(({ kind, name }) => [kind, name]),
    [
      ['list', 'names'],
      ['macro', 'shell'],
      ['rule', 'One'],
      ['rule', 'Two: quoted'],
    ],
  );
  const texts = items.map((item) => textOf(item, 'f', TEXT));
  assert.deepEqual(
    texts.map(({ line }) => line),
    [2, 6, 8, 16],
  );
  assert.match(texts[1]?.text ?? '', /^- macro: shell\n {2}condition: proc\.name in \(names\)$/);
  assert.match(texts[2]?.text ?? '', /^- rule: One\n[\s\S]*enabled: yes/);
});

test('texts that are broken, empty or something else have what can be read of them', () => {
  for (const text of [
    '',
    '\n',
    'a: b',
    '- 1\n- [x]\n',
    '- rule:\n',
    '[',
    '- rule: {a: b}\n',
    '"',
    '- &a [*a]',
    '\0',
  ])
    assert.ok(Array.isArray(ruleItems(text)), text);
  const [item] = ruleItems('- rule: A\n  condition: "open\n');
  assert.equal(item?.name, 'A');
});

test('a rule of the file is turned off where it says that it is on', () => {
  const off = withEnabled(TEXT, 'One', false, () => true);
  assert.equal(off, TEXT.replace('enabled: yes', 'enabled: false'));
});

test('a rule of another file is turned off by an item, which goes when it is not needed any more', () => {
  const off = withEnabled('# mine', 'Of "others" # and: more', false, () => true);
  assert.match(off, /^# mine\n\n- rule: "Of \\"others\\" # and: more"\n {2}enabled: false\n {2}override:\n/);
  assert.equal(ruleItems(off)[0]?.name, 'Of "others" # and: more');
  const on = withEnabled(off, 'Of "others" # and: more', true, () => false);
  assert.equal(on.trim(), '# mine');
  const forced = withEnabled(off, 'Of "others" # and: more', true, () => true);
  assert.match(forced, /enabled: true/);
  // An item that does more stays.
  const more =
    '- rule: A\n  enabled: false\n  priority: ERROR\n  override: {enabled: replace, priority: replace}\n';
  assert.equal(
    withEnabled(more, 'A', true, () => false),
    more.replace('false', 'true'),
  );
});
