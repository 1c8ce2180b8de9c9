/** `lanner import sigma`: files in, a rule file and a report out. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Finished, LANNER, ROOT, start } from '../support/lanner.ts';

const PAGE = readFileSync(join(ROOT, 'docs/sigma.md'), 'utf8');
const [, RULE = ''] = /```yaml\n([\s\S]*?)```/.exec(PAGE) ?? [];

const [, SSHD = ''] = /(title: Messages of a Daemon[\s\S]*?)```/.exec(PAGE) ?? [];

interface Folder {
  readonly path: string;
  lanner(...args: string[]): Promise<Finished>;
}

function folder(context: TestContext): Folder {
  const path = mkdtempSync(join(tmpdir(), 'lanner-import-'));
  context.after(() => rmSync(path, { recursive: true, force: true }));
  mkdirSync(join(path, 'rules/deep'), { recursive: true });
  mkdirSync(join(path, 'empty'));
  writeFileSync(join(path, 'rules/downloader.yml'), RULE);
  writeFileSync(join(path, 'rules/sshd.yml'), SSHD);
  return { path, lanner: (...args) => start(LANNER, args, { cwd: path }).finished };
}

/** Output that the page shows after a command. */
function shown(command: string): string {
  const at = PAGE.indexOf(`$ ${command}\n`);
  assert.ok(at >= 0, `the page shows ${command}`);
  const from = at + command.length + 3;
  return PAGE.slice(from, PAGE.indexOf('```', from));
}

test('the example of the documentation', async (context) => {
  const { path, lanner } = folder(context);
  const command = 'import sigma rules -o sigma.yaml';
  const { stdout, code } = await lanner(...command.split(' '));
  assert.equal(stdout, shown(`lanner ${command}`));
  assert.equal(code, 0);
  const written = readFileSync(join(path, 'sigma.yaml'), 'utf8');
  const [, example = ''] = /in the rule file:\n\n```yaml\n([\s\S]*?)```/.exec(PAGE) ?? [];
  assert.ok(example !== '' && written.endsWith(example), written);
  const checked = await lanner('check', '--strict', 'sigma.yaml');
  assert.equal(checked.code, 0, checked.stdout);
  // A file of its own is replaced, another is not.
  assert.equal((await lanner(...command.split(' '))).code, 0);
  writeFileSync(join(path, 'sigma.yaml'), '- rule: mine\n');
  const refused = await lanner(...command.split(' '));
  assert.match(refused.stderr, /sigma\.yaml is there already/);
  assert.equal(refused.code, 1);
});

test('rules to standard output, the report to standard error or as JSON', async (context) => {
  const { lanner } = folder(context);
  const plain = await lanner('import', 'sigma', 'rules/downloader.yml');
  assert.match(plain.stdout, /^# Rules that .*\n[\s\S]*\n- rule: /);
  assert.match(plain.stderr, /all: 1 of 1 converted\n$/);
  const data = JSON.parse((await lanner('import', 'sigma', 'rules', '--json')).stdout);
  assert.deepEqual(
    data.rules.map(({ file, outcome, rule }: Record<string, string>) => [file, outcome, rule]),
    [
      ['rules/downloader.yml', 'converted', 'Downloader Started by a Web Server'],
      ['rules/sshd.yml', 'not converted', undefined],
    ],
  );
  assert.match(data.text, /- rule: "Downloader/);
  assert.deepEqual(data.rules[1].reasons[0].line, 1);
});

test('nothing to convert, or nothing to read', async (context) => {
  const { path, lanner } = folder(context);
  assert.equal((await lanner('import', 'sigma', 'empty')).code, 1);
  assert.equal((await lanner('import', 'sigma', 'rules/sshd.yml')).code, 1);
  assert.match((await lanner('import', 'sigma', 'nowhere')).stderr, /cannot read nowhere/);
  writeFileSync(join(path, 'rules/deep/broken.yaml'), 'title: [\n');
  const broken = await lanner('import', 'sigma', 'rules');
  assert.match(broken.stderr, /cannot be read:\n {2}rules\/deep\/broken\.yaml:/);
  assert.match(broken.stdout, /- rule: /);
  assert.equal(broken.code, 1);
  assert.match((await lanner('import', 'sigma', 'rules', '--changed-since', 'May')).stderr, /2025-01-31/);
  assert.match((await lanner('import', 'sigma', 'rules', '--min-level', 'huge')).stderr, /huge/);
  assert.match((await lanner('import', 'sigma', '--status', 'old', 'rules')).stderr, /stable, test/);
  const stable = await lanner('import', 'sigma', '--status', 'stable', '--status', 'deprecated', 'rules');
  assert.match(stable.stdout, /^left aside:\n {2}2 with status test$/m);
});
