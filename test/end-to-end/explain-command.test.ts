/** `lanner explain`: what a rule watches, and what it makes of an event. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { sharedMissing, sharedPath } from '../conformance/shared.ts';
import { type Finished, LANNER, ROOT, start } from '../support/lanner.ts';

const PAGE = readFileSync(join(ROOT, 'docs/testing-rules.md'), 'utf8');
const [, RULES = ''] = /```yaml\n([\s\S]*?)```/.exec(PAGE) ?? [];

function explainer(context: TestContext): (...args: string[]) => Promise<Finished> {
  const cwd = mkdtempSync(join(tmpdir(), 'lanner-explain-'));
  context.after(() => rmSync(cwd, { recursive: true, force: true }));
  writeFileSync(join(cwd, 'shell.yaml'), RULES);
  const rules = ['-c', '', '-r', 'shell.yaml'];
  return (...args) => start(LANNER, ['explain', ...rules, ...args], { cwd }).finished;
}

/** Output that the page shows after a command. */
function shown(command: string): string {
  const at = PAGE.indexOf(`$ ${command}\n`) + command.length + 3;
  return PAGE.slice(at, PAGE.indexOf('```', at));
}

test('the examples of the documentation', async (context) => {
  const explain = explainer(context);
  const watched = await explain('Shell in Container');
  assert.equal(watched.stdout, shown("lanner explain -r shell.yaml 'Shell in Container'"));
  const event = 'execve: {proc.name: bash, container.id: ad8549094462, proc.pname: cron}';
  const verdict = await explain('Shell in Container', '--event', event);
  assert.equal(verdict.stdout, shown(`lanner explain -r shell.yaml 'Shell in Container' --event '${event}'`));
  assert.equal(verdict.code, 0);
});

test('as JSON', async (context) => {
  const explain = explainer(context);
  const watched = JSON.parse((await explain('Shell in Container', '--json')).stdout);
  assert.deepEqual(watched.lists, [{ name: 'shells', place: 'shell.yaml:1' }]);
  assert.deepEqual(watched.events, ['execve']);
  const event = '{execve: {proc.name: bash, container.id: abc}}';
  const { fired, condition } = JSON.parse(
    (await explain('Shell in Container', '--json', '--event', event)).stdout,
  );
  assert.equal(fired, true);
  assert.equal(condition.holds, true);
  assert.deepEqual(condition.operands[3], {
    kind: 'check',
    text: 'proc.name in (bash, sh)',
    place: 'shell.yaml:7:80',
    holds: true,
    value: 'bash',
  });
});

test('an event of a capture, by its number or the nearest', { skip: sharedMissing }, async (context) => {
  const explain = explainer(context);
  const capture = ['--capture', sharedPath('captures/cat_write.scap')];
  const nearest = await explain('Shell in Container', ...capture);
  assert.match(nearest.stdout, /^"Shell in Container" does not fire at event 131 of .*cat_write\.scap:\n/);
  const given = await explain('Shell in Container', ...capture, '--number', '137');
  assert.match(given.stdout, /at event 137 of .*\n {2}evt\.type = execve is false: value open /);
  const absent = await explain('Shell in Container', ...capture, '--number', '99999999');
  assert.equal(absent.code, 1);
  assert.match(absent.stderr, /has no event 99999999/);
});

test('mistakes', async (context) => {
  const explain = explainer(context);
  assert.match((await explain('Shell in Containr')).stderr, /did you mean "Shell in Container"\?/);
  const wrong = await explain('Shell in Container', '--event', 'execve: {proc.nam: x}');
  assert.equal(wrong.stderr, 'lanner: --event:1:10: unknown field proc.nam; did you mean proc.name?\n');
  assert.match((await explain('Shell in Container', '--number', '1')).stderr, /of a --capture/);
});
