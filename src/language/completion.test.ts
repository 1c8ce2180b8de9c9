import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ENVIRONMENT,
  offered,
  offeredItems,
  ownRules,
  upstreamRules,
  WITHOUT_UPSTREAM,
} from './language.test-kit.ts';
import { RuleLanguage } from './language.ts';

const DEFINITIONS = `- list: shells
  items: [bash, sh]
- macro: spawned
  condition: evt.type in (execve, execveat)
- rule: Shell
  desc: d
  condition: spawned and proc.name in (shells)
  output: o
  priority: INFO
  exceptions:
    - name: parents
      fields: proc.pname
      values: [cron]
`;

function inCondition(text: string): string[] {
  return offered(`- rule: R\n  desc: d\n  condition: ${text}`, DEFINITIONS);
}

function has(labels: readonly string[], ...wanted: string[]): void {
  for (const label of wanted) assert.ok(labels.includes(label), `${label} among ${labels.slice(0, 20)}`);
}

function lacks(labels: readonly string[], ...unwanted: string[]): void {
  for (const label of unwanted) assert.ok(!labels.includes(label), `${label} is offered`);
}

test('where a check begins: macros first, fields, transformers', () => {
  const labels = inCondition('|');
  has(labels, 'spawned', 'proc.name', 'evt.type', 'tolower', 'not');
  assert.equal(labels[0], 'spawned');
  lacks(labels, 'shells', 'ka.verb', 'evt.outputtime', 'and');
  has(inCondition('spawned and pr|'), 'proc.name', 'proc.pname');
  assert.equal(inCondition('spawned and sp|')[0], 'spawned');
  has(inCondition('spawned and not (proc.na|'), 'proc.name');
});

test('a field has its type and its documentation', () => {
  const item = offeredItems('- macro: m\n  condition: proc.pnam|').find(
    ({ label }) => label === 'proc.pname',
  );
  assert.equal(item?.detail, 'text');
  assert.match(item?.documentation ?? '', /parent/);
});

test('operators fit the type of the field', () => {
  const text = inCondition('proc.name |');
  has(text, '=', 'contains', 'startswith', 'startswith anyof', 'in', 'exists', 'regex', 'pmatch');
  lacks(text, 'bcontains', 'and');
  const flag = inCondition('evt.is_open_read |');
  has(flag, '=', '!=', 'exists');
  lacks(flag, '<', 'contains', 'startswith anyof');
  const address = inCondition('fd.sip |');
  has(address, '=', 'in');
  lacks(address, '<', 'contains');
  has(inCondition('len(proc.args) |'), '<', '>=');
  lacks(inCondition('len(proc.args) |'), 'startswith');
  has(inCondition('proc.name start|'), 'startswith', 'startswith oneof');
  has(inCondition('evt.rawarg.size |'), '>', '<=');
});

test('values where the field has few, and lists', () => {
  has(inCondition('evt.type = op|'), 'open', 'openat');
  has(inCondition('evt.type in (execve, op|'), 'openat2');
  has(inCondition('evt.is_open_read = |'), 'true', 'false');
  has(inCondition('fd.type = |'), 'file', 'ipv4', 'io_uring');
  has(inCondition('fd.sport = htt|'), 'http', 'https');
  has(inCondition('proc.name in (|'), 'shells');
  has(inCondition('proc.name in |'), 'shells');
  has(inCondition('proc.pname in (cr|'), 'cron');
  has(inCondition('container.id != |'), 'host', 'val', 'tolower');
});

test('behind a check, what joins it with the next', () => {
  assert.deepEqual(inCondition('proc.name = bash |'), ['and', 'or']);
  assert.deepEqual(inCondition('proc.name exists a|'), ['and']);
  assert.deepEqual(inCondition('spawned |'), ['and', 'or']);
  assert.deepEqual(inCondition('(spawned) |'), ['and', 'or']);
});

test('arguments in brackets and behind a dot', () => {
  has(inCondition('proc.aname[|'), '0', '1');
  has(inCondition('evt.arg[fl|'), 'flags');
  has(inCondition('evt.arg.fl|'), 'evt.arg.flags');
  has(inCondition('evt.type = open and evt.rawarg.s|'), 'evt.rawarg.size');
});

