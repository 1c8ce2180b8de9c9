/** The console's editor in a real browser, under the console's content security policy, by the keyboard alone. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { ruleEnvironment } from '../../src/engine/rule-environment.ts';
import { vocabularyOf } from '../../src/language/vocabulary.ts';
import { SECURITY_HEADERS } from '../../src/server/headers.ts';
import { assertAccessible, noBrowser, openBrowser, openPage } from '../support/browser.ts';

const EDITOR = join(import.meta.dirname, '..', '..', 'console', 'editor', 'mount-editor.ts');
/** What a browser loads when the editor is first shown, in bytes with gzip. */
const SIZE_LIMIT = 300_000;

const BASE = `- list: shells
  items: [bash, sh]
- macro: spawned
  condition: evt.type in (execve, execveat)
`;
const MINE = `- rule: Shell
  desc: d
  condition: spawned and proc.name in (shells)
  output: o
  priority: INFO
`;

/** Mounts the editor as a page does, and keeps what it tells in \`window\`. */
const PAGE_SCRIPT = `
import { mountEditor } from ${JSON.stringify(EDITOR)};
const vocabulary = await (await fetch('/vocabulary.json')).json();
const told = { changes: [], saved: [], problems: undefined, opened: [] };
const editor = mountEditor(document.getElementById('editor'), {
  text: ${JSON.stringify(MINE)},
  vocabulary,
  name: 'mine.yaml',
  label: 'Rules in mine.yaml',
  before: [{ name: 'base.yaml', text: ${JSON.stringify(BASE)} }],
  onChange: (text) => told.changes.push(text),
  onSave: (text) => told.saved.push(text),
  onProblems: (problems) => { told.problems = problems; },
  onOpen: (place) => told.opened.push(place),
});
Object.assign(window, { editor, told });
`;

