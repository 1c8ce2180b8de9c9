import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EvidencePart } from '../../../src/server/api-types.ts';
import { endOfCheck, marksOf } from './marks.ts';

const RULE = `- rule: a rule
  desc: proc.name = not this one
  condition: >
    open_read and
    (proc.name in (shells, "my and yours") or not fd.name startswith /etc)
    and open_read_too
  output: proc.name = nor this
  priority: INFO
`;

function check(text: string, holds: boolean): EvidencePart {
  return { kind: 'check', text, holds };
}

function marked(condition: EvidencePart, text = RULE): readonly string[] {
  return marksOf(condition, text).map(
    ({ start, end, holds }) => `${holds ? '+' : '-'}${text.slice(start, end)}`,
  );
}

test('checks and macros are found in the condition, lists by their names', () => {
  const condition: EvidencePart = {
    kind: 'and',
    text: 'and',
    holds: true,
    operands: [
      { kind: 'macro', text: 'open_read', holds: true, operands: [check('evt.type = open', true)] },
      {
        kind: 'or',
        text: 'or',
        holds: true,
        operands: [
          check('proc.name in (bash, sh, "my and yours")', true),
          { kind: 'not', text: 'not', holds: false, operands: [check('fd.name startswith /etc', true)] },
        ],
      },
      { kind: 'macro', text: 'open_read_too', holds: false, operands: [check('a = b', false)] },
    ],
  };
  assert.deepEqual(marked(condition), [
    '+open_read',
    '+proc.name in (shells, "my and yours")',
    '+fd.name startswith /etc',
    '-open_read_too',
  ]);
});

test('what another file has added is not marked, and nothing outside of the condition is', () => {
  assert.deepEqual(marked(check('user.name = root', true)), []);
  assert.deepEqual(marked(check('a = b', true), '- rule: no condition\n  output: a = b\n'), []);
  assert.deepEqual(
    marked(check('a.b = c', true), '- rule: r\n  condition: xa.b = d and a.bc = e and a.b=c\n'),
    ['+a.b=c'],
  );
});

test('a check ends where another one, or what is around it, begins', () => {
  const ends: readonly (readonly [string, string])[] = [
    ['a = b and c = d', 'a = b'],
    ['a = "x and y" or z', 'a = "x and y"'],
    ['a in (b, c)) and d', 'a in (b, c)'],
    ['a exists # why\nand b', 'a exists'],
    ["a = b'", 'a = b'],
    ['a in (b,\n  c)\nand d', 'a in (b,\n  c)'],
  ];
  for (const [text, expected] of ends) assert.equal(text.slice(0, endOfCheck(text, 0)), expected);
});
