/** The documentation site in a real browser: from a folder, and from a server below a path. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { buildSite } from '../../../site/build.ts';
import {
  assertAccessible,
  assertFits,
  LOOKS,
  noBrowser,
  openBrowser,
  openPage,
} from '../../support/browser.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
};

test('the documentation site', { skip: noBrowser() }, async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-site-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const base = `${pathToFileURL(folder)}/`;
  await buildSite(folder);
  const browser = await openBrowser(context);

  await context.test('from a folder: search with the keyboard, and nothing from elsewhere', async () => {
    const { page, complaints } = await openPage(browser, base);
    await page.goto('index.html');
    await search(page, 'proc.aname');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${base}all-fields.html#proc.aname`);
    assert.equal(await page.locator(':target').count(), 1);

    await search(page, 'engine.modern_ebpf.buf_size_preset');
    assert.match(
      (await page.locator('[role=option]').first().textContent()) ?? '',
      /buf_size_preset[\s\S]*configuration key/,
    );
    await page.keyboard.press('ArrowDown');
    assert.equal(await page.locator('[role=option]').nth(1).getAttribute('aria-selected'), 'true');
    await page.keyboard.press('Escape');
    assert.equal(await page.locator('[role=option]').count(), 0);

    // Where no passage has all words, those with some of them are found.
    await search(page, 'silence zzzznothing');
    await search(page, 'zzzznothing', '#results p');
    assert.match((await page.locator('#results').textContent()) ?? '', /Nothing found for “zzzznothing”/);
    await page.goto(`${base}source/rules/40-files.yaml.html#L1`);
    await search(page, 'tuning');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/(?!source)[^/]+\.html/);
    assert.deepEqual(complaints, []);
  });

  await context.test('from a server, below a path and with the policy of the console', async (context) => {
    const server = createServer((request, response) => {
      const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname));
      const file = join(folder, path.replace(/^\/docs\//, ''));
      if (!path.startsWith('/docs/') || !existsSync(file)) return response.writeHead(404).end();
      return response
        .writeHead(200, {
          'Content-Type': TYPES[extname(file)] ?? 'text/plain',
          'Content-Security-Policy':
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        })
        .end(readFileSync(file));
    }).listen(0, '127.0.0.1');
    context.after(() => server.close());
    await once(server, 'listening');
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/docs/`;
    const { page, complaints } = await openPage(browser, address);
    await page.goto(`${address}performance.html`);
    assert.ok(await page.evaluate("document.querySelector('main img').naturalWidth > 0"));
    await search(page, 'shadow');
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => !url.pathname.endsWith('performance.html'));
    assert.deepEqual(complaints, []);
  });

  await context.test('a session is copied without its prompts and output', async () => {
    const { page } = await openPage(browser, base, { permissions: ['clipboard-read', 'clipboard-write'] });
    await page.goto(`${base}testing-rules.html`);
    const block = page.locator('.code', { hasText: 'lanner test shell.test.yaml' });
    await block.hover();
    await block.getByRole('button', { name: 'Copy' }).click();
    await block.getByRole('button', { name: 'Copied' }).waitFor();
    assert.equal(await page.evaluate('navigator.clipboard.readText()'), 'lanner test shell.test.yaml');
  });

  await context.test('dark and light: as the system, or as chosen, also on the next page', async () => {
    const { page } = await openPage(browser, base, { colorScheme: 'dark' });
    const brightness = (): Promise<number> =>
      page.evaluate('Number(/\\d+/.exec(getComputedStyle(document.body).backgroundColor)[0])');
    await page.goto(`${base}index.html`);
    assert.ok((await brightness()) < 60);
    await page.click('#theme');
    assert.ok((await brightness()) > 200);
    await page.goto(`${base}rules.html`);
    assert.ok((await brightness()) > 200);
  });

  await context.test('on a phone no page is wider than the screen, and the navigation opens', async () => {
    const { page } = await openPage(browser, base, LOOKS.phone);
    for (const name of ['index', 'configuration', 'all-events', 'commands', 'performance', 'rules']) {
      await page.goto(`${base}${name}.html`);
      await assertFits(page, name);
    }
    assert.equal(await page.locator('#navigation').isVisible(), false);
    await page.click('#menu');
    await page.locator('#navigation').getByRole('link', { name: 'Tuning' }).click();
    await page.waitForURL(`${base}tuning.html`);
  });

  await context.test('printed, there is the text alone', async () => {
    const { page } = await openPage(browser, base, LOOKS.dark);
    await page.goto(`${base}tuning.html`);
    await page.emulateMedia({ media: 'print' });
    assert.equal(
      await page.evaluate('getComputedStyle(document.body).backgroundColor'),
      'rgb(255, 255, 255)',
    );
    for (const part of ['header', '#navigation', 'aside', '.copy', '.neighbours']) {
      assert.equal(await page.locator(part).first().isVisible(), false, part);
    }
    assert.ok(await page.locator('main h1').isVisible());
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    await context.test(`no obstacle for anybody, ${colorScheme}`, async () => {
      const { page } = await openPage(browser, base, { colorScheme });
      for (const name of ['index', 'getting-started', 'writing-rules', 'commands', 'all-rules']) {
        await page.goto(`${base}${name}.html`);
        await search(page, 'rule');
        await assertAccessible(page, name);
      }
    });
  }
});

/** Types into the search from wherever one is, and waits for what is found. */
async function search(page: Page, text: string, result = '[role=option]'): Promise<void> {
  await page.locator('main').focus();
  await page.keyboard.press('/');
  await page.keyboard.type(text);
  await page.locator(result).first().waitFor();
}
