/** All fields, and how a name in a rule finds its field. */
import { EVENT_TYPES, eventCodes } from '../events/table.ts';
import { AUDIT_FIELDS } from './audit.ts';
import { CONTAINER_FIELDS } from './container.ts';
import type { FieldClass } from './define.ts';
import { EVENT_FIELDS } from './evt.ts';
import { COMMON_EVENT_FIELDS } from './evt-common.ts';
import { FD_FIELDS } from './fd.ts';
import { FD_LIST_FIELDS } from './fdlist.ts';
import type { Field, FieldCatalog, FieldReference, ValueType } from './field.ts';
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

/**
 * Fields whose argument may follow after a dot, and which arguments they take there. As in Falco, a
 * parameter of `evt.arg` must be one that some event has.
 */
const DOTTED_ARGUMENTS: Readonly<Record<string, (argument: string) => boolean>> = {
  'evt.arg': (argument) => PARAMETER_TYPES.has(argument),
  'evt.rawarg': (argument) => PARAMETER_TYPES.has(argument),
  'evt.type.is': (argument) => eventCodes(argument).length > 0 || /^\d+$/.test(argument),
  'evt.abspath': (argument) => argument === 'src' || argument === 'dst',
  'thread.cgroup': (argument) => /^[A-Za-z_]+$/.test(argument),
  'container.label': isNotEmpty,
  'k8s.pod.label': isNotEmpty,
  'k8s.ns.label': isNotEmpty,
  'k8s.rc.label': isNotEmpty,
  'k8s.svc.label': isNotEmpty,
  'k8s.rs.label': isNotEmpty,
  'k8s.deployment.label': isNotEmpty,
};

function isNotEmpty(argument: string): boolean {
  return argument !== '';
}

class Catalog implements FieldCatalog<Field> {
  readonly fields: readonly Field[];
  readonly #byName: ReadonlyMap<string, Field>;

  constructor(classes: readonly FieldClass[]) {
    this.fields = classes.flatMap((fieldClass) => fieldClass.fields);
    this.#byName = new Map(this.fields.map((field) => [field.name, field]));
  }

  find(name: string): FieldReference<Field> | undefined {
    const field = this.#byName.get(name);
    if (field) return { field, argument: undefined, type: field.type };
    // The longest field name that the name begins with wins.
    for (let dot = name.lastIndexOf('.'); dot > 0; dot = name.lastIndexOf('.', dot - 1)) {
      const field = this.#byName.get(name.slice(0, dot));
      const accepts = field && DOTTED_ARGUMENTS[field.name];
      if (!accepts) continue;
      const argument = name.slice(dot + 1);
      return accepts(argument) ? { field, argument, type: typeOf(field, argument) } : undefined;
    }
    return undefined;
  }
}

function typeOf(field: Field, argument: string): ValueType {
  return field.type === 'DYN' ? (PARAMETER_TYPES.get(argument) ?? 'DYN') : field.type;
}

/** The fields that rules may use. */
export const FIELD_CATALOG: FieldCatalog<Field> = new Catalog(FIELD_CLASSES);
