import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import type { FieldPath } from '../manifests/field-path.ts';
import { CheckedText, EditError } from './checked-text.ts';
import { documentTexts, YamlText } from './yaml-text.ts';

function edited(text: string, edit: (yaml: YamlText) => void): string {
  const yaml = new YamlText(text);
  edit(yaml);
  return yaml.text;
}

const POD = `# A pod.
spec:
  containers:
  - name: a   # the first

    image: b
    # ports follow
    ports: [{containerPort: 80}]
  volumes: []  # none yet
  # the end
`;

describe('edits keep what they do not change', () => {
  test('a field, with the mappings around it', () => {
    assert.equal(
      edited(POD, (yaml) => yaml.set(['spec', 'containers', 0, 'securityContext', 'privileged'], false)),
      POD.replace(
        '[{containerPort: 80}]\n',
        '[{containerPort: 80}]\n    securityContext:\n      privileged: false\n',
      ),
    );
  });

  test('a scalar, an empty list, a field in flow style', () => {
    assert.equal(
      edited(POD, (yaml) => yaml.set(['spec', 'containers', 0, 'image'], 'c:1')),
      POD.replace('image: b', 'image: c:1'),
    );
    assert.equal(
      edited(POD, (yaml) => yaml.set(['spec', 'containers', 0, 'ports', 0, 'hostPort'], 1)),
      POD.replace('80}', '80, hostPort: 1}'),
    );
    assert.equal(
      edited(POD, (yaml) => yaml.add(['spec', 'volumes'], { name: 'v', emptyDir: {} })),
      POD.replace('volumes: []', 'volumes:\n  - name: v\n    emptyDir: {}'),
    );
  });

  test('items of lists, first and last, and absent lists', () => {
    assert.equal(
      edited(POD, (yaml) => yaml.add(['spec', 'containers'], { name: 'z', args: ['a b', 'c', 'd'] })),
      POD.replace('80}]\n', '80}]\n  - name: z\n    args:\n    - a b\n    - c\n    - d\n'),
    );
    assert.equal(
      edited(POD, (yaml) => yaml.add(['spec', 'containers'], { name: 'z' }, 'first')),
      POD.replace('  - name: a ', '  - name: z\n  - name: a '),
    );
    assert.equal(
      edited(POD, (yaml) => yaml.add(['spec', 'initContainers'], { name: 'z' })),
      POD.replace('none yet\n', 'none yet\n  initContainers:\n  - name: z\n'),
    );
  });

  test('fields are removed with their lines; the last one leaves an empty mapping', () => {
    assert.equal(
      edited(POD, (yaml) => yaml.remove(['spec', 'containers', 0, 'ports'])),
      POD.replace('    ports: [{containerPort: 80}]\n', ''),
    );
    assert.equal(
      edited(POD, (yaml) => yaml.remove(['spec', 'containers', 0, 'ports', 0, 'containerPort'])),
      POD.replace('{containerPort: 80}', '{}'),
    );
    assert.deepEqual(
      parse(edited(POD, (yaml) => yaml.remove(['spec', 'containers', 0, 'name']))).spec.containers,
      [{ image: 'b', ports: [{ containerPort: 80 }] }],
    );
    assert.equal(
      edited(POD, (yaml) => yaml.remove(['spec', 'absent'])),
      POD,
    );
  });

  test('lists are indented as in the rest of the file', () => {
    const text = 'a:\n  - b: 1\n';
    assert.equal(
      edited(text, (yaml) => yaml.set(['c'], [{ d: 1 }])),
      `${text}c:\n  - d: 1\n`,
    );
  });

  test('what an alias or a merge key brings is written out where it changes', () => {
    const text = 'x: &x {p: true}\na: *x\nb:\n  <<: *x\n  q: 1\n';
    assert.deepEqual(
      parse(
        edited(text, (yaml) => yaml.set(['a', 'p'], false)),
        { merge: true },
      ),
      {
        x: { p: true },
        a: { p: false },
        b: { p: true, q: 1 },
      },
    );
    assert.deepEqual(
      parse(
        edited(text, (yaml) => yaml.set(['b', 'p'], false)),
        { merge: true },
      ).b,
      { p: false, q: 1 },
    );
    assert.deepEqual(
      parse(
        edited(text, (yaml) => yaml.remove(['b', 'p'])),
        { merge: true },
      ).b,
      { q: 1 },
    );
  });

  test('block scalars, missing ends of lines and Windows files', () => {
    const script = 'a:\n  b: |\n    x\n    y\n';
    assert.equal(
      edited(script, (yaml) => yaml.set(['a', 'c'], 1)),
      `${script}  c: 1\n`,
    );
    assert.equal(
      edited(script, (yaml) => yaml.set(['a', 'b'], 1)),
      'a:\n  b: 1\n',
    );
    assert.equal(
      edited('a:\n  b: 1', (yaml) => yaml.set(['a', 'c'], 1)),
      'a:\n  b: 1\n  c: 1\n',
    );
    assert.deepEqual(parse(edited('a:\r\n  b: 1\r\n', (yaml) => yaml.set(['a', 'c'], 1))), {
      a: { b: 1, c: 1 },
    });
  });
});

