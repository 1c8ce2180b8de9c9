/** From a stored alert to what the console shows of it. */
import { PRIORITIES } from '../rules/checked.ts';
import type { AlertField, AlertItem } from '../server/api-types.ts';
import type { StoredAlert } from '../store/query.ts';

/** Characters of a message that lists show. */
const MOST_MESSAGE = 2000;

type Fields = Readonly<Record<string, unknown>>;

interface Line {
  readonly rule?: unknown;
  readonly priority?: unknown;
  readonly output?: unknown;
  readonly source?: unknown;
  readonly tags?: unknown;
  readonly hostname?: unknown;
  readonly output_fields?: unknown;
}

/** What is known of a stored alert. */
export interface ReadAlert {
  readonly item: AlertItem;
  readonly message: string;
  readonly fields: readonly AlertField[];
}

/** An alert as lists have it. */
export function itemOf(stored: StoredAlert): AlertItem {
  return itemFrom(stored, JSON.parse(stored.line) as Line);
}

/** An alert with all its fields. */
export function readAlert(stored: StoredAlert): ReadAlert {
  const line = JSON.parse(stored.line, exactly) as Line;
  const fields = Object.entries(fieldsOf(line)).map(([name, value]) => ({ name, value: fieldValue(value) }));
  return { item: itemFrom(stored, line), message: messageOf(line), fields };
}

function itemFrom({ id, time }: StoredAlert, line: Line): AlertItem {
  const fields = fieldsOf(line);
  const message = messageOf(line);
  return {
    id,
    time,
    rule: text(line.rule) ?? '',
    priority: PRIORITIES.find((priority) => priority === line.priority) ?? 'Debug',
    message: message.length <= MOST_MESSAGE ? message : `${message.slice(0, MOST_MESSAGE - 1)}…`,
    source: text(line.source) ?? '',
    tags: Array.isArray(line.tags) ? line.tags.map(String) : [],
    hostname: text(line.hostname) ?? '',
    container: containerOf(fields),
    pod: podOf(fields),
    process: known(fields['proc.name']),
  };
}

/** Falco's `output` begins with time and priority. */
function messageOf({ output }: Line): string {
  return (text(output) ?? '').replace(/^\d\S*: [A-Z]\w+ /, '');
}

function containerOf(fields: Fields): AlertItem['container'] {
  const id = known(fields['container.id']);
  if (id === null || id === 'host') return null;
  return { id, name: known(fields['container.name']) };
}

function podOf(fields: Fields): AlertItem['pod'] {
  const name = known(fields['k8s.pod.name']) ?? known(fields['ka.target.pod.name']);
  if (name === null) return null;
  return { name, namespace: known(fields['k8s.ns.name']) ?? known(fields['ka.target.namespace']) };
}

function fieldsOf({ output_fields: fields }: Line): Fields {
  return typeof fields === 'object' && fields !== null ? (fields as Fields) : {};
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function known(value: unknown): string | null {
  return typeof value === 'string' && value !== '' && value !== '<NA>' ? value : null;
}

function fieldValue(value: unknown): AlertField['value'] {
  if (Array.isArray(value)) return value.map((item) => (typeof item === 'number' ? item : String(item)));
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return value === null ? null : JSON.stringify(value);
}

/** Numbers that JavaScript has not are told as the text that they are. */
function exactly(_: string, value: unknown, context?: { readonly source?: string }): unknown {
  const isInexact = typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value);
  return isInexact ? (context?.source ?? String(value)) : value;
}
