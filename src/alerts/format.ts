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
  return alert.kind === 'internal'
    ? internalText(alert)
    : JSON.stringify(outputOf(alert, options)).slice(1, -1);
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

/** The `time` of JSON alerts: UTC with a `Z`. */
function utcTime(time: bigint): string {
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
    ['hostname', JSON.stringify(alert.hostname)],
    ['message', options.jsonIncludeMessageProperty && JSON.stringify(alert.message)],
    ['output', options.jsonIncludeOutputProperty && JSON.stringify(outputOf(alert, options))],
    ['output_fields', options.jsonIncludeOutputFieldsProperty && sortedObjectJson(fields)],
    ['priority', JSON.stringify(alert.priority)],
    ['rule', JSON.stringify(alert.rule)],
    ['source', JSON.stringify(alert.source)],
    ['tags', options.jsonIncludeTagsProperty && JSON.stringify(alert.tags)],
    ['time', JSON.stringify(utcTime(alert.time))],
  ]);
}

function internalText({ time, priority, message, fields }: InternalAlert): string {
  const values = sortedEntries(fields).map(([key, value]) => `${key}=${valueJson(value)}`);
  return `${localClock(time)}: ${priority} ${message} (${values.join(' ')})`;
}

function internalJson({ time, priority, message, fields, hostname, rule }: InternalAlert): string {
  const values = sortedEntries(fields).map(([key, value]): [string, string] => [key, valueJson(value)]);
  return objectJson([
    ['hostname', JSON.stringify(hostname)],
    ['output', JSON.stringify(message)],
    ['output_fields', objectJson(values)],
    ['priority', JSON.stringify(priority)],
    ['rule', JSON.stringify(rule)],
    ['source', JSON.stringify(INTERNAL_SOURCE)],
    ['time', JSON.stringify(utcTime(time))],
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
  return JSON.stringify(value);
}

/** Object of the given keys and JSON texts, without those that are `false`. */
function objectJson(entries: readonly (readonly [string, string | false])[]): string {
  const members = entries
    .filter(([, json]) => json !== false)
    .map(([key, json]) => `${JSON.stringify(key)}:${json}`);
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
