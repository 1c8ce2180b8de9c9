import assert from 'node:assert/strict';
import { test } from 'node:test';
import { falcoDetails, falcoResult, falcoSummary } from './falco-report.ts';
import { load, ruleFile } from './test-kit.ts';

function first(text: string) {
  const [file] = load(text).files;
  assert.ok(file);
  return file;
}

test('a file without problems is Ok', () => {
  const file = first(ruleFile('evt.type=open'));
  assert.equal(falcoSummary(file), '1.yaml: Ok');
  assert.equal(falcoDetails(file), '1.yaml: Ok');
  assert.deepEqual(falcoResult(file), {
    name: '1.yaml',
    successful: true,
    schema_valid: true,
    schema_warnings: [],
    errors: [],
    warnings: [],
  });
});

test('the schema wants true or false, and a value where a text belongs; what loads with others is told', () => {
  const warnings = (more: string): readonly string[] =>
    falcoResult(first(ruleFile('evt.type=open', more))).schema_warnings;
  assert.deepEqual(warnings('  enabled: false\n  capture: "true"\n  tags: [a]\n'), []);
  for (const flag of ['yes', '"yes"', 'True', 'off']) {
    const told =
      "validation failed for <root>[0][enabled]: Value type not permitted by 'type' constraint: expected boolean.";
    assert.deepEqual(warnings(`  enabled: ${flag}\n`), [told], flag);
  }
  assert.equal(warnings('  tags: [~]\n').length, 1);
});

test('an error in a condition has the chain of items, with the place in the condition on top', () => {
  const file = first(`- rule: R
  desc: d
  condition: >
    evt.type=open
      and proc.name equals x
  output: o
  priority: info
`);
  assert.equal(
    falcoSummary(file),
    "1.yaml: Invalid\n 1 schema warnings: [validation failed for <root>[0][priority]: Failed to match against any enum values: 'info'.]\n 1 errors: [LOAD_ERR_COMPILE_CONDITION (Error compiling condition)]",
  );
  const { errors, schema_valid } = falcoResult(file);
  assert.equal(schema_valid, false);
  assert.deepEqual(errors, [
    {
      code: 'LOAD_ERR_COMPILE_CONDITION',
      codedesc: 'Error compiling condition',
      message: '"equals" is not an operator',
      context: {
        locations: [
          {
            item_type: 'rules content',
            item_name: '',
            position: { name: '1.yaml', line: 0, column: 0, offset: 0 },
          },
          { item_type: 'rule', item_name: 'R', position: { name: '1.yaml', line: 0, column: 2, offset: 2 } },
          {
            item_type: 'rule condition',
            item_name: '',
            position: { name: '1.yaml', line: 2, column: 13, offset: 33 },
          },
          {
            item_type: 'condition expression',
            item_name: '',
            position: { name: '"evt.type=open   a..."', line: 4, column: 30, offset: 63 },
          },
        ],
        snippet: '  and proc.name equals x\n                ^\n',
      },
    },
  ]);
  assert.match(
    falcoDetails(file),
    /1 Errors:\nIn rules content: \(1.yaml:0:0\)\n {4}rule 'R': \(1.yaml:0:2\)\n {4}rule condition: \(1.yaml:2:13\)\n[\s\S]*------\n {2}and proc.name equals x\n {16}\^\n------\nLOAD_ERR_COMPILE_CONDITION \(Error compiling condition\): "equals" is not an operator\n$/,
  );
});

test('warnings have their long description, deprecated fields their name', () => {
  const file = first(ruleFile('evt.type=open and evt.dir = <'));
  const [warning] = falcoResult(file).warnings;
  assert.equal(warning?.code, 'LOAD_DEPRECATED_ITEM');
  assert.equal(warning?.deprecated_field, 'evt.dir');
  assert.match(warning?.codedesc ?? '', /go away/);
  assert.match(
    falcoSummary(file),
    /^1.yaml: Ok, with warnings\n 1 warnings: \[LOAD_DEPRECATED_ITEM \(Used deprecated item: field 'evt.dir'\)\]$/,
  );
});

test('a snippet of a long line is cut around the place', () => {
  const file = first(
    ruleFile(
      `evt.type=open and ${'proc.name=x or '.repeat(50)}proc.nam = x or ${'proc.name=x or '.repeat(50)}fd.num=1`,
    ),
  );
  const snippet = falcoResult(file).errors[0]?.context.snippet ?? '';
  const [line = '', caret = ''] = snippet.split('\n');
  assert.ok(line.length <= 161 && line.startsWith('...') && line.endsWith('...'), line);
  assert.ok(line.startsWith('proc.nam = x', caret.indexOf('^')), snippet);
});
