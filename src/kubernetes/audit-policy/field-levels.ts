/**
 * What has to be recorded for a field of the audit log to have a value: the level, and whether the field is there
 * when the request has only just arrived. By the meaning of Falco's plugin k8saudit, and by when the API server
 * fills in the parts of an event (k8s.io/apiserver/pkg/audit/request.go).
 */
import type { FieldInfo } from '../../fields/field.ts';
import type { Level } from './policy.ts';

export interface FieldDemand {
  readonly level: Level;
  /** Known only after the request has been judged and carried out: not at the stage RequestReceived. */
  readonly isLate: boolean;
}

/** A field together with its argument in brackets. */
export interface FieldUse {
  readonly field: Pick<FieldInfo, 'name'>;
  readonly argument: string | undefined;
}

/** Fields named like parts of the body that come from elsewhere. */
const FROM_METADATA = new Set(['ka.req.configmap.name']);
const FROM_RESPONSE = new Set(['ka.resp.name', 'ka.target.pod.name']);
const LATE_PREFIXES = ['ka.auth.', 'ka.response.', 'ka.validations.', 'ka.security.'];

export function demandOf({ field: { name }, argument }: FieldUse): FieldDemand {
  const pointer = pointerOf(name, argument);
  if (pointer !== undefined) return demandOfPointer(pointer);
  if (FROM_METADATA.has(name)) return { level: 'Metadata', isLate: false };
  if (FROM_RESPONSE.has(name)) return { level: 'RequestResponse', isLate: true };
  if (name.startsWith('ka.req.')) return { level: 'Request', isLate: true };
  return { level: 'Metadata', isLate: LATE_PREFIXES.some((prefix) => name.startsWith(prefix)) };
}

/** The JSON pointer that a field reads; `undefined` of fields that read none. */
function pointerOf(name: string, argument: string | undefined): string | undefined {
  if (name !== 'jevt.value' && name !== 'json.value') return undefined;
  const pointer = argument ?? '';
  return pointer.startsWith('/') ? pointer : `/${pointer}`;
}

function demandOfPointer(pointer: string): FieldDemand {
  if (isBelow(pointer, '/requestObject')) return { level: 'Request', isLate: true };
  if (isBelow(pointer, '/responseObject')) return { level: 'RequestResponse', isLate: true };
  return {
    level: 'Metadata',
    isLate: isBelow(pointer, '/responseStatus') || isBelow(pointer, '/annotations'),
  };
}

function isBelow(pointer: string, parent: string): boolean {
  return pointer === parent || pointer.startsWith(`${parent}/`);
}

/** Pointers to what fields are for, so that either way of asking is understood. */
const FIELD_OF_POINTER: Readonly<Record<string, string>> = {
  '/stage': 'ka.stage',
  '/verb': 'ka.verb',
  '/requestURI': 'ka.uri',
  '/user/username': 'ka.user.name',
  '/objectRef/name': 'ka.target.name',
  '/objectRef/namespace': 'ka.target.namespace',
  '/objectRef/resource': 'ka.target.resource',
  '/objectRef/subresource': 'ka.target.subresource',
  '/objectRef/apiGroup': 'objectRef.apiGroup',
};

/** Name of the attribute that the field tells, by the name of its own field where it has one. */
export function attributeOf({ field: { name }, argument }: FieldUse): string {
  const pointer = pointerOf(name, argument);
  if (pointer === undefined) return name;
  return Object.hasOwn(FIELD_OF_POINTER, pointer) ? (FIELD_OF_POINTER[pointer] as string) : name;
}
