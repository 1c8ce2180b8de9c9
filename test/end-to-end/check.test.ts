/** `lanner check`: what somebody who writes rules sees. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { CHEAT_SHEET } from '../support/cheat-sheet.ts';
import { type Finished, LANNER, lanner, lastLine, ROOT, start } from '../support/lanner.ts';

const GOOD = `- rule: Good
  desc: A rule that is right.
  condition: evt.type = openat and fd.name = /etc/shadow
  output: shadow was opened (file=%fd.name)
  priority: WARNING
`;

/** A folder with these files, and a way to run `lanner check` in it. */
function folderOf(
  context: TestContext,
  files: Readonly<Record<string, string>>,
): { folder: string; check: (...args: string[]) => Promise<Finished> } {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-check-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return { folder, check: (...args) => start(LANNER, ['check', ...args], { cwd: folder }).finished };
}

test('the rule of a public cheat sheet: its typing error is named, with the correction', async (context) => {
  const { check } = folderOf(context, { 'shell.yaml': CHEAT_SHEET });
  const { code, stdout, stderr } = await check('shell.yaml');
  assert.equal(code, 1);
  assert.equal(stderr, '');
  assert.equal(
    stdout,
    `error: unknown field container.is: did you mean container.id?
  --> shell.yaml:5:14 in macro container used by rule Detect shell inside a container
   |
 5 |   condition: container.is != host
   |              ^^^^^^^^^^^^
   = LOAD_ERR_COMPILE_CONDITION

0 rules: 1 error
`,
  );
});

test('corrected, it loads, with the warning that it asks for no type of event', async (context) => {
  const { check } = folderOf(context, { 'shell.yaml': CHEAT_SHEET.replace('container.is', 'container.id') });
  const { code, stdout } = await check('shell.yaml');
  assert.equal(code, 0);
  assert.equal(stdout.match(/^(?:error|warning):/gm)?.length, 1);
  assert.match(stdout, /^warning: .*\n {2}--> shell\.yaml:7:3 in rule Detect shell inside a container$/m);
  assert.match(stdout, /= LOAD_NO_EVTTYPE/);
  assert.equal(lastLine(stdout), '1 rule: 1 warning');
  assert.equal((await check('--strict', 'shell.yaml')).code, 1);
});

test('all problems of all files are told in one run, those of unreadable and broken files among them', async (context) => {
  const { check } = folderOf(context, {
    'a.yaml': GOOD.replace('fd.name =', 'fd.nmae =').replace('%fd.name', '%fd.naem'),
    'b.yaml': '- rule: [\n',
    'c.yaml': GOOD.replaceAll('Good', 'Other').replace('WARNING', 'WARNNG'),
    'd.yaml': GOOD.replaceAll('Good', 'Last').replace(
      'evt.type =',
      'proc.name = a and proc.name = b and evt.type =',
    ),
  });
  const { code, stdout } = await check('.', 'missing.yaml');
  assert.equal(code, 1);
  const places = [...stdout.matchAll(/--> (\S+?)(?::1:1)? in|--> (\S+)$/gm)].map(
    ([, inItem, plain]) => inItem ?? plain,
  );
  assert.deepEqual(
    places.map((place) => place?.split(':')[0]),
    ['a.yaml', 'a.yaml', 'b.yaml', 'c.yaml', 'd.yaml', 'missing.yaml'],
  );
  for (const text of [
    'unknown field fd.nmae: did you mean fd.name?',
    'fd.naem: did you mean fd.name?',
    'LOAD_ERR_YAML_PARSE',
    'WARNNG',
    'LINT_NEVER_FIRES',
    'LOAD_ERR_FILE_READ',
  ]) {
    assert.ok(stdout.includes(text), `${text} in ${stdout}`);
  }
  assert.equal(lastLine(stdout), '1 rule: 5 errors, 1 warning');
});

test('files that are right', async (context) => {
  const { check } = folderOf(context, { 'a.yaml': GOOD });
  const { code, stdout } = await check('--strict', '.');
  assert.equal(code, 0);
  assert.equal(stdout, '1 rule: nothing to complain about\n');
});

test('the default rules give no reason to complain', async () => {
  const { code, stdout } = await lanner(['check', '--strict', `${ROOT}/rules`]);
  assert.match(stdout, /^\d+ rules: nothing to complain about\n$/);
  assert.equal(code, 0);
});

test('--fix repairs what it can, says what, and leaves the rest', async (context) => {
  const change =
    '- rule: Good\n  condition: and proc.name = x\n  append: true\n- rule: Good\n  enabled: false\n';
  const { folder, check } = folderOf(context, {
    'a.yaml': GOOD,
    'b.yaml': `${change}- list: unused\n  items: [a]\n`,
  });
  const { code, stdout } = await check('--fix', '.');
  assert.equal(code, 0);
  assert.match(
    stdout,
    /^repaired: b\.yaml:3: .*\nrepaired: b\.yaml:\d: .*\nwarning: nothing uses this list$/m,
  );
  assert.equal(lastLine(stdout), '1 rule: 1 warning');
  assert.equal(readFileSync(join(folder, 'a.yaml'), 'utf8'), GOOD);
  assert.equal(
    readFileSync(join(folder, 'b.yaml'), 'utf8'),
    '- rule: Good\n  condition: and proc.name = x\n  override: {condition: append}\n' +
      '- rule: Good\n  enabled: false\n  override: {enabled: replace}\n- list: unused\n  items: [a]\n',
  );
});

test('a folder without rule files is an error, for a wrong path must not pass for right rules', async (context) => {
  const { folder, check } = folderOf(context, {});
  const message = `lanner: there are no rule files (*.yaml, *.yml) in ${folder}\n`;
  for (const result of [await check(folder), await lanner(['-c', '', '-V', folder])]) {
    assert.deepEqual([result.code, result.stdout, result.stderr], [1, '', message]);
  }
});

test('--json gives the shape of Falco, with the lints and what was probably meant', async (context) => {
  const { check } = folderOf(context, {
    'a.yaml': GOOD.replace('fd.name =', 'fd.nmae ='),
    'b.yaml': `${GOOD.replace('fd.name = ', 'fd.name in ()  #').replace(/ #.*/, '')}`,
  });
  const { code, stdout, stderr } = await check('--json', '--fix', '.');
  assert.equal(code, 1);
  assert.equal(stderr, '');
  const [a, b] = JSON.parse(stdout).falco_load_results;
  assert.deepEqual([a.name, a.successful, a.errors.length], ['a.yaml', false, 1]);
  assert.equal(a.errors[0].suggestion, 'fd.name');
  assert.equal(a.errors[0].context.locations[0].item_type, 'rules content');
  assert.deepEqual(
    [b.successful, b.warnings.map((warning: { code: string }) => warning.code)],
    [true, ['LINT_NEVER_FIRES']],
  );
});

test('colour is for terminals, and for none that ask not to have it', async (context) => {
  const { folder } = folderOf(context, { 'shell.yaml': CHEAT_SHEET });
  const onTerminal = async (env: Readonly<Record<string, string>>): Promise<string> => {
    const command = `${LANNER} check shell.yaml`;
    const options = { cwd: folder, env: { TERM: 'xterm', NO_COLOR: '', ...env } };
    return (await start('script', ['-qec', command, '/dev/null'], options).finished).stdout;
  };
  assert.ok((await onTerminal({})).includes('\u001b[1;31merror\u001b[0m'));
  assert.ok(!(await onTerminal({ NO_COLOR: '1' })).includes('\u001b'));
  assert.ok(!(await lanner(['check', join(folder, 'shell.yaml')])).stdout.includes('\u001b'));
});
