/** The keys of rule files: what each means, and what may stand behind it. */
import type { ItemKind } from './item-index.ts';

export interface KeyInfo {
  readonly name: string;
  readonly description: string;
  /** What is written behind the key when it is chosen; `|` is where the cursor goes. */
  readonly template?: string;
}

const CONDITION: KeyInfo = {
  name: 'condition',
  description: 'When it holds: checks of fields, and macros, joined by `and`, `or`, `not` and parentheses.',
};
const OVERRIDE: KeyInfo = {
  name: 'override',
  description:
    'The item changes an earlier one of the same name. For each of its keys: `append` adds to what is there, `replace` takes its place.',
  template: '{|}',
};
const APPEND: KeyInfo = {
  name: 'append',
  description: 'Deprecated: say with `override` what is appended.',
};

/** Keys of a rule, those that it must have first. */
const RULE_KEYS: readonly KeyInfo[] = [
  { name: 'rule', description: 'Name of the rule. Another item of the name replaces or changes it.' },
  { name: 'desc', description: 'What the rule is for, in a sentence or two.' },
  { ...CONDITION, description: `When the rule fires. ${CONDITION.description}` },
  {
    name: 'output',
    description: 'What the alert says. `%field` is the value of a field, as in `%proc.name`.',
  },
  {
    name: 'priority',
    description: 'How serious an alert of the rule is, from EMERGENCY to DEBUG.',
  },
  { name: 'tags', description: 'Words to choose rules by, such as `mitre_execution`.', template: '[|]' },
  {
    name: 'source',
    description: 'The kind of events that the rule is about; `syscall` if it does not say.',
  },
  { name: 'enabled', description: 'Whether the rule is asked at all; true if it does not say.' },
  {
    name: 'exceptions',
    description: 'What the rule leaves out: fields, and values of these that excuse an event.',
    template: '\n  - name: |',
  },
  OVERRIDE,
  {
    name: 'capture',
    description: 'Whether an alert of the rule starts a recording, where recordings are configured.',
  },
  { name: 'capture_duration', description: 'How long such a recording goes on, in milliseconds.' },
  {
    name: 'warn_evttypes',
    description:
      'Whether to warn that the condition admits very many types of events; true if it does not say.',
  },
  {
    name: 'skip-if-unknown-filter',
    description: 'Leave the rule out, with a warning, when it uses a field that does not exist.',
  },
  APPEND,
];

const MACRO_KEYS: readonly KeyInfo[] = [
  { name: 'macro', description: 'Name of the macro: conditions use it as if its condition stood there.' },
  CONDITION,
  OVERRIDE,
  APPEND,
];

const LIST_KEYS: readonly KeyInfo[] = [
  { name: 'list', description: 'Name of the list: conditions use it as if its items stood there.' },
  {
    name: 'items',
    description: 'The values of the list. The name of another list stands for its items.',
    template: '[|]',
  },
  OVERRIDE,
  APPEND,
];

const REQUIREMENT_KEYS: readonly KeyInfo[] = [
  { name: 'required_engine_version', description: 'The least version of the engine that the file needs.' },
  {
    name: 'required_plugin_versions',
    description: 'The plugins that the file needs, each with `name` and the least `version`.',
  },
];

const EXCEPTION_KEYS: readonly KeyInfo[] = [
  { name: 'name', description: 'Name of the exception; later files append values to it by this name.' },
  {
    name: 'fields',
    description: 'The fields that are compared: one, or a list. With a list every value is a list too.',
  },
  {
    name: 'comps',
    description:
      'The operators, one for each field. Without them `=` for a list of fields, `in` for one field.',
  },
  { name: 'values', description: 'What excuses an event: values, or lists with one value for each field.' },
];

const PLUGIN_KEYS: readonly KeyInfo[] = [
  { name: 'name', description: 'Name of the plugin.' },
  { name: 'version', description: 'The least version of the plugin that does.' },
  { name: 'alternatives', description: 'Other plugins that do as well, each with `name` and `version`.' },
];

/** Which keys of an item may be overridden. */
const OVERRIDABLE: Readonly<Partial<Record<ItemKind, readonly string[]>>> = {
  list: ['items'],
  macro: ['condition'],
  rule: [
    'condition',
    'output',
    'desc',
    'tags',
    'exceptions',
    'priority',
    'enabled',
    'warn_evttypes',
    'skip-if-unknown-filter',
    'capture',
    'capture_duration',
  ],
};

/** Keys of rules that can be appended to. */
const APPENDABLE = new Set(['condition', 'output', 'desc', 'tags', 'exceptions', 'items']);

/** The keys that a mapping may have; `path` are the keys around it, from the item downwards. */
export function keysAt(kind: ItemKind | undefined, path: readonly string[]): readonly KeyInfo[] {
  const [outer] = path;
  if (outer === undefined) return keysOfItem(kind);
  if (outer === 'exceptions') return EXCEPTION_KEYS;
  if (outer === 'required_plugin_versions') return PLUGIN_KEYS;
  if (outer === 'override') return (OVERRIDABLE[kind ?? 'rule'] ?? []).map(overridden);
  return [];
}

function keysOfItem(kind: ItemKind | undefined): readonly KeyInfo[] {
  switch (kind) {
    case 'rule':
      return RULE_KEYS;
    case 'macro':
      return MACRO_KEYS;
    case 'list':
      return LIST_KEYS;
    case undefined:
      return [
        ...RULE_KEYS.slice(0, 1),
        ...MACRO_KEYS.slice(0, 1),
        ...LIST_KEYS.slice(0, 1),
        ...REQUIREMENT_KEYS,
      ];
    default:
      return REQUIREMENT_KEYS;
  }
}

function overridden(name: string): KeyInfo {
  return { name, description: `What the item says of \`${name}\`: ${operationsOf(name).join(' or ')}.` };
}

/** What can be done to an overridden key. */
export function operationsOf(key: string): readonly string[] {
  return APPENDABLE.has(key) ? ['append', 'replace'] : ['replace'];
}

/** What a new item begins with. `${n:…}` are places to fill in. */
export const ITEM_TEMPLATES: readonly (KeyInfo & { readonly name: ItemKind; readonly template: string })[] = [
  {
    name: 'rule',
    description: 'A rule: raises an alert for every event for which its condition holds.',
    template:
      'rule: ${1:Name}\n  desc: ${2:What it finds.}\n  condition: >\n    ${3:evt.type in (execve, execveat)}\n    ${4:and proc.name = x}\n  output: ${5:Found} | process=%proc.name command=%proc.cmdline parent=%proc.pname user=%user.name\n  priority: ${6:WARNING}\n  tags: [${7:host}]\n',
  },
  {
    name: 'macro',
    description: 'A macro: a condition with a name, for use in other conditions.',
    template: 'macro: ${1:name}\n  condition: ${2:proc.name = x}\n',
  },
  {
    name: 'list',
    description: 'A list: values with a name, for use in conditions and other lists.',
    template: 'list: ${1:name}\n  items: [${2}]\n',
  },
  {
    name: 'required_engine_version',
    description: 'The least version of the engine that the file needs.',
    template: 'required_engine_version: ${1:0.57.0}\n',
  },
  {
    name: 'required_plugin_versions',
    description: 'The plugins that the file needs.',
    template: 'required_plugin_versions:\n    - name: ${1:container}\n      version: ${2:0.4.0}\n',
  },
];
