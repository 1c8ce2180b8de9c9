/** Alerts that Lanner raises of itself. */
import { INTERNAL_PREFIX, type InternalAlert } from './alert.ts';

export interface InternalNews extends Pick<InternalAlert, 'priority' | 'time' | 'hostname' | 'fields'> {
  /** What it is about, such as `syscall event drop`; becomes part of the rule name. */
  readonly subject: string;
  /** What happened, in a sentence; follows the rule name in the message. */
  readonly detail?: string;
}

/** An internal alert with the rule name `Lanner internal: SUBJECT`. */
export function internalAlert({ subject, detail, ...rest }: InternalNews): InternalAlert {
  const rule = INTERNAL_PREFIX + subject;
  const message = detail === undefined ? rule : `${rule}. ${detail}`;
  return { kind: 'internal', rule, message, ...rest };
}
