import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ruleEnvironment } from '../engine/rule-environment.ts';
import { FIELD_CATALOG } from '../fields/catalog.ts';
import { contextOf, eventOf, threadOf } from '../fields/testing.ts';
import { loadRules } from '../rules/load.ts';
import { compileSources } from './sources.ts';
import { finish } from './steps.ts';

const RULES = ['syscall', 'k8s_audit']
  .map(
    (source) =>
      `- rule: ${source}\n  desc: d\n  condition: evt.num > 0\n  output: o\n  priority: INFO\n  source: ${source}\n`,
  )
  .join('');
const { ruleSet } = loadRules([{ name: 'rules.yaml', text: RULES }], ruleEnvironment());

const opened = contextOf(eventOf('openat', { fd: 3 }), { thread: threadOf() });
const asked = {
  ...contextOf(eventOf('pluginevent', { plugin_id: 1, event_data: Buffer.from('{"auditID":"a"}') })),
  source: 'k8s_audit',
};

function matches(...sources: string[]): string[][] {
  const matcher = finish(compileSources(ruleSet, FIELD_CATALOG, { matching: 'all', sources }));
  return [opened, asked].map((context) => {
    const names: string[] = [];
    matcher.match(context, ({ name }) => names.push(name));
    return names;
  });
}

test('each event is asked about by the rules of its source', () => {
  assert.deepEqual(matches('syscall', 'k8s_audit'), [['syscall'], ['k8s_audit']]);
});

test('a source that is not watched has no rules', () => {
  assert.deepEqual(matches('syscall')[0], ['syscall']);
  assert.deepEqual(matches('k8s_audit')[1], ['k8s_audit']);
});

test('what rules cost is summed over the sources', () => {
  const matcher = finish(
    compileSources(ruleSet, FIELD_CATALOG, {
      matching: 'all',
      sources: ['syscall', 'k8s_audit'],
    }),
  );
  for (const context of [opened, asked, asked]) matcher.match(context, () => {});
  assert.equal(matcher.profile?.events, 3);
  assert.deepEqual(matcher.profile?.rules.map(({ rule, matches: count }) => [rule.name, count]).sort(), [
    ['k8s_audit', 2],
    ['syscall', 1],
  ]);
});
