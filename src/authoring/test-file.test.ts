import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventType } from '../fields/testing.ts';
import { readTestFile } from './test-file.ts';

function mistakes(text: string): string[] {
  try {
    readTestFile('t', '/tests/t', text);
    return [];
  } catch (error) {
    return (error as Error).message.split('\n');
  }
}

test('every mistake is told at its place, with what was probably meant', () => {
  assert.deepEqual(
    mistakes(`rule_file: x
tests:
- test: a
  event: {exceve: {}}
  rules: []
- event: {execve: {proc.nme: x, proc.pid: abc, evt.type: x, evt.arg.level: 1, fd.sip: no, proc.tty: [1]}}
- test: b
  capture: x
  events: []
  rules: []
- 7
- test: c
  event: {openat: 1}
  fields: {fd.nam: x, fd.name: [x]}
  rules: {}
`),
    [
      't:1:1: unknown key rule_file; did you mean rule_files?',
      't:4:11: there is no event exceve; did you mean execve?',
      't:6:3: a test needs a name: "test: what it shows"',
      't:6:3: a test needs "rules:", the rules that must raise alerts; "rules: []" for silence',
      't:6:20: unknown field proc.nme; did you mean proc.name?',
      't:6:43: proc.pid: "abc" is not a whole number',
      't:6:48: evt.type follows from the name of the event; leave it out',
      `t:6:61: execve has no parameter level; it has ${eventType('execve')
        .parameters.map(({ name }) => name)
        .join(', ')}`,
      't:6:87: fd.sip: "no" is not an IP address',
      't:6:101: proc.tty: expected one value',
      't:7:3: a test needs one of "event:", "events:", "capture:", "scene:" and "twin:"',
      't:11:3: expected a test: a mapping with "test", "event" and "rules"',
      't:13:19: expected values by field, such as {proc.name: bash}',
      't:15:10: expected names of rules',
      't:14:12: unknown field fd.nam; did you mean fd.num?',
      't:14:32: expected one value of fd.name',
    ],
  );
  assert.deepEqual(
    mistakes('tests: [{test: a, rules: [], event: {openat: {evt.arg.flags: O_RDONLY|O_RONLY}}}]'),
    ['t:1:62: evt.arg.flags has no value O_RONLY'],
  );
  assert.deepEqual(mistakes('tests: {}'), ['t:1:8: expected "tests:" with a list of tests']);
  assert.deepEqual(mistakes('tests: ['), mistakes('tests: ['));
  assert.match(mistakes('tests: [')[0] ?? '', /^t:1:\d+: /);
});

test('paths are those from the folder of the file, and variables stay as they are', () => {
  const { ruleFiles, tests } = readTestFile(
    't',
    '/tests/t',
    'rule_files: ../r.yaml\ntests: [{test: a, rules: x, event: {execve: {proc.cmdline: "echo ${HOME}"}}}]',
  );
  assert.deepEqual(ruleFiles, ['/r.yaml']);
  const [only] = tests;
  assert.deepEqual(only?.rules, [{ text: 'x', place: 't:2:26' }]);
  assert.ok(only?.input.kind === 'events' && only.input.events[0]?.kind === 'syscall');
  assert.deepEqual([...only.input.events[0].literal.values], [['proc.cmdline', 'echo ${HOME}']]);
});

