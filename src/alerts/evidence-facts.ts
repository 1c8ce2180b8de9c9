/** What evidence tells of an audit event, which has no process: who asked, as whom, from where, for what. */
import { toText } from '../events/bytes.ts';
import type { Field, FieldCatalog } from '../fields/field.ts';
import type { EventContext } from '../system/context.ts';
import type { EvidenceFact } from './evidence.ts';
import type { Shortener } from './shortener.ts';
import { valueText } from './value-text.ts';

const AUDIT_SOURCE = 'k8s_audit';
const MOST_VALUE = 1024;

/** In the order in which people read them. */
const FACTS: readonly (readonly [name: string, field: string])[] = [
  ['user', 'ka.user.name'],
  ['groups', 'ka.user.groups'],
  ['impersonated user', 'ka.impuser.name'],
  ['source addresses', 'ka.sourceips'],
  ['user agent', 'ka.useragent'],
  ['verb', 'ka.verb'],
  ['resource', 'ka.target.resource'],
  ['subresource', 'ka.target.subresource'],
  ['namespace', 'ka.target.namespace'],
  ['object', 'ka.target.name'],
  ['URI', 'ka.uri'],
  ['decision', 'ka.auth.decision'],
  ['reason', 'ka.auth.reason'],
  ['response', 'ka.response.code'],
];

/** The facts that an audit event tells; none of other events. */
export function auditFacts(
  context: EventContext,
  catalog: FieldCatalog<Field>,
  shortener: Shortener,
): EvidenceFact[] {
  if (context.source !== AUDIT_SOURCE) return [];
  return FACTS.flatMap(([name, key]) => {
    const found = catalog.find(key);
    const value = found?.field.read(context, found.argument);
    if (found === undefined || value === undefined || value === '') return [];
    const text = Array.isArray(value) ? value.join(', ') : valueText(value, found.field.type);
    return [{ name, value: shortener.shorten(toText(text), MOST_VALUE) }];
  });
}
