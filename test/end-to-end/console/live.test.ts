/** The list of alerts while they come: nothing moves under the eyes, and no text of an alert is more than text. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import type { Timeline } from '../../../src/server/api-types.ts';
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

const RULE = 'Sensitive File Read by Untrusted Program';

function rowsOf(page: Page): Locator {
  return page.getByRole('list', { name: 'Alerts, newest first' }).getByRole('link');
}

function timelineOf(page: Page): Locator {
  return page.getByRole('img', { name: /alerts? from/ });
}

/** In microseconds. */
const HOUR = 3_600_000_000;

/** For the page: `firstWidth` will be how wide the timeline is when it is about to be painted for the first time. */
const FIRST_WIDTH = `
  globalThis.firstWidth = new Promise((resolve) => {
    const observer = new MutationObserver(() => {
      const chart = document.querySelector('.timeline-chart svg');
      if (chart === null) return;
      observer.disconnect();
      requestAnimationFrame(() => resolve(chart.getBoundingClientRect().width));
    });
    observer.observe(document, { childList: true, subtree: true });
  });`;

/** A shell command that reads the password hashes with words on its command line. */
function reading(words: string): string {
  const quoted = words.replaceAll("'", `'\\''`);
  return `perl -e 'open F, "<", "/etc/shadow"; close F' -- '${quoted}'`;
}

