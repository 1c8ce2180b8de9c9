/** What `lanner top` shows: tables of rates by rule, process, container and system call. */

import type { LiveCounts } from '../engine/live-counts.ts';
import { type ByteString, toText } from '../events/bytes.ts';
import type { MatcherProfile } from '../matcher/profile.ts';

export const VIEWS = ['rules', 'processes', 'containers', 'calls'] as const;
export type View = (typeof VIEWS)[number];

/** What happened in some time. */
export interface TopSample {
  /** How long it was. */
  readonly seconds: number;
  /** The figures are counts, not rates. */
  readonly isTotal: boolean;
  readonly counts: LiveCounts;
  readonly rules: readonly RuleWork[];
  /** By name of the event: left out in the kernel, since no rule can match; and lost. */
  readonly leftOut: ReadonlyMap<string, number>;
  readonly lost: ReadonlyMap<string, number>;
  /** Events that are collected, of those that there are. */
  readonly traced: number;
  readonly nameOf: (container: ByteString) => ByteString | undefined;
}

/** What a rule has cost. */
export interface RuleWork {
  readonly rule: string;
  readonly evaluations: number;
  readonly matches: number;
  readonly milliseconds: number;
}

type Cell = string | number;

interface Column {
  /** In JSON, and what `--sort` takes. */
  readonly key: string;
  readonly title: string;
  /** Figures of the first kind become rates. */
  readonly kind: 'rate' | 'figure' | 'text';
}

export interface TopTable {
  readonly view: View;
  readonly seconds: number;
  readonly isTotal: boolean;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  /** What the figures do not hold, in words. */
  readonly notes: readonly string[];
  /** Rows that were left out. */
  readonly more: number;
}

/** Columns by view; tables are sorted by the first one with numbers, unless told otherwise. */
const COLUMNS: Readonly<Record<View, readonly Column[]>> = {
  rules: [
    { key: 'milliseconds', title: 'ms', kind: 'rate' },
    { key: 'evaluated', title: 'evaluated', kind: 'rate' },
    { key: 'matched', title: 'matched', kind: 'rate' },
    { key: 'nanoseconds', title: 'ns each', kind: 'figure' },
    { key: 'rule', title: 'rule', kind: 'text' },
  ],
  processes: [
    { key: 'events', title: 'events', kind: 'rate' },
    { key: 'alerts', title: 'alerts', kind: 'rate' },
    { key: 'pid', title: 'pid', kind: 'figure' },
    { key: 'container', title: 'container', kind: 'text' },
    { key: 'process', title: 'process', kind: 'text' },
  ],
  containers: [
    { key: 'events', title: 'events', kind: 'rate' },
    { key: 'alerts', title: 'alerts', kind: 'rate' },
    { key: 'processes', title: 'processes', kind: 'figure' },
    { key: 'container', title: 'container', kind: 'text' },
    { key: 'name', title: 'name', kind: 'text' },
  ],
  calls: [
    { key: 'calls', title: 'calls', kind: 'rate' },
    { key: 'judged', title: 'judged', kind: 'rate' },
    { key: 'left_out', title: 'left out', kind: 'rate' },
    { key: 'lost', title: 'lost', kind: 'rate' },
    { key: 'alerts', title: 'alerts', kind: 'rate' },
    { key: 'call', title: 'call', kind: 'text' },
  ],
};

/** What `--sort` takes for a view. */
export function sortKeys(view: View): readonly string[] {
  return COLUMNS[view].map(({ key }) => key);
}

/** The `most` first rows of a view, sorted by a column: numbers from the largest, texts by the alphabet. */
export function topTable(view: View, sample: TopSample, sort: string | undefined, most: number): TopTable {
  const columns = COLUMNS[view];
  const by = Math.max(
    0,
    columns.findIndex(({ key }) => key === sort),
  );
  const sorted = [...ROWS[view](sample)].sort((a, b) => order(a, b, by));
  return {
    ...{ view, columns, seconds: sample.seconds, isTotal: sample.isTotal },
    rows: sorted
      .slice(0, most)
      .map((row) => row.map((cell, index) => perSecond(cell, columns[index], sample))),
    notes: notesOf(view, sample),
    more: Math.max(0, sorted.length - most),
  };
}

function perSecond(cell: Cell, column: Column | undefined, { seconds, isTotal }: TopSample): Cell {
  return typeof cell === 'number' && column?.kind === 'rate' && !isTotal ? cell / seconds : cell;
}

/** Ties are broken by the name, so that rows do not jump about. */
function order(a: readonly Cell[], b: readonly Cell[], by: number): number {
  return compare(a[by], b[by]) || compare(a.at(-1), b.at(-1));
}

function compare(a: Cell | undefined, b: Cell | undefined): number {
  if (typeof a === 'number' && typeof b === 'number') return b - a;
  return String(a) < String(b) ? -1 : Number(String(a) > String(b));
}

const HOST = 'host';

