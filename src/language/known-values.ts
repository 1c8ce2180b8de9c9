/** Values that a field can have, where they are few or the rules tell. */
import type { FieldInfo } from '../fields/field-info.ts';
import { PRIORITIES } from '../rules/checked.ts';
import type { Workspace } from './workspace.ts';

/** Fields whose values are all named in their descriptions, in backticks. */
const DESCRIBED_VALUES = new Set([
  'fd.type',
  'fd.types',
  'fd.l4proto',
  'fd.sockfamily',
  'evt.category',
  'evt.source',
  'evt.io_dir',
  'evt.res',
  'evt.dir',
  'container.type',
  'proc.stdin.type',
  'proc.stdout.type',
  'proc.stderr.type',
]);

/** Fields whose values are names of events. */
const EVENT_FIELDS = new Set(['evt.type', 'syscall.type']);

export interface KnownValues {
  readonly values: readonly string[];
  /** What they are, in a word or two. */
  readonly what: string;
}

/** Values that a comparison with the field may name. */
export function knownValues(field: FieldInfo, workspace: Workspace): KnownValues[] {
  const { environment } = workspace;
  if (EVENT_FIELDS.has(field.name)) return [{ values: [...environment.events.names()], what: 'event' }];
  if (field.type === 'BOOL') return [{ values: ['true', 'false'], what: 'boolean' }];
  const found: KnownValues[] = [];
  const described = /^proc\.std/.test(field.name) || field.name === 'fd.types' ? 'fd.type' : field.name;
  if (DESCRIBED_VALUES.has(field.name)) {
    const text = environment.fields.find(described)?.field.description ?? '';
    found.push({ values: [...text.matchAll(/`([^`.]+)`/g)].map((match) => match[1] ?? ''), what: 'value' });
  }
  if (field.name === 'container.id') found.push({ values: ['host'], what: 'no container' });
  if (field.type === 'PORT')
    found.push({ values: [...environment.services.keys()], what: 'port of the service' });
  const used = workspace.usedValues(field.name);
  if (used.length > 0) found.push({ values: used, what: 'used in other rules' });
  return found;
}

/** Priorities as rules write them. */
export const PRIORITY_NAMES: readonly string[] = [...PRIORITIES.map((name) => name.toUpperCase()), 'INFO'];

/** Tactics of MITRE ATT&CK, as tags of rules have them, and what they are about. */
export const TACTIC_TAGS: readonly (readonly [tag: string, about: string])[] = [
  ['mitre_initial_access', 'getting into the network'],
  ['mitre_execution', 'running code'],
  ['mitre_persistence', 'keeping a foothold'],
  ['mitre_privilege_escalation', 'gaining higher rights'],
  ['mitre_defense_evasion', 'avoiding to be seen'],
  ['mitre_credential_access', 'stealing names and passwords'],
  ['mitre_discovery', 'finding out about the surroundings'],
  ['mitre_lateral_movement', 'moving on to other machines'],
  ['mitre_collection', 'gathering data'],
  ['mitre_command_and_control', 'talking to systems that were taken over'],
  ['mitre_exfiltration', 'taking data away'],
  ['mitre_impact', 'destroying or disturbing'],
  ['mitre_reconnaissance', 'preparing by finding out'],
  ['mitre_resource_development', 'preparing by getting the means'],
];

/** How ripe a rule is, as Falco's rules say. */
export const MATURITY_TAGS: readonly string[] = [
  'maturity_stable',
  'maturity_incubating',
  'maturity_sandbox',
  'maturity_deprecated',
];