test('within every style of YAML', () => {
  has(inCondition('>\n    spawned\n    and pr|'), 'proc.name');
  has(inCondition('"proc.name = x and pr|'), 'proc.name');
  has(inCondition("'proc.name = x and pr|"), 'proc.name');
  has(inCondition('spawned\n    and proc.name |'), '=');
  has(inCondition('>-\n    spawned and\n\n    |'), 'proc.name');
});

test('while what follows is not YAML', () => {
  const text = '- macro: m\n  condition: evt.type = open and fd.|\n  : [ "\n- rule: "half\n  output: {{\n';
  has(offered(text), 'fd.name');
});

test('fields of the source of the rule', () => {
  const audit = offered('- rule: R\n  source: k8s_audit\n  condition: |\n');
  has(audit, 'ka.verb');
  lacks(audit, 'proc.name');
});

test('fields in outputs, behind a percent sign', () => {
  const before = '- rule: R\n  desc: d\n  condition: c\n  output: ';
  has(offered(`${before}a %|`), 'proc.name', 'tolower', 'evt.outputtime');
  has(offered(`${before}a name=%proc.na| b`), 'proc.name');
  lacks(offered(`${before}a %|`), 'fd.ip');
  assert.deepEqual(offered(`${before}a |`), []);
  has(offered(`${before}%tolower(pr|`), 'proc.name');
});

test('keys of items, without those that are there', () => {
  const keys = offered('- rule: R\n  desc: d\n  |\n  priority: INFO\n');
  has(keys, 'condition', 'output', 'tags', 'exceptions', 'override');
  lacks(keys, 'desc', 'priority', 'rule', 'items');
  has(offered('- macro: m\n  con|'), 'condition');
  lacks(offered('- macro: m\n  |'), 'output');
  has(offered('- list: l\n  |'), 'items');
  has(offered('- rule: R\n  exceptions:\n    - name: a\n      |'), 'fields', 'comps', 'values');
  lacks(offered('- rule: R\n  exceptions:\n    - name: a\n      fields: x\n    - |'), 'condition');
  has(offered('- rule: R\n  exceptions:\n    - name: a\n      fields: x\n    - |'), 'name', 'fields');
});

test('a new item', () => {
  for (const text of ['|', '- |', '- rule: R\n  desc: d\n\n|', '- list: l\n  items: []\n- |', '- ma|']) {
    has(offered(text), 'macro');
  }
  const [item] = offeredItems('- list: l\n  items: []\n\nru|');
  assert.match(item?.insert ?? '', /^- rule: /);
  assert.match(offeredItems('- list: l\n  items: []\n- ru|')[0]?.insert ?? '', /^rule: /);
});

test('values of keys', () => {
  has(offered('- rule: R\n  priority: |'), 'WARNING', 'DEBUG');
  assert.deepEqual(offered('- rule: R\n  priority: CRI|'), ['CRITICAL']);
  has(offered('- rule: R\n  source: |'), 'syscall', 'k8s_audit');
  assert.deepEqual(offered('- rule: R\n  enabled: |'), ['true', 'false']);
  has(offered('- rule: R\n  tags: [|'), 'mitre_execution', 'maturity_stable');
  has(offered('- rule: R\n  tags: [a, mitre_p|'), 'mitre_persistence', 'mitre_privilege_escalation');
  has(offered('- rule: R\n  tags:\n    - mitre_e|'), 'mitre_execution');
  has(offered('- list: l\n  items: [|', DEFINITIONS), 'shells');
  has(offered('- list: l\n  items:\n    - she|', DEFINITIONS), 'shells');
  has(offered('- rule: Sh|', DEFINITIONS), 'Shell');
  has(offered('- list: |', DEFINITIONS), 'shells');
  has(offered('- rule: R\n  override: {|'), 'condition', 'enabled');
  assert.deepEqual(offered('- rule: R\n  override: {condition: |'), ['append', 'replace']);
  assert.deepEqual(offered('- rule: R\n  override:\n    enabled: |'), ['replace']);
  has(offered('- rule: R\n  override:\n    |'), 'condition');
  has(offered('- required_plugin_versions:\n    - name: |'), 'container');
});

