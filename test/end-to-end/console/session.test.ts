/** Who may see the console, and what it says when Lanner is gone. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  assertAccessible,
  keepPicture,
  LOOKS,
  noBrowser,
  openBrowser,
  openPage,
} from '../../support/browser.ts';
import { startConsole } from '../../support/console.ts';
import { cannotWatch } from '../../support/lanner.ts';

test('the token lets in, and a Lanner that is gone is waited for', {
  skip: noBrowser() || cannotWatch(),
}, async (context) => {
  const served = await startConsole(context, { settings: ['console.always_token=true'] });
  const browser = await openBrowser(context);
  const { page, complaints } = await openPage(browser, served.base);
  const token = readFileSync(join(served.folder, 'console-token'), 'utf8').trim();

  await context.test('without the token there is a form, and nothing else', async () => {
    await page.goto('/rules');
    await page.getByLabel('Token').waitFor();
    await keepPicture(page, 'sign-in-dark');
    await assertAccessible(page, 'the form');
    const light = await openPage(browser, served.base, LOOKS.light);
    await light.page.goto('/');
    await light.page.getByLabel('Token').waitFor();
    await assertAccessible(light.page, 'the form in light colours');
    await light.page.context().close();
    await page.getByLabel('Token').fill('not the token');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('This is not the token.').waitFor();
  });

  await context.test('the token lets in, out of reach of scripts, until one signs out', async () => {
    await page.getByLabel('Token').fill(token);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Rules', level: 1 }).waitFor();
    assert.equal(await page.evaluate<string>('document.cookie'), '');
    assert.doesNotMatch(page.url(), new RegExp(token));
    await page.reload();
    await page.getByRole('heading', { name: 'Rules', level: 1 }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Token').waitFor();
    await page.getByLabel('Token').fill(token);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Rules', level: 1 }).waitFor();
  });

  await context.test('colours are those of the system, or chosen and remembered', async () => {
    const ground = (): Promise<string> =>
      page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor');
    const dark = await ground();
    await page.getByRole('button', { name: /^Colours/ }).click();
    await page.getByRole('button', { name: /^Colours: dark/ }).click();
    const light = await ground();
    assert.notEqual(light, dark);
    await page.reload();
    await page.getByRole('heading', { name: 'Rules', level: 1 }).waitFor();
    assert.equal(await ground(), light);
    await assertAccessible(page, 'light colours on a dark system');
  });

  await context.test('without a connection the page says so', async () => {
    await page.goto('/');
    await page.getByText('events/s').waitFor();
    served.daemon.child.kill('SIGTERM');
    await served.daemon.finished;
    await page.getByText('no connection, trying again').waitFor();
    await keepPicture(page, 'offline-light');
    await page.getByRole('link', { name: 'Health' }).click();
    await page.getByText('Lanner cannot be reached.').waitFor();
  });

  const expected = /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_CONNECTION_RESET|status of 401/;
  assert.deepEqual(
    complaints.filter((text) => !expected.test(text)),
    [],
  );
});
