/** Alert lines as Falco prints them: text, and JSON with its keys in alphabetical order. */
import { fraction, iso8601, timeOfDay } from '../fields/time-text.ts';
import {
  type Alert,
  type AlertField,
  type AlertValue,
  INTERNAL_SOURCE,
  type InternalAlert,
  type RuleAlert,
} from './alert.ts';

/** Options of the same names in falco.yaml. */
export interface FormatOptions {
  readonly timeFormatIso8601: boolean;
  readonly jsonIncludeOutputProperty: boolean;
  readonly jsonIncludeMessageProperty: boolean;
  readonly jsonIncludeOutputFieldsProperty: boolean;
  readonly jsonIncludeTagsProperty: boolean;
}

/** Falco's own defaults. */
export const DEFAULT_FORMAT: FormatOptions = {
  timeFormatIso8601: false,
  jsonIncludeOutputProperty: true,
  jsonIncludeMessageProperty: false,
  jsonIncludeOutputFieldsProperty: true,
  jsonIncludeTagsProperty: true,
};

/** One line of text, without its newline. Quotes, backslashes and control characters are escaped as in JSON. */
export function formatText(alert: Alert, options: FormatOptions): string {
  return alert.kind === 'internal' ? internalText(alert) : escapeText(outputOf(alert, options));
}

/** One line of JSON, without its newline. */
export function formatJson(alert: Alert, options: FormatOptions): string {
  return alert.kind === 'internal' ? internalJson(alert) : ruleJson(alert, options);
}

/** Time, priority and message. */
function outputOf({ time, priority, message }: RuleAlert, { timeFormatIso8601 }: FormatOptions): string {
  const clock = timeFormatIso8601 ? iso8601(time) : localClock(time);
  return `${clock}: ${priority} ${message}`;
}

function localClock(time: bigint): string {
  return timeOfDay(time) + fraction(time);
}

/** The `time` of JSON alerts: ISO 8601 with nanoseconds, UTC with a `Z`. */
export function utcTime(time: bigint): string {
  return iso8601(time).replace('+0000', 'Z');
}

function ruleJson(alert: RuleAlert, options: FormatOptions): string {
  const timeField: AlertField = {
    key: options.timeFormatIso8601 ? 'evt.time.iso8601' : 'evt.time',
    value: alert.time,
    type: 'CHARBUF',
  };
  const fields = new Map([timeField, ...alert.fields].map((field) => [field.key, fieldJson(field)]));
  return objectJson([
    ['hostname', quote(alert.hostname)],
    ['message', options.jsonIncludeMessageProperty && quote(alert.message)],
    ['output', options.jsonIncludeOutputProperty && quote(outputOf(alert, options))],
    ['output_fields', options.jsonIncludeOutputFieldsProperty && sortedObjectJson(fields)],
    ['priority', quote(alert.priority)],
    ['rule', quote(alert.rule)],
    ['source', quote(alert.source)],
    ['tags', options.jsonIncludeTagsProperty && valueJson(alert.tags)],
    ['time', quote(utcTime(alert.time))],
  ]);
}

function internalText({ time, priority, message, fields }: InternalAlert): string {
  const values = sortedEntries(fields).map(([key, value]) => `${key}=${valueJson(value)}`);
  return `${localClock(time)}: ${priority} ${message} (${values.join(' ')})`;
}

function internalJson({ time, priority, message, fields, hostname, rule }: InternalAlert): string {
  const values = sortedEntries(fields).map(([key, value]): [string, string] => [key, valueJson(value)]);
  return objectJson([
    ['hostname', quote(hostname)],
    ['output', quote(message)],
    ['output_fields', objectJson(values)],
    ['priority', quote(priority)],
    ['rule', quote(rule)],
    ['source', quote(INTERNAL_SOURCE)],
    ['time', quote(utcTime(time))],
  ]);
}

function fieldJson({ value, type }: AlertField): string {
  const json = valueJson(value);
  // A double stays recognisable as one.
  return type === 'DOUBLE' && /^-?\d+$/.test(json) ? `${json}.0` : json;
}

/** JSON of a value; integers are written exactly, however large. */
function valueJson(value: AlertValue): string {
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return `[${value.map(valueJson).join(',')}]`;
  return typeof value === 'string' ? quote(value) : JSON.stringify(value);
}

/**
 * Characters that JSON need not escape, and that would let a file name write to the terminal of those who
 * read alerts: control characters of ISO 6429 (U+009B begins a sequence as ESC [ does), line separators,
 * and marks that change the direction of writing, which make one name look like another.
 */
const DECEIVING = /[\u0080-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Text in one line that cannot write to a terminal: escaped as in JSON. */
export function escapeText(text: string): string {
  return quote(text).slice(1, -1);
}

/** JSON of a string. */
function quote(text: string): string {
  return JSON.stringify(text).replace(
    DECEIVING,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Object of the given keys and JSON texts, without those that are `false`. */
function objectJson(entries: readonly (readonly [string, string | false])[]): string {
  const members = entries.filter(([, json]) => json !== false).map(([key, json]) => `${quote(key)}:${json}`);
  return `{${members.join(',')}}`;
}

function sortedObjectJson(entries: ReadonlyMap<string, string>): string {
  return objectJson([...entries].sort(byKey));
}

function sortedEntries<T>(record: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(record).sort(byKey);
}

function byKey([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  return left < right ? -1 : Number(left > right);
}
