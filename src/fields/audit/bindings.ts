/** What a request says of roles and of who is given them. */
import { type FieldDefinition, REQUIRED_KEY } from '../define.ts';
import type { FieldValue } from '../field.ts';
import { at, isList, type Json, jsonText, jsonTexts } from '../json-value.ts';
import { indexedField, listAt, listField, textAt, textField } from './event.ts';

function subjectsOf(event: Json): readonly Json[] {
  const subjects = at(event, 'requestObject', 'subjects');
  return isList(subjects) ? subjects : [];
}

/** Names of the subjects of one kind. */
function names(kind: string): (event: Json) => FieldValue {
  return (event) =>
    jsonTexts(
      subjectsOf(event)
        .filter((subject) => at(subject, 'kind') === kind)
        .map((subject) => at(subject, 'name')),
    );
}

function namespacedAccounts(event: Json): FieldValue {
  const accounts = subjectsOf(event)
    .filter((subject) => at(subject, 'kind') === 'ServiceAccount')
    .map((subject) => [at(subject, 'namespace'), at(subject, 'name')])
    .filter((pair): pair is [Json, Json] => !pair.includes(undefined));
  return jsonTexts(
    accounts.map((pair) =>
      pair.map((part) => (typeof part === 'string' ? part : JSON.stringify(part))).join(':'),
    ),
  );
}

export const BINDING_FIELDS: readonly FieldDefinition[] = [
  listAt(
    'ka.req.binding.subjects',
    'Subjects of a role binding that is being made, as JSON.',
    'requestObject',
    'subjects',
  ),
  listField(
    'ka.req.binding.subjects.user_names',
    'Users among the subjects of a role binding.',
    names('User'),
  ),
  listField(
    'ka.req.binding.subjects.serviceaccount_names',
    'Service accounts among the subjects of a role binding.',
    names('ServiceAccount'),
  ),
  listField(
    'ka.req.binding.subjects.serviceaccount_ns_names',
    'Service accounts among the subjects of a role binding, as `namespace:name`.',
    namespacedAccounts,
  ),
  listField(
    'ka.req.binding.subjects.group_names',
    'Groups among the subjects of a role binding.',
    names('Group'),
  ),
  textAt('ka.req.binding.role', 'Role that a role binding gives.', 'requestObject', 'roleRef', 'name'),
  textField(
    'ka.req.binding.subject.has_name',
    '`true` when a role binding has a subject of the name in brackets. Prefer the lists of subjects.',
    (event, name = '') => {
      const named = subjectsOf(event).map((subject) => at(subject, 'name'));
      if (named.length === 0) return undefined;
      return String(named.some((each) => each !== undefined && jsonText(each) === name));
    },
    { argument: REQUIRED_KEY },
  ),
];

function ruleField(key: string, description: string): FieldDefinition {
  return indexedField(
    `ka.req.role.rules.${key}`,
    description,
    (event) => at(event, 'requestObject', 'rules'),
    (rules) =>
      jsonTexts(
        rules.flatMap((rule) => {
          const listed = at(rule, key);
          return isList(listed) ? listed : [];
        }),
      ),
  );
}

export const ROLE_FIELDS: readonly FieldDefinition[] = [
  listAt('ka.req.role.rules', 'Rules of a role that is being made, as JSON.', 'requestObject', 'rules'),
  ruleField('apiGroups', 'API groups in the rules of a role.'),
  ruleField('nonResourceURLs', 'Paths other than resources in the rules of a role.'),
  ruleField('verbs', 'Verbs in the rules of a role.'),
  ruleField('resources', 'Resources in the rules of a role.'),
];
