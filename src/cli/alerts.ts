/** `lanner alerts`: searches the store of alerts, and follows it. */
import { statSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { escapeText } from '../alerts/format.ts';
import { priorityOf, timeOf } from '../console/filter-query.ts';
import { iso8601 } from '../fields/time-text.ts';
import { standardSink, writeAll } from '../outputs/write-all.ts';
import { PRIORITIES, type Priority } from '../rules/checked.ts';
import type { Cursor, Filter, StoredAlert, StoreQuery } from '../store/query.ts';
import { addFlags, collect } from './flags.ts';
import { plainLog } from './log.ts';
import { type CommonOptions, configFrom } from './options.ts';
import { onEndSignal } from './signals.ts';
import { openStore, pathOfStore } from './store.ts';

interface AlertsOptions extends CommonOptions {
  /** Microseconds since the epoch. */
  readonly since?: number;
  readonly until?: number;
  readonly rule?: readonly string[];
  readonly priority?: Priority;
  readonly source?: readonly string[];
  readonly container?: readonly string[];
  readonly pod?: readonly string[];
  readonly process?: readonly string[];
  readonly tag?: readonly string[];
  readonly limit: number;
  readonly follow?: boolean;
  readonly count?: boolean;
  readonly json?: boolean;
  readonly store?: string;
}

/** How often new alerts are looked for. */
const FOLLOW_MS = 250;
/** Alerts that are read and printed at a time. */
const PAGE = 500;
const MICROSECONDS = 1000n;

export function addAlertsCommand(program: Command): void {
  const command = program
    .command('alerts')
    .summary('search the alerts that were kept')
    .description(
      'Prints the newest alerts of the store that fit everything that is asked for, oldest first. WORDS all occur,\n' +
        'each as the beginning of a word of the rule, the message or a field; "words in quotes" follow one another,\n' +
        'so that /etc/shadow finds the path. Of a name that is given more than once, one fits; * stands for any\n' +
        'text. Lanner keeps alerts where it watches the whole machine; see store in docs/configuration.md.',
    )
    .argument('[words...]', 'what the alerts tell')
    .option('--since <when>', 'from then on: 1h, 7d, or a time such as 2026-01-31T12:00', parseWhen)
    .option('--until <when>', 'before then', parseWhen)
    .option('--rule <name>', 'of this rule; repeatable', collect)
    .option('--priority <priority>', 'of this priority, or more severe', parsePriority)
    .option('--source <name>', 'of this source: syscall, k8s_audit, internal; repeatable', collect)
    .option('--container <name>', 'of this container: its name or id, 12 digits or more; repeatable', collect)
    .option('--pod <name>', 'of this pod; repeatable', collect)
    .option('--process <name>', 'of processes of this name (proc.name); repeatable', collect)
    .option('--tag <tag>', 'of rules that had this tag when they last fired; repeatable', collect)
    .option('--limit <number>', 'as many at most, the newest; 0 for all', parseLimit, 100)
    .option('--follow', 'go on with new ones as they come')
    .option('--count', 'print how many there are, by rule')
    .option('--json', 'print each alert as a line of JSON, as json_output does')
    .option('--store <file>', 'this store instead of the configured one')
    .action(searchAlerts);
  addFlags(command, 'common');
}

async function searchAlerts(words: readonly string[], options: AlertsOptions): Promise<void> {
  const path = pathOfStore(options.store, configFrom(options, plainLog));
  const filter = filterOf(words, options);
  const store = openStore(path);
  const print = options.json ? ({ line }: StoredAlert) => line : alertText;
  try {
    if (options.count) {
      await put(countLines(store.query, filter, options.json === true));
      return;
    }
    // What comes between the search and the following is followed.
    const last = store.query.last;
    for (const page of newest(store.query, { ...filter, upTo: last }, options.limit))
      await put(page.map(print));
    if (options.follow) await follow({ path, filter, last, print });
  } catch (error) {
    // Whoever read has seen enough.
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
  } finally {
    store.close();
  }
}

function filterOf(words: readonly string[], options: AlertsOptions): Filter {
  const { since, until, priority } = options;
  return {
    ...{ since, until, priority },
    rules: options.rule,
    sources: options.source,
    containers: options.container,
    pods: options.pod,
    processes: options.process,
    tags: options.tag,
    // A word with blanks came in the shell's quotes.
    text: words.map((word) => (/\s/.test(word) && !word.includes('"') ? `"${word}"` : word)).join(' '),
  };
}

/** The newest alerts, oldest first, in pages. */
function* newest(query: StoreQuery, filter: Filter, limit: number): Generator<readonly StoredAlert[]> {
  const most = limit === 0 ? Number.POSITIVE_INFINITY : limit;
  // Where each page begins is remembered, not what is in it: a store may hold more than memory does.
  const pages: { readonly from: Cursor | undefined; readonly size: number }[] = [];
  let from: Cursor | undefined;
  for (let left = most; left > 0; left -= PAGE) {
    const size = Math.min(PAGE, left);
    pages.push({ from, size });
    const { next } = query.find(filter, size, from);
    if (next === undefined) break;
    from = next;
  }
  for (const page of pages.toReversed()) yield query.find(filter, page.size, page.from).alerts.toReversed();
}

interface Following {
  readonly path: string;
  readonly filter: Filter;
  /** Id of the last alert that is not new. */
  readonly last: number;
  readonly print: (alert: StoredAlert) => string;
}

/** Prints new alerts until a signal ends it. */
async function follow({ path, filter, last: first, print }: Following): Promise<void> {
  const end = new AbortController();
  const handler = onEndSignal(() => end.abort());
  let last = first;
  let store = openStore(path);
  let inode = inodeOf(path);
  try {
    while (!end.signal.aborted) {
      const alerts = store.query.after(last, filter, PAGE);
      await put(alerts.map(print));
      last = alerts.at(-1)?.id ?? last;
      if (alerts.length === PAGE) continue;
      await wait(FOLLOW_MS, undefined, { signal: end.signal }).catch(() => {});
      const now = inodeOf(path);
      if (now === undefined || now === inode) continue;
      // Another file has taken the place of this one, and begins anew.
      store.close();
      store = openStore(path);
      [inode, last] = [now, 0];
    }
  } finally {
    handler.end();
    store.close();
  }
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}

function countLines(query: StoreQuery, filter: Filter, asJson: boolean): string[] {
  const counts = query.counts(filter, 'rule', Number.MAX_SAFE_INTEGER);
  const sorted = counts.toSorted((one, other) => other.count - one.count);
  if (asJson) return sorted.map(({ of, count }) => JSON.stringify({ rule: of, count }));
  return sorted.map(({ of, count }) => `${String(count).padStart(9)}  ${escapeText(String(of))}`);
}

/** One line for people: number, local time, priority, rule and message. */
function alertText({ id, time, line }: StoredAlert): string {
  const { priority, rule, output = '' } = JSON.parse(line) as Readonly<Record<string, string | undefined>>;
  const message = output.replace(/^\d\S*: [A-Z]\w+ /, '');
  // Nanoseconds are not in the index.
  const clock = iso8601(BigInt(time) * MICROSECONDS).replace(/000(?=[+-]\d{4}$)/, '');
  return `@${id} ${clock} ${escapeText(`${priority} ${rule}: ${message}`)}`;
}

/** Writes lines to standard output, all of them. Rejects with EPIPE when nobody reads. */
async function put(lines: readonly string[]): Promise<void> {
  if (lines.length === 0) return;
  await writeAll(standardSink(1), Buffer.from(`${lines.join('\n')}\n`, 'utf8'));
}

function parseWhen(text: string): number {
  const time = timeOf(text);
  if (time === undefined) throw new InvalidArgumentError('Give a time such as 1h, 7d or 2026-01-31T12:00.');
  return time;
}

function parsePriority(text: string): Priority {
  const found = priorityOf(text);
  if (found === undefined) throw new InvalidArgumentError(`Give one of ${PRIORITIES.join(', ')}.`);
  return found;
}

function parseLimit(text: string): number {
  const limit = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(limit) || limit < 0)
    throw new InvalidArgumentError('Give a number from 0 on.');
  return limit;
}