test('a file is the sum of its documents', () => {
  for (const text of [
    'a: 1\n',
    '# x\n---\na: 1\n---\n# y\nb: 1\n...\n---\nc: 1',
    '---\n---\n',
    '%YAML 1.1\n---\na: 1\n',
  ])
    assert.equal(documentTexts(text).join(''), text);
});

describe('any edit of any document gives what the same edit of plain data gives', () => {
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 48271) % 2147483647;
    return seed % below;
  };
  const pick = <T>(items: readonly T[]): T => items[random(items.length)] as T;
  const KEYS = ['a', 'b', 'c', 'x-y'];

  function anyValue(depth: number): unknown {
    const kind = random(depth > 0 ? 6 : 3);
    if (kind < 3) return pick([true, 1, 'text', 'two words', 'yes', '', null, '# no', 'a: b', '1e3', '- x']);
    if (kind === 3) return Array.from({ length: random(3) }, () => anyValue(depth - 1));
    return Object.fromEntries(Array.from({ length: random(4) }, () => [pick(KEYS), anyValue(depth - 1)]));
  }

  /** YAML of many shapes for a value. */
  function written(value: unknown, indent: number, inList = false): string {
    if (typeof value !== 'object' || value === null || Object.keys(value).length === 0 || random(4) === 0)
      return ` ${JSON.stringify(value)}${random(3) === 0 ? '  # why' : ''}\n`;
    const isList = Array.isArray(value);
    const inner = isList && !inList && indent >= 0 && random(2) === 0 ? indent : indent + 2;
    const lines = Object.entries(value).map(([key, item]) => {
      const comment = random(4) === 0 ? `${' '.repeat(inner)}# note\n` : '';
      const text = written(item, inner, isList);
      if (!isList) return `${comment}${' '.repeat(inner)}${JSON.stringify(key).slice(1, -1)}:${text}`;
      // The first field of an item stands behind its dash.
      const body = text.startsWith('\n')
        ? ` ${text
            .slice(1)
            .replace(/^(?: *#.*\n)*/, '')
            .trimStart()}`
        : text;
      return `${comment}${' '.repeat(inner)}-${body}`;
    });
    return `\n${lines.join('')}`;
  }

  function anyPath(value: unknown): FieldPath {
    const path: (string | number)[] = [];
    for (let at = value, depth = 0; depth < 4; depth++) {
      if (Array.isArray(at)) {
        if (at.length === 0) return path;
        path.push(random(at.length));
      } else path.push(pick(KEYS));
      at = (at as Record<string | number, unknown> | null | undefined)?.[path.at(-1) as string];
      if (random(3) === 0) break;
    }
    return path;
  }

  function plainEdit(value: unknown, path: FieldPath, to: unknown): unknown {
    const [part, ...rest] = path;
    if (part === undefined) return to;
    const copy = (
      Array.isArray(value) ? [...value] : { ...(typeof value === 'object' ? value : {}) }
    ) as Record<string, unknown>;
    copy[part] = plainEdit(copy[part], rest, to);
    return copy;
  }

  test('set', () => {
    for (let round = 0; round < 2000; round++) {
      const before = { a: anyValue(4), b: anyValue(4) };
      const text = written(before, -2).replace(/^\n/, '');
      if (!/^\S/.test(text) || text.startsWith(' ')) continue;
      assert.deepEqual(parse(text), before, text);
      const path = anyPath(before);
      if (path.length === 0) continue;
      const value = anyValue(2);
      const after = edited(text, (yaml) => yaml.set(path, value));
      assert.deepEqual(
        parse(after, { version: '1.1' }),
        plainEdit(before, path, value),
        `${text}${JSON.stringify([path, value])}\n${after}`,
      );
    }
  });
});

test('aliases and merge keys are written out', () => {
  const text = `x: &x {p: true, q: [1, 2]}
a: *x
b:
  <<: *x  # the same
  q: 1
c:
- <<: [*x]
d:
  - <<: *x
    r: 1
`;
  const expanded = edited(text, (yaml) => yaml.expandAliases());
  assert.doesNotMatch(expanded, /\*x|<</);
  assert.deepEqual(parse(expanded), parse(text, { merge: true }));
});

test('an edit that reaches others through an anchor is refused', () => {
  const text = new CheckedText(new YamlText('a: &x {p: true}\nb: *x\n'));
  assert.throws(() => text.set(['a', 'p'], false), EditError);
  const others = new CheckedText(new YamlText('a: &x {p: true}\nb: *x\n'));
  others.set(['b', 'p'], false);
  assert.deepEqual(parse(others.text), { a: { p: true }, b: { p: false } });
});
