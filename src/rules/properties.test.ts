/** What must hold for any condition, tried with random ones. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventCodes } from './check/event-codes.ts';
import { Random, randomCondition } from './generate.test-kit.ts';
import { SourceFile } from './source/source-file.ts';
import { readYaml } from './source/yaml.ts';
import type { ConditionNode } from './syntax/nodes.ts';
import { parseCondition } from './syntax/parser.ts';
import { printCondition } from './syntax/print.ts';
import { mapped, testEnvironment } from './test-kit.ts';

const CASES = 3000;

/** A tree without places. */
function bare(node: unknown): unknown {
  return JSON.parse(
    JSON.stringify(node, (key, value) =>
      ['text', 'start', 'end', 'operatorStart', 'size', 'height'].includes(key) ? undefined : value,
    ),
  );
}

test('a printed condition, parsed again, is the same condition', () => {
  const random = new Random(1);
  for (let run = 0; run < CASES; run++) {
    const node = randomCondition(random, 1 + random.below(4));
    const text = printCondition(node);
    const again = parseCondition(mapped(text));
    assert.deepEqual(bare(again), bare(node), text);
    assert.equal(printCondition(again), text);
  }
});

test('blanks and needless parentheses change nothing', () => {
  const random = new Random(2);
  for (let run = 0; run < CASES; run++) {
    const node = randomCondition(random, 2);
    const text = printCondition(node);
    const blanks = (): string => random.pick(['', ' ', '\n', ' \t\r\n ']);
    const dressed = `${blanks()}((${blanks()}${text}${blanks()})${blanks()})${blanks()}`;
    assert.deepEqual(bare(parseCondition(mapped(dressed))), bare(node), dressed);
  }
});

/** Whether a condition of `evt.type`, p and q holds. */
function holds(node: ConditionNode, type: string, flags: Readonly<Record<string, boolean>>): boolean {
  switch (node.kind) {
    case 'and':
      return node.operands.every((operand) => holds(operand, type, flags));
    case 'or':
      return node.operands.some((operand) => holds(operand, type, flags));
    case 'not':
      return !holds(node.operand, type, flags);
    case 'check': {
      assert.ok(node.left.kind === 'field' && node.right.kind !== 'transform');
      if (node.left.name !== 'evt.type') return flags[node.left.name] ?? false;
      const values = node.right.kind === 'list' ? node.right.items : [node.right];
      return values.some(({ value }) => value === type) !== (node.operator === '!=');
    }
    default:
      throw new Error(`unexpected ${node.kind}`);
  }
}

test('the event types of a condition include every one for which it can hold', () => {
  const random = new Random(3);
  const types = ['open', 'close', 'connect'];
  const leaf = (): string =>
    random.pick([
      `evt.type ${random.pick(['=', '!='])} ${random.pick(types)}`,
      `evt.type in (${random.pick(types)}, ${random.pick(types)})`,
      'proc.name = x',
      'fd.name = x',
    ]);
  const condition = (depth: number): string => {
    if (depth === 0) return leaf();
    const operator = random.pick([' and ', ' or ']);
    const inner = random.times(2, () => condition(depth - 1)).join(operator);
    return random.chance(0.4) ? `not (${inner})` : `(${inner})`;
  };
  const events = new EventCodes(testEnvironment.events);
  let exact = 0;
  let total = 0;
  for (let run = 0; run < CASES; run++) {
    const text = condition(random.below(4));
    const node = parseCondition(mapped(text));
    const codes = events.of(node);
    for (const type of types) {
      const possible = [0, 1, 2, 3].some((bits) =>
        holds(node, type, { 'proc.name': bits > 1, 'fd.name': bits % 2 === 1 }),
      );
      const [code = -1] = testEnvironment.events.codes(type);
      if (possible) assert.ok(codes.has(code), `${type} in ${text}`);
      if (codes.has(code) === possible) exact++;
      total++;
    }
  }
  assert.ok(exact / total > 0.9, `${exact} of ${total} are exact: the sets are not just everything`);
});

/** A mapping with one scalar, in a random style, and the style. */
function randomScalar(random: Random): string {
  const words = random.times(2 + random.below(6), () =>
    random.pick(['and', 'proc.name', '=', '/a/é', '(x,', "y'z"]),
  );
  const gap = (): string => ' '.repeat(1 + random.below(3));
  const broken = (indent: string): string =>
    random.chance(0.4) ? `\n${indent}${'\n'.repeat(random.below(2))}${indent}` : gap();
  const joined = (between: () => string): string => words.reduce((text, word) => text + between() + word);
  switch (random.below(5)) {
    case 0:
      return `a:\n  b: ${joined(() => broken('    '))}\n`;
    case 1:
      return `a:\n  b: '${joined(() => broken('    ')).replaceAll("'", "''")}'\n`;
    case 2: {
      const escaped = (): string =>
        random.pick([' ', '\\n', '\\t', ' \\\n    \\ ', '\\x20', '\\u00e9', '\n    ']);
      return `a:\n  b: "${joined(escaped)}"\n`;
    }
    case 3:
      return `a:\n  b: |${random.pick(['', '-', '+', '2'])}\n    ${joined(() => broken('    '))}\n`;
    default:
      return `a:\n  b: >${random.pick(['', '-', '+'])} # comment\n    ${joined(() => broken('    '))}\n\n`;
  }
}

test('every character of a YAML scalar is found in its file, whatever the style', () => {
  const random = new Random(4);
  for (let run = 0; run < CASES; run++) {
    const text = randomScalar(random);
    const { documents, errors } = readYaml(new SourceFile('x', text));
    assert.deepEqual(errors, [], text);
    const root = documents[0];
    const inner = root?.kind === 'map' ? root.entries.get('a')?.value : undefined;
    const scalar = inner?.kind === 'map' ? inner.entries.get('b')?.value : undefined;
    assert.ok(scalar?.kind === 'scalar', text);
    for (let at = 0; at < scalar.text.text.length; at++) {
      const char = scalar.text.text.charAt(at);
      const { offset } = scalar.text.locate(at);
      assert.ok(offset >= scalar.start && offset <= scalar.end, text);
      if (/\s/.test(char)) continue;
      const found = text.charAt(offset);
      assert.ok(found === char || text.startsWith('\\u00e9', offset), `${char} at ${offset} in ${text}`);
    }
  }
});
