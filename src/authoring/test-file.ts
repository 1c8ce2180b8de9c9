/** What a test file says: rules, and tests of them. */
import { dirname, resolve } from 'node:path';
import { ConfigError, type ConfigNode, type MapNode } from '../config/node.ts';
import { parseConfigText } from '../config/yaml.ts';
import { checkAuditEvent } from './audit-keys.ts';
import type { LiteralEvent } from './literal-event.ts';
import { findField, readLiteral } from './literal-values.ts';
import { checkKeys, mapOf, plainData, type Report, textOf, textsOf, writtenText } from './reading.ts';
import type { SceneInput } from './scene-player.ts';
import { variationsOf } from './variations.ts';

/** One event of a test: of a system call, or an audit event of Kubernetes as the API server writes it. */
export type TestEvent =
  | { readonly kind: 'syscall'; readonly place: string; readonly literal: LiteralEvent }
  | { readonly kind: 'k8s_audit'; readonly place: string; readonly document: unknown };

export type TestInput =
  | { readonly kind: 'events'; readonly events: readonly TestEvent[] }
  /** A capture, a recording or an audit log. */
  | { readonly kind: 'capture'; readonly path: string; readonly place: string }
  | SceneInput;

/** A name that a test uses, and where. */
export interface Named {
  readonly text: string;
  readonly place: string;
}

/** A macro's condition or a list's items for one test. */
export interface Override extends Named {
  readonly name: string;
}

/** A field that the alert of a rule must have. */
export interface ExpectedField {
  /** As the output of the rule names it. */
  readonly key: string;
  /** As people see it; `undefined`: the field must be missing. */
  readonly text: string | undefined;
  readonly place: string;
  /** The rule; any of the expected ones without it. */
  readonly rule: string | undefined;
}

export interface RuleTest {
  readonly name: string;
  readonly place: string;
  readonly input: TestInput;
  readonly macros: readonly Override[];
  readonly lists: readonly (Omit<Override, 'text'> & { readonly items: readonly string[] })[];
  /** The rules that must raise alerts; all others must not. */
  readonly rules: readonly Named[];
  readonly fields: readonly ExpectedField[];
}

export interface TestFile {
  readonly name: string;
  /** Paths of the rule files that it names. */
  readonly ruleFiles: readonly string[];
  readonly tests: readonly RuleTest[];
}

const FILE_KEYS = ['rule_files', 'tests'];
const TEST_KEYS = [
  'test',
  'event',
  'events',
  'each',
  'capture',
  'scene',
  'twin',
  'macros',
  'lists',
  'rules',
  'fields',
];
const INPUT_KEYS = ['event', 'events', 'capture', 'scene', 'twin'];
const MOST_MISTAKES = 50;

/** Reads a test file. Throws a {@link ConfigError} with all mistakes, each with its place. */
export function readTestFile(name: string, path: string, text: string): TestFile {
  const mistakes: string[] = [];
  const report: Report = (place, message) => {
    const mistake = `${place}: ${message}`;
    // What is wrong in an event is wrong with each of its variations.
    if (mistakes.length < MOST_MISTAKES && !mistakes.includes(mistake)) mistakes.push(mistake);
  };
  const root = parseConfigText(text, name, undefined);
  checkKeys(root, FILE_KEYS, report);
  const folder = dirname(path);
  const tests = root.entries.get('tests');
  if (tests?.kind !== 'list' || tests.items.length === 0) {
    report(tests?.place ?? root.place, 'expected "tests:" with a list of tests');
  }
  const named = root.entries.get('rule_files');
  const file = {
    name,
    ruleFiles: (named ? textsOf(named, 'rule files', report) : []).map((each) => resolve(folder, each.text)),
    tests: (tests?.kind === 'list' ? tests.items : []).flatMap((node) => readTests(node, folder, report)),
  };
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return file;
}

/** The test; several, one for each variation, where it has some. */
function readTests(node: ConfigNode, folder: string, report: Report): RuleTest[] {
  const map = mapOf(node, 'a test: a mapping with "test", "event" and "rules"', report);
  if (map === undefined) return [];
  const variations = variationsOf(map, report);
  const read = (test: MapNode, label: string): RuleTest[] => {
    const found = readTest(test, folder, report);
    return found === undefined ? [] : [{ ...found, name: found.name + label }];
  };
  if (variations === undefined) return read(map, '');
  return variations.flatMap(({ test, label }) => read(test, ` (${label})`));
}

