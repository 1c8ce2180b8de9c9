import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadRules } from '../rules/load.ts';
import { STATE_EVENTS } from '../system/state-events.ts';
import { ruleEnvironment } from './rule-environment.ts';
import { tracedEvents } from './traced-events.ts';

/** What rules with the given conditions and other properties need beside what the model needs. */
function traced(...rules: string[]): string[] {
  const text = rules
    .map((rule, index) => {
      const [condition, ...properties] = rule.split('; ');
      return [
        `- rule: R${index}\n  condition: ${condition}\n  desc: d\n  output: o\n  priority: ERROR`,
        ...properties,
      ].join('\n  ');
    })
    .join('\n');
  const { ruleSet, ok } = loadRules([{ name: 'rules.yaml', text }], ruleEnvironment());
  assert.ok(ok);
  return [...tracedEvents(ruleSet).difference(STATE_EVENTS)].sort();
}

test('the model alone needs the lives, ids and directories of processes', () => {
  assert.deepEqual(traced(), []);
  for (const name of ['execve', 'execveat', 'clone3', 'vfork', 'procexit', 'chdir', 'setresuid', 'accept'])
    assert.ok(STATE_EVENTS.has(name), name);
  for (const name of ['open', 'read', 'close', 'mmap', 'syscall']) assert.ok(!STATE_EVENTS.has(name), name);
});

test('rules need the events that they can match', () => {
  assert.deepEqual(traced('evt.type in (open, openat)', 'evt.type = connect or evt.type = kill'), [
    'kill',
    'open',
    'openat',
  ]);
  assert.deepEqual(traced('evt.type = open and not evt.type = openat'), ['open']);
});

test('rules that are off, or for another source, need nothing', () => {
  assert.deepEqual(traced('evt.type = open; enabled: false'), []);
  assert.deepEqual(traced('ka.verb = create; source: k8s_audit'), []);
});

test('system calls without an event of their own are traced one by one', () => {
  assert.deepEqual(traced('evt.type in (setitimer, statfs, open)'), ['open', 'setitimer', 'statfs']);
});

test('a rule that says nothing of the type needs everything', () => {
  const names = traced('proc.name = sh or evt.type = setitimer');
  for (const name of ['syscall', 'read', 'mmap', 'openat']) assert.ok(names.includes(name), name);
});

test('a rule that rules out a type needs all others', () => {
  const names = traced('evt.type != setitimer');
  for (const name of ['read', 'openat']) assert.ok(names.includes(name), name);
});
