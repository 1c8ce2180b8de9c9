/**
 * Reads an audit policy, with the errors that the API server makes of it: k8s.io/apiserver/pkg/audit/policy/reader.go
 * and pkg/apis/audit/validation. Where it only overlooks something, that is an error here, too, for the policy then
 * means something else than what is written.
 */
import { nearest } from '../../rules/suggest.ts';
import { type FieldPath, pathText } from '../manifests/field-path.ts';
import type { JsonMap, Manifest } from '../manifests/manifest.ts';
import { parseManifests } from '../manifests/parse.ts';
import { PolicyReader } from './fields.ts';
import type { GroupResources, Level, Policy, Stage, WrittenRule } from './policy.ts';
import { isLevel, isStage, LEVELS, STAGES } from './policy.ts';
import type { PolicyProblem } from './problem.ts';

export interface ParsedPolicy {
  /** As far as it could be read; `undefined` where the file holds none. */
  readonly policy: Policy<WrittenRule> | undefined;
  readonly problems: readonly PolicyProblem[];
}

const POLICY_FIELDS = ['apiVersion', 'kind', 'metadata', 'omitStages', 'omitManagedFields', 'rules'];
const RULE_FIELDS = [
  'level',
  'users',
  'userGroups',
  'verbs',
  'resources',
  'namespaces',
  'nonResourceURLs',
  'omitStages',
  'omitManagedFields',
];
const GROUP_FIELDS = ['group', 'resources', 'resourceNames'];
const OLD_VERSIONS = ['audit.k8s.io/v1beta1', 'audit.k8s.io/v1alpha1'];

/** Reads the policy in `text`; `origin` is the name of the file for places. */
export function parsePolicy(text: string, origin: string): ParsedPolicy {
  const { manifests, problems: broken, others } = parseManifests(text, origin);
  const unreadable = [...broken, ...others].map(({ place, message }): PolicyProblem => {
    return { severity: 'error', code: 'not-yaml', place, message, isRefused: true };
  });
  const [manifest, second] = manifests;
  if (manifest === undefined) {
    const place = { origin, line: 1, column: 1 };
    const message = 'there is no audit policy in the file: it begins with "apiVersion: audit.k8s.io/v1"';
    const nothing = { severity: 'error', code: 'not-a-policy', place, message, isRefused: true } as const;
    return { policy: undefined, problems: unreadable.length > 0 ? unreadable : [nothing] };
  }
  const reader = new PolicyReader(manifest);
  const policy = readPolicy(manifest, reader);
  if (second !== undefined) {
    const place = second.locate([]);
    const message = 'the API server reads the first document of the file only; this one is overlooked';
    reader.problems.push({ severity: 'error', code: 'not-a-policy', place, message });
  }
  return { policy, problems: [...unreadable, ...reader.problems] };
}

function readPolicy(manifest: Manifest, reader: PolicyReader): Policy<WrittenRule> | undefined {
  const { value, kind, apiVersion } = manifest;
  if (kind !== 'Policy') {
    const hint = kind.toLowerCase() === 'policy' ? ': the kind is Policy' : '';
    reader.refuse('not-a-policy', ['kind'], `an audit policy is of the kind Policy, and not ${kind}${hint}`);
    return undefined;
  }
  checkVersion(apiVersion, reader);
  reader.unknownFields(value, [], POLICY_FIELDS);
  const listed = reader.list(value.rules, ['rules']);
  const rules = listed.flatMap((item, index): WrittenRule[] => {
    const path = ['rules', index];
    const map = reader.map(item, path);
    return map === undefined ? [] : [readRule(map, path, index, manifest, reader)];
  });
  const isList = value.rules === undefined || value.rules === null || Array.isArray(value.rules);
  if (listed.length === 0 && isList) {
    reader.refuse('no-rules', ['rules'], 'a policy must have at least one rule');
  }
  return {
    rules,
    omitStages: readStages(value.omitStages, ['omitStages'], reader),
    omitManagedFields: reader.flag(value.omitManagedFields, ['omitManagedFields']) ?? false,
  };
}

function checkVersion(apiVersion: string, reader: PolicyReader): void {
  if (apiVersion === 'audit.k8s.io/v1') return;
  if (OLD_VERSIONS.includes(apiVersion)) {
    const message = `${apiVersion} has gone with Kubernetes 1.24, which refuses it: write audit.k8s.io/v1`;
    reader.report('warning', 'api-version', ['apiVersion'], message);
    return;
  }
  const is = apiVersion === '' ? 'it has none' : `not ${apiVersion}`;
  reader.refuse(
    'api-version',
    ['apiVersion'],
    `the apiVersion of an audit policy is audit.k8s.io/v1, and ${is}`,
  );
}

