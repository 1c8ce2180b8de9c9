import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError } from './node.ts';
import { applyOverride } from './override.ts';
import { SCHEMA } from './schema.ts';
import type { Findings } from './shape.ts';
import { parseConfigText } from './yaml.ts';

/** Reads a text as far as it goes: every refusal must be a ConfigError. */
function read(text: string, override: string): void {
  try {
    const root = parseConfigText(text, 'x.yaml', {});
    applyOverride(root, override, {});
    const findings: Findings = { errors: [], warnings: [], idle: [] };
    SCHEMA.read(root, '', findings);
  } catch (error) {
    assert.ok(error instanceof ConfigError, `${JSON.stringify([text, override])}: ${(error as Error).stack}`);
  }
}

const TEXTS = [
  'rules_files: &a [/etc/a.yaml, "b"]\nrule_files: *a\nengine:\n  kind: modern_ebpf\n  modern_ebpf: {buf_size_preset: 4}\n',
  'append_output:\n  - match: {source: syscall, tags: [x]}\n    extra_fields: [proc.name, {k: "%proc.name"}]\n',
  'rules: [{enable: {rule: "*"}}, {disable: {tag: x}}]\nstatic_fields: {a: b}\nmetrics: {interval: 1h}\n',
];
const OVERRIDES = [
  'rules_files[0]=x',
  'engine={"kind": "kmod"}',
  'a.b[].c=1',
  'append_output[0].match.tags[]=y',
];
const PIECES = [
  '*',
  '&a',
  '!!binary',
  '? ',
  ': ',
  '[',
  ']',
  '{',
  '}',
  '\n',
  '  ',
  '"',
  "'",
  '|',
  '>',
  '<<',
  '---',
  '\0',
  'ÿ',
  '-',
  '#',
  '${A}',
  '%',
  ',',
];

test('whatever stands in a file or an option, what is wrong with it is told', () => {
  let seed = 1;
  const below = (limit: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed % limit;
  };
  const pick = <T>(items: readonly T[]): T => items[below(items.length)] as T;
  const mutate = (text: string): string => {
    let result = text;
    for (let count = below(4); count >= 0; count--) {
      const at = below(result.length + 1);
      result = result.slice(0, at) + (below(3) > 0 ? pick(PIECES) : '') + result.slice(at + below(3));
    }
    return result;
  };
  for (let round = 0; round < 5000; round++) read(mutate(pick(TEXTS)), mutate(pick(OVERRIDES)));
});

test('keys that are no plain text', () => {
  for (const text of [
    ': 1',
    '? [a]\n: 1',
    '{: 1}',
    '[a]: 1',
    '? \n: 1',
    'null: 1',
    '1: 1',
    '*a : 1',
    '{a, b}',
  ])
    read(text, 'x=1');
});
