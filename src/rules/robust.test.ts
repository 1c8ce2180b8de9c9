/** Input that is made to break things: it is answered with a result or an error. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeRules } from './describe.ts';
import { loadRules } from './load.ts';
import { errors, load, ruleFile, testEnvironment } from './test-kit.ts';

function macros(count: number, condition: (index: number) => string): string {
  return Array.from(
    { length: count },
    (_, index) => `- macro: m${index}\n  condition: ${condition(index)}\n`,
  ).join('');
}

function lists(count: number, items: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => `- list: l${index}\n  items: [${items(index)}]\n`).join(
    '',
  );
}

test('YAML that is nested without end', () => {
  for (const text of [
    '['.repeat(100_000),
    '- '.repeat(100_000),
    '- {a: '.repeat(100_000),
    `${'- a:\n'.repeat(10)}${'!!x '.repeat(1000)}`,
  ]) {
    assert.ok(errors(load(text)).length > 0);
  }
  assert.match(errors(load('['.repeat(100_000)))[0] ?? '', /nested more than 100 deep/);
});

test('YAML whose aliases would fill all memory', () => {
  const laughs = Array.from(
    { length: 30 },
    (_, index) =>
      `- x: &b${index} [${Array(9)
        .fill(index === 0 ? 'x' : `*b${index - 1}`)
        .join(', ')}]\n`,
  );
  assert.deepEqual(errors(load(laughs.join(''))), ['aliases make this file too large']);
  const values = `- x: &a [${Array(1000).fill('x').join(', ')}]\n- x: &b [${Array(1000).fill('*a').join(', ')}]\n- x: &c [${Array(1000).fill('*b').join(', ')}]\n`;
  const text = `${values}${ruleFile('evt.type=open')}  exceptions: [{name: e, fields: [proc.name], values: *c}]\n`;
  assert.deepEqual(errors(load(text)), ['aliases make this file too large']);
});

test('an anchor inside itself, and one that is not there', () => {
  assert.ok(errors(load('- &a [*a]')).length > 0);
  assert.ok(errors(load('- list: l\n  items: &x [*x]')).length > 0);
  assert.ok(errors(load('- list: *nothing')).length > 0);
});

test('macros and lists that double with every step', () => {
  const rule = ruleFile('evt.type=open and m59');
  const doubled = macros(60, (index) => (index === 0 ? 'proc.name=x' : `m${index - 1} and m${index - 1}`));
  assert.match(errors(load(doubled + rule))[0] ?? '', /more than 1000000 checks/);
  const list = lists(60, (index) => (index === 59 ? 'x' : `l${index + 1}, l${index + 1}`));
  assert.match(errors(load(list + ruleFile('proc.name in (l0)')))[0] ?? '', /too large/);
});

test('long chains of macros, also backwards, and of lists', () => {
  const chain = macros(5000, (index) => (index === 0 ? 'proc.name=x' : `m${index - 1} and proc.name=a`));
  assert.match(errors(load(chain + ruleFile('m4999')))[0] ?? '', /nested more than 1000 deep/);
  const plain = macros(5000, (index) => (index === 0 ? 'proc.name=x' : `m${index - 1}`));
  assert.deepEqual(errors(load(plain + ruleFile('evt.type=open and m4999'))), []);
  const backwards = macros(5000, (index) => (index === 4999 ? 'proc.name=x' : `m${index + 1}`));
  const again = macros(5000, () => 'or proc.name=y').replaceAll(
    'or proc.name=y',
    'or proc.name=y\n  override: {condition: append}',
  );
  assert.match(errors(load(backwards + again + ruleFile('m0')))[0] ?? '', /nested more than 1000 deep/);
  const list = lists(5000, (index) => (index === 4999 ? 'x' : `l${index + 1}`));
  const outcome = load(list + ruleFile('evt.type=open and proc.name in (l0)'));
  assert.match(describeRules(outcome.compiled).rules[0]?.details.condition_compiled ?? '', /in \(x\)/);
});

test('a condition with very many parts, and one with very many blanks', () => {
  const many = load(ruleFile(`evt.type=open and ${'proc.name=x and '.repeat(20_000)}fd.num=1`));
  assert.ok(many.ok);
  assert.ok(load(ruleFile(`evt.type=open${' '.repeat(1_000_000)}and fd.num=1`)).ok);
  assert.ok(load(ruleFile(`evt.type=open and ${'not '.repeat(100_000)}fd.num=1`)).ok);
});

test('conditions and transformers nested without end', () => {
  const inParentheses = (depth: number): string => `${'('.repeat(depth)}proc.name=a${')'.repeat(depth)}`;
  const alternating = (depth: number): string =>
    `${'(fd.num=1 or (fd.num=2 and '.repeat(depth / 2)}proc.name=a${'))'.repeat(depth / 2)}`;
  const transformed = (depth: number): string =>
    `${'tolower('.repeat(depth)}proc.name${')'.repeat(depth)} = a`;
  for (const nested of [inParentheses, alternating, transformed]) {
    const outcome = load(ruleFile(`evt.type=open and ${nested(248)}`));
    assert.deepEqual(errors(outcome), []);
    assert.match(describeRules(outcome.compiled).rules[0]?.details.condition_compiled ?? '', /proc\.name/);
    for (const depth of [252, 1000, 100_000]) {
      const [error] = errors(load(ruleFile(`evt.type=open and ${nested(depth)}`)));
      assert.match(error ?? '', /nested more than 250 deep/);
    }
  }
});

test('a list of ten megabytes', () => {
  const count = 600_000;
  const items = Array.from({ length: count }, (_, index) => `item${index}abcdef`).join(', ');
  assert.ok(items.length > 10e6);
  const outcome = load(`- list: l\n  items: [${items}]\n${ruleFile('evt.type=open and proc.name in (l)')}`);
  assert.ok(outcome.ok);
  const condition = outcome.ruleSet.rules[0]?.condition;
  assert.ok(condition?.kind === 'and');
  const [, check] = condition.operands;
  assert.ok(check?.kind === 'list' && check.right.kind === 'values');
  assert.equal(check.right.values.length, count);
});

test('bytes that are not UTF-8 are told at their place', () => {
  const bytes = new TextEncoder().encode('\ufeff- list: é\ufffd\n  items: [x, ?]\n');
  bytes[bytes.indexOf(0x3f)] = 0xff;
  const [problem] = loadRules([{ name: 'x', bytes }], testEnvironment).problems;
  assert.deepEqual(
    [problem?.code, problem?.message, problem?.location.line, problem?.location.column],
    ['LOAD_ERR_YAML_PARSE', 'the file is not valid UTF-8', 2, 14],
  );
});

test('control characters, a lone surrogate, NUL and a byte order mark', () => {
  for (const text of [
    '\ufeff',
    '\u0000',
    '- rule: "\ud800"',
    '- \u001b[31m: x',
    '\ufeff- list: l\n  items: []',
  ]) {
    load(text);
  }
  assert.ok(load('\ufeff- list: l\n  items: []').ok);
});

test('patterns that explode', () => {
  for (const pattern of [
    '(a{1,1000}){1,1000}',
    '('.repeat(5000) + ')'.repeat(5000),
    `${'(a*)*'.repeat(50)}b`,
    'x?'.repeat(5000),
  ]) {
    load(ruleFile(`evt.type=open and proc.name regex '${pattern}'`));
  }
});