test('alerts come while one looks', { skip: noBrowser() || cannotWatch() }, async (context) => {
  const served = await startConsole(context);
  const browser = await openBrowser(context);
  const { page, complaints } = await openPage(browser, served.base);

  await context.test('without alerts, the page says how to make one', async () => {
    await page.goto('/');
    await page.getByText('No alerts yet').waitFor();
    await page.getByText('lanner scenes').first().waitFor();
    await keepPicture(page, 'no-alerts-dark');
    await assertAccessible(page, 'no alerts');
  });

  await context.test('an alert is there without a reload', async () => {
    // The stream is open when news of the engine come.
    await page.getByText('events/s').waitFor();
    await served.scene('read-password-hashes');
    await rowsOf(page).getByText(RULE).first().waitFor();
  });

  await context.test('what is read does not move; what is new is announced', async () => {
    await rowsOf(page).first().waitFor();
    await page.keyboard.press('j');
    const read = await focusedAlert(page);
    assert.notEqual(read, null);
    // From now on nothing moves, also if the scene has made more alerts than the first.
    const before = await rowsOf(page).count();
    await served.act(reading('while the keyboard is in the list'));
    const announced = page.getByRole('button', { name: /^Show \d+ new alerts?$/ });
    await announced.waitFor();
    assert.equal(await rowsOf(page).count(), before);
    assert.equal(await focusedAlert(page), read);
    await keepPicture(page, 'new-alerts-dark');
    await page.keyboard.press('n');
    await announced.waitFor({ state: 'detached' });
    assert.ok((await rowsOf(page).count()) > before);
  });

  await context.test('paused, nothing comes until it is asked for', async () => {
    await page.reload();
    await rowsOf(page).first().waitFor();
    await page.getByText('events/s').waitFor();
    await page.keyboard.press('p');
    await page.getByRole('button', { name: 'Paused', pressed: true }).waitFor();
    const before = await rowsOf(page).count();
    await served.act(reading('while it is paused'));
    await page.getByRole('button', { name: /^Show \d+ new alerts?$/ }).waitFor();
    assert.equal(await rowsOf(page).count(), before);
    await page.getByRole('button', { name: /^Show \d+ new alerts?$/ }).click();
    await rowsOf(page).getByText('while it is paused').first().waitFor();
  });

  await context.test('hostile texts are texts', async () => {
    const hostile = [
      '<img src=x onerror=document.title=1><script>document.title=1</script>',
      'gnp.\u202Eexe.stnemhcatta',
      '\u001b[31mred\u001b[0m\u0007',
      'x'.repeat(3000),
    ];
    for (const words of hostile) await served.act(reading(words));
    await page.goto('/?text=onerror');
    await rowsOf(page).getByText('<img src=x onerror=').first().waitFor();
    assert.equal(await page.locator('main img, main script').count(), 0);
    await page.goto('/?text=stnemhcatta');
    await rowsOf(page).getByText('U+202E').first().waitFor();
    await rowsOf(page).first().click();
    await page
      .getByRole('row', { name: /^proc\.cmdline/ })
      .getByText('U+202E')
      .waitFor();
    const text = (await page.locator('main').textContent()) ?? '';
    assert.doesNotMatch(text, /[\p{Cc}\p{Cf}]/u);
    await keepPicture(page, 'hostile-alert-dark');
    await assertAccessible(page, 'a hostile alert');
    await page.goto(`/?text=${'x'.repeat(40)}`);
    await rowsOf(page).first().waitFor();
    await keepPicture(page, 'long-alert-dark');
    assert.match(await page.title(), /Alerts · Lanner$/);
  });

  await context.test('filters live in the address', async () => {
    await page.goto('/');
    await rowsOf(page).first().waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('pau');
    // However slowly one types.
    await page.waitForURL('**/?text=pau');
    await page.keyboard.type('sed');
    await page.waitForURL('**/?text=paused');
    assert.equal(await page.getByRole('searchbox').inputValue(), 'paused');
    await page.getByRole('combobox', { name: 'Time' }).selectOption('1h');
    await page.waitForURL(/since=1h/);
    await page.getByRole('button', { name: 'Filters' }).click();
    await page
      .getByRole('region', { name: 'Most frequent: process' })
      .getByRole('button', { name: 'perl' })
      .click();
    await page.waitForURL(/process=perl/);
    await page.getByRole('button', { name: 'Remove process perl' }).waitFor();
    await rowsOf(page).getByText('while it is paused').first().waitFor();
    assert.equal(await rowsOf(page).count(), 1);
    await page.reload();
    await page.getByRole('button', { name: 'Remove process perl' }).click();
    await page.waitForURL((url) => !url.search.includes('process'));
    await page.getByRole('combobox', { name: 'Priority' }).selectOption('Emergency');
    await page.getByText('No alert fits').waitFor();
    await page.goBack();
    await rowsOf(page).getByText('while it is paused').first().waitFor();
    assert.equal(await page.getByRole('searchbox').inputValue(), 'paused');
    await page.getByRole('link', { name: 'Alerts', exact: true }).click();
    await page.waitForURL((url) => url.search === '');
    assert.equal(await page.getByRole('searchbox').inputValue(), '');
  });

  await context.test('a time is chosen by dragging over the timeline, also while alerts come', async () => {
    let shown: Timeline | undefined;
    let isPressed = false;
    await page.route('**/api/timeline?*', async (route) => {
      const response = await route.fetch();
      const answer = (await response.json()) as Timeline;
      shown ??= answer;
      // After the press each reaches much farther, so that all would move in the chart.
      await route.fulfill({ response, json: isPressed ? { ...answer, to: answer.to + HOUR } : shown });
    });
    await page.goto('/');
    const box = await timelineOf(page).boundingBox();
    assert.ok(box !== null);
    await page.mouse.move(box.x + box.width * 0.25, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.75, box.y + 20, { steps: 4 });
    isPressed = true;
    assert.ok(shown !== undefined);
    await page.getByText('events/s').waitFor();
    await served.act(reading('while one drags'));
    // Beside the chart, the new number is told at once.
    const tools = page.getByRole('region', { name: 'Timeline' });
    await tools.getByText(new RegExp(`^${shown.total + 1} alerts, `)).waitFor();
    await page.mouse.up();
    await page.waitForURL(/since=.*until=/);
    const chosen = new URL(page.url()).searchParams;
    const duration = shown.to - shown.from;
    for (const [name, part] of Object.entries({ since: 0.25, until: 0.75 })) {
      const time = Date.parse(chosen.get(name) ?? '') * 1000;
      const expected: number = shown.from + part * duration;
      assert.ok(Math.abs(time - expected) < duration / 50, `${name}: ${time} instead of ${expected}`);
    }
    await page.unroute('**/api/timeline?*');
    await page.getByRole('button', { name: 'All', exact: true }).click();
    await page.waitForURL((url) => url.search === '');
    await rowsOf(page).first().waitFor();
  });

  await context.test('the timeline has its width in the first frame', async () => {
    const other = await openPage(browser, served.base);
    await other.page.addInitScript({ content: FIRST_WIDTH });
    await other.page.goto('/');
    await timelineOf(other.page).waitFor();
    const width = await other.page.evaluate<number>('firstWidth');
    assert.ok(width > 1000, `${width} pixels`);
    await other.page.context().close();
  });

  await context.test('the keyboard is enough', async () => {
    await page.goto('/');
    await rowsOf(page).nth(2).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    const id = await focusedAlert(page);
    assert.equal(id, await rowsOf(page).nth(1).getAttribute('data-id'));
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/alerts/${id}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('r');
    await page.waitForURL('**/rules');
    await page.getByRole('heading', { name: 'Rules', level: 1 }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
    await keepPicture(page, 'help-dark');
    await assertAccessible(page, 'the help');
    await page.keyboard.press('Escape');
    await page.keyboard.press('g');
    await page.keyboard.press('a');
    await rowsOf(page).first().waitFor();
    await page.keyboard.press('Tab');
    const outline = await page.evaluate<string>('getComputedStyle(document.activeElement).outlineStyle');
    assert.equal(outline, 'solid', 'what has the focus is to be seen');
  });

  await context.test('the filters on a phone', async () => {
    const phone = await openPage(browser, served.base, LOOKS.phone);
    await phone.page.goto('/');
    await rowsOf(phone.page).first().waitFor();
    await phone.page.getByRole('button', { name: 'Filters' }).tap();
    await phone.page
      .getByRole('region', { name: 'Most frequent: rule' })
      .getByRole('button')
      .first()
      .waitFor();
    await keepPicture(phone.page, 'filters-phone');
    await assertAccessible(phone.page, 'filters on a phone');
    assert.deepEqual(phone.complaints, []);
    await phone.page.context().close();
  });

  await context.test('a Lanner that comes back is followed again', async () => {
    assert.deepEqual(complaints.splice(0), []);
    await page.goto('/');
    await page.getByText('events/s').waitFor();
    served.daemon.child.kill('SIGTERM');
    await served.daemon.finished;
    await page.getByText('no connection, trying again').waitFor();
    await served.startAgain();
    await page.getByText('events/s').waitFor();
    await served.act(reading('after it came back'));
    await rowsOf(page).getByText('after it came back').first().waitFor();
    const expected = /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_CONNECTION_RESET/;
    assert.deepEqual(
      complaints.filter((text) => !expected.test(text)),
      [],
    );
  });
});

/** The id of the alert whose row has the focus. */
async function focusedAlert(page: Page): Promise<string | null> {
  return page.evaluate<string | null>('document.activeElement.getAttribute("data-id")');
}
