/** The corrected rule of a public cheat sheet raises an alert for a real shell in a real container. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { CHEAT_SHEET } from '../support/cheat-sheet.ts';
import { createContainer } from '../support/container.ts';
import { cannotWatch } from '../support/lanner.ts';
import { lannerRun, type RunResult } from '../support/lanner-run.ts';

const RULE = 'Detect shell inside a container';

/** Runs a program in a container under the rule, and in the same run a shell outside of it. */
async function runInContainer(
  context: TestContext,
  command: readonly string[],
): Promise<RunResult & { shortId: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-cheat-sheet-'));
  const rules = join(folder, 'shell.yaml');
  writeFileSync(rules, CHEAT_SHEET.replace('container.is', 'container.id'));
  const container = createContainer({ command });
  context.after(() => {
    container.remove();
    rmSync(folder, { recursive: true });
  });
  const words = ['bash', '-c', '"$@"; echo outside', 'bash', ...container.command];
  return { ...(await lannerRun({ command: words, rules })), shortId: container.shortId };
}

test('a shell in a container', { skip: cannotWatch() }, async (context) => {
  const { alerts, lines, errors, exitCode, shortId } = await runInContainer(context, [
    '/bin/sh',
    '-c',
    'echo inside',
  ]);
  assert.equal(exitCode, 0, errors);
  assert.deepEqual(lines, ['inside', 'outside']);
  assert.match(errors, /warning: .*\[LOAD_NO_EVTTYPE\]/);
  assert.ok(alerts.length > 0, errors);
  for (const { rule, priority, output } of alerts) {
    assert.equal(rule, RULE);
    assert.equal(priority, 'Warning');
    // The shell outside the container, with the same name, raises none.
    assert.match(output, new RegExp(`Warning Bash opened \\(user=root container=${shortId}\\)$`));
  }
});

test('a container without a shell, started by a shell', { skip: cannotWatch() }, async (context) => {
  const { alerts, lines, errors } = await runInContainer(context, ['/bin/echo', 'inside']);
  assert.deepEqual(lines, ['inside', 'outside'], errors);
  assert.deepEqual(alerts, []);
});
