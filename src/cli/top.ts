/** `lanner top`: watches, and shows every two seconds what happens how often, by rule, process, container or call. */
import process from 'node:process';
import { type Command, InvalidArgumentError } from 'commander';
import { LiveCounter } from '../engine/live-counts.ts';
import type { Watching } from '../engine/watch.ts';
import type { MatcherProfile } from '../matcher/profile.ts';
import type { DaemonOptions } from './daemon.ts';
import { fail, writeError } from './fail.ts';
import { addFlags, FLAGS } from './flags.ts';
import { plainLog } from './log.ts';
import { configFrom } from './options.ts';
import { printLine } from './print.ts';
import { onEndSignal, whileForwarding } from './signals.ts';
import { checkEngine, loadConfiguredRules } from './start.ts';
import { openScreen, type Screen } from './terminal.ts';
import {
  added,
  sortKeys,
  type TopSample,
  tableJson,
  tableText,
  topTable,
  VIEWS,
  type View,
  workBetween,
} from './top-views.ts';

const INTERVAL_MS = 2000;
const ROWS = 20;

/** Flags of the daemon that mean something here. */
const LIVE_FLAGS = /^(?:--scope|-M) /;

interface TopOptions extends DaemonOptions {
  readonly json?: boolean;
  readonly rows?: number;
  readonly sort?: string;
}

export function addTopCommand(program: Command, finish: (code: number) => void): void {
  const command = program
    .command('top')
    .summary('show live rates by rule, process, container or system call')
    .description(
      'Watches system calls like lanner itself, writes no alerts, and shows every two seconds how often what happens:\n' +
        'which rules are asked and match how often and take how much time, which processes and containers cause how\n' +
        'many events, which system calls are made. WHAT is rules, processes, containers or calls. In a terminal the\n' +
        'keys 1 to 4 switch between these and q ends; elsewhere tables follow one another, and the last one is of the\n' +
        'whole time. Only events that rules or the model need are collected; -o base_syscalls.all=true collects all,\n' +
        '-o engine.prefilter=false leaves none of them out in the kernel. For a capture: lanner replay --profile FILE.',
    )
    .usage('[rules|processes|containers|calls] [options] [-- COMMAND…]')
    .argument('[what...]')
    .option(
      '--rows <number>',
      `so many rows at most (default: ${ROWS}, or what the terminal holds)`,
      parseRows,
    )
    .option('--sort <column>', 'sort by this column, as --json calls it')
    .option('--json', 'one line of JSON for each table')
    .action(async (words: string[], options: TopOptions) => {
      const rest = (program.parent ?? program) as Command & { readonly rawArgs: readonly string[] };
      const mark = rest.rawArgs.indexOf('--');
      const own = mark < 0 ? words.length : words.length - (rest.rawArgs.length - mark - 1);
      const isCommandEmpty = mark >= 0 && own === words.length;
      if (isCommandEmpty) fail('say after -- which command is to be watched');
      finish(await top(viewOf(words.slice(0, own)), words.slice(own), options));
    });
  addFlags(command, 'common');
  for (const { flags, about, parse } of FLAGS.filter(({ flags }) => LIVE_FLAGS.test(flags)))
    command.option(flags, about, parse as (text: string) => unknown);
}

function parseRows(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected a number from 1 on.');
}

function viewOf(words: readonly string[]): View {
  const [word = 'rules', ...more] = words;
  const view = VIEWS.find((known) => known === word);
  if (view === undefined || more.length > 0)
    fail(
      `there is no top of ${words.join(' ')}: it shows ${VIEWS.join(', ')}; a command to watch stands after --`,
    );
  return view;
}

/** Returns the exit code: that of the command, if there is one. */
async function top(view: View, command: readonly string[], options: TopOptions): Promise<number> {
  const isCommand = command.length > 0;
  if (isCommand && options.scope !== undefined) fail('give a command or --scope, not both');
  const { sort } = options;
  if (sort !== undefined && !sortKeys(view).includes(sort))
    fail(`${view} cannot be sorted by ${sort}, but by ${sortKeys(view).join(', ')}`);
  const config = configFrom(options, plainLog);
  checkEngine(config, plainLog);
  const { ruleSet } = loadConfiguredRules(options, config, plainLog);
  const stop = new AbortController();
  const end = (): void => stop.abort();
  const forwarding = isCommand ? whileForwarding() : undefined;
  const ending = isCommand ? undefined : onEndSignal(end);
  if (options.M !== undefined) setTimeout(end, options.M * 1000).unref();
  const display = new Display(view, options);
  const isScreen = process.stdout.isTTY === true && options.json !== true;
  // A command reads the keys itself.
  if (isScreen) display.open(isCommand ? undefined : 'keys', end);
  let timer: NodeJS.Timeout | undefined;
  try {
    const { watch } = await import('../engine/watch.ts');
    const summary = await watch({
      config,
      ruleSet,
      scope: options.scope ?? (isCommand ? { kind: 'processes', pids: [] } : { kind: 'host' }),
      ...(isCommand ? { command } : {}),
      observers: [display.counter],
      alertsTo: { take: () => {} },
      stop: stop.signal,
      log: plainLog,
      onReady(watching) {
        display.begin(watching);
        timer = setInterval(() => display.show(), INTERVAL_MS);
        forwarding?.to(watching.command);
      },
    });
    display.finish();
    if (summary.exit?.failure !== undefined) writeError(`lanner: ${summary.exit.failure}\n`);
    return summary.exit?.code ?? 0;
  } finally {
    clearInterval(timer);
    display.close();
    forwarding?.end();
    ending?.end();
  }
}

