import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Config } from '../config/schema.ts';
import { loadRules } from '../rules/load.ts';
import { STATE_EVENTS } from '../system/state-events.ts';
import { ruleEnvironment } from './rule-environment.ts';
import { chooseEvents, type EventChoice, IGNORED_EVENTS } from './traced-events.ts';

const DEFAULTS: Config['base_syscalls'] = { custom_set: [], repair: false, all: false };

/** The choice for rules with the given conditions and other properties. */
function choice(settings: Partial<Config['base_syscalls']>, ...rules: string[]): EventChoice {
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
  return chooseEvents(ruleSet, { ...DEFAULTS, ...settings });
}

const names = ({ traced }: EventChoice): string[] => [...traced.keys()];

/** What rules need beside what the model needs. */
const traced = (...rules: string[]): string[] =>
  names(choice({}, ...rules)).filter((name) => !STATE_EVENTS.has(name));

test('the model alone needs the lives, ids and directories of processes', () => {
  assert.deepEqual(traced(), []);
  for (const name of ['execve', 'execveat', 'clone3', 'vfork', 'procexit', 'chdir', 'setresuid', 'accept'])
    assert.ok(STATE_EVENTS.has(name), name);
  for (const name of ['open', 'read', 'close', 'mmap', 'syscall']) assert.ok(!STATE_EVENTS.has(name), name);
  assert.deepEqual(new Set(names(choice({}))), STATE_EVENTS);
  const page = readFileSync(new URL('../../docs/events.md', import.meta.url), 'utf8');
  assert.match(
    page,
    new RegExp(`the ${STATE_EVENTS.size} events of the model`),
    'docs/events.md says how many',
  );
});

test('rules need the events that they can match', () => {
  assert.deepEqual(traced('evt.type in (open, openat)', 'evt.type = connect or evt.type = kill'), [
    'kill',
    'open',
    'openat',
  ]);
  assert.deepEqual(traced('evt.type = open and not evt.type = openat'), ['open']);
});

test('every event has its reasons', () => {
  const { traced } = choice(
    {},
    'evt.type in (open, execve)',
    'evt.type = open',
    'evt.type = connect; enabled: false',
  );
  assert.deepEqual(traced.get('open'), { rules: ['R0', 'R1'], base: undefined });
  assert.deepEqual(traced.get('execve'), { rules: ['R0'], base: 'model' });
  assert.deepEqual(traced.get('connect'), { rules: [], base: 'model' });
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
  for (const name of ['getppid', 'setitimer', 'mmap', 'openat', 'switch'])
    assert.ok(names.includes(name), name);
});

test('a rule that rules out a type needs all others', () => {
  const names = traced('evt.type != setitimer');
  for (const name of ['mmap', 'openat']) assert.ok(names.includes(name), name);
});

test('reads and writes are traced for those who ask for all, and others are told', () => {
  const without = choice({}, 'evt.type in (read, open)');
  assert.ok(!without.traced.has('read') && without.traced.has('open'));
  assert.deepEqual([...without.missed], [['read', { rules: ['R0'], cause: 'ignored' }]]);
  assert.deepEqual(without.warnings, [
    'events that rules ask for are too many to be traced unless base_syscalls.all is set: read (unsupported-evttype)',
  ]);
  const all = choice({ all: true }, 'evt.type in (read, open)');
  assert.ok(all.traced.has('read'));
  assert.deepEqual([all.missed.size, all.warnings], [0, []]);
});

test('the ignored events are those of the table whose category is input or output, but for messages', () => {
  assert.equal(IGNORED_EVENTS.size, 11);
  for (const name of ['sendto', 'recvfrom', 'sendmsg', 'sendmmsg', 'recvmsg', 'recvmmsg'])
    assert.ok(!IGNORED_EVENTS.has(name), name);
});

test('custom_set takes the place of what the model needs; the ends of processes stay', () => {
  const own = choice({ custom_set: ['clone', 'close', 'getppid'] }, 'evt.type = open');
  assert.deepEqual(names(own), ['clone', 'close', 'getppid', 'open', 'procexit']);
  assert.equal(own.traced.get('close')?.base, 'custom_set');
  assert.equal(own.traced.get('procexit')?.base, 'always');
});

test('custom_set with names to be left out alone takes them from rules and model', () => {
  const own = choice({ custom_set: ['!open', '!connect', '!procexit'] }, 'evt.type in (open, openat)');
  assert.deepEqual(
    new Set(names(own)),
    STATE_EVENTS.difference(new Set(['connect'])).union(new Set(['openat'])),
  );
  assert.deepEqual([...own.missed], [['open', { rules: ['R0'], cause: 'custom_set' }]]);
  assert.match(own.warnings.join(), /taken out by base_syscalls.custom_set: open \(unsupported-evttype\)/);
});

test('one system call of all can be left out', () => {
  const own = choice({ custom_set: ['!getppid'] }, 'proc.name = sh');
  assert.ok(!own.traced.has('getppid') && own.traced.has('getpgid'));
});

test('names that nobody knows are said, and the rest of the set counts', () => {
  const own = choice({ custom_set: ['opne', '!closee', 'close', ''] });
  assert.deepEqual(names(own), ['close', 'procexit']);
  assert.match(own.warnings[0] ?? '', /no event called opne, left out; did you mean open\?/);
  assert.match(own.warnings[1] ?? '', /no event called closee/);
  assert.deepEqual(new Set(names(choice({ custom_set: ['opne'] }))), STATE_EVENTS);
});

test('repair leaves out what the model learns of sockets, unless rules are about such', () => {
  const files = choice({ repair: true }, 'evt.type = open');
  assert.ok(!files.traced.has('connect') && files.traced.has('clone'));
  assert.equal(files.traced.get('clone')?.base, 'repair');
  assert.ok(choice({ repair: true }, 'evt.type = listen').traced.has('accept4'));
});

test('repair with a custom set adds what is missing for it to be of use', () => {
  const own = choice({ repair: true, custom_set: ['open', '!execve'] });
  for (const name of ['open', 'execve', 'clone', 'procexit']) assert.ok(own.traced.has(name), name);
  assert.ok(!own.traced.has('connect'));
  assert.deepEqual([own.traced.get('open')?.base, own.traced.get('execve')?.base], ['custom_set', 'repair']);
});