function readTest(map: MapNode, folder: string, report: Report): RuleTest | undefined {
  checkKeys(map, TEST_KEYS, report);
  const { entries } = map;
  const name = entries.get('test');
  if (name === undefined) report(map.place, 'a test needs a name: "test: what it shows"');
  const rules = entries.get('rules');
  if (rules === undefined) {
    report(map.place, 'a test needs "rules:", the rules that must raise alerts; "rules: []" for silence');
  }
  const input = readInput(map, folder, report);
  const fields = entries.get('fields');
  const expected = rules ? textsOf(rules, 'names of rules', report) : [];
  if (input === undefined) return undefined;
  return {
    name: name ? (textOf(name, 'the name of the test', report) ?? '') : '',
    place: name?.place ?? map.place,
    input,
    rules: expected,
    macros: overridesOf(map, 'macros', report).flatMap(([macro, value]) => {
      const text = textOf(value, 'a condition', report);
      return text === undefined ? [] : [{ name: macro, text, place: value.keyPlace ?? value.place }];
    }),
    lists: overridesOf(map, 'lists', report).map(([list, value]) => ({
      name: list,
      items: textsOf(value, 'a list of items', report).map(({ text }) => text),
      place: value.keyPlace ?? value.place,
    })),
    fields: fields ? readFields(fields, expected, report) : [],
  };
}

function overridesOf({ entries }: MapNode, key: string, report: Report): [string, ConfigNode][] {
  const node = entries.get(key);
  return node === undefined ? [] : [...(mapOf(node, `${key} by name`, report)?.entries ?? [])];
}

function readInput({ entries, place }: MapNode, folder: string, report: Report): TestInput | undefined {
  const given = INPUT_KEYS.filter((key) => entries.has(key));
  if (given.length !== 1) {
    report(place, 'a test needs one of "event:", "events:", "capture:", "scene:" and "twin:"');
    return undefined;
  }
  for (const key of ['scene', 'twin']) {
    const node = entries.get(key);
    if (node === undefined) continue;
    const name = textOf(node, 'the name of a scene', report);
    return name === undefined
      ? undefined
      : { kind: 'scene', name, isTwin: key === 'twin', place: node.place };
  }
  const capture = entries.get('capture');
  if (capture !== undefined) {
    const path = textOf(capture, 'the path of a capture', report);
    return path === undefined
      ? undefined
      : { kind: 'capture', path: resolve(folder, path), place: capture.place };
  }
  const node = entries.get('event') ?? (entries.get('events') as ConfigNode);
  const items = node.kind === 'list' ? node.items : [node];
  return { kind: 'events', events: items.flatMap((item) => readEvents(item, report)) };
}

/** The events of a mapping from names of events to values. */
export function readEvents(node: ConfigNode, report: Report): TestEvent[] {
  const map = mapOf(node, 'an event, such as "execve: {proc.name: bash}"', report);
  return [...(map?.entries ?? [])].flatMap(([name, values]): TestEvent[] => {
    const place = values.keyPlace ?? values.place;
    if (name === 'k8s_audit') {
      const document = mapOf(values, 'an audit event', report);
      if (document) checkAuditEvent(document, report);
      return document ? [{ kind: 'k8s_audit', place, document: plainData(document) }] : [];
    }
    const literal = readLiteral(name, place, values, report);
    return literal ? [{ kind: 'syscall', place, literal }] : [];
  });
}

/** Values by field, or by rule and field. */
function readFields(
  node: ConfigNode,
  rules: readonly Named[],
  report: Report,
  rule?: string,
): ExpectedField[] {
  const map = mapOf(node, 'values by field', report);
  return [...(map?.entries ?? [])].flatMap(([written, value]): ExpectedField[] => {
    if (rule === undefined && rules.some(({ text }) => text === written)) {
      return readFields(value, rules, report, written);
    }
    const place = value.keyPlace ?? value.place;
    if (findField(written, place, report) === undefined) return [];
    if (value.kind !== 'scalar') {
      report(value.place, `expected one value of ${written}`);
      return [];
    }
    const text = value.value === null ? undefined : writtenText(value);
    return [{ key: written, text, place, rule }];
  });
}