test('exceptions: fields, operators, lists, names of those that are there', () => {
  const before = '- rule: Shell\n  exceptions:\n    - name: ';
  assert.deepEqual(offered(`${before}|`, DEFINITIONS), ['parents']);
  has(offered(`${before}a\n      fields: [proc.name, proc.pn|`), 'proc.pname');
  has(offered(`${before}a\n      fields: proc.|`), 'proc.name');
  has(offered(`${before}a\n      comps: [=, sta|`), 'startswith');
  has(offered(`${before}a\n      values: [she|`, DEFINITIONS), 'shells');
  const tuple = `${before}a\n      fields: [proc.name, evt.type]\n      values:\n        - [x, op|`;
  has(offered(tuple), 'openat');
  has(offered(`${before}a\n      fields: fd.type\n      values: [ip|`), 'ipv4');
});

test('nothing in comments', () => {
  assert.deepEqual(offered('# pro|'), []);
  assert.deepEqual(offered('- rule: R\n  # pro|'), []);
});

test('what is offered replaces the word at the cursor', () => {
  const language = new RuleLanguage(ENVIRONMENT);
  const text = '- macro: m\n  condition: proc.nme = x\n';
  language.setText('x', text);
  const found = language.complete('x', text.indexOf('nme'));
  assert.deepEqual([text.slice(found?.start, found?.end)], ['proc.nme']);
});

/** All places of a file, or every nth one of a long file. */
function everyPlace(texts: readonly { name: string; text: string }[], step: number): void {
  const language = new RuleLanguage(ENVIRONMENT);
  language.setFiles(texts);
  for (const { name, text } of texts) {
    for (let at = 0; at <= text.length; at += step) {
      const found = language.complete(name, at);
      assert.ok(found === undefined || (found.start <= at && found.end >= at), `${name} ${at}`);
      language.hover(name, at);
      language.definitions(name, at);
    }
  }
}

test('at every place of our own rules', () => everyPlace(ownRules().slice(0, 3), 1));

test('at places all over the published rules', { skip: WITHOUT_UPSTREAM }, () =>
  everyPlace(upstreamRules(), 37),
);

test('at the end of a rule, for each of its letters as it is typed', () => {
  const rule =
    DEFINITIONS +
    ownRules()
      .map(({ text }) => text)
      .join('')
      .slice(0, 6000);
  const language = new RuleLanguage(ENVIRONMENT);
  for (let end = 0; end <= rule.length; end++) {
    language.setText('x', rule.slice(0, end));
    language.complete('x', end);
    language.tokens('x');
    language.outline('x');
  }
});

/** Words that stand in conditions of rules which load: at the first letter of each, it must be offered. */
test('what stands in published rules is offered where it stands', { skip: WITHOUT_UPSTREAM }, () => {
  const language = new RuleLanguage(ENVIRONMENT);
  language.setFiles(upstreamRules());
  let asked = 0;
  const missing: string[] = [];
  for (const item of language.workspace.items()) {
    for (const use of item.index.uses) {
      const kinds = ['field', 'macro', 'operator', 'keyword', 'transformer', 'priority', 'tag', 'key'];
      if (!kinds.includes(use.kind) || use.role !== undefined || (use.kind === 'key' && use.start < 3))
        continue;
      // Directly behind a field, the field is what can be completed.
      if (/^[<>=!]/.test(use.name) && /\S/.test(item.text.charAt(use.start - 1))) continue;
      if (asked++ % 5 !== 0) continue;
      const found = language.complete(item.file, item.start + use.start + (/^[a-z]/i.test(use.name) ? 1 : 0));
      const label = use.name.split('[', 1)[0] ?? '';
      const isDeprecated = ENVIRONMENT.fields.find(label)?.field.deprecated === true;
      const isThere = found?.items.some((item) => item.label === label || label.startsWith(`${item.label}.`));
      if (!isThere && !isDeprecated)
        missing.push(`${use.kind} ${use.name} in ${item.file} ${item.index.name}`);
    }
  }
  assert.ok(asked > 3000, `${asked}`);
  assert.deepEqual([...new Set(missing)], []);
});
