import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ruleEnvironment } from '../engine/rule-environment.ts';
import { FIELD_CATALOG } from '../fields/catalog.ts';
import { loadRules } from '../rules/load.ts';
import { pastAlert } from './history.ts';
import { Tuning } from './proposals.ts';
import { type Tuned, tune } from './tune.ts';

const RULES = `
- list: backup
  items: [/usr/bin/backup, /usr/bin/other]
- rule: Read
  desc: d
  condition: evt.type = openat and fd.name startswith /etc/
  output: "%proc.exepath %proc.pexepath %container.id %fd.name"
  priority: WARNING
  exceptions:
    - name: known_readers
      fields: [proc.exepath, proc.pexepath, container.id, fd.name]
      comps: ["=", "=", "=", "="]
      values: [[/bin/known, /bin/init, host, /etc/known]]
- rule: Other
  desc: d
  condition: evt.type = openat
  output: "%proc.exepath %fd.name"
  priority: NOTICE
- rule: Audit
  desc: d
  source: k8s_audit
  condition: ka.verb = create
  output: "%ka.user.name %ka.verb %ka.target.resource %ka.target.namespace %ka.target.name"
  priority: NOTICE
`;

const READER = {
  'proc.exepath': '/usr/bin/reader',
  'proc.pexepath': '/usr/sbin/cron',
  'container.id': 'host',
};

type Fields = Readonly<Record<string, unknown>>;

function alert(fields: Fields, more: object = {}): object {
  const time = '2026-01-02T03:04:05.123456789Z';
  return {
    rule: 'Read',
    source: 'syscall',
    priority: 'Warning',
    time,
    output: 'o',
    output_fields: fields,
    ...more,
  };
}

function tuned(alerts: readonly object[], leastCount = 2): Tuned {
  const tuning = new Tuning();
  for (const each of alerts) {
    const past = pastAlert(each);
    assert.ok(typeof past !== 'string', String(past));
    tuning.add(past);
  }
  const files = [{ name: 'rules', text: RULES }];
  const outcome = loadRules(files, ruleEnvironment());
  assert.ok(outcome.ok);
  return tune(tuning, leastCount, { files, outcome, fields: FIELD_CATALOG, environment: ruleEnvironment });
}

function comparisons({ proposals }: Tuned): string[][] {
  return proposals.map((proposal) =>
    proposal.comparisons.map(({ field, operator, values }) => `${field} ${operator} ${values.join('|')}`),
  );
}

const IDENTITY = ['proc.exepath = /usr/bin/reader', 'proc.pexepath = /usr/sbin/cron', 'container.id = host'];

test('by program, parent and place; few files are named, the rest is left to the rule', () => {
  const result = tuned([
    alert({ ...READER, 'fd.name': '/etc/b' }),
    alert({ ...READER, 'fd.name': '/etc/a' }),
    alert({ ...READER, 'fd.name': '/etc/a', 'proc.exepath': '/tmp/evil' }),
  ]);
  assert.deepEqual(comparisons(result), [[...IDENTITY, 'fd.name in /etc/a|/etc/b']]);
  assert.deepEqual(result.leftAlone, [{ rule: 'Read', reason: 'fewer than 2 of their kind', count: 1 }]);
  assert.match(result.override, /^ {2}override:\n {4}exceptions: append$/m);
});

test('an exception that the rule has with these fields gets the values', () => {
  const { override } = tuned([
    alert({ ...READER, 'fd.name': '/etc/a' }),
    alert({ ...READER, 'fd.name': '/etc/a' }),
  ]);
  assert.match(override, /- name: "known_readers"\n {6}values:\n/);
  assert.doesNotMatch(override, /fields:/);
});

test('many files of a folder are that folder, and this is said; of shallow folders any file', () => {
  const files = (folder: string) =>
    Array.from({ length: 6 }, (_, index) => alert({ ...READER, 'fd.name': `${folder}${index}/x` }));
  const deep = tuned(files('/var/lib/keys/'));
  assert.deepEqual(comparisons(deep), [[...IDENTITY, 'fd.name startswith /var/lib/keys/']]);
  assert.match(
    deep.override,
    /broader than what was seen[\s\S]*any file below \/var\/lib\/keys\/ \(6 were seen\)/,
  );
  const shallow = tuned(files('/etc/'));
  assert.deepEqual(comparisons(shallow), [IDENTITY]);
  assert.match(shallow.override, /any fd\.name \(seen: \/etc\/0\/x, \/etc\/1\/x and 4 others\)/);
});

