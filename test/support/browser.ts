/** A real browser for the tests of pages: Chromium, without a window, with a profile of its own, on loopback only. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import type { TestContext } from 'node:test';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { ROOT } from './lanner.ts';

const CHROMIUM = '/usr/bin/chromium';
export const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** Whoever waits longer than this waits for ever, also on a machine that has much else to do. */
const LIMIT_MS = 60_000;

/** Why there is no browser, for tests that need one; `false` when there is. */
export function noBrowser(): string | false {
  return existsSync(CHROMIUM) ? false : `there is no ${CHROMIUM}`;
}

/** Closed after the test. */
export async function openBrowser(context: TestContext): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  context.after(() => browser.close());
  return browser;
}

/** What pages are looked at with. */
export const LOOKS = {
  dark: { viewport: { width: 1440, height: 900 }, colorScheme: 'dark' },
  light: { viewport: { width: 1440, height: 900 }, colorScheme: 'light' },
  phone: { viewport: { width: 360, height: 740 }, colorScheme: 'dark', isMobile: true, hasTouch: true },
} as const satisfies Record<string, BrowserContextOptions>;

export interface WatchedPage {
  readonly page: Page;
  /** What the browser complained of: errors, violations of the content security policy, requests elsewhere. */
  readonly complaints: string[];
  /** Bytes and number of requests so far. */
  readonly traffic: { requests: number; bytes: number };
}

/** A page in a context of its own, which nothing else has touched. */
export async function openPage(
  browser: Browser,
  base: string,
  options: BrowserContextOptions = LOOKS.dark,
): Promise<WatchedPage> {
  const context = await browser.newContext({ ...options, baseURL: base, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.setDefaultTimeout(LIMIT_MS);
  const complaints: string[] = [];
  const traffic = { requests: 0, bytes: 0 };
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`${page.url()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.stack ?? error.message}`));
  page.on('dialog', (dialog) => {
    // Whoever leaves what he has typed is asked; tests mean it.
    if (dialog.type() !== 'beforeunload') complaints.push(`a dialog: ${dialog.message()}`);
    void dialog.accept();
  });
  page.on('request', (request) => {
    traffic.requests += 1;
    if (!request.url().startsWith(base) && !request.url().startsWith('data:'))
      complaints.push(`a request elsewhere: ${request.url()}`);
  });
  page.on('requestfinished', (request) => {
    void request
      .sizes()
      .then(({ responseBodySize, responseHeadersSize }) => {
        traffic.bytes += responseBodySize + responseHeadersSize;
      })
      .catch(() => {});
  });
  return { page, complaints, traffic };
}

const AXE = readFileSync(join(ROOT, 'node_modules/axe-core/axe.min.js'), 'utf8');

/** Fails when axe-core finds something that keeps people from using the page. */
export async function assertAccessible(page: Page, what: string): Promise<void> {
  // Evaluated by the browser itself: the page's policy allows no script but its own.
  await page.evaluate(AXE);
  const violations = await page.evaluate<readonly string[]>(
    `axe.run().then(({ violations }) => violations.map(({ id, nodes }) =>
      id + ': ' + nodes.slice(0, 5).map(({ html, failureSummary }) => html + '\\n' + failureSummary).join('\\n')))`,
  );
  assert.deepEqual(violations, [], what);
}

/** Fails when something is wider than the page. */
export async function assertFits(page: Page, what: string): Promise<void> {
  const [width, visible] = await page.evaluate<[number, number]>(
    '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
  );
  assert.ok(width <= visible, `${what} is ${width} pixels wide and ${visible} can be seen`);
}

/** Keeps a picture of the page in the folder that LANNER_SCREENSHOTS names; without it there is none. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = process.env.LANNER_SCREENSHOTS;
  if (folder === undefined || folder === '') return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