function readRule(
  map: JsonMap,
  path: FieldPath,
  index: number,
  manifest: Manifest,
  reader: PolicyReader,
): WrittenRule {
  reader.unknownFields(map, path, RULE_FIELDS);
  const texts = (field: string): string[] => reader.texts(map[field], [...path, field]);
  const rule: WrittenRule = {
    index,
    locate: (inner) => manifest.locate([...path, ...inner]),
    level: readLevel(map.level, [...path, 'level'], reader),
    users: texts('users'),
    userGroups: texts('userGroups'),
    verbs: texts('verbs'),
    resources: readResources(map.resources, [...path, 'resources'], reader),
    namespaces: texts('namespaces'),
    nonResourceURLs: texts('nonResourceURLs'),
    omitStages: readStages(map.omitStages, [...path, 'omitStages'], reader),
    omitManagedFields: reader.flag(map.omitManagedFields, [...path, 'omitManagedFields']),
  };
  checkPaths(rule, [...path, 'nonResourceURLs'], reader);
  return rule;
}

function readLevel(value: unknown, path: FieldPath, reader: PolicyReader): Level {
  const text = reader.text(value, path);
  if (isLevel(text)) return text;
  if (value === undefined || value === null || text === '') {
    if (value === undefined || value === null || typeof value === 'string')
      reader.refuse('invalid-value', path, `a rule must have a level: ${LEVELS.join(', ')}`);
  } else {
    const meant = nearest(text, LEVELS);
    const hint = meant === undefined ? `levels are ${LEVELS.join(', ')}` : `did you mean ${meant}?`;
    reader.refuse('invalid-value', path, `there is no level ${JSON.stringify(text)}: ${hint}`);
  }
  return 'None';
}

function readStages(value: unknown, path: FieldPath, reader: PolicyReader): Stage[] {
  return reader.texts(value, path).flatMap((text, index) => {
    if (isStage(text)) return [text];
    const meant = nearest(text, STAGES);
    const hint = meant === undefined ? `stages are ${STAGES.join(', ')}` : `did you mean ${meant}?`;
    reader.refuse('invalid-value', [...path, index], `there is no stage ${JSON.stringify(text)}: ${hint}`);
    return [];
  });
}

function readResources(value: unknown, path: FieldPath, reader: PolicyReader): GroupResources[] {
  return reader.list(value, path).flatMap((item, index): GroupResources[] => {
    const at = [...path, index];
    const map = reader.map(item, at);
    if (map === undefined) return [];
    reader.unknownFields(map, at, GROUP_FIELDS);
    const entry = {
      group: reader.text(map.group, [...at, 'group']),
      resources: reader.texts(map.resources, [...at, 'resources']),
      resourceNames: reader.texts(map.resourceNames, [...at, 'resourceNames']),
    };
    checkGroup(entry.group, [...at, 'group'], reader);
    if (entry.resourceNames.length > 0 && entry.resources.length === 0) {
      reader.refuse(
        'conflicting-fields',
        [...at, 'resourceNames'],
        'resourceNames needs resources beside it: names of which resource?',
      );
    }
    return [entry];
  });
}

/** A DNS subdomain, as k8s.io/apimachinery's NameIsDNSSubdomain has it. */
const DNS_SUBDOMAIN = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;

function checkGroup(group: string, path: FieldPath, reader: PolicyReader): void {
  if (group === '') return;
  if (group === '*') {
    const message =
      'group "*" is understood by Kubernetes 1.36 and later; the API servers before do not start with it';
    reader.report('warning', 'newer-kubernetes', path, message);
    return;
  }
  if (DNS_SUBDOMAIN.test(group) && group.length <= 253) return;
  const version = /^([a-z0-9.-]*)\/v\d\w*$/.exec(group);
  const hint =
    version === null ? 'it is a name such as apps, in small letters' : versionHint(version[1] ?? '');
  reader.refuse('invalid-value', path, `${JSON.stringify(group)} is not the name of an API group: ${hint}`);
}

function versionHint(group: string): string {
  return group === '' ? 'leave the version out' : `leave the version out, as in "${group}"`;
}

function checkPaths(rule: WrittenRule, path: FieldPath, reader: PolicyReader): void {
  for (const [index, url] of rule.nonResourceURLs.entries()) {
    const at = [...path, index];
    if (url === '*') continue;
    if (!url.startsWith('/')) {
      reader.refuse('invalid-value', at, `${JSON.stringify(url)} is not a path: it must begin with "/"`);
    }
    if (url.slice(0, -1).includes('*')) {
      reader.refuse('invalid-value', at, `${JSON.stringify(url)}: a star may only be the last character`);
    }
  }
  if (rule.nonResourceURLs.length === 0) return;
  const others = ['resources', 'namespaces'] as const;
  const conflicting = others.filter((field) => rule[field].length > 0);
  if (conflicting.length === 0) return;
  reader.refuse(
    'conflicting-fields',
    path,
    `${pathText(path)} cannot stand in one rule with ${conflicting.join(' and ')}: make two rules of it`,
  );
}
