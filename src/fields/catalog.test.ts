import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { FIELD_CATALOG } from './catalog.ts';
import type { ArgumentRule, Field } from './field.ts';

const REFERENCE = join(import.meta.dirname, '../../../shared/reference/falco-fields.json');
const SKIP = existsSync(REFERENCE) ? false : '../shared/reference/falco-fields.json is not there';

interface CoreField {
  name: string;
  type: string;
  flags: string[];
}

interface PluginField {
  name: string;
  type: string;
  arg: string;
}

function reference(): {
  core: Record<string, CoreField[]>;
  plugins: Record<'container' | 'json' | 'k8saudit' | 'k8smeta', PluginField[]>;
} {
  return JSON.parse(readFileSync(REFERENCE, 'utf8'));
}

function fieldNamed(name: string): Field {
  const found = FIELD_CATALOG.find(name);
  assert.equal(found?.field.name, name, `${name} is missing`);
  return found?.field as Field;
}

test("Falco's core fields are all there, with the same type and flags", { skip: SKIP }, () => {
  const core = Object.values(reference().core).flat();
  for (const expected of core) {
    const field = fieldNamed(expected.name);
    const flags = new Set(expected.flags);
    assert.deepEqual(
      {
        type: `PT_${field.type}`,
        isList: field.isList,
        deprecated: field.deprecated ?? false,
        conditionOnly: field.conditionOnly ?? false,
        outputOnly: field.outputOnly ?? false,
        noRightHandSide: field.noRightHandSide ?? false,
        noTransformer: field.noTransformer ?? false,
        argument: field.argument.presence,
      },
      {
        type: expected.type,
        isList: flags.has('EPF_IS_LIST'),
        deprecated: flags.has('EPF_DEPRECATED'),
        conditionOnly: flags.has('EPF_FILTER_ONLY'),
        outputOnly: flags.has('EPF_PRINT_ONLY'),
        noRightHandSide: flags.has('EPF_NO_RHS'),
        noTransformer: flags.has('EPF_NO_TRANSFORMER'),
        argument: argumentPresence(expected),
      },
      expected.name,
    );
    // The whole class `util` is hidden in Falco, not its field.
    const hidden = flags.has('EPF_TABLE_ONLY') || expected.name === 'util.cnt';
    assert.equal(field.hidden ?? false, hidden, expected.name);
  }
});

function argumentPresence({ name, flags }: CoreField): ArgumentRule['presence'] {
  // Falco's flag says required, its parser takes the plain name as well.
  if (name === 'evt.abspath') return 'optional';
  if (flags.includes('EPF_ARG_REQUIRED')) return 'required';
  return flags.includes('EPF_ARG_ALLOWED') ? 'optional' : 'none';
}

const PLUGIN_TYPES: Record<string, string> = {
  string: 'CHARBUF',
  'string (list)': 'CHARBUF',
  bool: 'BOOL',
  abstime: 'ABSTIME',
  reltime: 'RELTIME',
};

test('the fields of the container, json, k8saudit and k8smeta plugins are all there', { skip: SKIP }, () => {
  const { container, json, k8saudit, k8smeta } = reference().plugins;
  for (const expected of [...container, ...json, ...k8saudit, ...k8smeta]) {
    const field = fieldNamed(expected.name);
    assert.equal(field.type, PLUGIN_TYPES[expected.type], expected.name);
    assert.equal(field.isList, expected.type.endsWith('(list)'), expected.name);
    assert.equal(argumentText(field.argument), expected.arg, expected.name);
  }
});

function argumentText({ presence, kind }: ArgumentRule): string {
  if (presence === 'none') return 'None';
  const kinds = (kind ?? '').split(' or ').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return [...kinds, ...(presence === 'required' ? ['Required'] : [])].join(', ');
}

/** Fields that Lanner has and Falco has not. */
const OWN = [
  'evt.is_io_uring',
  'fd.path.resolved',
  'fd.path.given',
  'fd.path.aliases',
  'fd.path.shown',
  'container.ports',
  'k8smeta.pod.service_account',
  'k8smeta.owner.kind',
  'k8smeta.owner.name',
];

test('nothing else is there, but for the fields of Lanner itself', { skip: SKIP }, () => {
  const { core, plugins } = reference();
  const known = new Set(
    [
      ...Object.values(core).flat(),
      ...plugins.container,
      ...plugins.json,
      ...plugins.k8saudit,
      ...plugins.k8smeta,
    ].map(({ name }) => name),
  );
  assert.deepEqual(
    FIELD_CATALOG.fields.map(({ name }) => name).filter((name) => !known.has(name)),
    OWN,
  );
});

test('every field has one name and a description that ends like a sentence', () => {
  const names = FIELD_CATALOG.fields.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const { name, description } of FIELD_CATALOG.fields) assert.match(description, /^\S.*\.$/s, name);
});

test('a name finds its field and the argument after its dot', () => {
  const cases = [
    ['proc.name', 'proc.name', undefined, 'CHARBUF'],
    ['evt.arg.flags', 'evt.arg', 'flags', 'CHARBUF'],
    ['evt.arg', 'evt.arg', undefined, 'CHARBUF'],
    ['evt.args', 'evt.args', undefined, 'CHARBUF'],
    ['evt.rawarg.res', 'evt.rawarg', 'res', 'INT64'],
    ['evt.rawarg.flags', 'evt.rawarg', 'flags', 'UINT32'],
    ['evt.rawarg.name', 'evt.rawarg', 'name', 'FSPATH'],
    ['evt.type.is.open', 'evt.type.is', 'open', 'UINT32'],
    ['evt.abspath', 'evt.abspath', undefined, 'CHARBUF'],
    ['evt.abspath.dst', 'evt.abspath', 'dst', 'CHARBUF'],
    ['thread.cgroup.cpu_acct', 'thread.cgroup', 'cpu_acct', 'CHARBUF'],
    ['thread.cgroups', 'thread.cgroups', undefined, 'CHARBUF'],
    ['container.label.io.kubernetes.pod.name', 'container.label', 'io.kubernetes.pod.name', 'CHARBUF'],
    ['k8s.pod.label.app', 'k8s.pod.label', 'app', 'CHARBUF'],
    ['proc.exe_ino.ctime', 'proc.exe_ino.ctime', undefined, 'ABSTIME'],
  ] as const;
  for (const [name, field, argument, type] of cases) {
    const found = FIELD_CATALOG.find(name);
    assert.deepEqual([found?.field.name, found?.argument, found?.type], [field, argument, type], name);
  }
});

test('what is no field is not found', () => {
  for (const name of [
    '',
    'proc',
    'proc.',
    'proc.nam',
    'proc.namex',
    'proc.name.x',
    'evt.arg.no_such_parameter',
    'evt.arg.flagsx',
    'evt.arg.',
    'evt.type.is.no_such_event',
    'evt.abspath.middle',
    'thread.cgroup.cpu0',
    'container.label.',
    'constructor',
    'toString.x',
  ])
    assert.equal(FIELD_CATALOG.find(name), undefined, name);
});
