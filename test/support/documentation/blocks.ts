/**
 * The blocks of code in the documentation, and what comments before them say of how a test treats them:
 *
 *     <!-- test: not run: REASON -->                a test cannot run it
 *     <!-- test: instead, since REASON: COMMANDS --> a test runs these commands in its place
 *     <!-- test: before: COMMANDS -->               what has to be there; $FIXTURES is the folder of that name
 *     <!-- test: file NAME -->                      the block is the content of this file
 *     <!-- test: exits 1 -->                        exit codes of its commands, in order, where not all are 0
 *     <!-- test: answers y -->                      what its last command is told when it asks
 *     <!-- test: stopped: BEGINNING -->             a command that begins so runs until it is stopped
 *     <!-- test: keeps running: TEXT -->            its last command runs, in a terminal of its own, until the end of
 *                                                   the page, and is there when it has printed this; $READER is the
 *                                                   pid of the other terminal
 *     <!-- test: after 2: TEXT -->                  begins when what keeps running has printed this so often
 *     <!-- test: awaited -->                        its commands are repeated until their output fits
 *     <!-- test: exactly -->                        numbers in the output are those that are shown
 *     <!-- test: in a clone -->                     commands of the page run at the top of a checkout
 *     <!-- test: with systemd -->                   commands of the page run on a machine with systemd
 *     <!-- test: in the browser: STEP -->           stands alone: what the reader does in a browser now
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import MarkdownIt from 'markdown-it';
import { ROOT } from '../lanner.ts';

export interface Block {
  readonly page: string;
  readonly line: number;
  readonly language: string;
  readonly text: string;
  /** By name: what stands behind it. */
  readonly annotations: ReadonlyMap<string, string>;
  readonly commands: readonly ShownCommand[];
}

/** A command, and what the page shows as its output; `undefined` where it shows none. */
export interface ShownCommand {
  readonly command: string;
  readonly output: string | undefined;
}

export interface DocumentationPage {
  readonly path: string;
  readonly blocks: readonly Block[];
}

/** Blocks of commands: with their output behind a prompt, or alone. */
export const COMMAND_LANGUAGES: readonly string[] = ['console', 'sh'];
const ANNOTATION = /<!-- test: ([\s\S]*?)\s*-->/g;
const BROWSER_STEP = /^in the browser: ([\s\S]+)$/;
const NAMES = [
  'not run',
  'instead',
  'before',
  'file',
  'exits',
  'answers',
  'stopped',
  'keeps running',
  'after',
  'awaited',
  'exactly',
  'in a clone',
  'with systemd',
];

/** All pages with commands that people may type. */
export function documentationPages(): DocumentationPage[] {
  const paths = ['README.md', 'CONTRIBUTING.md', ...globSync('docs/*.md', { cwd: ROOT }).sort()];
  return paths.map((path) => readPage(path, readFileSync(join(ROOT, path), 'utf8')));
}

/** The blocks of a page. Throws when an annotation is none, or belongs to no block. */
export function readPage(path: string, text: string): DocumentationPage {
  const blocks: Block[] = [];
  let annotations = new Map<string, string>();
  for (const { type, content, info, map } of new MarkdownIt({ html: true }).parse(text, {})) {
    const line = (map?.[0] ?? 0) + 1;
    if (type === 'html_block') {
      for (const [, annotation = ''] of content.matchAll(ANNOTATION)) {
        const [, step] = BROWSER_STEP.exec(annotation) ?? [];
        if (step !== undefined) {
          blocks.push({
            page: path,
            line,
            language: 'browser',
            text: step,
            annotations: new Map(),
            commands: [],
          });
          continue;
        }
        const name = NAMES.find((each) => annotation.startsWith(each));
        if (name === undefined) throw new Error(`${path}:${line}: unknown annotation: ${annotation}`);
        annotations.set(name, annotation.slice(name.length).replace(/^:?\s*/, ''));
      }
    } else if (type === 'fence') {
      const language = info.trim().split(/\s+/)[0] ?? '';
      const commands = COMMAND_LANGUAGES.includes(language) ? commandsOf(language, content) : [];
      blocks.push({ page: path, line, language, text: content, annotations, commands });
      annotations = new Map();
    } else if (annotations.size > 0) {
      throw new Error(`${path}:${line}: an annotation stands directly before its block`);
    }
  }
  if (annotations.size > 0) throw new Error(`${path}: the last annotation has no block`);
  return { path, blocks };
}

/** What stands in place of a block's commands, and why; `undefined` where they are run as they are. */
export function instead({
  annotations,
  page,
  line,
}: Block): { reason: string; commands: string } | undefined {
  const text = annotations.get('instead');
  if (text === undefined) return undefined;
  const [, reason = '', commands = ''] = /^, since ([^:]+):\s*([\s\S]+)$/.exec(text) ?? [];
  if (commands === '')
    throw new Error(`${page}:${line}: instead of a block a reason and commands are needed`);
  return { reason, commands };
}

/** Commands as a shell takes them: with their continued lines and what follows `<<END`. */
export function commandsOf(language: string, text: string): ShownCommand[] {
  return language === 'console' ? consoleCommands(text) : shellCommands(text);
}

function shellCommands(text: string): ShownCommand[] {
  const commands: ShownCommand[] = [];
  let open: string[] = [];
  for (const line of text.trimEnd().split('\n')) {
    if (open.length === 0 && /^\s*(?:#.*)?$/.test(line)) continue;
    open.push(line);
    if (isComplete(open)) {
      commands.push({ command: open.join('\n'), output: undefined });
      open = [];
    }
  }
  if (open.length > 0) commands.push({ command: open.join('\n'), output: undefined });
  return commands;
}

function consoleCommands(text: string): ShownCommand[] {
  const commands: { command: string[]; output: string[] }[] = [];
  for (const line of text.trimEnd().split('\n')) {
    const last = commands.at(-1);
    if (line.startsWith('$ ')) commands.push({ command: [line.slice(2)], output: [] });
    else if (last !== undefined && last.output.length === 0 && !isComplete(last.command))
      last.command.push(line);
    else last?.output.push(line);
  }
  return commands.map(({ command, output }) => ({
    command: command.join('\n'),
    output: output.length === 0 ? undefined : output.join('\n'),
  }));
}

function isComplete(lines: readonly string[]): boolean {
  if (lines.at(-1)?.endsWith('\\')) return false;
  const [, end] = /<<-?\s*'?(\w+)'?/.exec(lines[0] ?? '') ?? [];
  return end === undefined || (lines.length > 1 && lines.at(-1)?.trim() === end);
}