/** What kernel and rules have counted up to a moment. */
interface Moment {
  /** Milliseconds. */
  readonly at: number;
  readonly leftOut: ReadonlyMap<string, number>;
  readonly lost: ReadonlyMap<string, number>;
  readonly profile: MatcherProfile | undefined;
}

const NOTHING: ReadonlyMap<string, number> = new Map();

class Display {
  readonly counter = new LiveCounter();
  #view: View;
  readonly #options: TopOptions;
  #screen: Screen | undefined;
  #watching: Watching | undefined;
  #first: Moment | undefined;
  #last: Moment | undefined;
  /** The last one that was shown, for a view that is switched to. */
  #sample: TopSample | undefined;

  constructor(view: View, options: TopOptions) {
    this.#view = view;
    this.#options = options;
  }

  open(keys: 'keys' | undefined, onQuit: () => void): void {
    const onKey = (key: string): void => {
      const view = VIEWS[Number(key) - 1];
      if (view === undefined) return;
      this.#view = view;
      this.#draw();
    };
    this.#screen = openScreen(keys && onKey, onQuit);
  }

  /** Watching has begun: what was before does not count. */
  begin(watching: Watching): void {
    this.#watching = watching;
    this.#first = { at: performance.now(), leftOut: NOTHING, lost: NOTHING, profile: undefined };
    this.#last = this.#first;
    this.#draw();
  }

  /** Shows what has happened since the last time. */
  show(): void {
    const now = this.#moment();
    if (now === undefined || this.#last === undefined) return;
    this.#sample = { ...this.#between(this.#last, now), counts: this.counter.take(), isTotal: false };
    this.#last = now;
    if (this.#screen) this.#draw();
    else printLine(this.#text(this.#sample));
  }

  /** Shows what has happened in all. */
  finish(): void {
    this.close();
    const now = this.#moment();
    if (now === undefined || this.#first === undefined) return;
    const sample = { ...this.#between(this.#first, now), counts: this.counter.total, isTotal: true };
    printLine(this.#text(sample));
  }

  close(): void {
    this.#screen?.close();
    this.#screen = undefined;
  }

  #moment(): Moment | undefined {
    if (this.#watching === undefined) return undefined;
    const { filtered, lost } = this.#watching.kernel();
    return { at: performance.now(), leftOut: filtered, lost, profile: this.#watching.profile() };
  }

  #between(before: Moment, after: Moment): Omit<TopSample, 'counts' | 'isTotal'> {
    return {
      seconds: Math.max(after.at - before.at, 1) / 1000,
      rules: workBetween(after.profile, before.profile),
      leftOut: added(after.leftOut, before.leftOut),
      lost: added(after.lost, before.lost),
      traced: this.#watching?.kernel().traced ?? 0,
      nameOf: (container) => this.counter.nameOf(container),
    };
  }

  #draw(): void {
    const { rows = ROWS, columns = 80 } = this.#screen ?? {};
    const keys = VIEWS.map((view, index) => `${index + 1} ${view === this.#view ? `[${view}]` : view}`).join(
      '  ',
    );
    const head = `lanner top   ${keys}   q end`.slice(0, columns);
    const sample = this.#sample;
    const body = sample ? tableText(this.#table(sample, rows - HEAD_ROWS), columns) : 'watching…';
    this.#screen?.draw(`${head}\n\n${body}`);
  }

  #text(sample: TopSample): string {
    const table = this.#table(sample, ROWS);
    if (this.#options.json) return tableJson(table);
    const title = `${table.view}, ${table.isTotal ? 'in all ' : ''}${table.seconds.toFixed(1)} s:`;
    return `${title}\n${tableText(table)}\n`;
  }

  #table(sample: TopSample, most: number): ReturnType<typeof topTable> {
    const { sort, rows = Number.POSITIVE_INFINITY } = this.#options;
    const limit = this.#options.rows === undefined || this.#screen ? most : rows;
    return topTable(this.#view, sample, sort, Math.max(1, Math.min(limit, rows)));
  }
}

/** Lines that the screen needs beside rows: two on the top, notes, titles. */
const HEAD_ROWS = 8;
