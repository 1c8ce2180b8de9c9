/** Whatever a file holds, conversion comes to an end, and what it makes loads. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { convert, load, processRule, refusal, ruleOn } from './sigma.test-kit.ts';

const RULES = [
  processRule(
    "sel:\n  Image|endswith: [/a, '\\b*']\n  CommandLine|re|i: 'x+(y|z)'\nwords: [one, 'two*']\nfilter:\n  - User: root\n  - ParentImage|base64offset|contains: abc\ncondition: (sel or 1 of w*) and not filter",
  ),
  ruleOn(
    'category: network_connection',
    'sel:\n  DestinationIp|cidr: 10.0.0.0/8\n  DestinationPort|gt: 5\ncondition: sel',
  ),
  ruleOn(
    'service: auditd',
    "sel:\n  type: SYSCALL\n  SYSCALL: socket\n  a0: '26'\n  name|exists: true\ncondition: all of them",
  ),
  `${ruleOn('category: file_event', 'sel:\n  TargetFilename|windash|all: [" -a /b", c]\ncondition: [sel, not sel]')}tags: [attack.t1, x]\nauthor: y\n`,
].join('---\n');

test('damaged rules', () => {
  const pieces = [
    '\\',
    '|',
    ':',
    '"',
    "'",
    '*',
    '[',
    ']',
    '{',
    '}',
    '\n',
    '  ',
    '%',
    '\0',
    'é',
    '- ',
    '#',
    '&a ',
    '*a',
    'null',
  ];
  let state = 5;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  let converted = 0;
  for (let number = 0; number < 400; number++) {
    let text = RULES;
    for (let changes = 1 + below(3); changes > 0; changes--) {
      const at = below(text.length);
      text = text.slice(0, at) + (pieces[below(pieces.length)] as string) + text.slice(at + below(4));
    }
    const conversion = convert(text);
    converted += load(conversion).ruleSet.rules.length;
  }
  assert.ok(converted > 400, `${converted} rules`);
});

test('every character in every place of a rule', () => {
  for (let code = 0; code < 256; code++) {
    const char = JSON.stringify(String.fromCharCode(code));
    const value = char.slice(1, -1);
    const rule = [
      `title: "T${value}t"`,
      `author: "A${value}"`,
      'logsource: {product: linux, category: process_creation}',
      `detection: {sel: {CommandLine: "x${value}y", Image|contains|cased: "${value}"}, condition: sel}`,
      `tags: ["x${value}y"]`,
    ].join('\n');
    const { rules } = load(convert(rule)).ruleSet;
    assert.equal(rules.length, code === 0 ? 0 : 1, char);
  }
});

test('what is too large or too deep is refused', () => {
  const many = Array.from({ length: 300 }, (_, number) => `d${number}:\n  Image: /x${number}`).join('\n');
  const all = Array.from({ length: 100 }, () => '1 of them').join(' or ');
  assert.deepEqual(refusal(processRule(`${many}\ncondition: ${all}`)), ['6: the condition is too large']);
  const deep = `${'['.repeat(200)}a${']'.repeat(200)}`;
  assert.equal(convert(processRule(`a: ${deep}\ncondition: a`)).unreadable.length, 1);
  const dashes = processRule("a:\n  CommandLine|windash|contains: ' -a -b -c -d -e'\ncondition: a");
  assert.match(refusal(dashes).join(), /more than 4 dashes/);
});
