/** Test files against rules: what passes, what fails, where, and why. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { loadConfig } from '../config/load.ts';
import { Coverage } from './coverage.ts';
import { loadTestedRules, runTestFile, type TestResult } from './run-tests.ts';
import { readTestFile } from './test-file.ts';

const RULES = `
- list: shells
  items: [bash, sh]
- macro: trusted
  condition: (proc.pname = cron)
- macro: spawned
  condition: (evt.type in (execve, execveat) and evt.rawres = 0)
- rule: Shell
  desc: A shell.
  condition: spawned and proc.name in (shells) and container.id != host and not trusted
  output: Shell %proc.name %proc.aname[1] %proc.cmdline %proc.tty
  priority: WARNING
- rule: Shadow
  desc: A read file.
  condition: evt.type = openat and evt.is_open_read = true and fd.num >= 0 and fd.filename = shadow
  output: Read %fd.name
  priority: WARNING
- rule: Connection
  desc: A connection.
  condition: evt.type = connect and fd.sport = 443 and fd.snet = 10.0.0.0/8
  output: Connected %fd.name
  priority: WARNING
- rule: Audit
  desc: An audit event.
  source: k8s_audit
  condition: ka.verb = create and ka.user.name = bob
  output: Created %ka.user.name
  priority: WARNING
- rule: Disabled
  desc: Not enabled.
  condition: spawned and proc.name = off
  output: Off
  priority: WARNING
  enabled: false
`;

interface Ran {
  readonly results: readonly TestResult[];
  readonly coverage: Coverage;
}

async function run(context: TestContext, tests: string): Promise<Ran> {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-authoring-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'rules.yaml');
  writeFileSync(path, RULES);
  const { config } = loadConfig({ file: undefined, overrides: [], environment: {} });
  const rules = loadTestedRules([path], config);
  assert.deepEqual(rules.outcome.problems, []);
  const coverage = new Coverage();
  const file = readTestFile('t.test.yaml', join(folder, 't.test.yaml'), tests);
  return { results: await runTestFile(file, rules, { coverage }), coverage };
}

/** Failures as `place message`, and below them why, without the places in rule files. */
function failures({ results }: Ran): string[] {
  return results.flatMap((result) =>
    result.failures.flatMap(({ place, message, why }) => [
      `${place} ${message}`,
      ...why.map((line) => `  ${line.replace(/,? ?[^ ,(]*rules\.yaml(?=:)/, ' rules.yaml')}`),
    ]),
  );
}

test('what rules raise, tell, and leave alone', async (context) => {
  const ran = await run(
    context,
    `tests:
- test: fields that are given, and what follows from them
  event: {execve: {proc.name: bash, proc.pname: nginx, proc.args: -c ls, container.id: abc}}
  rules: [Shell]
  fields: {proc.name: bash, 'proc.aname[1]': nginx, proc.cmdline: bash -c ls, proc.tty: null}
- test: on the host, unless a container is given
  event: {execve: {proc.name: bash, proc.pname: nginx}}
  rules: []
- test: a field that nobody gave is missing
  event: {execve: {proc.name: bash, container.id: null}}
  rules: []
- test: a call succeeds unless the event says otherwise
  event: {execve: {proc.name: bash, container.id: abc, evt.res: ENOENT}}
  rules: []
- test: flags make an open one for reading, and a path has a last part
  event: {openat: {fd.name: /etc/shadow, evt.arg.flags: O_RDONLY|O_CLOEXEC}}
  rules: [Shadow]
- test: an open for writing
  event: {openat: {fd.name: /etc/shadow, evt.arg.flags: O_WRONLY}}
  rules: []
- test: an open that failed has no descriptor
  event: {openat: {fd.name: /etc/shadow, evt.arg.flags: O_RDONLY, evt.res: EACCES}}
  rules: []
- test: addresses and ports of a name
  event: {connect: {fd.name: "1.1.1.1:22->10.1.2.3:443"}}
  rules: [Connection]
- test: a name of addresses and ports
  event: {connect: {fd.sip: 10.1.2.3, fd.sport: https, fd.cip: 1.1.1.1, fd.cport: 22}}
  rules: [Connection]
  fields: {Connection: {fd.name: "1.1.1.1:22->10.1.2.3:443"}}
- test: an audit event beside another event
  events: [{k8s_audit: {verb: create, user: {username: bob}}}, {execve: {proc.name: ls}}]
  rules: [Audit]
- test: overrides
  macros: {trusted: (proc.pname = at)}
  lists: {shells: [zsh]}
  event: {execve: {proc.name: zsh, proc.pname: cron, container.id: abc}}
  rules: [Shell]
- test: overrides hold for one test alone
  event: {execve: {proc.name: zsh, proc.pname: nginx, container.id: abc}}
  rules: []
`,
  );
  assert.deepEqual(failures(ran), []);
  assert.equal(ran.results.length, 12);
});

