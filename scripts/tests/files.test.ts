import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { type TestContext, test } from 'node:test';
import type { Result } from './result.ts';

/** Runs the text of a test file as `npm test` would, in a process of its own: Node does not nest test runs. */
function resultsOf(context: TestContext, text: string, limit = 60_000): Result[] {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-test-files-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'given.test.mjs');
  writeFileSync(file, `import assert from 'node:assert';\nimport { suite, test } from 'node:test';\n${text}`);
  const runner = join(folder, 'runner.mjs');
  writeFileSync(
    runner,
    `import { runTestFiles } from ${JSON.stringify(join(import.meta.dirname, 'files.ts'))};
    console.log(JSON.stringify(await runTestFiles([${JSON.stringify(file)}], 1, ${limit})));`,
  );
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  return JSON.parse(execFileSync(process.execPath, [runner], { encoding: 'utf8', env }));
}

function outcomes(results: readonly Result[]): string[] {
  return results.map(({ outcome, name, reason }) => `${outcome} ${name}: ${reason}`);
}

test('tests that pass, fail and are skipped, each with its reason in one line', (context) => {
  const results = resultsOf(
    context,
    `test('good', () => {});
    test('bad', () => assert.equal(1, 2, 'one is not\\ntwo'));
    test('skipped', { skip: 'no kernel here' }, () => {});
    test('skips itself', (context) => context.skip('not today'));
    test('to do', { todo: 'later' }, () => assert.fail());`,
  );
  assert.deepEqual(outcomes(results), [
    'passed good: ',
    'failed bad: one is not',
    'skipped skipped: no kernel here',
    'skipped skips itself: not today',
    'skipped to do: later',
  ]);
  assert.match(results[1]?.place ?? '', /given\.test\.mjs:4$/);
  assert.match(results[1]?.detail ?? '', /one is not\ntwo/);
});

test('what a test has to say is noted, and how Node sums up is not', (context) => {
  const results = resultsOf(context, `test('good', (context) => context.diagnostic('7 of 9 events'));`);
  assert.deepEqual(outcomes(results), ['passed good: ', 'noted 7 of 9 events: ']);
});

test('a suite counts by its tests', (context) => {
  const results = resultsOf(
    context,
    `suite('s', () => { test('a', () => {}); test('b', () => assert.fail('no')); });
    suite('t', { skip: 'needs root' }, () => { test('c', () => {}); });`,
  );
  assert.deepEqual(outcomes(results), ['passed a: ', 'failed b: no', 'skipped t: needs root']);
});

test('a file that fails as a whole has failed', (context) => {
  assert.deepEqual(outcomes(resultsOf(context, `throw new Error('crash');`)), ['failed file: Error: crash']);
});

test('a file without a test has failed', (context) => {
  assert.deepEqual(outcomes(resultsOf(context, '')), ['failed file: holds no test']);
});

test('a test that hangs has failed, and its file ends', (context) => {
  const text = `test('hangs', () => new Promise(() => setInterval(() => {}, 1000)));`;
  assert.deepEqual(outcomes(resultsOf(context, text, 5000)), [
    'failed hangs: test timed out after 5000ms',
    'failed file: did not end within 10 s, and was ended',
  ]);
});

test('a file that leaves something open has failed, and its tests count', (context) => {
  const text = `test('good', () => {}); setInterval(() => {}, 1000);`;
  assert.deepEqual(outcomes(resultsOf(context, text, 5000)), [
    'passed good: ',
    'failed file: did not end within 10 s, and was ended',
  ]);
});

test('a file that ends in the middle has failed, whatever its exit code', (context) => {
  const text = `test('good', () => {}); test('ends', () => process.exit(0)); test('lost', () => {});`;
  const results = resultsOf(context, text);
  assert.ok(
    results.some(({ outcome }) => outcome === 'failed'),
    outcomes(results).join(),
  );
});

test('the results of many quick tests all arrive', (context) => {
  const text = `for (let i = 0; i < 500; i++) test('test ' + i, () => {});`;
  assert.equal(resultsOf(context, text).length, 500);
});
