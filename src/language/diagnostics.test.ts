/** The editor tells what `lanner check` tells: the same problems, also after any change of the text. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allProblems } from '../rules/lint.ts';
import { loadRules } from '../rules/load.ts';
import {
  applied,
  ENVIRONMENT,
  marked,
  type NamedText,
  ownRules,
  upstreamRules,
} from './language.test-kit.ts';
import { RuleLanguage } from './language.ts';
import { environmentOf, vocabularyOf } from './vocabulary.ts';

/** What `lanner check FILES…` prints of each problem. */
function checked(files: readonly NamedText[]): string[] {
  return allProblems(loadRules(files, ENVIRONMENT)).map(
    ({ location, code, message, suggestion }) =>
      `${location.file}:${location.offset} ${code} ${message}${suggestion === undefined ? '' : `: did you mean ${suggestion}?`}`,
  );
}

function told(language: RuleLanguage, files: readonly NamedText[]): string[] {
  return files.flatMap(({ name, text }) =>
    language.diagnostics(name).map(({ start, end, code, message }) => {
      assert.ok(start < end || text === '', `${name}:${start} is empty`);
      assert.ok(end <= text.length);
      return `${name}:${start} ${code} ${message}`;
    }),
  );
}

/** The engine of a browser: it has the vocabulary as JSON. */
const BROWSER = environmentOf(JSON.parse(JSON.stringify(vocabularyOf(ENVIRONMENT))));

const RULES: NamedText = {
  name: 'mine.yaml',
  text: `# mine
- list: shells
  items: [bash, sh]
- macro: spawned
  condition: evt.type in (execve, execveat) and evt.arg.flags contains x
- rule: Shell
  desc: d
  condition: >
    spawned and proc.name in (shells)
    and not fd.sport = https and fd.sip = 127.0.0.1
  output: "%proc.name %evt.arg[0] \\"é\\""
  priority: INFO
  exceptions:
    - name: parents
      fields: proc.pname
      values: [cron]
- rule: Shell
  condition: and proc.tty != 0
  override: {condition: append}
`,
};

/** Texts with one thing broken: a part taken out, doubled, or replaced. Always the same for the same text. */
function* broken(text: string, count: number): Generator<string> {
  let seed = 12345;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
    return seed % below;
  };
  const junk = [
    '"',
    "'",
    '[',
    '{',
    ':',
    '\n',
    '- ',
    '%',
    '(',
    ')',
    ' and ',
    'é',
    '\t',
    'proc.nme',
    '#',
    '&a ',
    '*a',
    '>',
  ];
  for (let index = 0; index < count; index++) {
    const start = random(text.length);
    const end = Math.min(text.length, start + random(20));
    const part =
      index % 3 === 0
        ? ''
        : index % 3 === 1
          ? text.slice(start, end).repeat(2)
          : (junk[random(junk.length)] ?? '');
    yield text.slice(0, start) + part + text.slice(end);
  }
}

test('the same problems as check, over many broken files', () => {
  const language = new RuleLanguage(ENVIRONMENT);
  const inBrowser = new RuleLanguage(BROWSER);
  let problems = 0;
  for (const text of broken(RULES.text, 600)) {
    const files = [{ ...RULES, text }];
    language.setText(RULES.name, text);
    inBrowser.setText(RULES.name, text);
    const expected = checked(files);
    problems += expected.length;
    // Where a file ends, the place is moved to its last character.
    const inText = expected.map((line) =>
      line.replace(/:(\d+) /, (_, at) => `:${Math.min(Number(at), Math.max(0, text.length - 1))} `),
    );
    assert.deepEqual(told(language, files), inText, text);
    assert.deepEqual(told(inBrowser, files), inText, text);
  }
  assert.ok(problems > 500, `${problems} problems`);
});

test('the same problems as check, over published and own rules with a part broken', () => {
  const files = [...ownRules(), ...upstreamRules()];
  const last = files.at(-1) as NamedText;
  const language = new RuleLanguage(BROWSER);
  language.setFiles(files);
  assert.deepEqual(told(language, files), checked(files));
  for (const text of broken(last.text, 6)) {
    const changed = [...files.slice(0, -1), { ...last, text }];
    language.setText(last.name, text);
    assert.deepEqual(told(language, changed), checked(changed));
  }
});

test('a browser finds the fields that the engine finds', () => {
  const names = [
    'evt.arg.flags',
    'evt.arg.nothing',
    'evt.rawarg.size',
    'evt.type.is.open',
    'evt.type.is.7',
    'evt.type.is.nope',
    'evt.abspath.src',
    'evt.abspath.up',
    'container.label.app.kubernetes.io/name',
    'thread.cgroup.memory',
    'thread.cgroup.7',
    'k8s.pod.label.a',
    'proc.name.x',
    'proc',
    '',
    'evt.arg.',
    ...ENVIRONMENT.fields.fields.map(({ name }) => name),
  ]; // prettier
  for (const name of names) {
    const { field, ...rest } = ENVIRONMENT.fields.find(name) ?? { field: undefined };
    const { field: other, ...otherRest } = BROWSER.fields.find(name) ?? { field: undefined };
    assert.equal(other?.name, field?.name, name);
    assert.deepEqual(otherRest, rest, name);
  }
});

/** The text after the first repair of the first problem that has one. */
function repaired(text: string): { title: string; text: string } | undefined {
  const { language } = marked(text);
  const plain = language.workspace.textOf('1.yaml');
  const [repair] = language.diagnostics('1.yaml').flatMap(({ repairs }) => repairs);
  return repair && { title: repair.title, text: applied(plain, repair.edits) };
}

const RULE = '- rule: R\n  desc: d\n  condition: evt.type = open\n  output: o\n  priority: INFO\n';

test('what was probably meant takes the place of what was written', () => {
  const wrong = RULE.replace('evt.type = open', 'evt.type = open and proc.nam = x');
  assert.deepEqual(repaired(wrong), {
    title: 'Change to proc.name',
    text: wrong.replace('proc.nam ', 'proc.name '),
  });
  assert.equal(repaired(RULE.replace('priority', 'prioritty'))?.title, 'Add priority');
  assert.match(repaired(RULE.replace('INFO', 'INFFO'))?.text ?? '', /priority: INFO\n/);
});

test('what is missing is added, and then the rule is right', () => {
  const { title, text } =
    repaired('- rule: R\n  condition: evt.type = open\n') ?? assert.fail('nothing to repair');
  assert.equal(title, 'Add output, desc, priority');
  assert.deepEqual(checked([{ name: 'a', text }]), []);
});

test('what is deprecated is said in the new form', () => {
  const old = `${RULE}- rule: R\n  enabled: false\n`;
  assert.match(repaired(old)?.text ?? '', /enabled: false\n {2}override: \{enabled: replace\}/);
});

test('what nothing uses is removed', () => {
  const text = `- macro: m\n  condition: proc.name = x\n\n${RULE}`;
  assert.deepEqual(repaired(text), { title: 'Remove m', text: RULE });
});

test('every repair that is offered for a broken file is one of its text', () => {
  const language = new RuleLanguage(ENVIRONMENT);
  let repairs = 0;
  for (const text of broken(RULES.text, 400)) {
    language.setText(RULES.name, text);
    for (const diagnostic of language.diagnostics(RULES.name)) {
      for (const { edits } of diagnostic.repairs) {
        repairs++;
        for (const { start, end } of edits) assert.ok(start <= end && end <= text.length);
      }
    }
  }
  assert.ok(repairs > 20, `${repairs}`);
});