test('each varies the event: one test for each, named by what is its own, lists within lists taken apart', () => {
  const { tests } = readTestFile(
    't',
    '/tests/t',
    `tests:
- test: a
  event: {execve: {proc.name: x, proc.pname: y}}
  each: [{}, {proc.name: z}, [{proc.pname: null}]]
  rules: []
- test: b
  event: {k8s_audit: {verb: get, user: {username: bob, groups: [devs]}}}
  each: [{user: {username: eve}}]
  rules: []
`,
  );
  assert.deepEqual(
    tests.map(({ name }) => name),
    ['a (as it is)', 'a (proc.name: z)', 'a (proc.pname: null)', 'b (user: {"username":"eve"})'],
  );
  const inputs = tests.flatMap(({ input }) => (input.kind === 'events' ? input.events : []));
  assert.deepEqual(
    inputs.map((event) => (event.kind === 'syscall' ? [...event.literal.values] : event.document)),
    [
      [
        ['proc.name', 'x'],
        ['proc.pname', 'y'],
      ],
      [
        ['proc.name', 'z'],
        ['proc.pname', 'y'],
      ],
      [
        ['proc.name', 'x'],
        ['proc.pname', undefined],
      ],
      { verb: 'get', user: { username: 'eve', groups: ['devs'] } },
    ],
  );
  // What is said of an event leads to the variation.
  assert.deepEqual(
    inputs.map(({ place }) => place),
    ['t:4:10', 't:4:14', 't:4:31', 't:8:10'],
  );
});

test('mistakes in each', () => {
  assert.deepEqual(
    mistakes(`tests:
- {test: a, rules: [], event: {execve: {proc.nme: x}}, each: [{}, {proc.pid: a}, 7]}
- {test: b, rules: [], events: [{execve: {}}], each: [{}]}
- {test: c, rules: [], event: {execve: {}}, each: []}
`),
    [
      't:2:82: expected values by field, such as {proc.name: bash}',
      't:2:41: unknown field proc.nme; did you mean proc.name?',
      't:2:78: proc.pid: "a" is not a whole number',
      't:3:54: each: varies the one event of "event:", such as "event: {execve: {}}"',
      't:4:51: expected a list of values by field',
    ],
  );
});

test('what YAML would read as something else, and names that mean nothing', () => {
  assert.deepEqual(
    mistakes(`tests:
- {test: a, rules: [], event: {chmod: {evt.arg.mode: 0755, evt.res: ENOENTT}}}
- {test: b, rules: [], event: {mkdir: {evt.arg.res: ENOTHERE, 'evt.arg[9]': x, proc.pid: 010}}}
- {test: d, rules: [], event: {connect: {fd.sip: "::ffff:10.0.0.1"}}}
- {test: c, rules: [], event: {k8s_audit: {verbs: get, user: {name: bob}, objectRef: {ressource: pods}}}}
`),
    [
      't:2:54: evt.arg.mode: "0755" means 755 in YAML; write 0o755 for an octal number',
      't:2:69: evt.res has no value ENOENTT; did you mean ENOENT?',
      't:3:53: evt.arg.res has no value ENOTHERE',
      `t:3:63: mkdir has no parameter 9; it has ${eventType('mkdir')
        .parameters.map(({ name }) => name)
        .join(', ')}`,
      't:3:90: proc.pid: "010" means 10 in YAML; write 0o10 for an octal number',
      't:4:50: fd.sip: addresses of IPv4 within IPv6 come as those of IPv4; leave out ::ffff:',
      't:5:44: unknown key verbs; did you mean verb?',
      't:5:63: unknown key name',
      't:5:87: unknown key ressource; did you mean resource?',
    ],
  );
});

test('texts that look like numbers stay as they are written', () => {
  const { tests } = readTestFile(
    't',
    '/tests/t',
    `tests:
- test: 007
  rules: [1e3]
  event: {execve: {container.id: 12345e678901, proc.name: 007, proc.args: 1_0 0x10, proc.pid: 0x10, evt.arg.comm: 1e5}}
  fields: {container.id: 12345e678901}
`,
  );
  const [only] = tests;
  assert.equal(only?.name, '007');
  assert.equal(only?.rules[0]?.text, '1e3');
  assert.equal(only?.fields[0]?.text, '12345e678901');
  assert.ok(only?.input.kind === 'events' && only.input.events[0]?.kind === 'syscall');
  assert.deepEqual(
    [...only.input.events[0].literal.values.values()],
    ['12345e678901', '007', '1_0 0x10', 16, '1e5'],
  );
});
