/** Files with all kinds of items: what is loaded, and what is said of what is wrong. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeRules, type RuleDescription } from './describe.ts';
import { errors, load, problems, ruleFile } from './test-kit.ts';

function rule(texts: string | readonly string[], name = 'R'): RuleDescription {
  const outcome = load(texts);
  assert.deepEqual(errors(outcome), []);
  const found = describeRules(outcome.compiled).rules.find(({ info }) => info.name === name);
  assert.ok(found, `rule ${name} is loaded`);
  return found;
}

function compiled(texts: string | readonly string[], name = 'R'): string {
  return rule(texts, name).details.condition_compiled;
}

const OPEN = 'evt.type = open and ';

test('a rule has defaults, and all of its keys', () => {
  const [plain] = load(ruleFile('evt.type=open')).ruleSet.rules;
  assert.ok(plain);
  const { priority, source, enabled, capture, captureDuration, tags } = plain;
  assert.deepEqual(
    { priority, source, enabled, capture, captureDuration, tags },
    {
      priority: 'Informational',
      source: 'syscall',
      enabled: true,
      capture: false,
      captureDuration: 0,
      tags: [],
    },
  );
  const more = '  enabled: no\n  capture: true\n  capture_duration: 500\n  tags: [b, a, b]\n  source:\n';
  const [full] = load(ruleFile('evt.type=open', more)).ruleSet.rules;
  assert.ok(full);
  assert.deepEqual(
    [full.enabled, full.capture, full.captureDuration, full.tags, full.source],
    [false, true, 500, ['a', 'b'], 'syscall'],
  );
});

test('several documents, empty ones and empty items are read', () => {
  const text = `---\n---\n- list: l\n  items: [a]\n-\n---\n${ruleFile(`${OPEN}proc.name in (l)`)}`;
  assert.equal(compiled(text), '(evt.type = open and proc.name in (a))');
});

test('what is no list of items is an error, and so is an item that is no mapping', () => {
  assert.match(errors(load('a: b'))[0] ?? '', /expected a list of items, not a mapping/);
  assert.match(errors(load('just text'))[0] ?? '', /expected a list of items, not a text/);
  assert.match(errors(load('- just text'))[0] ?? '', /expected a mapping/);
  assert.match(problems(load('- rul: x'))[0] ?? '', /LOAD_UNKNOWN_ITEM 1:3 unknown kind of item \(rule\)/);
});

test('lists are put in by name, in lists one level deep, in conditions in any order', () => {
  const lists = '- list: a\n  items: [x, "y z"]\n- list: b\n  items: [a, w]\n';
  assert.equal(
    compiled(lists + ruleFile(`${OPEN}proc.name in (b)`)),
    '(evt.type = open and proc.name in (x, "y z", w))',
  );
  assert.equal(
    compiled(ruleFile(`${OPEN}proc.name in (b, v)`) + lists),
    '(evt.type = open and proc.name in (x, "y z", w, v))',
  );
  const later = '- list: a\n  items: [b]\n- list: b\n  items: [c]\n- list: c\n  items: [1, 2]\n';
  assert.equal(
    compiled(later + ruleFile(`${OPEN}proc.pid in (a)`)),
    '(evt.type = open and proc.pid in (1, 2))',
  );
});

test('a list of one item is a value; an empty list leaves no comma behind', () => {
  const lists = '- list: one\n  items: [x]\n- list: none\n  items: []\n';
  assert.equal(compiled(lists + ruleFile(`${OPEN}proc.name = one`)), '(evt.type = open and proc.name = x)');
  for (const items of ['none', 'none, a', 'a, none', 'a,none', 'none,none, a', 'a , none,none']) {
    const expected = items === 'none' ? '()' : '(a)';
    assert.equal(
      compiled(lists + ruleFile(`${OPEN}proc.name in (${items})`)),
      `(evt.type = open and proc.name in ${expected})`,
      items,
    );
  }
});

test('as in Falco, the name of a list is replaced inside quotes too', () => {
  const lists = '- list: one\n  items: [x]\n';
  assert.equal(
    compiled(lists + ruleFile(`${OPEN}proc.name = "a one b"`)),
    '(evt.type = open and proc.name = "a x b")',
  );
});

test('an error in an item of a list lies at the item', () => {
  const text = `- list: ports\n  items:\n    - 80\n    - eighty\n${ruleFile(`${OPEN}fd.sport in (ports)`)}`;
  assert.deepEqual(problems(load(text)), [
    'LOAD_ERR_COMPILE_CONDITION 4:7 "eighty" is neither a port nor a service',
  ]);
});

test('macros stand for their conditions', () => {
  const macros = '- macro: a\n  condition: proc.name = x or proc.name = y\n- macro: b\n  condition: not a\n';
  assert.equal(
    compiled(macros + ruleFile(`${OPEN}b`)),
    '(evt.type = open and not (proc.name = x or proc.name = y))',
  );
  assert.equal(
    compiled(ruleFile(`${OPEN}b`) + macros),
    '(evt.type = open and not (proc.name = x or proc.name = y))',
  );
});

test('a macro sees only macros that came before its last change', () => {
  const a = '- macro: a\n  condition: b\n';
  const b = '- macro: b\n  condition: proc.name = x\n';
  assert.deepEqual(problems(load(a + b + ruleFile(`${OPEN}a`))), [
    "LOAD_ERR_VALIDATE 2:14 undefined macro 'b': it is defined only after this macro",
    'LOAD_UNUSED_MACRO 3:3 nothing uses this macro',
  ]);
  assert.match(
    errors(load('- macro: a\n  condition: evt.type = open and a\n'))[0] ?? '',
    /undefined macro 'a': a macro cannot contain itself$/,
  );
  const change = '- macro: a\n  condition: or proc.name = y\n  override: {condition: append}\n';
  assert.equal(
    compiled(a + b + change + ruleFile(`${OPEN}a`)),
    '(evt.type = open and (proc.name = x or proc.name = y))',
  );
});

test('an unknown macro is named with a suggestion, at the place', () => {
  const text = `${ruleFile(`${OPEN}contaner`)}- macro: container\n  condition: container.id != host\n`;
  assert.deepEqual(problems(load(text)), [
    "LOAD_ERR_VALIDATE 3:35 undefined macro 'contaner' (container)",
    'LOAD_UNUSED_MACRO 6:3 nothing uses this macro',
  ]);
});

test('macros in a loop are an error that tells the loop', () => {
  const macros =
    '- macro: a\n  condition: evt.num > 0\n- macro: b\n  condition: a\n- macro: a\n  condition: b\n';
  assert.deepEqual(errors(load(macros + ruleFile('a'))), ["reference loop in macro 'a': a → b → a"]);
  assert.match(errors(load('- macro: a\n  condition: a\n- macro: a\n  condition: a'))[0] ?? '', /a → a$/);
});

test('later files use earlier ones, not the other way round', () => {
  const macro = '- macro: m\n  condition: proc.name = x\n';
  assert.equal(compiled([macro, ruleFile(`${OPEN}m`)]), '(evt.type = open and proc.name = x)');
  const outcome = load([ruleFile(`${OPEN}m`), macro]);
  assert.match(errors(outcome)[0] ?? '', /undefined macro 'm'/);
  assert.equal(outcome.files[0]?.problems.length, 1);
});

test('what a later file makes good is no warning in the end, but an error stays one', () => {
  const macro = '- macro: m\n  condition: proc.name = x\n';
  const good = load([macro, ruleFile(`${OPEN}m`)]);
  assert.deepEqual(good.problems, []);
  assert.deepEqual(
    good.files[0]?.problems.map(({ code }) => code),
    ['LOAD_UNUSED_MACRO'],
    'as Falco says of the file',
  );
  const trivial = ruleFile(`${OPEN}proc.name regex "x"`);
  assert.deepEqual(
    load([trivial, macro + ruleFile(`${OPEN}m`).replace('rule: R', 'rule: S')]).problems.map(
      ({ code }) => code,
    ),
    ['LOAD_COMPILE_CONDITION'],
    'a warning that still holds is kept',
  );
  const bad = load([ruleFile(`${OPEN}m`), macro]);
  assert.equal(bad.ok, false);
  assert.deepEqual(bad.files[1]?.problems, []);
});

test('redefining keeps the place in the order', () => {
  const names = (text: string): string[] => load(text).ruleSet.rules.map(({ name }) => name);
  const one = ruleFile('evt.type=open').replace('rule: R', 'rule: A');
  const two = ruleFile('evt.type=close').replace('rule: R', 'rule: B');
  assert.deepEqual(names(one + two + one), ['A', 'B']);
});

test('override appends and replaces, append first', () => {
  const base = ruleFile('evt.type=open', '  tags: [a]\n');
  const appended = rule(
    `${base}- rule: R
  desc: more
  condition: and proc.name = x
  output: p=%proc.name
  tags: [b]
  priority: ERROR
  enabled: false
  override: {desc: append, condition: append, output: append, tags: append, priority: replace, enabled: replace}
`,
  );
  assert.deepEqual(appended.info, {
    name: 'R',
    condition: 'evt.type=open and proc.name = x',
    priority: 'Error',
    output: 'o p=%proc.name',
    description: 'd more',
    enabled: false,
    source: 'syscall',
    capture: false,
    capture_duration: 0,
    tags: ['a', 'b'],
  });
  const replaced = rule(
    `${base}- rule: R\n  condition: evt.type=close\n  tags: [c]\n  override: {condition: replace, tags: replace}\n`,
  );
  assert.equal(replaced.info.condition, 'evt.type=close');
  assert.deepEqual(replaced.info.tags, ['c']);
  const list = '- list: l\n  items: [a]\n- list: l\n  items: [b]\n  override: {items: append}\n';
  assert.equal(
    compiled(list + ruleFile(`${OPEN}proc.name in (l)`)),
    '(evt.type = open and proc.name in (a, b))',
  );
  const replacedList = list.replace('append', 'replace');
  assert.equal(
    compiled(replacedList + ruleFile(`${OPEN}proc.name in (l)`)),
    '(evt.type = open and proc.name in (b))',
  );
});

test('overrides that do not fit are errors', () => {
  const change = (keys: string): string[] => errors(load(`${ruleFile('evt.type=open')}- rule: R\n${keys}`));
  assert.deepEqual(change('  override: {condition: append}\n'), [
    "'override' says to append 'condition', but there is no 'condition'",
  ]);
  assert.deepEqual(change('  condition: and a\n  output: x\n  override: {condition: append}\n'), [
    "'override' does not say what to do with 'output'",
  ]);
  assert.deepEqual(change('  priority: INFO\n  override: {priority: append}\n'), [
    "'priority' cannot be appended to, only replaced",
  ]);
  assert.deepEqual(change('  source: x\n  override: {source: replace}\n'), ["'source' cannot be replaced"]);
  assert.match(
    change('  condition: x\n  override: {condition: apend}\n')[0] ?? '',
    /expected append or replace \(append\)/,
  );
  assert.match(
    change('  append: true\n  condition: x\n  override: {condition: append}\n')[0] ?? '',
    /do not go together/,
  );
  assert.match(
    errors(load('- rule: X\n  condition: x\n  override: {condition: append}'))[0] ?? '',
    /there is no earlier rule of this name/,
  );
  assert.match(
    errors(load('- rule: X\n  condition: x\n  override: {condition: replace}'))[0] ?? '',
    /no earlier rule of this name in which to replace/,
  );
  assert.match(
    errors(load('- macro: x\n  condition: x\n  append: true'))[0] ?? '',
    /no earlier macro of this name/,
  );
  assert.match(
    errors(load('- list: x\n  items: []\n  append: true'))[0] ?? '',
    /no earlier list of this name/,
  );
});

test('deprecated forms work, with a warning', () => {
  const text = `${ruleFile('evt.type=open')}- rule: R\n  condition: and proc.name = x\n  append: true\n- rule: R\n  enabled: false\n`;
  const outcome = load(text);
  assert.deepEqual(
    outcome.problems.map(({ code, location }) => `${code} ${location.line}`),
    ['LOAD_DEPRECATED_ITEM 8', 'LOAD_DEPRECATED_ITEM 9'],
  );
  assert.equal(outcome.ruleSet.rules[0]?.enabled, false);
  assert.equal(compiled(text), '(evt.type = open and proc.name = x)');
  assert.match(errors(load('- rule: X\n  enabled: true'))[0] ?? '', /there is no earlier rule of this name/);
});

test('a rule of another source is another rule', () => {
  const text = ruleFile('evt.type=open') + ruleFile('ka.verb = get', '  source: k8s_audit\n');
  assert.match(
    errors(load(text))[0] ?? '',
    /the earlier rule of this name is of source syscall, this one of k8s_audit/,
  );
  const unknown = load(ruleFile('a.b = c', '  source: k8s_audt\n'));
  assert.deepEqual(problems(unknown), [
    'LOAD_UNKNOWN_SOURCE 1:3 unknown source k8s_audt: the rule is left out (k8s_audit)',
  ]);
  assert.deepEqual(unknown.ruleSet.rules, []);
});

test('missing keys, bad values and unknown keys are told', () => {
  assert.match(
    errors(load('- rule: X\n  condition: a\n  desc: b'))[0] ?? '',
    /missing: 'output', 'priority'/,
  );
  assert.match(errors(load('- macro: X'))[0] ?? '', /key 'condition' is missing/);
  assert.match(errors(load('- list: X'))[0] ?? '', /key 'items' is missing/);
  assert.match(errors(load('- list: X\n  items: [[a]]'))[0] ?? '', /must be a single value/);
  assert.match(errors(load('- list:\n  items: [a]'))[0] ?? '', /key 'list' has no value/);
  assert.deepEqual(problems(load(ruleFile('evt.type=open').replace('INFO', 'WARN'))), [
    "LOAD_ERR_YAML_VALIDATE 5:13 'WARN' is not a priority (WARNING)",
  ]);
  assert.match(
    errors(load(ruleFile('evt.type=open').replace('INFO', 'HIGH')))[0] ?? '',
    /'HIGH' is not a priority, one of EMERGENCY, .*, DEBUG, INFO$/,
  );
  assert.match(errors(load('- rule: X'))[0] ?? '', /key 'enabled' is missing: a rule has 'condition',/);
  assert.match(
    errors(load(ruleFile('evt.type=open', '  enabled: maybe\n')))[0] ?? '',
    /true or false, not 'maybe'/,
  );
  assert.match(errors(load(ruleFile('evt.type=open', '  capture_duration: 1s\n')))[0] ?? '', /whole number/);
  assert.deepEqual(problems(load(ruleFile('evt.type=open', '  tag: [a]\n  desc: again\n'))), [
    "LOAD_UNKNOWN_KEY 6:3 unknown key 'tag': it counts for nothing (tags)",
    "LOAD_UNKNOWN_KEY 7:3 key 'desc' is given twice: only the first one counts",
  ]);
  assert.match(problems(load('- macro: 1x\n  condition: evt.num=1')).join(), /LOAD_INVALID_MACRO_NAME 1:10/);
  assert.match(problems(load('- list: a b\n  items: [x]')).join(), /LOAD_INVALID_LIST_NAME 1:9/);
});

test('an item that cannot be read does not make others seem wrong', () => {
  const text = `- macro: m\n  condition:\n- list: l\n  items: x\n${ruleFile(`${OPEN}m and proc.name in (l)`)}`;
  assert.deepEqual(errors(load(text)), ["key 'condition' has no value", "'items' must be a list"]);
});

test('versions of the engine and of plugins are compared', () => {
  for (const version of ['15', '0.63.0', '0.57.0'])
    assert.deepEqual(problems(load(`- required_engine_version: ${version}`)), []);
  for (const version of ['64', '0.63.1', '1.0.0']) {
    assert.match(
      errors(load(`- required_engine_version: ${version}`))[0] ?? '',
      /these rules need engine version/,
    );
  }
  assert.match(errors(load('- required_engine_version: x'))[0] ?? '', /is not a version/);
  const plugins = (list: string): string[] => errors(load(`- required_plugin_versions: ${list}`));
  assert.deepEqual(plugins('[{name: container, version: 0.4.0}]'), []);
  assert.deepEqual(
    plugins('[{name: x, version: 1.0.0, alternatives: [{name: container, version: 0.7.0}]}]'),
    [],
  );
  assert.match(
    plugins('[{name: container, version: 0.8.0}]')[0] ?? '',
    /these rules need container \(>= 0.8.0\)/,
  );
  assert.match(plugins('[{name: contaner, version: 0.1.0}]')[0] ?? '', /\(container\)$/);
  assert.match(
    plugins('[{name: container, version: 1}]')[0] ?? '',
    /'1' is not a version of plugin container/,
  );
  assert.match(
    plugins('[{name: a, version: 1.0.0, alternatives: [{name: a, version: 2.0.0}]}]')[0] ?? '',
    /named twice/,
  );
  assert.match(plugins('{}')[0] ?? '', /must be a list/);
  assert.match(plugins('[{version: 1.0.0}]')[0] ?? '', /key 'name' is missing/);
});

test('skip-if-unknown-filter leaves out rules with unknown names, with a warning', () => {
  const skip = '  skip-if-unknown-filter: true\n';
  for (const condition of ['proc.unknown = a', 'evt.type = opne']) {
    const outcome = load(ruleFile(condition, skip));
    assert.deepEqual(
      outcome.problems.map(({ code }) => code),
      ['LOAD_UNKNOWN_FILTER'],
      condition,
    );
    assert.deepEqual(outcome.ruleSet.rules, []);
  }
  const output = load(ruleFile('evt.type=open', skip).replace('output: o', 'output: "%x.y"'));
  assert.deepEqual(
    output.problems.map(({ code }) => code),
    ['LOAD_UNKNOWN_FILTER'],
  );
  assert.equal(load(ruleFile('proc.pid = a', skip)).ok, false);
});

test('deprecated fields and comparisons with <NA> are warned of', () => {
  const dir = load(ruleFile(`${OPEN}evt.dir = <`).replace('output: o', 'output: "%evt.dir"'));
  assert.deepEqual(
    dir.problems.map(({ code, deprecatedField, location }) => [code, deprecatedField, location.line]),
    [
      ['LOAD_DEPRECATED_ITEM', 'evt.dir', 3],
      ['LOAD_DEPRECATED_ITEM', 'evt.dir', 4],
    ],
  );
  const audit = load(ruleFile('ka.verb in (get, <NA>)', '  source: k8s_audit\n'));
  assert.deepEqual(
    audit.problems.map(({ code }) => code),
    ['LOAD_UNSAFE_NA_CHECK'],
  );
});

test('unused macros and lists are warned of; what an unused macro uses is used', () => {
  const text =
    '- list: l\n  items: [a]\n- macro: m\n  condition: proc.name in (l)\n- list: k\n  items: [a]\n';
  assert.deepEqual(
    load(text).problems.map(({ code, location }) => `${code} ${location.line}`),
    ['LOAD_UNUSED_MACRO 3', 'LOAD_UNUSED_LIST 5'],
  );
});

test('rules are enabled by priority and by the selection', () => {
  const text = ['A one', 'A two', 'B']
    .map((name) =>
      ruleFile('evt.type=open', name === 'B' ? '  tags: [t]\n' : '').replace('rule: R', `rule: ${name}`),
    )
    .join('');
  const enabled = (options: Parameters<typeof load>[1]): string[] =>
    load(text, options)
      .ruleSet.rules.filter((each) => each.enabled)
      .map(({ name }) => name);
  assert.deepEqual(enabled({}), ['A one', 'A two', 'B']);
  assert.deepEqual(enabled({ minimumPriority: 'Notice' }), []);
  assert.deepEqual(enabled({ minimumPriority: 'Informational' }), ['A one', 'A two', 'B']);
  assert.deepEqual(enabled({ selection: [{ enable: false, rule: 'A*' }] }), ['B']);
  assert.deepEqual(
    enabled({
      selection: [
        { enable: false, rule: '*' },
        { enable: true, tag: 't' },
      ],
    }),
    ['B'],
  );
  assert.deepEqual(enabled({ selection: [{ enable: false, rule: '*t*o' }] }), ['A one', 'B']);
  const again = [
    { enable: false, rule: 'A*' },
    { enable: true, rule: 'A one' },
  ];
  assert.deepEqual(enabled({ selection: again }), ['B', 'A one'], 'a rule turned on again is tried last');
  assert.deepEqual(enabled({ selection: again, minimumPriority: 'Notice' }), []);
});
