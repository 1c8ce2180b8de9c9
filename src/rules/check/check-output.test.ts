import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OutputSegment } from '../checked.ts';
import type { LoadOptions } from '../options.ts';
import { suggestedOutput } from '../suggested-output.ts';
import { errors, load, problems, ruleFile, testEnvironment } from '../test-kit.ts';

function rule(output: string, options: LoadOptions = {}) {
  const text = ruleFile('evt.type=open', '  tags: [t]\n').replace(
    'output: o',
    `output: ${JSON.stringify(output)}`,
  );
  return load(text, options);
}

/** Segments as `text` or `<width key>`. */
function segments(output: string, options: LoadOptions = {}): string[] {
  const outcome = rule(output, options);
  assert.deepEqual(errors(outcome), []);
  return (outcome.ruleSet.rules[0]?.outputSegments ?? []).map(show);
}

function show(segment: OutputSegment): string {
  if (segment.kind === 'text') return segment.text;
  return `<${segment.width === undefined ? '' : `${segment.width} `}${segment.source}>`;
}

test('text and fields, with width and argument', () => {
  assert.deepEqual(segments('a %proc.name b'), ['a ', '<proc.name>', ' b']);
  assert.deepEqual(segments('%proc.name%fd.name'), ['<proc.name>', '<fd.name>']);
  assert.deepEqual(segments('%20proc.name.'), ['<20 proc.name>', '.']);
  assert.deepEqual(segments('%0proc.name'), ['<proc.name>']);
  assert.deepEqual(segments('%proc.aname[2] %evt.arg[name] %evt.arg.name'), [
    '<proc.aname[2]>',
    ' ',
    '<evt.arg[name]>',
    ' ',
    '<evt.arg.name>',
  ]);
  assert.deepEqual(segments('no fields'), ['no fields']);
});

test('transformers, nested and with several operands', () => {
  assert.deepEqual(segments('%tolower( toupper(proc.name) )x'), ['<tolower(toupper(proc.name))>', 'x']);
  assert.deepEqual(segments('%join(", ", (proc.name, fd.name))'), ['<join(", ",(proc.name,fd.name))>']);
});

test('the text may go on right behind a field', () => {
  assert.deepEqual(segments('%proc.name_x'), ['<proc.name>', '_x']);
  assert.deepEqual(segments('%proc.names.'), ['<proc.name>', 's.']);
  assert.deepEqual(segments('%proc.name[%proc.pid]'), ['<proc.name>', '[', '<proc.pid>', ']']);
  assert.deepEqual(segments('%proc.name['), ['<proc.name>', '[']);
  assert.deepEqual(segments('(%proc.name)'), ['(', '<proc.name>', ')']);
});

test('what is no field is an error at its place; all are told', () => {
  assert.deepEqual(problems(rule('a %proc.nme b %fd.nme %')), [
    'LOAD_ERR_COMPILE_OUTPUT 4:15 unknown field proc.nme (proc.name)',
    'LOAD_ERR_COMPILE_OUTPUT 4:27 unknown field fd.nme (fd.name)',
    'LOAD_ERR_COMPILE_OUTPUT 4:34 an output cannot end with a %',
  ]);
  assert.match(errors(rule('100% of'))[0] ?? '', /expected a field or a transformer after %/);
  assert.match(errors(rule('%20'))[0] ?? '', /cannot end with a number/);
  assert.match(errors(rule('%fd.ip'))[0] ?? '', /in conditions only/);
  assert.match(errors(rule('%evt.arg'))[0] ?? '', /needs an argument/);
  assert.match(errors(rule('%ka.verb'))[0] ?? '', /is for rules of source k8s_audit/);
  assert.match(errors(rule('%tolower(proc.pid)'))[0] ?? '', /does not work on a number/);
  assert.match(errors(rule('%99999proc.name'))[0] ?? '', /width/);
  assert.match(errors(rule('%tolower(proc.name'))[0] ?? '', /expected "," or "\)"/);
  assert.deepEqual(segments('%evt.outputtime'), ['<evt.outputtime>']);
});

test('%container.info is taken out, with a warning', () => {
  const outcome = rule('a %container.info b');
  assert.deepEqual(
    outcome.problems.map(({ code }) => code),
    ['LOAD_DEPRECATED_ITEM'],
  );
  assert.equal(outcome.ruleSet.rules[0]?.output, 'a  b');
});

test('the configuration adds to outputs of the rules that it means', () => {
  const outputs = [
    { format: 'on %proc.pname' },
    { format: 'never', tags: ['t', 'u'] },
    { format: 'tagged', tags: ['t'], source: 'syscall', rule: 'R' },
    { format: 'never', rule: 'other' },
    {
      fields: [
        { key: 'k', format: 'name is %proc.name', raw: false },
        { key: 'pid', format: 'proc.pid', raw: true },
      ],
    },
  ];
  assert.deepEqual(segments('a', { outputs }), ['a on ', '<proc.pname>', ' tagged']);
  const [checked] = rule('a', { outputs }).ruleSet.rules;
  assert.deepEqual(
    checked?.extraFields?.map(({ key, raw, segments }) => [key, raw, segments.map(show)]),
    [
      ['k', false, ['name is ', '<proc.name>']],
      ['pid', true, ['<proc.pid>']],
    ],
  );
  const bad = rule('a', { outputs: [{ format: '%proc.nme' }] });
  assert.match(errors(bad)[0] ?? '', /unknown field proc.nme/);
  assert.equal(bad.problems[0]?.location.file, 'append_output');
});

test('the suggested output names the fields that there are, for system calls only', () => {
  const outputs = [suggestedOutput(testEnvironment)];
  assert.deepEqual(segments('a', { outputs }), ['a container_id=', '<container.id>']);
  const audit = load(ruleFile('ka.verb = get', '  source: k8s_audit\n'), { outputs });
  assert.equal(audit.ruleSet.rules[0]?.output, 'o');
});
