/** What an API server sends, or a log holds: one audit event, a list of them, or an array of either. */
import { parseTimestamp } from './timestamp.ts';

/** A payload that holds no audit events. The message is for people. */
export class PayloadError extends Error {}

/** An audit event as JSON has it; only what this file looks at. */
export interface AuditDocument {
  readonly auditID?: unknown;
  readonly stage?: unknown;
  readonly stageTimestamp?: unknown;
  readonly requestReceivedTimestamp?: unknown;
  readonly [key: string]: unknown;
}

export interface Payload {
  readonly documents: readonly AuditDocument[];
  /** Entries of lists that are no audit events. */
  readonly foreign: number;
}

/** The audit events in `bytes`, in order. Throws a {@link PayloadError} when it is not JSON or no audit event. */
export function readPayload(bytes: Buffer): Payload {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw new PayloadError(`not JSON: ${(error as Error).message}`);
  }
  if (isAuditDocument(value)) return { documents: [value], foreign: 0 };
  const entries = readEntries(value);
  if (entries === undefined)
    throw new PayloadError('neither an audit event nor a list of them (kind Event or EventList)');
  const documents = entries.filter(isAuditDocument);
  return { documents, foreign: entries.length - documents.length };
}

function readEntries(value: unknown): readonly unknown[] | undefined {
  try {
    return entriesOf(value);
  } catch (error) {
    if (error instanceof RangeError) throw new PayloadError('lists within lists beyond measure');
    throw error;
  }
}

/** All entries of an `EventList` or an array, which may hold lists itself; `undefined` for anything else. */
function entriesOf(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value.flatMap((entry: unknown) => entriesOf(entry) ?? [entry]);
  if (!isObject(value) || value.kind !== 'EventList') return undefined;
  return Array.isArray(value.items) ? value.items : [];
}

/** Entries of lists need not say their kind. */
export function isAuditDocument(value: unknown): value is AuditDocument {
  if (!isObject(value)) return false;
  return value.kind === 'Event'
    ? 'stage' in value || 'auditID' in value
    : value.kind === undefined && 'auditID' in value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * When the stage was that the event tells of, which is its time in Falco too; nanoseconds since the epoch, `now` for
 * events that do not say.
 */
export function timeOf({ stageTimestamp, requestReceivedTimestamp }: AuditDocument, now: bigint): bigint {
  return parseTimestamp(stageTimestamp) ?? parseTimestamp(requestReceivedTimestamp) ?? now;
}
