/** Commands that stand in the text of the documentation, not in blocks: there are such commands and options. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Command } from 'commander';
import MarkdownIt from 'markdown-it';
import { allCommands } from '../../../src/cli/program.ts';
import { documentationPages } from '../../support/documentation/blocks.ts';
import { ROOT } from '../../support/lanner.ts';

const PATHS = [...documentationPages().map(({ path }) => path), 'ARCHITECTURE.md', 'CHANGELOG.md'];

/** What is wrong with a command; `undefined` when it is right. */
function wrongWith(text: string, program: Command): string | undefined {
  const [own = ''] = text.split(' -- ');
  const [, ...words] = own.replace(/\\?\|/g, '|').split(/\s+/);
  let command = program;
  for (const word of words) {
    const names = word.split('|');
    const found = names.map((name) => command.commands.find((each) => each.name() === name));
    if (found.every((each) => each !== undefined)) {
      command = found[0] as Command;
    } else if (word.startsWith('--') && word !== '--' && word !== '--help') {
      const [flag = ''] = word.split('=');
      const known = [...command.options, ...(command.parent?.options ?? [])];
      if (!known.some(({ long }) => long === flag)) return `${command.name()} has no ${flag}`;
    } else if (/^[a-z]+$/.test(word) && command === program && words[0] === word) {
      return `there is no command ${word}`;
    }
  }
  return undefined;
}

test('every command and option that the text mentions is there', async () => {
  const program = await allCommands();
  const wrong: string[] = [];
  let count = 0;
  for (const path of PATHS) {
    const tokens = new MarkdownIt({ html: true }).parse(readFileSync(join(ROOT, path), 'utf8'), {});
    for (const { type, content } of tokens.flatMap(({ children }) => children ?? [])) {
      if (type !== 'code_inline' || !/^(?:sudo )?(?:bin\/)?lanner(?: |$)/.test(content)) continue;
      count++;
      const found = wrongWith(content.replace(/^sudo /, ''), program);
      if (found !== undefined) wrong.push(`${path}: ${content}: ${found}`);
    }
  }
  assert.deepEqual(wrong, []);
  assert.ok(count > 100, `${count} mentions`);
});

test('the page of the command line has every command', async () => {
  const page = readFileSync(join(ROOT, 'docs/command-line.md'), 'utf8');
  const { commands } = await allCommands();
  const missing = commands.map((each) => each.name()).filter((name) => !page.includes(`\`lanner ${name}`));
  assert.deepEqual(missing, []);
});

test('one that is not there is found', async () => {
  const program = await allCommands();
  assert.equal(wrongWith('lanner chekc FILE', program), 'there is no command chekc');
  assert.equal(wrongWith('lanner check --fixx FILE', program), 'check has no --fixx');
  assert.equal(wrongWith('lanner audit policy check|explain|generate --strict', program), undefined);
  assert.equal(wrongWith('lanner run -- make --nothing', program), undefined);
});
