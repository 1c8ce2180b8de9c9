/** `lanner test` with scenes as input: played live, watched by the rules of the test alone. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { cannotWatch, lanner, ROOT } from '../support/lanner.ts';

const TESTS = `rule_files: [${join(ROOT, 'rules')}]
tests:
- test: the hashes are read
  scene: read-password-hashes
  rules: [Sensitive File Read by Untrusted Program]
  fields: {fd.name: /etc/shadow}
- test: by who may, which another rule tells of
  twin: read-password-hashes
  rules: [Account Program Executed]
- test: with another list
  lists: {sensitive_paths: [/etc/nothing]}
  scene: read-password-hashes
  rules: [Sensitive File Read by Untrusted Program]
- test: no such scene
  scene: read-password-hash
  rules: []
`;

interface Result {
  readonly name: string;
  readonly failures: readonly { readonly message: string; readonly why: readonly string[] }[];
}

suite('tests with scenes', { skip: cannotWatch() }, () => {
  test('alerts, fields, silence, and what decided where a rule stayed silent', async (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'lanner-scene-tests-'));
    context.after(() => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, 'a.test.yaml');
    writeFileSync(path, TESTS);
    const { stdout, stderr } = await lanner(['test', '--format', 'json', '--coverage', path]);
    const { results, coverage } = JSON.parse(stdout) as {
      results: Result[];
      coverage: { rules: { rule: string; checks: { text: string; decidedTrue: boolean }[] }[] };
    };
    assert.deepEqual(
      results.map(({ failures }) => failures.map(({ message }) => message)),
      [
        [],
        [],
        ['"Sensitive File Read by Untrusted Program" did not fire'],
        ['there is no scene read-password-hash; did you mean read-password-hashes?'],
      ],
      stderr,
    );
    assert.match(
      results[2]?.failures[0]?.why.join('\n') ?? '',
      /^at event \d+ of the scene\nfd\.name pmatch \(\/etc\/nothing\) is false: value \/etc\/shadow/,
    );
    const read = coverage.rules.find(({ rule }) => rule.startsWith('Sensitive File'));
    assert.equal(read?.checks.find(({ text }) => text.startsWith('fd.name pmatch'))?.decidedTrue, true);
  });
});
