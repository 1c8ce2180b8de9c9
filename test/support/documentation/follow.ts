/** Follows a page of the documentation: types its commands, and looks whether they do what the page says. */
import { setTimeout } from 'node:timers/promises';
import { type Block, commandsOf, type DocumentationPage, instead, type ShownCommand } from './blocks.ts';
import type { Place } from './place.ts';
import { differenceOfShape } from './shape.ts';
import type { Background, Terminal } from './terminal.ts';

export interface Followed {
  /** Commands that were run. */
  readonly count: number;
  /** What was not as the page says, each with its place. */
  readonly problems: readonly string[];
}

/** Between two looks at what is still to come. */
const PAUSE_MS = 200;
/** After so many looks it does not come any more. */
const MOST_TRIES = 100;

/** Of a command that SIGTERM has ended, such as npm, which ends what it has started. */
const ENDED = 143;

/** What needs the kernel's events, and so runs among the live tests. */
const LIVE = /\b(?:npm start\b|lanner(?:\s+(?:run|record|scenes|top|try|learn)\b|.*--scope\b))/;

/** Whether a command of the page watches system calls. */
export function isLive(page: DocumentationPage): boolean {
  return page.blocks.some((block) =>
    [...commandsToRun(block).map(({ command }) => command), block.annotations.get('before') ?? ''].some(
      (text) => LIVE.test(text),
    ),
  );
}

export function hasCommands(page: DocumentationPage): boolean {
  return page.blocks.some((block) => commandsToRun(block).length > 0);
}

/** What a test runs of a block. */
export function commandsToRun(block: Block): readonly ShownCommand[] {
  if (block.annotations.has('not run')) return [];
  const other = instead(block);
  return other === undefined ? block.commands : commandsOf('sh', other.commands);
}

/** Whether the page also tells what to do in a browser. */
export function needsBrowser(page: DocumentationPage): boolean {
  return page.blocks.some(({ language }) => language === 'browser');
}

/** Does what the reader does in a browser; `printed` is what the last command in the terminal has printed. */
export type Browse = (step: string, printed: string) => Promise<void>;

/** Runs all commands of a page in order. */
export async function follow(
  page: DocumentationPage,
  place: Place,
  browse: Browse = noBrowser,
): Promise<Followed> {
  const follower = new Follower(place, browse);
  for (const block of page.blocks) await follower.block(block);
  await follower.stop();
  return follower;
}

class Follower implements Followed {
  count = 0;
  readonly problems: string[] = [];
  readonly #place: Place;
  readonly #terminal: Terminal;
  readonly #browse: Browse;
  /** By the last command. */
  #printed = '';
  readonly #running: { readonly where: string; readonly command: string; readonly background: Background }[] =
    [];

  constructor(place: Place, browse: Browse) {
    this.#place = place;
    this.#browse = browse;
    this.#terminal = place.open();
  }

  async block(block: Block): Promise<void> {
    const { annotations, text } = block;
    const before = annotations.get('before');
    if (before !== undefined) await this.#prepare(block, before);
    const file = annotations.get('file');
    if (file !== undefined) await this.#prepare(block, writing(file, text));
    const [, times = '1', awaited] = /^(\d*):?\s*(.+)$/.exec(annotations.get('after') ?? '') ?? [];
    if (awaited !== undefined) await this.#running.at(-1)?.background.printed(awaited, Number(times || 1));
    if (block.language === 'browser') await this.#browse(text, this.#printed);
    const commands = commandsToRun(block);
    const codes = (annotations.get('exits') ?? '').split(/\s+/).map(Number);
    for (const [index, shown] of commands.entries()) {
      this.count++;
      const keepsRunning = annotations.has('keeps running') && index === commands.length - 1;
      if (keepsRunning) await this.#leaveRunning(block, shown);
      else await this.#run(block, shown, codes[index] ?? 0, index === commands.length - 1);
    }
  }

  /** Stops what still runs. */
  async stop(): Promise<void> {
    for (const { where, command, background } of this.#running) {
      const { code, output } = await background.stop();
      if (code !== 0 && code !== ENDED)
        this.problems.push(`${where}: ${command}: exit code ${code} at the end\n${output}`);
    }
  }

  async #prepare({ page, line }: Block, commands: string): Promise<void> {
    const { code, output } = await this.#terminal.run(`(set -e\n${commands}\n)`);
    if (code !== 0) this.problems.push(`${page}:${line}: what has to be there before failed: ${output}`);
  }

  async #run(block: Block, shown: ShownCommand, expected: number, isLast: boolean): Promise<void> {
    const { command } = shown;
    const stopped = block.annotations.get('stopped');
    const answer = block.annotations.get('answers');
    if (stopped !== undefined && command.startsWith(stopped)) {
      const { code, output } = await (await this.#terminal.begin(command, /\S.*\n/)).stop();
      if (code !== 0 && code !== ENDED) this.#problem(block, command, `exit code ${code}\n${output}`);
      return;
    }
    const typed = answer !== undefined && isLast ? atTerminal(command, answer) : command;
    let { code, output } = await this.#terminal.run(typed);
    const isAwaited = block.annotations.has('awaited');
    for (
      let tries = 1;
      isAwaited && difference(block, shown, output) !== undefined && tries < MOST_TRIES;
      tries++
    ) {
      await setTimeout(PAUSE_MS);
      ({ code, output } = await this.#terminal.run(typed));
    }
    this.#printed = output;
    if (code !== expected)
      this.#problem(block, command, `exit code ${code} instead of ${expected}\n${output}`);
    else this.#compare(block, shown, output);
  }

  async #leaveRunning(block: Block, shown: ShownCommand): Promise<void> {
    const terminal = this.#place.open();
    const { output: reader } = await this.#terminal.run('echo $$');
    await terminal.run(`export READER=${reader}`);
    const wanted = new RegExp(RegExp.escape(block.annotations.get('keeps running') ?? ''));
    const background = await terminal.begin(shown.command, wanted);
    const where = `${block.page}:${block.line}`;
    this.#running.push({ where, command: shown.command, background });
  }

  #compare(block: Block, shown: ShownCommand, printed: string): void {
    const found = difference(block, shown, printed);
    if (found !== undefined)
      this.#problem(block, shown.command, `another output\n${found}\n--- all\n${printed}`);
  }

  #problem({ page, line }: Block, command: string, what: string): void {
    this.problems.push(`${page}:${line}: ${command}: ${what}`);
  }
}

function difference(
  { annotations }: Block,
  { output: shown }: ShownCommand,
  printed: string,
): string | undefined {
  return shown === undefined ? undefined : differenceOfShape(shown, printed, annotations.has('exactly'));
}

/** For commands that ask only at a terminal. */
function atTerminal(command: string, answer: string): string {
  return `echo ${answer} | script --quiet --return --command '${command.replaceAll("'", "'\\''")}' /dev/null`;
}

async function noBrowser(step: string): Promise<void> {
  throw new Error(`there is no browser for "${step}"`);
}

function writing(file: string, text: string): string {
  // Whoever watches the folder sees the whole file.
  return `mkdir -p "$(dirname ${file})"\ncat > ${file}.new <<'END OF THE FILE'\n${text}END OF THE FILE\nmv ${file}.new ${file}`;
}
