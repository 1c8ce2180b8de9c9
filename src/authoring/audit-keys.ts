/** What the API server writes into audit events: a mistyped key would leave a rule silent for no reason. */
import type { MapNode } from '../config/node.ts';
import { checkKeys, type Report } from './reading.ts';

/** Keys of Event of audit.k8s.io/v1. */
const EVENT =
  'kind apiVersion metadata level auditID stage requestURI verb user impersonatedUser authenticationMetadata sourceIPs userAgent objectRef responseStatus requestObject responseObject requestReceivedTimestamp stageTimestamp annotations'.split(
    ' ',
  );

/** Keys of the objects within it whose form does not depend on the request. */
const WITHIN: Readonly<Record<string, readonly string[]>> = {
  user: ['username', 'uid', 'groups', 'extra'],
  impersonatedUser: ['username', 'uid', 'groups', 'extra'],
  objectRef: 'resource namespace name uid apiGroup apiVersion resourceVersion subresource'.split(' '),
  responseStatus: 'kind apiVersion metadata status message reason details code'.split(' '),
};

/** Reports keys of an audit event that none has. */
export function checkAuditEvent(event: MapNode, report: Report): void {
  checkKeys(event, EVENT, report);
  for (const [key, known] of Object.entries(WITHIN)) {
    const part = event.entries.get(key);
    if (part?.kind === 'map') checkKeys(part, known, report);
  }
}
