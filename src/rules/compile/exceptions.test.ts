import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeRules } from '../describe.ts';
import { lintRules } from '../lint.ts';
import { errors, load, ruleFile } from '../test-kit.ts';

/** The compiled condition of a rule `evt.type=open` with these exceptions, without its first part. */
function compiled(exceptions: string, more = ''): string {
  const outcome = load(ruleFile('evt.type=open', `  exceptions:\n${exceptions}`) + more);
  assert.deepEqual(errors(outcome), []);
  const [rule] = describeRules(outcome.compiled).rules;
  return (rule?.details.condition_compiled ?? '').replace(/^\(evt.type = open and (.*)\)$/, '$1');
}

function wrong(exceptions: string, more = ''): string[] {
  return errors(load(ruleFile('evt.type=open', `  exceptions:\n${exceptions}`) + more));
}

test('tuples of values become alternatives', () => {
  assert.equal(
    compiled(
      '    - name: e\n      fields: [proc.name, fd.name]\n      values:\n        - [cat, /x]\n        - [dog, "/a b"]\n',
    ),
    'not ((proc.name = cat and fd.name = /x) or (proc.name = dog and fd.name = "/a b"))',
  );
});

test('operators may be given, with modifiers and blanks around', () => {
  assert.equal(
    compiled(
      '    - name: e\n      fields: [proc.name, fd.name]\n      comps: [in, " startswith anyof "]\n      values:\n        - [[cat, "d g"], [/x, /y]]\n',
    ),
    'not (proc.name in (cat, "d g") and fd.name startswith anyof (/x, /y))',
  );
});

test('one value for a list operator is put in parentheses, unless it has them', () => {
  const tuple = (value: string): string =>
    compiled(`    - name: e\n      fields: [proc.name]\n      comps: [in]\n      values: [[${value}]]\n`);
  assert.equal(tuple('cat'), 'not proc.name in (cat)');
  assert.equal(tuple('"(cat, dog)"'), 'not proc.name in (cat, dog)');
});

test('a single field takes a flat list of values', () => {
  assert.equal(
    compiled('    - {name: e, fields: proc.name, values: [cat, "d g"]}\n'),
    'not proc.name in (cat, "d g")',
  );
  assert.equal(
    compiled('    - {name: e, fields: fd.name, comps: pmatch, values: [/a]}\n'),
    'not fd.name pmatch (/a)',
  );
  assert.equal(
    compiled('    - {name: e, fields: fd.name, comps: glob oneof, values: [/a, /b]}\n'),
    'not fd.name glob oneof (/a, /b)',
  );
});

test('several exceptions are all excluded; one without values is not', () => {
  assert.equal(
    compiled(
      '    - {name: a, fields: proc.name, values: [x]}\n    - {name: b, fields: [proc.pname], values: [[y]]}\n    - {name: c, fields: [fd.name]}\n',
    ),
    'not proc.name in (x) and not proc.pname = y',
  );
});

test('values may name lists, and be transformers or other fields', () => {
  const list = '- list: names\n  items: [cat, dog]\n';
  assert.equal(
    compiled('    - {name: e, fields: proc.name, values: [names]}\n', list),
    'not proc.name in (cat, dog)',
  );
  assert.equal(
    compiled('    - {name: e, fields: [tolower(proc.name)], values: [[val(proc.pname)]]}\n'),
    'not tolower(proc.name) = val(proc.pname)',
  );
});

test('values and exceptions are appended', () => {
  const base = '    - {name: e, fields: [proc.name], values: [[x]]}\n';
  const append = (exceptions: string): string =>
    `- rule: R\n  exceptions: ${exceptions}\n  override: {exceptions: append}\n`;
  assert.equal(compiled(base, append('[{name: e, values: [[y]]}]')), 'not (proc.name = x or proc.name = y)');
  assert.equal(
    compiled(base, append('[{name: f, fields: fd.name, values: [y]}]')),
    'not proc.name = x and not fd.name in (y)',
  );
  assert.match(
    wrong(base, append('[{name: e, fields: [proc.name], values: [[y]]}]'))[0] ?? '',
    /only values can be appended to an earlier exception, not fields/,
  );
  assert.match(wrong(base, append('[{name: f, values: [[y]]}]'))[0] ?? '', /needs 'fields'/);
  assert.match(wrong(base, append('[{name: f, fields: [fd.name]}]'))[0] ?? '', /needs 'values'/);
  assert.equal(
    compiled(
      base,
      '- rule: R\n  exceptions: [{name: g, fields: fd.name, values: [y]}]\n  override: {exceptions: replace}\n',
    ),
    'not fd.name in (y)',
  );
});

