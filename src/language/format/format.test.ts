import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadRules } from '../../rules/load.ts';
import { applied, ENVIRONMENT, ownRules, upstreamRules } from '../language.test-kit.ts';
import { RuleLanguage } from '../language.ts';

function formatted(text: string): string {
  const language = new RuleLanguage(ENVIRONMENT);
  language.setText('x', text);
  return applied(text, language.format('x'));
}

test('conditions: one blank between words, lines kept, indented by parentheses', () => {
  const text = `- macro: m
  condition: (evt.type in (open,openat)and evt.is_open_write=true and
         not ( fd.name startswith  /tmp   or
       fd.name="a  b"  ))
`;
  assert.equal(
    formatted(text),
    `- macro: m
  condition: (evt.type in (open, openat) and evt.is_open_write = true and
      not (fd.name startswith /tmp or
        fd.name = "a  b"))
`,
  );
});

test('keys in one column, items in the first, comments and texts as they are', () => {
  const text = `# head
  -   rule:   R   # why
      desc: >
            two
              words
      # of the condition
      condition:   >-
         evt.type=open and
           proc.aname[2]=x
      output:  "a   b"
      priority:   INFO
      tags: [a,b ,  "c d"]
      exceptions:
       - name: e
         fields: [proc.name,  proc.pname]
         values:
           - [x,y]


  # of the list
  -  list:  l
     items:   [a,b]   # last


`;
  assert.equal(
    formatted(text),
    `# head
- rule: R   # why
  desc: >
    two
      words
  # of the condition
  condition: >-
    evt.type = open and
    proc.aname[2] = x
  output: "a   b"
  priority: INFO
  tags: [a, b, "c d"]
  exceptions:
    - name: e
      fields: [proc.name,  proc.pname]
      values:
        - [x,y]

# of the list
- list: l
  items: [a, b]   # last
`,
  );
});

test('what is not YAML, or has several documents, is left alone', () => {
  for (const text of [
    '- rule: "x',
    '- list: l\n  items: [a,b\n- x',
    '---\n- list:   l\n---\n- list:  m\n',
    'x:   y',
    '',
  ]) {
    assert.equal(formatted(text), text);
  }
});

test('what has anchors keeps what they mean', () => {
  const text = '- list:  l\n  items: &a [x,y]\n- list:  m\n  items: *a\n';
  assert.match(formatted(text), /items: &a \[x, ?y\]/);
});

/** The checked rules without their places. */
function checkedRules(text: string): string {
  const { ruleSet, problems } = loadRules([{ name: 'x', text }], ENVIRONMENT);
  const plain = (key: string, value: unknown): unknown => {
    // What is written has other blanks.
    if (key === 'location' || key === 'field' || key === 'written') return undefined;
    if (value instanceof Set) return [...value];
    return typeof value === 'bigint' ? `${value}` : value;
  };
  return JSON.stringify([ruleSet.rules, problems.map(({ code, message }) => [code, message])], plain);
}

const comments = (text: string): string[] =>
  text.match(/^\s*#.*$|\s#.*$/gm)?.map((line) => line.trim()) ?? [];

test('all shipped and published rules: the same rules, the same comments, and nothing more to format', () => {
  const files = [...ownRules(), ...upstreamRules()];
  assert.ok(files.length >= 8);
  for (const { name, text } of files) {
    const laid = formatted(text);
    assert.equal(checkedRules(laid), checkedRules(text), name);
    assert.deepEqual(comments(laid), comments(text), name);
    assert.equal(laid.replace(/\s/g, ''), text.replace(/\s/g, ''), name);
    assert.equal(formatted(laid), laid, name);
  }
});