test('containers by image; without one any container but not the host, which is said', () => {
  const image = { 'container.image.repository': 'app', 'container.id': 'ab12' };
  assert.deepEqual(comparisons(tuned([alert({ ...READER, ...image }), alert({ ...READER, ...image })])), [
    [...IDENTITY.slice(0, 2), 'container.image.repository = app'],
  ]);
  const ids = tuned([
    alert({ ...READER, 'container.id': 'ab12' }),
    alert({ ...READER, 'container.id': 'cd34' }),
  ]);
  assert.deepEqual(comparisons(ids), [[...IDENTITY.slice(0, 2), 'container.id != host']]);
  assert.match(ids.override, /any container/);
});

test('what the output does not tell is said', () => {
  const { override } = tuned([1, 2].map(() => alert({ 'proc.exepath': '/bin/a' }, { rule: 'Other' })));
  assert.match(override, /any parent process/);
  assert.match(override, /the host and any container/);
});

test('what cannot be compared is left alone: no value, signs that no literal holds', () => {
  for (const exepath of [null, 'a"b', 'a\\', 'a\nb', 'a\ufffdb', '']) {
    const { proposals, leftAlone } = tuned([1, 2].map(() => alert({ ...READER, 'proc.exepath': exepath })));
    assert.deepEqual(proposals, [], JSON.stringify(exepath));
    assert.deepEqual(leftAlone, [{ rule: 'Read', reason: 'proc.exepath cannot be compared', count: 2 }]);
  }
});

test('a command line in which a list of the rules is expanded: what would not do as it says is not proposed', () => {
  const fields = { ...READER, 'proc.cmdline': 'run backup now' };
  const { proposals, leftAlone } = tuned([alert(fields), alert(fields)]);
  assert.deepEqual(proposals, []);
  assert.match(leftAlone[0]?.reason ?? '', /it would not silence all that it was made for$/);
});

test('an exception that would silence alerts of another kind is not proposed', () => {
  // Some alerts lack the parent: without it the exception would hold for the others too.
  const { 'proc.pexepath': _, ...orphan } = READER;
  const { proposals, leftAlone } = tuned([alert(orphan), alert(orphan), alert(READER)]);
  assert.deepEqual(proposals, []);
  assert.ok(leftAlone.some(({ reason }) => reason.endsWith('it would silence other alerts too')));
});

test('rules that are not loaded, other sources, folded alerts', () => {
  const audit = {
    'ka.user.name': 'ci',
    'ka.target.resource': 'pods',
    'ka.target.namespace': 'build',
    'ka.verb': 'create',
  };
  const result = tuned([
    alert(READER, { rule: 'Gone' }),
    alert(READER, { rule: 'Gone' }),
    alert({ ...audit, 'lanner.fold.count': 7 }, { rule: 'Audit', source: 'k8s_audit' }),
    alert(READER, { source: 'okta' }),
  ]);
  assert.deepEqual(comparisons(result), [
    ['ka.user.name = ci', 'ka.target.resource = pods', 'ka.target.namespace = build', 'ka.verb = create'],
  ]);
  assert.equal(result.proposals[0]?.count, 7);
  assert.deepEqual(
    result.leftAlone.map(({ rule, reason }) => `${rule}: ${reason}`),
    [
      'Gone: the rule is not among those that are loaded',
      'Read: there is nothing that tells alerts of okta apart',
    ],
  );
});

test('names and outputs cannot break out of the file', () => {
  const output = 'x\n- rule: "evil"\u2028\u009b31m';
  const { override } = tuned([1, 2].map(() => alert({ ...READER, 'fd.name': "/etc/: {a'b" }, { output })));
  assert.doesNotMatch(override, /^- rule: "evil"|[\u009b\u2028]/m);
  assert.equal(
    loadRules(
      [
        { name: 'r', text: RULES },
        { name: 'o', text: override },
      ],
      ruleEnvironment(),
    ).ok,
    true,
  );
});

test('what is no alert in JSON is told as such', () => {
  assert.equal(pastAlert([]), 'not an alert in the form of json_output');
  assert.equal(pastAlert({ ...alert({}), time: 'x' }), 'not an alert in the form of json_output');
  assert.equal(pastAlert({ ...alert({}), source: 'internal' }), 'internal alerts');
  assert.equal(pastAlert({ ...alert({}), output_fields: undefined }), 'alerts without output_fields');
  assert.match(String(pastAlert(alert({ 'lanner.limit.count': 3 }))), /held back/);
});
