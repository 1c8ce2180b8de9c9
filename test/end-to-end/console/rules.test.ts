/** Rules in the console: found, turned off and on, written with live validation, and tried against a recording. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { eventCodes } from '../../../src/events/table.ts';
import { event, machine, section } from '../../../src/sources/capture/testing.ts';
import {
  assertAccessible,
  assertFits,
  keepPicture,
  LOOKS,
  noBrowser,
  openBrowser,
  openPage,
} from '../../support/browser.ts';
import { startConsole } from '../../support/console.ts';
import { temporaryFolder } from '../../support/daemon.ts';
import { cannotWatch } from '../../support/lanner.ts';

const RULES = `- list: secret_files
  items: [/etc/shadow, /etc/gshadow]

- macro: opened
  condition: evt.type in (open, openat, openat2)

- rule: secret read
  desc: Somebody reads what is secret.
  condition: opened and fd.name in (secret_files)
  output: "%fd.name read by %proc.name (%proc.cmdline)"
  priority: CRITICAL
  tags: [T1003.008, mitre_credential_access]

- rule: passwd read
  desc: Somebody reads the list of users.
  condition: opened and fd.name = /etc/passwd
  output: "%fd.name read by %proc.name"
  priority: NOTICE
  enabled: false
`;

const OWN_RULE = `- rule: group read
  desc: Somebody reads the list of groups.
  condition: opened and fd.name = /etc/group
  output: "%fd.name read by %proc.name"
  priority: WARNING
`;

/** A recording in which /etc/shadow is opened three times. */
function recording(): Buffer {
  const [code = 0] = eventCodes('openat').slice(-1);
  const values = [3n, -100n, '/etc/shadow', 1, 0, 0, 0n];
  const opened = [1, 2, 3].map((second) =>
    event({ code, tid: 100, timestamp: BigInt(second) * 1_000_000_000n, values }),
  );
  return Buffer.concat([section(), machine('captured'), ...opened]);
}

