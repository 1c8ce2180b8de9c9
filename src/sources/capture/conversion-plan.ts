/** What becomes of an event of a given code and number of parameters: the conversion table, worked out. */
import { EVENT_TYPES, type EventType } from '../../events/table.ts';
import { CONVERSION_ROWS } from './conversion-rows.ts';

/** Where a parameter of a converted event comes from. */
export type Source =
  | { readonly from: 'old'; readonly index: number }
  | { readonly from: 'enter'; readonly index: number; readonly otherwise: 'default' | 'empty' }
  | { readonly from: 'default' | 'empty' | 'container' };

export interface Plan {
  readonly deliver: boolean;
  /** Keep the event for the exit event of the same thread. */
  readonly store: boolean;
  /** Code of the event that is delivered or stored. */
  readonly code: number;
  /** Its parameters; undefined where the event stays as it is. */
  readonly sources: readonly Source[] | undefined;
  /** Code of the enter event that sources are taken from; -1 when none is. */
  readonly enterCode: number;
  /** The table has no row for such an event. */
  readonly unknown: boolean;
}

interface Row {
  readonly action: 'store' | 'pass' | 'store-pass' | 'append' | 'become';
  /** Of `become`. */
  readonly code: number;
  readonly sources: readonly Source[];
}

/** Values of {@link CURRENT_COUNTS} that are no number of parameters. */
export const ANY_COUNT = -1;
export const NO_COUNT = -2;

/** More steps than any chain of rows has. */
const MAX_STEPS = 50;

const ROWS: ReadonlyMap<string, Row> = new Map(CONVERSION_ROWS.trim().split('\n').map(parseRow));

/**
 * By event code: the number of parameters with which the event needs no conversion. {@link ANY_COUNT}
 * where it never does, {@link NO_COUNT} where it always has to be looked up.
 */
export const CURRENT_COUNTS: Int16Array = Int16Array.from(EVENT_TYPES, (type) => {
  if (type.flags.has('UNUSED') || type.flags.has('OLD_VERSION')) return NO_COUNT;
  if (!type.flags.has('CONVERTER_MANAGED')) return ANY_COUNT;
  return isExit(type) ? type.parameters.length : NO_COUNT;
});

/** Follows the rows from an event with `count` parameters to what is delivered or stored in the end. */
export function planConversion(code: number, count: number): Plan {
  let type = EVENT_TYPES[code] as EventType;
  let current = count;
  let sources: readonly Source[] | undefined;
  let enterCode = -1;
  const end = (deliver: boolean, store: boolean, unknown = false): Plan => ({
    deliver,
    store,
    code: type.code,
    sources,
    enterCode,
    unknown,
  });

  for (let step = 0; step < MAX_STEPS; step++) {
    const old = type.flags.has('OLD_VERSION');
    if (type.flags.has('UNUSED')) return end(false, false);
    if (!type.flags.has('CONVERTER_MANAGED')) return end(!old, false);
    // A later schema appends parameters that we know nothing of.
    if (isExit(type) && current > type.parameters.length) {
      sources = (sources ?? unchanged(count)).slice(0, type.parameters.length);
      current = sources.length;
    }
    if (current === CURRENT_COUNTS[type.code]) return end(true, false);

    const row = ROWS.get(`${type.code}/${current}`);
    if (!row) return end(isExit(type) && !old, false, true);
    if (row.action === 'store') return end(false, true);
    if (row.action === 'pass') return end(true, false);
    if (row.action === 'store-pass') return end(true, true);
    const before = sources ?? unchanged(count);
    const added = row.sources.map((source) => follow(source, before, enterCode >= 0));
    // The first step that takes something from the enter event uses it up.
    if (enterCode < 0 && added.some((source) => source.from === 'enter')) enterCode = type.code - 1;
    sources = row.action === 'append' ? [...before, ...added] : added;
    if (row.action === 'become') type = EVENT_TYPES[row.code] as EventType;
    current = sources.length;
  }
  throw new Error(`the conversion of event ${code} with ${count} parameters does not end`);
}

/** A row's source in terms of the event that the conversion began with. */
function follow(source: Source, before: readonly Source[], enterUsed: boolean): Source {
  if (source.from === 'old') return before[source.index] ?? { from: 'empty' };
  if (source.from === 'enter' && enterUsed) return { from: source.otherwise };
  return source;
}

function unchanged(count: number): Source[] {
  return Array.from({ length: count }, (_, index) => ({ from: 'old', index }));
}

function isExit(type: EventType): boolean {
  return type.code % 2 === 1;
}

function parseRow(text: string): [string, Row] {
  const [key = '', , action, ...rest] = text.split(' ');
  const code = action === 'become' ? Number(rest.shift()) : -1;
  return [key, { action: action as Row['action'], code, sources: rest.flatMap(parseSource) }];
}

function parseSource(text: string): Source[] {
  const [, name = '', first, last, times] = /^([a-z?]+)(?::(\d+)(?:-(\d+))?)?(?:\*(\d+))?$/.exec(text) ?? [];
  if (first === undefined) {
    return Array.from({ length: Number(times ?? 1) }, () => ({
      from: name as 'default' | 'empty' | 'container',
    }));
  }
  return Array.from({ length: Number(last ?? first) - Number(first) + 1 }, (_, step) => {
    const index = Number(first) + step;
    return name === 'old'
      ? { from: 'old', index }
      : { from: 'enter', index, otherwise: name === 'enter?' ? 'empty' : 'default' };
  });
}
