/** Every page of the console, with alerts that a scene has made: complete, usable by all, and without a complaint. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
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
import { cannotWatch } from '../../support/lanner.ts';

const RULE = 'Sensitive File Read by Untrusted Program';
const RULE_PATH = `/rules/${encodeURIComponent(RULE)}`;

/** What a page shows when it is complete. */
const PAGES: readonly { readonly name: string; readonly path: string; ready(page: Page): Promise<void> }[] = [
  {
    name: 'alerts',
    path: '/',
    async ready(page) {
      await page.getByRole('list', { name: 'Alerts, newest first' }).getByText(RULE).first().waitFor();
      await page.getByRole('img', { name: /\d alerts? from/ }).waitFor();
    },
  },
  {
    name: 'alert',
    // Of the alert of the scene: others may have come with it.
    path: '/alerts/ID',
    async ready(page) {
      await page.getByRole('heading', { level: 1 }).getByText(RULE).waitFor();
      await page.getByRole('region', { name: 'Processes' }).getByText('/etc/shadow').first().waitFor();
      await page.getByRole('list', { name: 'Parts of the condition' }).waitFor();
    },
  },
  {
    name: 'rules',
    path: '/rules',
    async ready(page) {
      await page.getByRole('link', { name: RULE }).waitFor();
    },
  },
  {
    name: 'rule',
    path: RULE_PATH,
    async ready(page) {
      await page.getByRole('region', { name: 'Newest alerts' }).getByText(RULE).first().waitFor();
    },
  },
  {
    name: 'editor',
    path: '/editor',
    async ready(page) {
      await page.getByRole('textbox', { name: /^Rules in / }).waitFor();
    },
  },
  {
    name: 'attack',
    path: '/attack',
    async ready(page) {
      await page.getByRole('region', { name: 'Credential Access' }).getByText('fired').first().waitFor();
    },
  },
  {
    name: 'health',
    path: '/health',
    async ready(page) {
      await page.getByRole('region', { name: 'Events' }).waitFor();
      await page.getByText('events/s').waitFor();
    },
  },
];

test('the console shows what a scene has made', { skip: noBrowser() || cannotWatch() }, async (context) => {
  const served = await startConsole(context);
  await served.scene('read-password-hashes');
  const browser = await openBrowser(context);
  const id = await idOfAlert(browser, served.base);
  for (const [look, options] of Object.entries(LOOKS)) {
    const { page, complaints } = await openPage(browser, served.base, options);
    for (const { name, path, ready } of PAGES) {
      await context.test(`${name}, ${look}`, async () => {
        await page.goto(path.replace('ID', String(id)));
        await ready(page);
        await keepPicture(page, `${name}-${look}`);
        await assertFits(page, name);
        await assertAccessible(page, `${name}, ${look}`);
        assert.deepEqual(complaints.splice(0), []);
      });
    }
    await page.context().close();
  }

  await context.test('an alert is explained', async () => {
    const { page, complaints } = await openPage(browser, served.base);
    await page.goto('/');
    const rows = page.getByRole('list', { name: 'Alerts, newest first' });
    await rows.getByRole('link').filter({ hasText: RULE }).first().click();
    await page.waitForURL('**/alerts/*');
    const tree = page.getByRole('region', { name: 'Processes' }).getByRole('listitem');
    assert.match((await tree.last().textContent()) ?? '', /^└?cat\d+root.*\/etc\/shadow/);
    assert.ok((await tree.count()) > 1, 'its ancestors are shown');
    const source = page.getByRole('region', { name: /^Source, / });
    assert.match((await source.textContent()) ?? '', new RegExp(`- rule: ${RULE}`));
    assert.ok((await source.getByTitle('was true').count()) > 0, 'what was true is marked');
    assert.match((await page.getByRole('row', { name: /^proc\.name/ }).textContent()) ?? '', /cat$/);
    await page.getByRole('button', { name: 'Silence it…' }).click();
    await page.getByRole('dialog').getByText('lanner tune').waitFor();
    await assertAccessible(page, 'the dialog');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Copy as JSON' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    assert.deepEqual(complaints, []);
    await page.context().close();
  });

  await context.test('an alert, a rule, a page and a time that there are not', async () => {
    const { page, complaints } = await openPage(browser, served.base);
    await page.goto('/alerts/999999');
    await page.getByText('There is no alert 999999').waitFor();
    await page.goto('/rules/No%20such%20rule');
    await page.getByText('There is no such rule').waitFor();
    await page.goto('/nothing/at/all');
    await page.getByText('There is no such page').waitFor();
    await page.goto('/?since=whenever');
    await page.getByRole('alert').getByText('since').waitFor();
    await page.getByRole('button', { name: 'Remove since whenever' }).click();
    await page.getByRole('link').filter({ hasText: RULE }).first().waitFor();
    // The browser itself tells of such answers.
    assert.deepEqual(
      complaints.filter((text) => !/status of 40[04]/.test(text)),
      [],
    );
    await page.context().close();
  });

  await context.test('a page that has a fault leaves the others alone', async () => {
    const { page } = await openPage(browser, served.base);
    await page.route('**/api/attack', (route) => route.fulfill({ json: {} }));
    await page.goto('/attack');
    await page.getByText('This page has a fault').waitFor();
    await page.getByRole('link', { name: 'Rules' }).click();
    await page.getByRole('link', { name: RULE }).waitFor();
    await page.context().close();
  });
});

/** Waits for the alert of the scene. */
async function idOfAlert(browser: Browser, base: string): Promise<number> {
  const { page } = await openPage(browser, base);
  await page.goto('/');
  const row = page.getByRole('link').filter({ hasText: RULE }).first();
  const id = Number(await row.getAttribute('data-id'));
  await page.context().close();
  return id;
}
