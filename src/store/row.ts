/** An alert as the store keeps it. */
import { type Alert, type AlertValue, fieldEntries, severity, sourceOf } from '../alerts/alert.ts';
import { DEFAULT_FORMAT, formatJson } from '../alerts/format.ts';

/** What is found again by its name. */
export const NAME_KINDS = ['rule', 'source', 'container', 'container_name', 'pod', 'process'] as const;
export type NameKind = (typeof NAME_KINDS)[number];

/** Plain, so that it passes from thread to thread. */
export interface Row {
  /** Microseconds since the epoch. */
  readonly time: number;
  /** As syslog counts: 0 is the most severe. */
  readonly priority: number;
  readonly names: Readonly<Record<NameKind, string | null>>;
  /** What a search for text looks through. */
  readonly text: string;
  /** The JSON line, with every key that Falco's defaults have. */
  readonly line: string;
}

const NANOSECONDS = 1000n;

/** Which fields tell the name of what, in Falco's words; the first that the alert has. */
const FIELDS: readonly (readonly [Exclude<NameKind, 'rule' | 'source'>, readonly string[]])[] = [
  ['container', ['container.id']],
  ['container_name', ['container.name']],
  ['pod', ['k8s.pod.name', 'ka.target.pod.name']],
  ['process', ['proc.name']],
];

/** Makes a row of an alert. */
export function rowOf(alert: Alert): Row {
  const fields = new Map(fieldEntries(alert));
  const found = FIELDS.map(([kind, keys]) => [kind, firstText(keys, fields)] as const);
  return {
    time: Number(alert.time / NANOSECONDS),
    priority: severity(alert),
    names: {
      ...(Object.fromEntries(found) as Record<Exclude<NameKind, 'rule' | 'source'>, string | null>),
      rule: alert.rule,
      source: sourceOf(alert),
    },
    text: searchedText(alert, fields),
    line: formatJson(alert, DEFAULT_FORMAT),
  };
}

/** Bytes that a row takes in memory, about. */
export function sizeOf({ line, text }: Row): number {
  return line.length + text.length + 200;
}

function firstText(keys: readonly string[], fields: ReadonlyMap<string, AlertValue>): string | null {
  for (const key of keys) {
    const value = fields.get(key);
    if (typeof value === 'string' && value !== '' && value !== '<NA>') return value;
  }
  return null;
}

/** The rule, the message, and the values that the message does not tell. */
function searchedText({ rule, message }: Alert, fields: ReadonlyMap<string, AlertValue>): string {
  const parts = [rule, message];
  for (const value of fields.values()) {
    if (value === null || typeof value === 'boolean') continue;
    const text = Array.isArray(value) ? value.join(' ') : String(value);
    if (!message.includes(text)) parts.push(text);
  }
  return parts.join('\n');
}
