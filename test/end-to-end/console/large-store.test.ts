/** The first view of a large store: a million alerts with LANNER_FULL=yes, otherwise fewer. Counts decide, time is told. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { PRIORITIES } from '../../../src/rules/checked.ts';
import { rowOf } from '../../../src/store/alert-row.ts';
import { openToWrite } from '../../../src/store/open.ts';
import { alert } from '../../../src/store/store.test-kit.ts';
import { StoreWriter } from '../../../src/store/writer.ts';
import { keepPicture, noBrowser, openBrowser, openPage } from '../../support/browser.ts';
import { temporaryFolder } from '../../support/daemon.ts';
import { freePort } from '../../support/free-port.ts';
import { seconds } from '../../support/full-length.ts';
import { LANNER, start } from '../../support/lanner.ts';

const COUNT = seconds({ short: 50_000, full: 1_000_000 });
const BATCH = 5000;
/** Two weeks of alerts. */
const SECONDS = 14 * 86_400;
const VIEWS = 5;
/** Alerts that are loaded at a time, and how often more are. */
const [PAGE, PAGES] = [200, 5];
/** Page, styles, script, icon; session, alerts, timeline, stream. */
const MOST_REQUESTS = 9;
const MOST_BYTES = 300_000;

function fill(path: string): void {
  const database = openToWrite(path, assert.fail);
  const writer = new StoreWriter(database, { maxAgeMs: 0, maxBytes: 0 });
  for (let first = 0; first < COUNT; first += BATCH) {
    const rows = Array.from({ length: Math.min(BATCH, COUNT - first) }, (_, index) => rowAt(first + index));
    writer.write(rows, Date.now());
  }
  database.close();
}

function rowAt(number: number) {
  const program = `program-${number % 211}`;
  return rowOf(
    alert({
      rule: `Rule ${number % 97}`,
      // Few are severe.
      priority: PRIORITIES[7 - Math.floor(Math.log2((number % 256) + 1))] ?? 'Debug',
      at: Math.floor((number / COUNT) * SECONDS),
      message: `a file was opened for reading | file=/srv/data/${number} process=${program}`,
      fields: {
        'proc.name': program,
        'proc.cmdline': `${program} --input /srv/data/${number}`,
        'container.id': (number % 31).toString(16).padStart(12, '0'),
        'fd.name': `/srv/data/${number}`,
      },
    }),
  );
}

test('the first view of a large store', { skip: noBrowser(), timeout: 900_000 }, async (context) => {
  const store = join(temporaryFolder(context), 'alerts.db');
  fill(store);
  const port = await freePort();
  const served = start(LANNER, ['console', '--store', store, '--port', String(port)], { limitMs: 600_000 });
  context.after(() => served.child.kill('SIGKILL'));
  await served.printed('stderr', 'listening on http://');
  const browser = await openBrowser(context);
  const times: number[] = [];
  for (let view = 0; view < VIEWS; view++) {
    const { page, complaints, traffic } = await openPage(browser, `http://127.0.0.1:${port}`);
    await page.goto('/', { waitUntil: 'commit' });
    await page.getByRole('list', { name: 'Alerts, newest first' }).getByRole('link').first().waitFor();
    await page.getByRole('img', { name: new RegExp(`^${COUNT.toLocaleString('en')} alerts from`) }).waitFor();
    times.push(await page.evaluate<number>('performance.now()'));
    assert.ok(traffic.requests <= MOST_REQUESTS, `${traffic.requests} requests`);
    assert.ok(traffic.bytes <= MOST_BYTES, `${traffic.bytes} bytes`);
    if (view === VIEWS - 1) {
      context.diagnostic(`${traffic.requests} requests, ${Math.round(traffic.bytes / 1000)} kB`);
      await context.test('what is not to be seen is not in the page', async () => {
        const rows = page.getByRole('list', { name: 'Alerts, newest first' }).getByRole('listitem');
        for (let number = 1; number <= PAGES; number++) {
          await page.evaluate('window.scrollTo(0, document.documentElement.scrollHeight)');
          await page.locator(`[aria-posinset="${number * PAGE + 1}"]`).waitFor({ state: 'attached' });
        }
        assert.ok((await rows.count()) < 120, `${await rows.count()} rows`);
        await keepPicture(page, 'large-store-dark');
        const scroll = await page.evaluate<number>('window.scrollY');
        await rows.nth(20).getByRole('link').click();
        await page.getByRole('heading', { level: 1 }).waitFor();
        await page.goBack();
        await page.locator(`[aria-posinset="${PAGE * PAGES + 1}"]`).waitFor();
        const after = await page.evaluate<number>('window.scrollY');
        assert.ok(Math.abs(after - scroll) < 1000, `at ${after} instead of ${scroll}`);
      });
    }
    assert.deepEqual(complaints, []);
    await page.context().close();
  }
  await context.test('what a store alone can not show, pages say', async () => {
    const { page, complaints } = await openPage(browser, `http://127.0.0.1:${port}`);
    await page.goto('/alerts/1');
    await page.getByRole('heading', { level: 1 }).getByText('Rule 0').waitFor();
    await page.getByText('stored alerts only').waitFor();
    await page.goto('/editor');
    await page.getByRole('textbox', { name: /^Rules in / }).waitFor();
    await page.getByRole('button', { name: 'Save and use', disabled: true }).waitFor();
    await page.getByText('Lanner is not running').first().waitFor();
    await page.goto('/health');
    await page.getByRole('region', { name: 'Store' }).getByText(COUNT.toLocaleString('en')).waitFor();
    await page.goto('/rules');
    await page.getByRole('link').filter({ hasText: 'Sensitive File Read' }).click();
    await page.getByRole('switch', { name: 'Enabled', disabled: true }).waitFor();
    await page.goto('/attack');
    await page.getByRole('region', { name: 'Execution' }).waitFor();
    assert.deepEqual(complaints, []);
    await page.context().close();
  });
  const sorted = times.toSorted((one, other) => one - other).map(Math.round);
  context.diagnostic(
    `first view of ${COUNT.toLocaleString('en')} alerts: ${sorted[0]} to ${sorted.at(-1)} ms, the median ${sorted[Math.floor(VIEWS / 2)]} ms`,
  );
});
