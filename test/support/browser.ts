/** A real browser for tests, with a profile of its own that goes with it. */
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';

/** For tests: why they are skipped, or `false`. */
export const noBrowser: string | false = existsSync(CHROMIUM)
  ? false
  : 'there is no browser (apt-get install chromium)';

/** Starts the browser, which whoever starts it closes. It asks nobody for anything by itself. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      ...['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
      ...['--disable-component-update', '--disable-sync'],
    ],
  });
}

export interface WatchedPage {
  readonly page: Page;
  /** What the page complained about: errors, warnings of the console, and what its policy kept from it. */
  readonly complaints: readonly string[];
  /** Addresses that it asked for. */
  readonly requests: readonly string[];
}

/** A page in a context of its own, of which everything that goes wrong is noted. */
export async function watchedPage(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const page = await (await browser.newContext(options)).newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('requestfailed', (request) => complaints.push(`${request.url()} failed`));
  page.on('request', (request) => requests.push(request.url()));
  return { page, complaints, requests };
}
