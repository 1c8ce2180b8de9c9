/** Events of sources other than the kernel: all of one code, with data that the source's number tells how to read. */
import type { EventCursor } from './cursor.ts';

/** Code of the event `pluginevent`. */
export const PLUGIN_EVENT = 322;

/** Number of the audit events of Kubernetes; that of Falco's plugin k8saudit, so that captures mean the same. */
export const AUDIT_PLUGIN = 1;

/** Places among the parameters. */
const PLUGIN_ID = 0;
export const PLUGIN_DATA = 1;

export function isAuditEvent(event: EventCursor): boolean {
  return event.code === PLUGIN_EVENT && event.u32(PLUGIN_ID) === AUDIT_PLUGIN;
}
