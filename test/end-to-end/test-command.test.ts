/** `lanner test`: the examples of the documentation, and Lanner's own tests. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { type TestContext, test } from 'node:test';
import { LANNER, lanner, ROOT, start } from '../support/lanner.ts';

const PAGE = readFileSync(join(ROOT, 'docs/testing-rules.md'), 'utf8');
const [RULES = '', TESTS = ''] = [...PAGE.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => text);
const [, SHOWN = ''] = /```console\n\$ lanner test shell\.test\.yaml\n([\s\S]*?)```/.exec(PAGE) ?? [];

const [COVERED = ''] = /^Shell in Container: [\s\S]*?^coverage: .*$/m.exec(PAGE) ?? [];

function folderOf(context: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-test-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

test('the example of the documentation fails as it says', async (context) => {
  const cwd = folderOf(context, { 'shell.yaml': RULES, 'shell.test.yaml': TESTS });
  const { code, stdout } = await start(LANNER, ['test', 'shell.test.yaml'], { cwd }).finished;
  assert.equal(stdout, SHOWN);
  assert.equal(code, 1);
  const covered = await start(LANNER, ['test', '--coverage', 'shell.test.yaml'], { cwd }).finished;
  assert.ok(COVERED !== '' && covered.stdout.includes(COVERED), covered.stdout);
  // A directory of rules is loaded without their tests.
  const checked = await start(LANNER, ['check', '.'], { cwd }).finished;
  assert.equal(checked.stdout, '1 rule: nothing to complain about\n');
});

test('mistakes in tests, and tests that are not there', async (context) => {
  const cwd = folderOf(context, { 'a.test.yaml': 'tests:\n- tset: a\n', 'b.yaml': 'tests: []' });
  const run = (...args: string[]) => start(LANNER, ['test', ...args], { cwd }).finished;
  const wrong = await run('a.test.yaml');
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /^lanner: a\.test\.yaml:2:3: unknown key tset; did you mean test\?$/m);
  assert.match((await run('absent.test.yaml')).stderr, /cannot read the tests in absent\.test\.yaml/);
});

test('what cannot be run here is skipped, with the reason', async (context) => {
  const tests = `tests:
- {test: a scene, scene: read-password-hashes, rules: []}
- {test: an event, event: {execve: {proc.name: ls}}, rules: []}
`;
  const cwd = folderOf(context, { 'shell.yaml': RULES, 'shell.test.yaml': tests });
  // Whoever runs this test may be root; nobody (65534) is not, and may read what is here.
  chmodSync(cwd, 0o755);
  const isRoot = process.getuid?.() === 0;
  const run = (...args: string[]) => {
    const words = [LANNER, 'test', ...args, 'shell.test.yaml'];
    const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', ...words];
    const [program = '', ...rest] = isRoot ? asNobody : words;
    return start(program, rest, { cwd }).finished;
  };
  const text = await run();
  assert.equal(
    text.stdout,
    'skipped 1 test: scenes need root\n2 tests in 1 file: 1 skipped, others passed\n',
  );
  assert.equal(text.code, 0, text.stderr);
  const tap = await run('--format', 'tap');
  assert.match(tap.stdout, /^ok 1 - shell\.test\.yaml: a scene # SKIP scenes need root$/m);
  const junit = await run('--format', 'junit');
  assert.match(junit.stdout, /skipped="1"[\s\S]*<skipped message="scenes need root"\/>/);
});

const skipPerl = existsSync('/usr/bin/prove') ? false : 'prove(1), which reads TAP, is not there';
test('a reader of TAP understands the report', { skip: skipPerl }, async (context) => {
  const cwd = folderOf(context, { 'shell.yaml': RULES, 'shell.test.yaml': TESTS });
  const report = await start(LANNER, ['test', '--format', 'tap', 'shell.test.yaml'], { cwd }).finished;
  writeFileSync(join(cwd, 'report.tap'), report.stdout);
  const read = `use TAP::Parser; my $parser = TAP::Parser->new({source => 'report.tap'});
    while (my $result = $parser->next) { print $result->data->{failures}[0]{message}, "\\n" if $result->is_yaml }
    print join('|', $parser->parse_errors), ' ', join(',', $parser->passed), ' ', join(',', $parser->failed), "\\n";`;
  const { stdout, stderr } = await start('perl', ['-e', read], { cwd }).finished;
  assert.equal(stdout, '"Shell in Container" did not fire\n 1,2,3 4\n', stderr);
});

test('--watch runs what a change touches, tells of mistakes, and ends with a signal', async (context) => {
  const other = 'tests: [{test: other, event: {execve: {}}, rules: []}]\n';
  const files = {
    'shell.yaml': RULES,
    'shell.test.yaml': TESTS,
    'other.yaml': RULES,
    'other.test.yaml': other,
  };
  const cwd = folderOf(context, files);
  const write = (name: string, text: string): void => writeFileSync(join(cwd, name), text);
  const watching = start(LANNER, ['test', '--watch', '.'], { cwd });
  await watching.printed('stdout', '5 tests in 2 files: 1 failed');
  await watching.printed('stdout', 'watching 4 files');
  // The test that fails goes.
  write('shell.test.yaml', TESTS.slice(0, TESTS.indexOf('  - test: a shell that cron')));
  await watching.printed('stdout', '3 tests in 1 file: all passed');
  await watching.printed('stdout', 'watching 4 files', 2);
  write('other.yaml', RULES.replace('container.id', 'container.ids'));
  await watching.printed('stderr', 'the rules cannot be used: 1 error');
  await watching.printed('stdout', 'watching 4 files', 3);
  write('shell.test.yaml', 'tests:\n- tset: a\n');
  await watching.printed('stderr', 'unknown key tset');
  await watching.printed('stdout', /watching \d files/, 4);
  write('other.yaml', RULES);
  await watching.printed('stdout', '1 test in 1 file: all passed');
  await watching.printed('stdout', /watching \d files/, 5);
  // What was wrong before still counts.
  watching.child.kill('SIGINT');
  const { code } = await watching.finished;
  assert.equal(code, 1);
});

test("the tests of Lanner's own rules pass, and try every check of every rule", async () => {
  const rules = join(ROOT, 'rules/tests');
  const { code, stdout } = await lanner(['test', '--format', 'json', '--coverage-min', '100', rules]);
  const { results, coverage } = JSON.parse(stdout) as {
    results: { failures: unknown[] }[];
    coverage: { untested: string[]; total: { checks: number; seen: number; decided: number } };
  };
  assert.deepEqual(
    results.filter(({ failures }) => failures.length > 0),
    [],
  );
  assert.deepEqual(coverage.untested, []);
  const { checks, seen, decided } = coverage.total;
  assert.equal(seen, checks);
  // What cannot decide, since another check of the same rule implies it, is the rest.
  assert.ok(decided / checks > 0.84, `${decided} of ${checks}`);
  assert.equal(code, 0);
});
