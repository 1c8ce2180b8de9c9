/** The documentation site as files: everything is there, and no link is broken. */
import assert from 'node:assert/strict';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { allCommands } from '../src/cli/program.ts';
import { configKeys } from '../src/config/documentation.ts';
import { eventSections } from '../src/events/listing.ts';
import { FIELD_CLASSES } from '../src/fields/catalog.ts';
import { type BuiltSite, buildSite } from './build.ts';
import { SiteLinks } from './links.ts';
import { renderPage, slug } from './markdown.ts';
import type { Page } from './pages.ts';

suite('the site', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-site-'));
  const texts = new Map<string, string>();
  let built: BuiltSite;
  before(async () => {
    built = await buildSite(folder);
    for (const name of globSync('**/*.html', { cwd: folder })) {
      texts.set(name, readFileSync(join(folder, name), 'utf8'));
    }
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test('no page has a broken link', () => {
    assert.deepEqual(built.problems, []);
  });

  test('every address in what was written leads to a file, and to an anchor in it', () => {
    const ids = new Map(
      [...texts].map(([name, text]) => [
        name,
        new Set([...text.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id)),
      ]),
    );
    const broken: string[] = [];
    let count = 0;
    for (const [name, text] of texts) {
      for (const [, address = ''] of text.matchAll(/\s(?:href|src)="([^"]+)"/g)) {
        if (/^https?:\/\//.test(address)) continue;
        const [path = '', anchor = ''] = decodeURIComponent(address.replaceAll('&amp;', '&')).split('#');
        const target = path === '' ? name : relative(folder, join(folder, dirname(name), path));
        const isThere = path === '' || existsSync(join(folder, target));
        if (!isThere || (anchor !== '' && !ids.get(target)?.has(anchor))) broken.push(`${name}: ${address}`);
        count++;
      }
    }
    assert.deepEqual(broken, []);
    assert.ok(count > 5000, `${count} addresses`);
  });

  test('nothing comes from elsewhere, and no script or style stands in a page', () => {
    for (const [name, text] of texts) {
      const markup = text.replace(/<pre[\s\S]*?<\/pre>/g, '');
      assert.doesNotMatch(markup, /\s(?:src|style|on\w+)="(?:https?:|\/\/)|\sstyle="|\son\w+="|<style/, name);
      assert.doesNotMatch(markup, /<script(?! src="(?:\.\.\/)*site\.js"><\/script>)/, name);
      assert.match(
        markup,
        /http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self';/,
      );
    }
    // An address there would be asked for when a page is drawn.
    assert.doesNotMatch(readFileSync(join(folder, 'style.css'), 'utf8'), /url\(|@import/);
  });

  test('every field, event, configuration key, command and option has its place', async () => {
    const has = (page: string, id: string): void => {
      assert.ok(texts.get(page)?.includes(` id="${id}"`), `${page} has no ${id}`);
    };
    for (const { name, hidden } of FIELD_CLASSES.flatMap(({ fields }) => fields)) {
      if (!hidden) has('all-fields.html', name);
    }
    for (const { name, isGeneric } of eventSections(() => true).flatMap(({ events }) => events)) {
      if (!isGeneric) has('all-events.html', name);
    }
    for (const key of configKeys()) has('configuration.html', key);
    const program = await allCommands();
    const commands = texts.get('commands.html') ?? '';
    for (const { commands: below, options } of [program, ...program.commands]) {
      for (const { flags } of [...options, ...below.flatMap(({ options }) => options)]) {
        const shown = flags.replaceAll('<', '&lt;').replaceAll('>', '&gt;');
        assert.ok(commands.includes(`<code>${shown}</code>`), `commands.html has no ${flags}`);
      }
    }
    has('commands.html', 'lanner-audit-policy-check');
  });

  test('every default rule is there with its line', () => {
    const page = texts.get('all-rules.html') ?? '';
    const files = globSync('rules/{,kubernetes/}*.yaml', { cwd: join(import.meta.dirname, '..') });
    for (const file of files) {
      const lines = readFileSync(join(import.meta.dirname, '..', file), 'utf8').split('\n');
      for (const [index, line] of lines.entries()) {
        const [, rule] = /^- rule: (.*)$/.exec(line) ?? [];
        if (rule === undefined) continue;
        assert.ok(page.includes(` id="${slug(rule)}"`), `all-rules.html has no ${rule}`);
        assert.ok(
          page.includes(`href="source/${file}.html#L${index + 1}"`),
          `${rule} has no link to its line`,
        );
      }
    }
  });
});

test('a broken link, anchor or picture is found, with its place', () => {
  const text =
    '# A\n\n[b](b.md) [c](#c) [d](../README.md#nothing)\n\n[ok](#a) ![e](e.png) [source](../LICENSE)\n';
  const page: Page = {
    name: 'a',
    title: 'A',
    section: '',
    parts: [{ path: 'docs/a.md', text, lower: 0 }],
  };
  const index: Page = { ...page, name: 'index', parts: [{ path: 'README.md', text: '# B\n', lower: 0 }] };
  const links = new SiteLinks([page, index]);
  links.checkAnchors(new Map([page, index].map((each) => [each.name, renderPage(each, links).ids])));
  assert.deepEqual(
    links.problems.map(({ file, line, message }) => `${file}:${line}: ${message}`),
    [
      'docs/a.md:3: b.md: there is no such file',
      'docs/a.md:5: e.png: there is no such picture',
      'docs/a.md:3: #c: there is no such anchor',
      'docs/a.md:3: ../README.md#nothing: there is no such anchor',
    ],
  );
  assert.deepEqual([...links.sources], ['LICENSE']);
});

test('anchors of headings are those of GitHub', () => {
  assert.equal(slug('What it needs, and what it leaves alone'), 'what-it-needs-and-what-it-leaves-alone');
  assert.equal(slug('`lanner run` & co.'), 'lanner-run--co');
});
