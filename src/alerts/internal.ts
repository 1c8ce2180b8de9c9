/** Alerts that Lanner raises of itself. */
import { INTERNAL_PREFIX, type InternalAlert } from './alert.ts';

export interface InternalNews extends Pick<InternalAlert, 'priority' | 'time' | 'hostname' | 'fields'> {
  /** What it is about, such as `syscall event drop`; becomes part of the rule name. */
  readonly subject: string;
  /** What happened, in a sentence; follows the rule name in the message. */
  readonly detail?: string;
  /** Why, in place of a sentence; follows the rule name after a colon. */
  readonly reason?: string;
}

/** An internal alert with the rule name `Lanner internal: SUBJECT`. */
export function internalAlert({ subject, detail, reason, ...rest }: InternalNews): InternalAlert {
  const rule = INTERNAL_PREFIX + subject;
  const message =
    rule + (detail === undefined ? '' : `. ${detail}`) + (reason === undefined ? '' : `: ${reason}`);
  return { kind: 'internal', rule, message, ...rest };
}
