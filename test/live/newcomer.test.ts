/**
 * Somebody who has never seen Lanner follows docs/getting-started.md: the commands are read from the page and typed into
 * terminals, and between them he does in a browser what the page says.
 */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { FLAGS, keepPicture, noBrowser, openPage } from '../support/browser.ts';
import { documentationPages } from '../support/documentation/blocks.ts';
import { follow } from '../support/documentation/follow.ts';
import { type Place, preparePlace } from '../support/documentation/place.ts';
import { cannotWatch, ROOT } from '../support/lanner.ts';

const PAGE = 'docs/getting-started.md';
const CONSOLE = 'http://127.0.0.1:8765';
const SIGN_IN = 'open the console';
const RULE = 'Sensitive File Read by Untrusted Program';
/** A user of the machine who is neither root nor the one that Lanner runs as. */
const NOBODY = 65534;

const noConsole = existsSync(join(ROOT, 'build/console/index.html'))
  ? false
  : 'the console is not built: node scripts/build-console.mjs';

test('a newcomer gets from nothing to a silenced false positive', {
  skip: cannotWatch() || noBrowser() || noConsole,
}, async (context) => {
  const page = documentationPages().find(({ path }) => path === PAGE);
  assert.ok(page);
  assert.ok(
    readFileSync(join(ROOT, PAGE), 'utf8').includes(`<${CONSOLE}/>`),
    'the page says where the console is',
  );
  const rule = page.blocks.find(({ text }) => text.startsWith('- rule: Who Am I Asked'))?.text;
  assert.ok(rule);
  const place = await preparePlace(context, true);
  const browser = await browserIn(place, context);
  const opened = await openPage(browser, CONSOLE);
  const steps = stepsOf(opened.page, rule);
  const left = new Set(steps.keys());
  const { problems } = await follow(page, place, async (step, printed) => {
    const act = steps.get(step);
    assert.ok(act, `the page says what nobody does: ${step}`);
    await act(printed.trim()).finally(() =>
      keepPicture(opened.page, `newcomer-${step.replaceAll(' ', '-')}`),
    );
    // Whoever has not signed in is refused, which the browser notes.
    if (step === SIGN_IN) opened.complaints.length = 0;
    assert.deepEqual(opened.complaints, [], step);
    left.delete(step);
  });
  assert.deepEqual(problems, []);
  assert.deepEqual([...left], [], 'what the page does not say any more');
});

type Step = (printed: string) => Promise<void>;

/** What the reader does, by the page's words. Each gets what the last command has printed. */
function stepsOf(page: Page, rule: string): Map<string, Step> {
  const [name = ''] = /(?<=rule: ).*/.exec(rule) ?? [];
  const alerts = (text: string): Locator =>
    page.getByRole('list', { name: 'Alerts, newest first' }).getByRole('link').filter({ hasText: text });
  return new Map<string, Step>([
    [
      SIGN_IN,
      async (token) => {
        await page.goto('/');
        await page.getByLabel('Token', { exact: true }).fill(token);
        await page.getByRole('button', { name: 'Sign in' }).click();
        await page.getByText('No alerts yet').waitFor();
        // From here on alerts come by themselves.
        await page.getByText('events/s').waitFor();
      },
    ],
    ['see the alert', () => alerts(RULE).first().waitFor()],
    [
      'understand it',
      async () => {
        await alerts(RULE).first().click();
        const processes = page.getByRole('region', { name: 'Processes' });
        await processes.getByText('this one').waitFor();
        await processes.getByText('cat /etc/shadow').first().waitFor();
        const why = page.getByRole('region', { name: 'Why it fired' });
        const parts = why.getByRole('list', { name: 'Parts of the condition' });
        await parts.getByText('✓ true').first().waitFor();
        await parts.getByText('sensitive_file', { exact: true }).click();
        await parts.getByText('fd.name pmatch').first().waitFor();
        await why.getByText('40-files.yaml').first().waitFor();
      },
    ],
    ['write the rule', () => writeRule(page, rule)],
    [
      'see the rule fire',
      async () => {
        await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Alerts' }).click();
        await alerts(name).first().waitFor();
      },
    ],
    [
      'ask how to silence it',
      async () => {
        await page.goto('/?process=backup');
        await alerts(RULE).first().click();
        await page.getByRole('button', { name: 'Silence it…' }).click();
        await page.getByText('lanner tune').first().waitFor();
      },
    ],
    [
      'see that it is silent',
      async () => {
        await page.goto('/?process=backup');
        await alerts(RULE).first().waitFor();
        assert.equal(await alerts(RULE).count(), 10);
        await page.goto('/?process=cat');
        await alerts(RULE).nth(1).waitFor();
        assert.equal(await alerts(RULE).count(), 2);
      },
    ],
  ]);
}

/** Writes the rule, with a field's name taken from what is offered, and puts it into force. */
async function writeRule(page: Page, rule: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Editor' }).click();
  await page.getByRole('textbox', { name: /^Rules in / }).focus();
  await page.keyboard.press('Control+End');
  const [before = '', after = ''] = rule.split('proc.name = whoami');
  await page.keyboard.insertText(before);
  await page.keyboard.type('proc.nam');
  const offered = page.getByRole('listbox').getByRole('option').filter({ hasText: 'proc.name' }).first();
  await offered.waitFor();
  await keepPicture(page, 'newcomer-completion');
  await offered.click();
  await page.keyboard.insertText(` = whoami${after}`);
  await page.getByText(/^Can be used/).waitFor();
  await page.getByRole('button', { name: 'Save and use' }).click();
  await page.getByText(/^Saved and in use/).waitFor();
}

/** A browser of an ordinary user in the place where the commands run, which has a network of its own. */
async function browserIn(place: Place, context: TestContext): Promise<Browser> {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-browser-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const program = join(folder, 'chromium');
  const script = `#!/bin/sh
for argument; do case $argument in --user-data-dir=*) chown -R ${NOBODY} "\${argument#*=}" ;; esac; done
mkdir ${folder}/home && chown ${NOBODY} ${folder}/home
exec ${place.enter.map((word) => `'${word}'`).join(' ')} HOME=${folder}/home \\
  setpriv --reuid=${NOBODY} --regid=${NOBODY} --clear-groups /usr/bin/chromium "$@"
`;
  writeFileSync(program, script);
  chmodSync(program, 0o755);
  chmodSync(folder, 0o755);
  const browser = await chromium.launch({ executablePath: program, args: FLAGS });
  context.after(() => browser.close());
  return browser;
}
