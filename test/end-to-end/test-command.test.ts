/** `lanner test`: the examples of the documentation, and Lanner's own tests. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
