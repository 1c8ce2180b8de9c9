import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadRules } from '../rules/load.ts';
import { applied, ENVIRONMENT, marked, upstreamRules, WITHOUT_UPSTREAM } from './language.test-kit.ts';
import { RuleLanguage } from './language.ts';

const BASE = `- list: shells
  items: [bash, sh]
- list: programs
  items: [vi, shells]
- macro: spawned
  condition: evt.type in (execve, execveat)
- macro: shell
  condition: spawned and proc.name in (shells)
`;
const OTHER = `- rule: Shell
  desc: "shell and spawned: words of no meaning"
  condition: >
    spawned and shell and proc.cmdline contains "x shells y"
    and not proc.cmdline = "shells" and proc.pname in (programs)
  output: spawned shells %proc.name
  priority: INFO
- list: shells
  items: [zsh]
  override: {items: append}
- rule: Shell
  enabled: false
  override: {enabled: replace}
`;

/** Lines (from 1) and texts of places, for the cursor at `|` of \`1.yaml\`. */
function shown(
  language: RuleLanguage,
  places: readonly { file: string; start: number; end: number }[],
): string[] {
  return places.map(({ file, start, end }) => {
    const text = language.workspace.textOf(file);
    return `${file}:${text.slice(0, start).split('\n').length} ${text.slice(start, end)}`;
  });
}

test('from a use to the definition, in another file too', () => {
  const at = (text: string): string[] => {
    const { language, offset } = marked(text, BASE);
    return shown(language, language.definitions('1.yaml', offset));
  };
  assert.deepEqual(at(OTHER.replace('    spawned', '    spaw|ned')), ['a.yaml:5 spawned']);
  assert.deepEqual(at(OTHER.replace('(programs)', '(programs|)')), ['a.yaml:3 programs']);
  assert.deepEqual(at(OTHER.replace('x shells', 'x |shells')), ['a.yaml:1 shells']);
  assert.deepEqual(at(OTHER.replace('"shells"', '"shel|ls"')), [], 'quotes do not set a name off');
  assert.deepEqual(at(OTHER.replace('output: spawned', 'output: spa|wned')), []);
  assert.deepEqual(at(OTHER.replace('- list: shells', '- list: she|lls')), ['a.yaml:1 shells']);
  assert.deepEqual(at(OTHER.replace('- rule: Shell\n  enabled', '- rule: Sh|ell\n  enabled')), [
    '1.yaml:1 Shell',
  ]);
});

test('all references', () => {
  const { language, offset } = marked(OTHER.replace('- list: shells', '- list: |shells'), BASE);
  assert.deepEqual(shown(language, language.references('1.yaml', offset)), [
    'a.yaml:1 shells',
    'a.yaml:4 shells',
    'a.yaml:8 shells',
    '1.yaml:4 shells',
    '1.yaml:8 shells',
  ]);
  assert.equal(language.references('1.yaml', offset, false).length, 4);
});

/** What loading makes of files: compiled conditions, without the names. */
function compiled(files: readonly { name: string; text: string }[]): string {
  const { ruleSet, problems } = loadRules(files, ENVIRONMENT);
  return JSON.stringify([
    ruleSet.rules.map(({ location: _, ...rule }) => withoutPlaces(rule)),
    problems.length,
  ]);
}

function withoutPlaces(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, inner: unknown) =>
      ['location', 'field', 'name', 'written'].includes(key)
        ? undefined
        : inner instanceof Set
          ? [...inner]
          : typeof inner === 'bigint'
            ? String(inner)
            : inner,
    ),
  );
}

function renamed(language: RuleLanguage, file: string, offset: number, name: string): string[] {
  const result = language.rename(file, offset, name);
  assert.ok('edits' in result, JSON.stringify(result));
  const { workspace } = language;
  return workspace.fileNames.map((file) =>
    applied(
      workspace.textOf(file),
      result.edits.filter((edit) => edit.file === file),
    ),
  );
}

test('another name, everywhere', () => {
  const { language, offset } = marked(OTHER.replace('    spawned', '    |spawned'), BASE);
  const [base, other] = renamed(language, '1.yaml', offset, 'started');
  assert.equal(base, BASE.replaceAll('spawned', 'started'));
  assert.equal(other, OTHER.replace('    spawned', '    started'));
  const rule = marked(OTHER.replace('rule: Shell', 'rule: |Shell'), BASE);
  assert.equal(
    renamed(rule.language, '1.yaml', rule.offset, 'Any shell')[1],
    OTHER.replaceAll('rule: Shell', 'rule: Any shell'),
  );
});

test('names that cannot be are refused, with the reason', () => {
  const { language, offset } = marked(OTHER.replace('    spawned', '    |spawned'), BASE);
  const refused = (name: string): string => {
    const result = language.rename('1.yaml', offset, name);
    return 'refused' in result ? result.refused : '';
  };
  assert.match(refused('a b'), /cannot be the name of a macro/);
  assert.match(refused('and'), /cannot be/);
  assert.match(refused('shell'), /there is a macro or list called 'shell' already/);
  const list = marked(OTHER.replace('- list: shells', '- list: |shells'), BASE);
  const asValue = list.language.rename('1.yaml', list.offset, 'vi');
  assert.match('refused' in asValue ? asValue.refused : '', /stands in conditions or lists as a value/);
});

test('renaming each macro and list of published rules changes no rule', { skip: WITHOUT_UPSTREAM }, () => {
  const files = upstreamRules();
  const language = new RuleLanguage(ENVIRONMENT);
  language.setFiles(files);
  const before = compiled(files);
  const { macros, lists } = language.workspace.names;
  const names = [...macros, ...lists].filter((_, index) => index % 40 === 7);
  assert.ok(names.length > 8);
  for (const [name, [item]] of names) {
    assert.ok(item !== undefined);
    const use = item.index.uses.find(({ role }) => role !== undefined);
    const texts = renamed(language, item.file, item.start + (use?.start ?? 0), `${name}_renamed`);
    const after = files.map(({ name }, index) => ({ name, text: texts[index] ?? '' }));
    assert.notDeepEqual(after, files);
    assert.equal(compiled(after), before, name);
  }
});
