/** The alert that tells of alerts which were held back. */
import type { AlertField, RuleAlert } from './alert.ts';
import type { HeldAlert } from './alert-maker.ts';
import { utcTime } from './format.ts';

export interface HeldBack {
  /** Why: they were like one before, or too many of their rule. */
  readonly kind: 'fold' | 'limit';
  /** The first of the kind. */
  readonly held: HeldAlert;
  /** How many were held back, and the times of the first and of the last event. */
  readonly count: number;
  readonly first: bigint;
  readonly last: bigint;
}

/** The first alert once more, at the time of the last one, with how many there were in `output_fields` and text. */
export function heldBackAlert({ kind, held, count, first, last }: HeldBack): RuleAlert {
  const alert = held.finish();
  const many = `${count} ${count === 1 ? 'alert' : 'alerts'}`;
  const what =
    kind === 'fold'
      ? `${many} more like this since ${utcTime(first)}`
      : `${many} of this rule held back by its rate limit since ${utcTime(first)}`;
  const fields: AlertField[] = [
    { key: `lanner.${kind}.count`, type: 'UINT64', value: count },
    { key: `lanner.${kind}.first`, type: 'CHARBUF', value: utcTime(first) },
    { key: `lanner.${kind}.last`, type: 'CHARBUF', value: utcTime(last) },
  ];
  return {
    ...alert,
    time: last,
    message: `${alert.message} (${what})`,
    fields: [...alert.fields, ...fields],
  };
}