test('rules are looked after in the console', { skip: noBrowser() || cannotWatch() }, async (context) => {
  const rules = temporaryFolder(context);
  writeFileSync(join(rules, 'rules.yaml'), RULES);
  const recordings = join(rules, 'recordings');
  mkdirSync(recordings);
  writeFileSync(join(recordings, 'shadow.scap'), recording());
  const own = join(rules, 'own.yaml');
  const served = await startConsole(context, {
    rules: join(rules, 'rules.yaml'),
    settings: [`console.recordings=${recordings}`, `console.rules_file=${own}`],
  });
  const browser = await openBrowser(context);
  const { page, complaints } = await openPage(browser, served.base);
  const table = page.getByRole('table');

  await context.test('rules are found and sorted, by the address too', async () => {
    await page.goto('/rules');
    await table.getByRole('link', { name: 'secret read' }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('credential');
    await table.getByRole('link', { name: 'passwd read' }).waitFor({ state: 'detached' });
    assert.match(page.url(), /find=credential/);
    await page.getByRole('searchbox').fill('');
    await page.getByRole('button', { name: 'Rule', exact: true }).click();
    await page
      .getByRole('columnheader', { name: 'Rule' })
      .and(page.locator('[aria-sort=ascending]'))
      .waitFor();
    assert.deepEqual(await table.getByRole('link').allTextContents(), ['passwd read', 'secret read']);
    await page.getByRole('button', { name: 'Priority' }).click();
    assert.deepEqual(await table.getByRole('link').allTextContents(), ['secret read', 'passwd read']);
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1 }).getByText('passwd read').waitFor();
  });

  await context.test('a rule is turned off and on', async () => {
    await served.act('cat /etc/shadow >/dev/null');
    await page.goto('/?rule=secret+read');
    await page.getByRole('link').filter({ hasText: 'secret read' }).first().waitFor();
    await page.goto('/rules/secret%20read');
    await page.getByRole('region', { name: 'Newest alerts' }).getByText('secret read').waitFor();
    await page.getByRole('switch', { name: 'Enabled' }).click();
    await page.getByRole('switch', { name: 'Disabled' }).waitFor();
    await page.getByText('Changed by').waitFor();
    assert.match(readFileSync(own, 'utf8'), /secret read/);
    await page.getByRole('switch', { name: 'Disabled' }).click();
    await page.getByRole('switch', { name: 'Enabled' }).waitFor();
    await assertAccessible(page, 'a rule');
  });

  await context.test('a rule is written, judged while one types, and used', async () => {
    await page.goto('/editor');
    const editor = await writeAtEnd(page, `\n${OWN_RULE.replace('opened', 'opend')}`);
    await page.getByRole('region', { name: 'Problems' }).getByText('opend').waitFor();
    await page.getByText('Cannot be used as it is.').waitFor();
    await keepPicture(page, 'editor-problem-dark');
    await assertAccessible(page, 'the editor with a problem');
    await page.getByRole('button', { name: 'Discard changes' }).click();
    await editor.getByText('group read').waitFor({ state: 'detached' });
    await writeAtEnd(page, `\n${OWN_RULE}`);
    // Keys are text there, and no shortcuts.
    await page.keyboard.type('# /?gr');
    await editor.getByText('# /?gr').waitFor();
    assert.equal(await page.getByRole('dialog').count(), 0);
    await page.getByText(/^Can be used: 3 rules/).waitFor();
    await page.getByRole('button', { name: 'Save and use' }).click();
    await page.getByText(/^Saved and in use: 3 rules/).waitFor();
    assert.match(readFileSync(own, 'utf8'), /group read/);
    await served.act('cat /etc/group >/dev/null');
    await page.goto('/?rule=group+read');
    await page.getByRole('list', { name: 'Alerts, newest first' }).getByText('group read').first().waitFor();
  });

  await context.test('what somebody else has written is not written over unasked', async () => {
    await page.goto('/editor');
    await writeAtEnd(page, '\n# mine\n');
    appendFileSync(own, '\n# theirs\n');
    await page
      .getByText('Changed, not saved.')
      .or(page.getByText(/^Can be used/))
      .waitFor();
    await page.getByRole('button', { name: 'Save and use' }).click();
    await page.getByText('changed by somebody else').waitFor();
    await keepPicture(page, 'editor-conflict-dark');
    assert.doesNotMatch(readFileSync(own, 'utf8'), /# mine/);
    await page.getByRole('button', { name: 'Keep mine, to save it over theirs' }).click();
    await page.getByRole('button', { name: 'Save and use' }).click();
    await page.getByText(/^Saved and in use/).waitFor();
    assert.match(readFileSync(own, 'utf8'), /# mine/);
    assert.doesNotMatch(readFileSync(own, 'utf8'), /# theirs/);
  });

  await context.test('an exception is proposed for an alert', async () => {
    await page.goto('/?rule=secret+read');
    await page.getByRole('list', { name: 'Alerts, newest first' }).getByRole('link').first().click();
    await page.getByRole('button', { name: 'Silence it…' }).click();
    await page.getByRole('link', { name: 'Write an exception here' }).click();
    await page.getByText('exceptions: append').waitFor();
    await page.getByText(/^Can be used: 3 rules/).waitFor();
    await keepPicture(page, 'editor-exception-dark');
    await page.getByRole('button', { name: 'Discard changes' }).click();
  });

  await context.test('a condition and a rule are tried against a recording', async () => {
    await page.goto('/editor?try=secret%20read');
    const panel = page.getByRole('region', { name: 'Try against a recording' });
    assert.equal(await panel.getByRole('textbox', { name: 'Rule' }).inputValue(), 'secret read');
    await panel.getByRole('button', { name: 'Try' }).click();
    await panel.getByText(/^3 of \d+ events matched/).waitFor();
    assert.equal(await panel.getByRole('list').getByText('/etc/shadow read by').count(), 3);
    await panel.getByRole('combobox', { name: 'What' }).selectOption('a condition');
    await panel.getByRole('textbox', { name: 'Condition' }).fill('opened and fd.name = /nowhere');
    await panel.getByRole('button', { name: 'Try' }).click();
    await panel.getByText(/^0 of \d+ events matched/).waitFor();
    await panel.getByRole('textbox', { name: 'Condition' }).fill('opened and');
    await panel.getByRole('button', { name: 'Try' }).click();
    await panel.getByRole('alert').waitFor();
    await keepPicture(page, 'try-dark');
  });

  await context.test('the editor on a phone', async () => {
    const phone = await openPage(browser, served.base, LOOKS.phone);
    await phone.page.goto('/editor?file=rules.yaml');
    await phone.page.getByRole('textbox', { name: /^Rules in / }).waitFor();
    await assertFits(phone.page, 'the editor');
    await assertAccessible(phone.page, 'the editor on a phone');
    assert.deepEqual(phone.complaints, []);
    await phone.page.context().close();
  });

  // The browser itself tells of answers such as 409 and 422.
  assert.deepEqual(
    complaints.filter((text) => !/status of (?:409|422|400)/.test(text)),
    [],
  );
});

/** Types at the end of the editor's text. Returns the editor. */
async function writeAtEnd(page: Page, text: string) {
  const editor = page.getByRole('textbox', { name: /^Rules in / });
  await editor.focus();
  await page.keyboard.press('Control+End');
  // As pasted: nothing is indented or completed on the way.
  await page.keyboard.insertText(text);
  return editor;
}
