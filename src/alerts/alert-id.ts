/** The identity of an alert. */
import { hash } from 'node:crypto';
import { type Alert, sourceOf } from './alert.ts';

/**
 * 32 hexadecimal digits that stand for an alert wherever it is sent, and however often: receivers tell repetitions
 * by it. Made of what the alert says, so that a capture that is replayed again has the same alerts.
 */
export function alertId(alert: Alert): string {
  const source = sourceOf(alert);
  const identity = [alert.hostname, source, String(alert.time), alert.rule, alert.message];
  return hash('sha256', JSON.stringify(identity)).slice(0, 32);
}
