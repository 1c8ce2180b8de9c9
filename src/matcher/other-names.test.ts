import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Field, FieldCatalog } from '../fields/field.ts';
import type { CheckedRule, Condition, FieldExpression } from '../rules/checked.ts';
import type { EventContext } from '../system/context.ts';
import type { OtherName } from '../system/other-names.ts';
import { compileMatcher, type Matcher } from './compile.ts';
import { interpretRules } from './interpreter.ts';
import { matchAllNames } from './other-names.ts';
import { and, not, or, rule, testCatalog } from './test-kit.ts';

const NAME = {
  ...(testCatalog.find('t.name')?.field as Field),
  name: 'fd.name',
  cost: 2,
  read: (context: EventContext) => context.shownName?.path ?? '/own',
};
const EXEPATH = { ...NAME, name: 'proc.exepath' };
const catalog: FieldCatalog<Field> = {
  fields: [...testCatalog.fields, NAME],
  find(name) {
    const field = [NAME, EXEPATH].find((candidate) => candidate.name === name);
    return field ? { field, argument: undefined } : testCatalog.find(name);
  },
};
const location = { file: 'test.yaml', line: 1, column: 1, offset: 0 };
const name: FieldExpression = {
  ...{ kind: 'field', field: NAME, argument: undefined, type: 'CHARBUF', isList: false, location },
};
const is = (path: string): Condition => ({
  ...{ kind: 'scalar', left: name, operator: '=', modifier: undefined, location },
  right: { kind: 'values', values: [path] },
});

/** An event of a file `/own` with other names, which counts how often it is shown under another. */
class NamedEvent {
  readonly event = { code: 1, wallTime: 0n };
  readonly system = { hostname: 'test' };
  readonly otherNames: readonly OtherName[];
  shownName: OtherName | undefined = undefined;
  shows = 0;

  constructor(...paths: string[]) {
    this.otherNames = paths.map((path) => ({ kind: 'given', path }));
  }

  showAs(name: OtherName | undefined): void {
    this.shows++;
    this.shownName = name;
  }
}

const eventWith = (...paths: string[]) => new NamedEvent(...paths) as unknown as EventContext & NamedEvent;

function matches(rules: CheckedRule[], context: EventContext, matching: 'first' | 'all' = 'all'): string[] {
  const options = { matching, source: 'syscall' };
  const answers = [compileMatcher, interpretRules].map((make): string[] => {
    const matcher: Pick<Matcher, 'match'> = make({ rules }, catalog, options);
    const found: string[] = [];
    matchAllNames(matcher, { rules }, options).match(context, ({ name }) =>
      found.push(`${name} ${context.shownName?.path ?? '/own'}`),
    );
    return found;
  });
  assert.deepEqual(answers[0], answers[1], 'compiled and interpreted rules differ');
  assert.equal(context.shownName, undefined, 'the event is shown under its own name again');
  return answers[0] as string[];
}

test('a rule that matches under any name is found once, under its own name before others', () => {
  const rules = [
    rule('own', is('/own')),
    rule('link', is('/link')),
    rule('either', or(is('/link'), is('/own'))),
  ];
  const expected = ['own /own', 'link /link', 'either /own'];
  assert.deepEqual(matches(rules, eventWith('/link')), expected);
  assert.deepEqual(matches(rules, eventWith('/x', '/link')), expected);
  assert.deepEqual(matches(rules, eventWith()), ['own /own', 'either /own']);
});

test('the first rule of the set is found, whatever the name', () => {
  const rules = [rule('link', is('/link')), rule('own', is('/own'))];
  assert.deepEqual(matches(rules, eventWith('/link'), 'first'), ['link /link']);
  assert.deepEqual(matches(rules, eventWith(), 'first'), ['own /own']);
});

test('an exception for one name does not cover the others', () => {
  const rules = [rule('not own', not(is('/own'))), rule('both', and(is('/own'), is('/link')))];
  assert.deepEqual(matches(rules, eventWith('/link')), ['not own /link']);
});

test('an event is not shown again where no rule reads a name', () => {
  const context = eventWith('/link');
  matches(
    [rule('any', not({ kind: 'exists', left: { ...name, field: { ...NAME, name: 't.raw' } }, location }))],
    context,
  );
  assert.equal(context.shows, 0);
});

test('by another name of a program only rules are found that ask for the program', () => {
  const context = eventWith('/link');
  Object.assign(context.otherNames?.[0] ?? {}, { isExecutable: true });
  const runs = (path: string): Condition => ({
    ...{ kind: 'scalar', left: { ...name, field: EXEPATH }, operator: '=', modifier: undefined, location },
    right: { kind: 'values', values: [path] },
  });
  const rules = [
    rule('asks', runs('/link')),
    rule('trusts', and(not(runs('/own')), not(runs('/trusted')))),
    rule('asks and trusts', and(runs('/link'), not(runs('/own')))),
    rule('denies twice', not(not(runs('/link')))),
    rule('asks for a file', is('/link')),
  ];
  assert.deepEqual(matches(rules, context), ['asks /link', 'denies twice /link']);
});