test('what is wrong is told at its place', () => {
  const [unknown] = load(
    ruleFile('evt.type=open', '  exceptions:\n    - {name: e, fields: proc.nam, values: [x]}\n'),
  ).problems;
  assert.match(unknown?.message ?? '', /unknown field proc.nam/);
  assert.deepEqual(
    [unknown?.suggestion, unknown?.location.line, unknown?.location.column],
    ['proc.name', 7, 25],
  );
  assert.match(wrong('    - {fields: proc.name}\n')[0] ?? '', /key 'name' is missing/);
  assert.match(wrong('    - {name: e}\n')[0] ?? '', /key 'fields' is missing/);
  assert.match(wrong('    - {name: e, fields: [proc.name], comps: [=, =]}\n')[0] ?? '', /same length/);
  assert.match(
    wrong('    - {name: e, fields: [proc.name], values: [[a, b]]}\n')[0] ?? '',
    /a list of 1: one value for each field/,
  );
  assert.match(
    wrong('    - {name: e, fields: [proc.name], comps: [equals], values: [[a]]}\n')[0] ?? '',
    /'equals' is not an operator/,
  );
  assert.match(
    wrong('    - {name: e, fields: proc.name, comps: startswith, values: [a]}\n')[0] ?? '',
    /'comps' is one of in, pmatch/,
  );
  assert.match(
    wrong('    - {name: e, fields: proc.name, comps: in oneof, values: [a]}\n')[0] ?? '',
    /'comps' is one of in, pmatch/,
  );
  assert.match(wrong('    - {name: e, fields: proc.name, values: [[a]]}\n')[0] ?? '', /flat list/);
  assert.match(wrong('    - {name: e, fields: proc.name, values: [""]}\n')[0] ?? '', /cannot be empty/);
  assert.match(
    wrong('    - {name: e, fields: [proc.pid], values: [[x]]}\n')[0] ?? '',
    /"x" is not a whole number/,
  );
});

test('the same name twice, and appending nothing, are warned of', () => {
  const twice = load(
    ruleFile(
      'evt.type=open',
      '  exceptions: [{name: e, fields: fd.name, values: [a]}, {name: e, fields: fd.name, values: [b]}]\n',
    ),
  );
  assert.deepEqual(
    twice.problems.map(({ code }) => code),
    ['LOAD_EXCEPTION_NAME_NOT_UNIQUE'],
  );
  const base = ruleFile('evt.type=open', '  exceptions: [{name: e, fields: fd.name, values: [a]}]\n');
  const nothing = load(`${base}- rule: R\n  exceptions: [{name: e}]\n  override: {exceptions: append}\n`);
  assert.deepEqual(
    nothing.problems.map(({ code }) => code),
    ['LOAD_APPEND_NO_VALUES'],
  );
});

test('a key that does nothing, and an exception without values, are lints', () => {
  const outcome = load(
    ruleFile(
      'evt.type=open',
      '  exceptions: [{name: e, fields: fd.name, value: [a], values: [b]}, {name: f, fields: fd.name}]\n',
    ),
  );
  assert.deepEqual(outcome.problems, []);
  assert.deepEqual(
    lintRules(outcome).map(({ code, suggestion }) => [code, suggestion]),
    [
      ['LINT_EXCEPTION', 'values'],
      ['LINT_EXCEPTION', undefined],
    ],
  );
});

test('fields, names and operators are described', () => {
  const outcome = load(
    ruleFile(
      'evt.type=open',
      '  exceptions: [{name: e, fields: fd.name, values: [a]}, {name: f, fields: [proc.name, fd.num], values: [[a, 1]]}]\n',
    ),
  );
  const details = describeRules(outcome.compiled).rules[0]?.details;
  assert.deepEqual(details?.exception_names, ['e', 'f']);
  assert.deepEqual(details?.exception_fields, ['fd.name', 'fd.num', 'proc.name']);
  assert.deepEqual(details?.exception_operators, ['=', 'in']);
});
