/** What a configuration says of rules: which are on, what their outputs get, fields of its own. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { cannotWatch, type Finished, LANNER, lastLine, start } from '../support/lanner.ts';
import type { Alert } from '../support/lanner-run.ts';

function rule(name: string, priority: string, tag: string): string {
  return `- rule: ${name}
  desc: A test.
  condition: evt.type = execve and evt.rawres = 0 and proc.name = true
  output: ${name} (process=%proc.name)
  priority: ${priority}
  tags: [${tag}]
`;
}

/** Three rules for the same event, in three files of a directory and one beside it. */
const FILES: Readonly<Record<string, string>> = {
  'rules.d/10-first.yaml': rule('First', 'WARNING', 'a'),
  'rules.d/20-second.yml': rule('Second', 'NOTICE', 'b'),
  'rules.d/notes.txt': 'no rules',
  'third.yaml': rule('Third', 'DEBUG', 'a'),
};
const RULES = 'rules_files: [rules.d, /no/such/rules.yaml, third.yaml]\n';

async function run(context: TestContext, config: string, args: readonly string[] = []): Promise<Finished> {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-settings-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'rules.d'));
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
  writeFileSync(join(folder, 'falco.yaml'), config);
  const words = ['run', '-c', 'falco.yaml', ...args, '-o', 'json_output=true', '--alerts', 'stdout'];
  return start(LANNER, [...words, '--', 'true'], { cwd: folder }).finished;
}

async function alerts(context: TestContext, config: string, args: readonly string[] = []): Promise<Alert[]> {
  const { code, stdout, stderr } = await run(context, config, args);
  assert.equal(code, 0, stderr);
  return stdout
    .trim()
    .split('\n')
    .flatMap((line) => (line === '' ? [] : JSON.parse(line)));
}

async function names(context: TestContext, config: string, args?: readonly string[]): Promise<string[]> {
  return (await alerts(context, config, args)).map((alert) => alert.rule);
}

suite('settings about rules', { skip: cannotWatch() }, () => {
  test('rules_files with a directory; by default the first rule that matches is the only one', async (context) => {
    const { stderr } = await run(context, RULES);
    assert.match(stderr, /warning: no rules at \/no\/such\/rules\.yaml/);
    assert.deepEqual(await names(context, RULES), ['First']);
  });

  test('rule_files is another name for it', async (context) => {
    assert.deepEqual(await names(context, 'rule_files: [third.yaml]\n'), ['Third']);
  });

  test('rule_matching all, and the least priority', async (context) => {
    assert.deepEqual(await names(context, `${RULES}rule_matching: all\n`), ['First', 'Second', 'Third']);
    const least = ['-o', 'rule_matching=all', '-o', 'priority=notice'];
    assert.deepEqual(await names(context, RULES, least), ['First', 'Second']);
  });

  for (const [rules, expected] of [
    ['[{disable: {rule: First}}]', ['Second', 'Third']],
    ['[{disable: {tag: a}}]', ['Second']],
    ['[{disable: {rule: "*"}}, {enable: {rule: "Th*d"}}]', ['Third']],
    ['[{disable: {rule: "*"}}, {enable: {tag: a}}, {disable: {rule: Third}}]', ['First']],
    ['[{disable: {rule: Second, tag: a}}]', []],
    // A rule that is turned on again comes after all others, as in Falco.
    ['[{disable: {rule: First}}, {enable: {rule: First}}]', ['Second', 'Third', 'First']],
  ] as const) {
    test(`rules: ${rules}`, async (context) => {
      assert.deepEqual(await names(context, `${RULES}rule_matching: all\nrules: ${rules}\n`), expected);
    });
  }

  test('rules can be chosen on the command line', async (context) => {
    const args = ['-o', 'rules[].disable.rule=*', '-o', 'rules[].enable.tag=b'];
    assert.deepEqual(await names(context, RULES, args), ['Second']);
  });

  test('append_output adds text and fields to the rules that are meant', async (context) => {
    const config = `${RULES}rule_matching: all
append_output:
  - match: {source: syscall, tags: [a]}
    extra_output: pid=%proc.pid
  - match: {rule: Second}
    extra_fields: [proc.pid, {who: "user %user.name"}]
  - match: {source: k8s_audit}
    extra_output: never
  - suggested_output: true
    match: {rule: Third}
`;
    const [first, second, third] = await alerts(context, config);
    assert.match(first?.output ?? '', /First \(process=true\) pid=\d+$/);
    assert.match(second?.output ?? '', /Second \(process=true\)$/);
    assert.equal(typeof second?.output_fields['proc.pid'], 'number');
    assert.equal(second?.output_fields.who, 'user root');
    assert.match(
      third?.output ?? '',
      /pid=\d+ container_id=host container_name=\S+ container_image_repository= container_image_tag= k8s_pod_name=\S+ k8s_ns_name=\S+$/,
    );
  });

  test('a field that append_output names and nobody knows keeps the rules from being used', async (context) => {
    const { code, stdout, stderr } = await run(context, RULES, [
      '-o',
      'append_output[].extra_output=%proc.nmae',
    ]);
    assert.equal(code, 1);
    assert.equal(stdout, '');
    assert.match(stderr, /proc\.nmae: did you mean proc\.name\?\n +--> append_output:1:/);
    assert.equal(lastLine(stderr), 'lanner: the rules cannot be used: 1 error');
  });

  test('static_fields are fields of conditions and outputs', async (context) => {
    const config = `rules_files: [third.yaml]
static_fields: {site: Köln, stage: test}
append_output:
  - extra_output: site=%static.site
    extra_fields: [static.stage]
`;
    const [alert] = await alerts(context, config);
    assert.match(alert?.output ?? '', / site=Köln$/);
    assert.equal(alert?.output_fields['static.stage'], 'test');
  });
});
