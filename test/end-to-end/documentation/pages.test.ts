/** Every command of the documentation: those that need no system calls of the kernel are run here. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  COMMAND_LANGUAGES,
  commandsOf,
  documentationPages,
  instead,
  readPage,
} from '../../support/documentation/blocks.ts';
import {
  commandsToRun,
  follow,
  hasCommands,
  isLive,
  needsBrowser,
} from '../../support/documentation/follow.ts';
import { cannotPrepare, preparePlace } from '../../support/documentation/place.ts';
import { differenceOfShape } from '../../support/documentation/shape.ts';

const PAGES = documentationPages();
const BLOCKS = PAGES.flatMap(({ blocks }) => blocks);

/** How many blocks of commands may say that no test runs them. */
const MOST_NOT_RUN = 12;
const OTHER_LANGUAGES = ['browser', 'condition', 'json', 'text', 'ts', 'yaml'];

test('every block says what it is, and commands stand in blocks of commands', () => {
  for (const { page, line, language, text } of BLOCKS) {
    const where = `${page}:${line}`;
    assert.ok(
      [...COMMAND_LANGUAGES, ...OTHER_LANGUAGES].includes(language),
      `${where}: language "${language}"`,
    );
    if (COMMAND_LANGUAGES.includes(language)) continue;
    assert.doesNotMatch(
      text,
      /^(?:\$ |(?:sudo|lanner|bin\/lanner|npm|helm|kubectl|journalctl|systemctl)\s)/m,
      where,
    );
  }
});

test('what is not run has a reason, and is little', (context) => {
  const commands = BLOCKS.filter(({ language }) => COMMAND_LANGUAGES.includes(language));
  const notRun = commands.filter(({ annotations }) => annotations.has('not run'));
  for (const { page, line, annotations } of notRun) {
    assert.ok((annotations.get('not run') ?? '').length > 10, `${page}:${line} has no reason`);
    context.diagnostic(`not run: ${page}:${line}: ${annotations.get('not run')}`);
  }
  assert.ok(notRun.length <= MOST_NOT_RUN, `${notRun.length} blocks are not run`);
  const others = commands.filter((block) => instead(block) !== undefined);
  const count = commands.reduce((sum, block) => sum + commandsToRun(block).length, 0);
  context.diagnostic(
    `${commands.length} blocks with commands: ${count} commands are run, those of ${others.length} blocks in another form; ${notRun.length} blocks are not run`,
  );
});

suite('commands that need no system calls', { skip: cannotPrepare() }, () => {
  for (const page of PAGES) {
    const hasSystemd = page.blocks.some(({ annotations }) => annotations.has('with systemd'));
    if (!hasCommands(page) || isLive(page) || needsBrowser(page) || hasSystemd) continue;
    test(page.path, async (context) => {
      const clone = page.blocks.some(({ annotations }) => annotations.has('in a clone'));
      const { problems } = await follow(page, await preparePlace(context, clone));
      assert.deepEqual(problems, []);
    });
  }
});

test('a difference between what a page shows and what is printed is found', () => {
  const shown = 'a: 12 events\n…\nread /etc/shadow … by cat\n…';
  assert.equal(differenceOfShape(shown, 'a:   7 events\nread /etc/shadow now by cat\n'), undefined);
  assert.equal(differenceOfShape(shown, 'a: 7 events\nx\ny\nread /etc/shadow by cat\nz\n'), undefined);
  assert.match(
    differenceOfShape(shown, 'a: 7 alerts\n') ?? '',
    /^shown: a: 12 events\nprinted: a: 7 alerts$/,
  );
  assert.match(differenceOfShape('a\nb', 'a\nb\nc') ?? '', /^shown: \(nothing more\)\nprinted: c$/);
  assert.match(differenceOfShape('a\nb', 'a') ?? '', /^shown: b\nprinted: \(nothing more\)$/);
});

test('commands of a block, and what comments say of it', () => {
  assert.deepEqual(
    commandsOf('sh', 'a \\\n  b   # c\n# no\n\ncat > d <<END\ne\nEND\nf').map(({ command }) => command),
    ['a \\\n  b   # c', 'cat > d <<END\ne\nEND', 'f'],
  );
  assert.deepEqual(commandsOf('console', '$ a\nb\n\n$ c\n'), [
    { command: 'a', output: 'b\n' },
    { command: 'c', output: undefined },
  ]);
  const text = '<!-- test: exits 1 -->\n<!-- test: instead, since it is so: b\nc -->\n```sh\na\n```\n';
  const [block] = readPage('p', text).blocks;
  assert.ok(block);
  assert.equal(block.annotations.get('exits'), '1');
  assert.deepEqual(instead(block), { reason: 'it is so', commands: 'b\nc' });
  assert.throws(
    () => readPage('p', '<!-- test: skip -->\n```sh\na\n```\n'),
    /^Error: p:1: unknown annotation: skip$/,
  );
  assert.throws(
    () => readPage('p', '<!-- test: not run: x -->\n\nText\n'),
    /stands directly before its block/,
  );
});
