/** For the tests of this room: a small environment, and short ways to load rules. */
import type { FieldCatalog, FieldInfo, ValueType } from '../fields/field-info.ts';
import type { CheckedRule } from './checked.ts';
import type { RuleEnvironment } from './environment.ts';
import { type LoadOptions, type LoadOutcome, loadRules } from './load.ts';
import { MappedText } from './source/mapped-text.ts';
import { SourceFile } from './source/source-file.ts';

function testField(name: string, type: ValueType, more: Partial<FieldInfo> = {}): FieldInfo {
  return {
    name,
    type,
    isList: false,
    argument: { presence: 'none' },
    description: 'For tests.',
    fieldClass: name.split('.', 1)[0] ?? '',
    sources: ['syscall'],
    ...more,
  };
}

const FIELDS: readonly FieldInfo[] = [
  testField('evt.num', 'UINT64', { sources: [] }),
  testField('evt.time', 'CHARBUF', { sources: [] }),
  testField('evt.type', 'CHARBUF'),
  testField('syscall.type', 'CHARBUF'),
  testField('evt.dir', 'CHARBUF', { deprecated: true }),
  testField('evt.arg', 'CHARBUF', { argument: { presence: 'required', kind: 'index or key' } }),
  testField('evt.rawarg', 'DYN', {
    argument: { presence: 'required', kind: 'key' },
    noRightHandSide: true,
    noTransformer: true,
  }),
  testField('evt.buffer', 'BYTEBUF'),
  testField('evt.failed', 'BOOL'),
  testField('evt.outputtime', 'CHARBUF', { outputOnly: true }),
  testField('evt.around', 'UINT64', {
    argument: { presence: 'required', kind: 'index' },
    equalsUpTo: true,
  }),
  testField('proc.name', 'CHARBUF'),
  testField('proc.pname', 'CHARBUF'),
  testField('proc.pid', 'INT64'),
  testField('proc.ppid', 'INT64'),
  testField('proc.duration', 'RELTIME'),
  testField('proc.tty', 'UINT32'),
  testField('proc.cpu', 'INT16'),
  testField('proc.fdusage', 'DOUBLE'),
  testField('proc.args', 'CHARBUF', { argument: { presence: 'optional', kind: 'index' } }),
  testField('proc.argv', 'CHARBUF', { isList: true }),
  testField('proc.env', 'CHARBUF', { argument: { presence: 'optional', kind: 'key' } }),
  testField('proc.aname', 'CHARBUF', {
    argument: { presence: 'optional', kind: 'index' },
    noRightHandSide: true,
    noTransformer: true,
  }),
  testField('fd.name', 'FSPATH'),
  testField('fd.num', 'INT64'),
  testField('fd.sport', 'PORT'),
  testField('fd.ip', 'IPADDR', { conditionOnly: true, noRightHandSide: true }),
  testField('fd.sip', 'IPADDR'),
  testField('fd.cip', 'IPADDR'),
  testField('fd.snet', 'IPNET', { noRightHandSide: true }),
  testField('fd.types', 'CHARBUF', { isList: true }),
  testField('container.id', 'CHARBUF'),
  testField('container.ip', 'CHARBUF'),
  testField('user.name', 'CHARBUF'),
  testField('ka.verb', 'CHARBUF', { sources: ['k8s_audit'] }),
  testField('ka.sourceips', 'IPADDR', { sources: ['k8s_audit'], isList: true }),
];

const BY_NAME = new Map(FIELDS.map((field) => [field.name, field]));
const PARAMETERS: Readonly<Record<string, ValueType>> = { name: 'FSPATH', flags: 'UINT32', fd: 'INT64' };

const CATALOG: FieldCatalog = {
  fields: FIELDS,
  find(name) {
    const field = BY_NAME.get(name);
    if (field !== undefined) return { field, argument: undefined };
    const [, base = '', argument = ''] = /^(evt\.(?:raw)?arg)\.(.+)$/.exec(name) ?? [];
    const dotted = BY_NAME.get(base);
    const type = PARAMETERS[argument];
    if (dotted === undefined || type === undefined) return undefined;
    return { field: dotted, argument, type: dotted.type === 'DYN' ? type : dotted.type };
  },
};

const EVENTS: Readonly<Record<string, readonly number[]>> = {
  open: [2, 3],
  close: [4, 5],
  openat: [306, 307],
  execve: [12, 13, 292, 293],
  connect: [22, 23],
};

/** Events 0 to 453 as in the real table, of which only a few have names here. */
export const testEnvironment: RuleEnvironment = {
  fields: CATALOG,
  events: {
    allCodes: Array.from({ length: 454 }, (_, code) => code),
    codes: (name) => EVENTS[name] ?? (name === 'getrusage' ? [0, 1] : []),
    names: () => [...Object.keys(EVENTS), 'getrusage', 'container'],
    describedNames: [...Object.keys(EVENTS), 'getrusage', 'container'],
    asyncCode: 402,
    pluginCode: 322,
  },
  engineVersion: '0.63.0',
  plugins: new Map([
    ['container', { version: '0.7.0', fieldClasses: ['container'] }],
    ['k8saudit', { version: '0.18.0', source: 'k8s_audit', fieldClasses: ['ka'] }],
  ]),
  sources: ['syscall', 'k8s_audit'],
  services: new Map([['https', 443]]),
};

/** Loads files given as texts; they are called `1.yaml`, `2.yaml`, … */
export function load(texts: string | readonly string[], options: LoadOptions = {}): LoadOutcome {
  const list = typeof texts === 'string' ? [texts] : texts;
  const files = list.map((text, index) => ({ name: `${index + 1}.yaml`, text }));
  return loadRules(files, testEnvironment, options);
}

/** A file with one rule whose condition this is, in double quotes. */
export function ruleFile(condition: string, more = ''): string {
  const quoted = JSON.stringify(condition);
  return `- rule: R\n  desc: d\n  condition: ${quoted}\n  output: o\n  priority: INFO\n${more}`;
}

/** The rule that a condition makes; fails with its problems if there is an error. */
export function checked(condition: string, more = ''): CheckedRule {
  const outcome = load(ruleFile(condition, more));
  const [rule] = outcome.ruleSet.rules;
  if (!outcome.ok || rule === undefined) throw new Error(problems(outcome).join('\n'));
  return rule;
}

/** Problems as `CODE line:column message (suggestion)`. */
export function problems(outcome: LoadOutcome): string[] {
  return outcome.problems.map(({ code, location, message, suggestion }) => {
    const file = outcome.files.length > 1 ? `${location.file}:` : '';
    const hint = suggestion === undefined ? '' : ` (${suggestion})`;
    return `${code} ${file}${location.line}:${location.column} ${message}${hint}`;
  });
}

/** Messages of errors, without their place. */
export function errors(outcome: LoadOutcome): string[] {
  return outcome.problems
    .filter(({ code }) => code.startsWith('LOAD_ERR'))
    .map(({ message, suggestion }) => (suggestion === undefined ? message : `${message} (${suggestion})`));
}

/** A text of its own, as conditions come from files. */
export function mapped(text: string): MappedText {
  return MappedText.of(new SourceFile('test', text));
}
