/** Alerts of the past, wherever they are kept. */

/** What a field of an alert held. */
export type PastValue = string | number | boolean | null;

export interface PastAlert {
  readonly rule: string;
  readonly source: string;
  readonly priority: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** The text for people, without time and priority. */
  readonly output: string;
  readonly fields: ReadonlyMap<string, PastValue>;
  /** How many alerts it stands for: more than one where alerts were folded. */
  readonly count: number;
}

/** Where alerts of the past are read from: files here, a store elsewhere. */
export interface AlertHistory {
  /** All alerts, once, in any order. */
  alerts(): AsyncIterable<PastAlert>;
  /** What could not be read as an alert so far, by reason. */
  readonly passedOver: ReadonlyMap<string, number>;
}

/** Makes an alert of the past out of the JSON form that Falco and Lanner write; a text says why that is not possible. */
export function pastAlert(json: unknown): PastAlert | string {
  const NOT_AN_ALERT = 'not an alert in the form of json_output';
  if (!isRecord(json)) return NOT_AN_ALERT;
  const { rule, source = 'syscall', priority = '', time, output = '', output_fields: fields } = json;
  const at = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  if (typeof rule !== 'string' || typeof source !== 'string' || Number.isNaN(at)) return NOT_AN_ALERT;
  if (source === 'internal' || rule.startsWith('Falco internal: ')) return 'internal alerts';
  if (!isRecord(fields)) return 'alerts without output_fields';
  if (fields['lanner.limit.count'] !== undefined)
    return 'alerts that only count what a rate limit held back, of which nothing else is known';
  const folded = Number(fields['lanner.fold.count'] ?? 1);
  return {
    ...{ rule, source, priority: String(priority), time: at, output: withoutTime(String(output)) },
    fields: new Map(Object.entries(fields).map(([name, value]) => [name, pastValue(value)])),
    count: Number.isSafeInteger(folded) && folded > 0 ? folded : 1,
  };
}

/** The text as the rule says it: without time and priority, which make every text another one. */
function withoutTime(output: string): string {
  return output.replace(/^\d\S*: [A-Z]\w+ /, '');
}

/** A list is told as text: it can be shown, not compared. */
function pastValue(value: unknown): PastValue {
  if (value === null || value === undefined || value === '<NA>') return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return JSON.stringify(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