const ROWS: Readonly<Record<View, (sample: TopSample) => Cell[][]>> = {
  rules: ({ rules }) =>
    rules.map(({ rule, evaluations, matches, milliseconds }) => [
      milliseconds,
      evaluations,
      matches,
      evaluations === 0 ? 0 : (1e6 * milliseconds) / evaluations,
      rule,
    ]),
  processes: ({ counts }) =>
    [...counts.processes.values()].map(({ pid, name, container, events, alerts }) => [
      events,
      alerts,
      pid,
      shownText(container) || HOST,
      shownText(name),
    ]),
  containers: ({ counts, nameOf }) =>
    [...counts.containers].map(([id, { events, alerts }]) => [
      events,
      alerts,
      [...counts.processes.values()].filter(({ container }) => container === id).length,
      shownText(id) || HOST,
      shownText(nameOf(id) ?? ''),
    ]),
  calls({ counts, leftOut, lost }) {
    const names = new Set([...counts.calls.keys(), ...leftOut.keys(), ...lost.keys()]);
    return [...names].map((name) => {
      const { events = 0, alerts = 0 } = counts.calls.get(name) ?? {};
      const [out, gone] = [leftOut.get(name) ?? 0, lost.get(name) ?? 0];
      return [events + out + gone, events, out, gone, alerts, name];
    });
  },
};

/** Names of programs are anybody's choice: what would move the cursor becomes a question mark. */
function shownText(bytes: ByteString): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not get to the terminal.
  return toText(bytes).replace(/[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, '?');
}

function notesOf(view: View, { counts, leftOut, lost, seconds, isTotal, traced }: TopSample): string[] {
  const rate = (count: number): string => (isTotal ? String(count) : `${rateText(count / seconds)}/s`);
  const out = sum(leftOut);
  const gone = sum(lost);
  const notes = [
    `${rate(counts.events)} events judged, ${rate(out)} left out in the kernel, ${rate(gone)} lost`,
  ];
  if (view === 'calls')
    notes.push(`${traced} kinds of events are collected for rules and model; of others nothing is counted`);
  if ((view === 'processes' || view === 'containers') && out + gone > 0)
    notes.push('whose events were left out or lost is not known: they are in no row');
  if (view !== 'rules' && view !== 'calls') {
    if (counts.uncounted > 0)
      notes.push(`${rate(counts.uncounted)} of processes that were too many to count each`);
    if (counts.withoutProcess > 0) notes.push(`${rate(counts.withoutProcess)} have no process`);
  }
  return notes;
}

function sum(counts: ReadonlyMap<string, number>): number {
  return counts.values().reduce((total, count) => total + count, 0);
}

/** What has been added between two counts. */
export function added(
  after: ReadonlyMap<string, number>,
  before: ReadonlyMap<string, number>,
): Map<string, number> {
  return new Map(
    after
      .entries()
      .map(([name, count]) => [name, count - (before.get(name) ?? 0)] as const)
      .filter(([, count]) => count > 0),
  );
}

/** What rules have cost between two profiles; those that were not asked are left out. */
export function workBetween(
  after: MatcherProfile | undefined,
  before: MatcherProfile | undefined,
): RuleWork[] {
  const earlier = new Map(before?.rules.map((cost) => [cost.rule.name, cost]));
  return (after?.rules ?? []).flatMap(({ rule, evaluations, matches, milliseconds }) => {
    const was = earlier.get(rule.name);
    const asked = evaluations - (was?.evaluations ?? 0);
    if (asked <= 0) return [];
    return {
      rule: rule.name,
      evaluations: asked,
      matches: matches - (was?.matches ?? 0),
      // An estimate, which later samples correct.
      milliseconds: Math.max(0, milliseconds - (was?.milliseconds ?? 0)),
    };
  });
}

/** The table as text, each line cut to `width` characters. */
export function tableText(
  { columns, rows, notes, more, isTotal }: TopTable,
  width = Number.POSITIVE_INFINITY,
): string {
  const isRate = ({ kind }: Column): boolean => kind === 'rate' && !isTotal;
  const titles = columns.map((column) => column.title + (isRate(column) ? '/s' : ''));
  const cells = rows.map((row) => row.map((cell, index) => cellText(cell, columns[index])));
  const lines = [titles, ...cells];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => (line[index] ?? '').length)));
  const last = columns.length - 1;
  const texts = lines.map((line) =>
    line.map((cell, index) => (index === last ? cell : cell.padStart(widths[index] ?? 0))).join('  '),
  );
  const end = more > 0 ? [`and ${more} more`] : [];
  return [...notes, ...texts, ...end].map((line) => line.trimEnd().slice(0, width)).join('\n');
}

function cellText(cell: Cell, column: Column | undefined): string {
  if (typeof cell === 'string') return cell;
  return column?.kind === 'rate' ? rateText(cell) : cell.toFixed(0);
}

/** Small rates with a fraction. */
function rateText(rate: number): string {
  return Number.isInteger(rate) || rate >= 10 ? rate.toFixed(0) : rate.toFixed(1);
}

/** The table as one line of JSON: rates of a moment, or counts of the whole time. */
export function tableJson({ view, seconds, isTotal, columns, rows, notes, more }: TopTable): string {
  const kind = isTotal ? 'total' : 'sample';
  const objects = rows.map((row) =>
    Object.fromEntries(columns.map(({ key }, index) => [key, rounded(row[index])])),
  );
  return JSON.stringify({ kind, view, seconds: rounded(seconds), rows: objects, more, notes });
}

function rounded(cell: Cell | undefined): Cell | undefined {
  return typeof cell === 'number' ? Math.round(cell * 1000) / 1000 : cell;
}
