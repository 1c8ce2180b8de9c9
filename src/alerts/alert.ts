/** What an alert is: everything that outputs need, as plain values that outlive the event. */
import type { ValueType } from '../fields/field.ts';
import { PRIORITIES, type Priority } from '../rules/checked.ts';
import type { Evidence } from './evidence.ts';

/** A value that people and programs read: text is Unicode, addresses and byte buffers are text, `null` is missing. */
export type AlertValue = string | number | bigint | boolean | null | readonly AlertValue[];

export interface AlertField {
  /** As the output names it, such as `proc.aname[2]`. */
  readonly key: string;
  readonly value: AlertValue;
  readonly type: ValueType;
}

/** A rule has matched an event. */
export interface RuleAlert {
  readonly kind: 'rule';
  readonly rule: string;
  readonly priority: Priority;
  readonly source: string;
  /** Sorted. */
  readonly tags: readonly string[];
  /** Time of the event, nanoseconds since the epoch. */
  readonly time: bigint;
  readonly hostname: string;
  /** The rule's output with its values, without time and priority. */
  readonly message: string;
  /** The values that the output names, and those added by configuration, in that order, keys unique. */
  readonly fields: readonly AlertField[];
  /** For the store alone; absent where nothing is stored. */
  readonly evidence?: Evidence;
}

/** Lanner has something to say of itself, such as lost events. */
export interface InternalAlert {
  readonly kind: 'internal';
  /** {@link INTERNAL_PREFIX} and the subject. */
  readonly rule: string;
  readonly priority: Priority;
  readonly time: bigint;
  readonly hostname: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, string | number | bigint | boolean>>;
}

export type Alert = RuleAlert | InternalAlert;

/** The priority as syslog counts: 0 is the most severe. */
export function severity({ priority }: Alert): number {
  return PRIORITIES.indexOf(priority);
}

/** Begins the rule name of every internal alert. */
export const INTERNAL_PREFIX = 'Lanner internal: ';

/** Name of the source of internal alerts. */
export const INTERNAL_SOURCE = 'internal';

/** Names what an alert could not wait for any longer; an entry of `output_fields` beside the fields. */
export const INCOMPLETE_KEY = 'lanner.incomplete';

/** The alert with a mark that its container was not known yet when it had to go out. */
export function withoutContainer(alert: RuleAlert): RuleAlert {
  const mark: AlertField = { key: INCOMPLETE_KEY, type: 'CHARBUF', value: 'container' };
  return { ...alert, fields: [...alert.fields, mark] };
}

/** Names and values of what the alert tells, in its order. */
export function fieldEntries(alert: Alert): readonly (readonly [string, AlertValue])[] {
  if (alert.kind === 'internal') return Object.entries(alert.fields);
  return alert.fields.map(({ key, value }) => [key, value]);
}

/** Where the event came from; `internal` of Lanner's own. */
export function sourceOf(alert: Alert): string {
  return alert.kind === 'rule' ? alert.source : INTERNAL_SOURCE;
}

/** The tags of the rule; internal alerts have none. */
export function tagsOf(alert: Alert): readonly string[] {
  return alert.kind === 'rule' ? alert.tags : [];
}

/** Ids of MITRE ATT&CK's techniques among the tags, such as `T1059` and `T1059.004`. */
export function techniquesOf(alert: Alert): readonly string[] {
  return tagsOf(alert).filter((tag) => /^T\d{4}(?:\.\d{3})?$/.test(tag));
}