const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Editor</title>
<link rel="icon" href="data:,"><script type="module" src="/page.js"></script></head>
<body><main><h1>Editor</h1><div id="editor"></div><button>Behind it</button></main></body></html>`;

interface Told {
  readonly changes: string[];
  readonly saved: string[];
  readonly problems?: readonly { readonly line: number; readonly column: number; readonly message: string }[];
  readonly opened: readonly { readonly file: string; readonly line: number; readonly column: number }[];
}

test("the console's editor", { skip: noBrowser() }, async (context) => {
  const { outputFiles } = await build({
    stdin: { contents: PAGE_SCRIPT, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    write: false,
  });
  const script = outputFiles[0]?.text ?? '';
  const files: Readonly<Record<string, readonly [string, string]>> = {
    '/': ['text/html', PAGE],
    '/page.js': ['text/javascript', script],
    '/vocabulary.json': ['application/json', JSON.stringify(vocabularyOf(ruleEnvironment()))],
  };
  const server = createServer((request, response) => {
    const [type, body] = files[request.url ?? ''] ?? ['text/plain', ''];
    response.writeHead(body === '' ? 404 : 200, { ...SECURITY_HEADERS, 'Content-Type': type }).end(body);
  }).listen(0, '127.0.0.1');
  context.after(() => server.close());
  await once(server, 'listening');
  const browser = await openBrowser(context);

  async function opened(): Promise<{ page: Page; complaints: readonly string[] }> {
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { page, complaints } = await openPage(browser, base);
    await page.goto('/');
    await until(page, 'globalThis.told?.problems !== undefined');
    return { page, complaints };
  }

  /** Waits until an expression holds in the page. (Playwright's own way is kept off by the policy.) */
  function until(page: Page, expression: string): Promise<void> {
    return page.evaluate(
      `new Promise((resolve) => {
        const look = () => (${expression} ? resolve() : setTimeout(look, 20));
        look();
      })`,
    );
  }

  function told(page: Page): Promise<Told> {
    return page.evaluate('told');
  }

  /** Puts the cursor on a line, in a column; both from 1. */
  function reveal(page: Page, line: number, column: number): Promise<void> {
    return page.evaluate(`editor.reveal({ line: ${line}, column: ${column} })`);
  }

  await context.test('it is small enough to be loaded when it is needed', (context) => {
    const size = gzipSync(script).length;
    context.diagnostic(`${script.length} bytes, ${size} with gzip`);
    assert.ok(size < SIZE_LIMIT);
  });

  await context.test('completion, problems, saving', async () => {
    const { page, complaints } = await opened();
    assert.deepEqual((await told(page)).problems, []);
    await reveal(page, 3, 100);
    await page.keyboard.type(' and proc.pnam');
    await page.waitForSelector('.cm-tooltip-autocomplete li[aria-selected]');
    assert.equal(
      await page.locator('.cm-tooltip-autocomplete li').first().locator('.cm-completionLabel').textContent(),
      'proc.pname',
    );
    await page.waitForSelector('.cm-completionInfo .rule-documentation');
    assert.match((await page.locator('.cm-completionInfo').textContent()) ?? '', /of the parent/);
    // CodeMirror takes no choice for 75 ms, lest somebody chooses what has only just appeared.
    await page.evaluate('new Promise((resolve) => setTimeout(resolve, 150))');
    await page.keyboard.press('Enter');
    await until(page, 'editor.text.includes("proc.pname")');
    await page.keyboard.type(' contians x');
    await until(page, 'told.problems[0]?.message.includes("contians")');
    const { problems } = await told(page);
    assert.match(problems?.[0]?.message ?? '', /"contians" is not an operator: did you mean contains\?/);
    assert.deepEqual([problems?.[0]?.line, problems?.[0]?.column], [3, 63]);
    await page.waitForSelector('.cm-lintRange-error');
    await page.keyboard.press('Control+s');
    const { saved, changes } = await told(page);
    assert.equal(saved.length, 1);
    assert.match(saved[0] ?? '', /and proc\.pname contians x\n/);
    assert.equal(changes.at(-1), saved[0]);
    assert.deepEqual(complaints, []);
  });

  await context.test('what a word means, by F1; to its definition in another file, by F12', async () => {
    const { page, complaints } = await opened();
    await reveal(page, 3, 15);
    await page.keyboard.press('F1');
    await page.waitForSelector('.rule-documentation');
    const text = (await page.locator('.rule-documentation').textContent()) ?? '';
    assert.match(text, /evt\.type in \(execve, execveat\)/);
    assert.match(text, /Defined in base\.yaml, line 3\./);
    await page.keyboard.press('Escape');
    assert.equal(await page.locator('.rule-documentation').count(), 0);
    await page.keyboard.press('F12');
    assert.deepEqual((await told(page)).opened, [{ file: 'base.yaml', line: 3, column: 10 }]);
    assert.deepEqual(complaints, []);
  });

  await context.test('colours, layout, and leaving it by Tab; nothing that axe finds', async () => {
    const { page, complaints } = await opened();
    assert.equal(await page.locator('.rule-function').first().textContent(), 'spawned');
    assert.equal(await page.locator('.rule-enumMember').first().textContent(), 'shells');
    const colourOf = (name: string): Promise<unknown> =>
      page.evaluate(
        `getComputedStyle(document.querySelector('.rule-editor').shadowRoot.querySelector('${name}')).color`,
      );
    const [macro, field] = [await colourOf('.rule-function'), await colourOf('.rule-property')];
    assert.notEqual(macro, field, 'the style sheet counts under the policy');
    await reveal(page, 3, 100);
    await page.keyboard.type('   or   spawned');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Alt+Shift+F');
    await until(page, 'editor.text.includes("(shells) or spawned\\n")');
    await page.keyboard.press('Tab');
    await until(page, 'document.activeElement.textContent === "Behind it"');
    await assertAccessible(page, 'the editor');
    assert.deepEqual(complaints, []);
  });
});
