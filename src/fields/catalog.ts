/** All fields, and how a name in a rule finds its field. */
import { EVENT_TYPES } from '../events/table.ts';
import { AUDIT_FIELDS } from './audit.ts';
import { CONTAINER_FIELDS } from './container.ts';
import type { FieldClass } from './define.ts';
import { EVENT_FIELDS } from './evt.ts';
import { COMMON_EVENT_FIELDS } from './evt-common.ts';
import { FD_FIELDS } from './fd.ts';
import { FD_LIST_FIELDS } from './fdlist.ts';
import type { DottedArgument, Field, FieldCatalog, FieldReference, ValueType } from './field.ts';
import { findField } from './find-field.ts';
import { FS_PATH_FIELDS } from './fs-path.ts';
import { JSON_FIELDS } from './json.ts';
import { K8S_FIELDS } from './k8s.ts';
import { K8SMETA_FIELDS } from './k8smeta.ts';
import { valueTypeOfParameter } from './parameter-types.ts';
import { PROCESS_FIELDS } from './process.ts';
import { GROUP_FIELDS, USER_FIELDS } from './user.ts';
import { UTIL_FIELDS } from './util.ts';

/** All classes, in the order of `--list`. */
export const FIELD_CLASSES: readonly FieldClass[] = [
  COMMON_EVENT_FIELDS,
  EVENT_FIELDS,
  PROCESS_FIELDS,
  USER_FIELDS,
  GROUP_FIELDS,
  FD_FIELDS,
  FS_PATH_FIELDS,
  FD_LIST_FIELDS,
  UTIL_FIELDS,
  CONTAINER_FIELDS,
  K8S_FIELDS,
  K8SMETA_FIELDS,
  AUDIT_FIELDS,
  JSON_FIELDS,
];

/** Types of the parameters of all events by name; where events differ, the first in the table counts. */
const PARAMETER_TYPES: ReadonlyMap<string, ValueType> = new Map(
  EVENT_TYPES.flatMap((type) => type.parameters)
    .map((parameter): [string, ValueType] => [parameter.name, valueTypeOfParameter(parameter.type)])
    .reverse(),
);

const PARAMETERS: DottedArgument = { names: PARAMETER_TYPES };
const EVENT_NAMES: DottedArgument = {
  names: new Map(EVENT_TYPES.map(({ name }) => [name, 'BOOL'])),
  pattern: '^[0-9]+$',
};
const ENDS: DottedArgument = {
  names: new Map([
    ['src', 'FSPATH'],
    ['dst', 'FSPATH'],
  ]),
};
/** Any text, but some. */
const KEY: DottedArgument = { pattern: '.' };

/**
 * Fields whose argument may follow after a dot, and which arguments they take there. As in Falco, a
 * parameter of `evt.arg` must be one that some event has.
 */
const DOTTED_ARGUMENTS: ReadonlyMap<string, DottedArgument> = new Map([
  ['evt.arg', PARAMETERS],
  ['evt.rawarg', PARAMETERS],
  ['evt.type.is', EVENT_NAMES],
  ['evt.abspath', ENDS],
  ['thread.cgroup', { pattern: '^[A-Za-z_]+$' }],
  ['container.label', KEY],
  ['k8s.pod.label', KEY],
  ['k8s.ns.label', KEY],
  ['k8s.rc.label', KEY],
  ['k8s.svc.label', KEY],
  ['k8s.rs.label', KEY],
  ['k8s.deployment.label', KEY],
]);

class Catalog implements FieldCatalog<Field> {
  readonly fields: readonly Field[];
  readonly dotted: ReadonlyMap<string, DottedArgument> = DOTTED_ARGUMENTS;
  readonly #byName: ReadonlyMap<string, Field>;

  constructor(classes: readonly FieldClass[]) {
    this.fields = classes.flatMap((fieldClass) => fieldClass.fields);
    this.#byName = new Map(this.fields.map((field) => [field.name, field]));
  }

  find(name: string): FieldReference<Field> | undefined {
    return findField(name, this.#byName, DOTTED_ARGUMENTS);
  }
}

/** The fields that rules may use. */
export const FIELD_CATALOG: FieldCatalog<Field> = new Catalog(FIELD_CLASSES);
