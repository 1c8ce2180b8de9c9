/** From an alert to what the store keeps of it. */
import { type Alert, type AlertValue, fieldEntries, severity, sourceOf } from '../alerts/alert.ts';
import { type Evidence, NOTHING_IN_TIME } from '../alerts/evidence.ts';
import { DEFAULT_FORMAT, formatJson } from '../alerts/format.ts';
import { type NameKind, NOTHING, type Row } from './row.ts';

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
    ...(alert.kind === 'rule' && alert.evidence ? { evidence: evidenceText(alert.evidence) } : {}),
  };
}

function evidenceText(evidence: Evidence): string {
  return evidence === NOTHING_IN_TIME ? NOTHING : JSON.stringify(evidence);
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