test('a failure says where, and which part of the condition decided', async (context) => {
  const ran = await run(
    context,
    `tests:
- test: trusted
  event: {execve: {proc.name: bash, proc.pname: cron, container.id: abc}}
  rules: [Shell]
- test: failed call
  events: [{openat: {}}, {execve: {proc.name: ls}}, {execve: {proc.name: bash, container.id: abc, evt.rawres: -2}}]
  rules: [Shell]
- test: missing
  event: {execve: {container.id: abc}}
  rules: [Shell]
- test: unexpected
  event: {connect: {fd.name: "1.1.1.1:22->10.1.2.3:443"}}
  rules: []
- test: other type
  event: {openat: {fd.name: /x}}
  rules: [Shell]
- test: disabled
  event: {execve: {proc.name: off}}
  rules: [Disabled]
- test: other value
  event: {openat: {fd.name: /etc/shadow, evt.is_open_read: true}}
  rules: [Shadow]
  fields: {fd.name: /etc/passwd, proc.name: bash}
- test: unknown names
  event: {execve: {}}
  macros: {trustd: (proc.name = x)}
  rules: [Shel]
- test: override with an error
  event: {execve: {}}
  macros: {trusted: (proc.nam = x)}
  rules: []
- test: no capture
  capture: absent.scap
  rules: []
`,
  );
  const lines = failures(ran);
  assert.match(lines.pop() ?? '', /^t\.test\.yaml:33:12 the events cannot be read: .*absent\.scap/);
  assert.deepEqual(lines, [
    't.test.yaml:4:11 "Shell" did not fire',
    '  at t.test.yaml:3:11',
    '  proc.pname = cron is true: value cron (in trusted rules.yaml:5:15)',
    't.test.yaml:7:11 "Shell" did not fire',
    '  at t.test.yaml:6:54',
    '  evt.rawres = 0 is false: value -2 (in spawned rules.yaml:7:50)',
    't.test.yaml:10:11 "Shell" did not fire',
    '  at t.test.yaml:9:11',
    '  proc.name in (bash, sh) is false: missing ( rules.yaml:10:26)',
    't.test.yaml:11:9 "Connection" fired, unexpectedly',
    '  at t.test.yaml:12:11',
    '  evt.type = connect is true: value connect ( rules.yaml:20:14)',
    '  fd.sport = 443 is true: value 443 ( rules.yaml:20:37)',
    '  fd.snet = 10.0.0.0/8 is true: value 10.1.2.3 ( rules.yaml:20:56)',
    't.test.yaml:16:11 "Shell" did not fire',
    '  no event is of a type that the rule is about',
    't.test.yaml:19:11 "Disabled" did not fire',
    '  the rule is disabled',
    't.test.yaml:23:12 fd.name: expected "/etc/passwd", but it is "/etc/shadow"',
    't.test.yaml:23:34 no alert tells proc.name',
    '  its fields: fd.name',
    't.test.yaml:27:11 there is no rule "Shel"; did you mean Shell?',
    't.test.yaml:26:12 there is no macro "trustd"; did you mean trusted?',
    't.test.yaml:30:12 unknown field proc.nam; did you mean proc.name?',
  ]);
});

test('coverage: checks that were never true or never false, of the rules that are tested', async (context) => {
  const { coverage } = await run(
    context,
    `tests:
- test: a
  event: {execve: {proc.name: bash, proc.pname: nginx, container.id: abc}}
  rules: [Shell]
- test: b
  event: {execve: {proc.name: ls, proc.pname: nginx, container.id: abc}}
  rules: []
- test: an override is no check of the rule
  event: {execve: {proc.name: ls, proc.pname: cron}}
  macros: {trusted: (proc.pname = cron)}
  rules: []
`,
  );
  const { rules, untested, total } = coverage.result;
  assert.deepEqual(total, { checks: 11, seen: 2, decided: 1 });
  assert.deepEqual(
    rules.map(({ rule, checks }) => [
      rule,
      ...checks.map(
        ({ text, wasTrue, wasFalse, decidedTrue, decidedFalse }) =>
          `${text} ${wasTrue} ${wasFalse} ${decidedTrue} ${decidedFalse}`,
      ),
    ]),
    [
      [
        'Shell',
        'evt.rawres = 0 true false true false',
        'proc.name in (bash, sh) true true true true',
        // At the host nothing else held either.
        'container.id != host true true true false',
        'proc.pname = cron false true false true',
      ],
    ],
  );
  assert.deepEqual(untested, ['Shadow', 'Connection', 'Audit']);
});

test('coverage: a check decides where the other answer would have changed the verdict; other lists count', async (context) => {
  const { coverage } = await run(
    context,
    `tests:
- test: other shells
  lists: {shells: [zsh]}
  event: {execve: {proc.name: zsh, proc.pname: nginx, container.id: abc}}
  rules: [Shell]
- test: trusted, and on the host
  event: {execve: {proc.name: zsh, proc.pname: cron}}
  rules: []
`,
  );
  const [{ checks } = { checks: [] }] = coverage.result.rules;
  assert.deepEqual(
    checks.map(({ text, decidedTrue, decidedFalse }) => `${text} ${decidedTrue} ${decidedFalse}`),
    [
      'evt.rawres = 0 true false',
      'proc.name in (bash, sh) true false',
      'container.id != host true false',
      'proc.pname = cron false true',
    ],
  );
});
