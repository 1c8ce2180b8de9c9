import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ruleEnvironment } from '../engine/rule-environment.ts';
import { FIELD_CATALOG } from '../fields/catalog.ts';
import { contextOf, eventOf, systemOf, threadOf } from '../fields/testing.ts';
import type { CheckedRule, CheckedRuleSet, Condition } from '../rules/checked.ts';
import { loadRules } from '../rules/load.ts';
import { AuditEventWriter } from '../sources/audit/event-writer.ts';
import type { EventContext } from '../system/context.ts';
import { digestOf } from './condition-digest.ts';
import type { Evidence, EvidencePart } from './evidence.ts';
import { EvidenceBudget } from './evidence-budget.ts';
import { EvidenceMaker } from './evidence-maker.ts';

const RULES = `
- list: names
  items: [bash, sh]
- macro: shells
  condition: proc.name in (names)
- rule: R
  desc: d
  condition: evt.type = execve and (shells or proc.cmdline contains secret) and not user.uid = 7
  output: o
  priority: WARNING
`;

function load(text = RULES): { readonly ruleSet: CheckedRuleSet; readonly rule: CheckedRule } {
  const outcome = loadRules([{ name: 'r.yaml', text }], ruleEnvironment());
  assert.equal(outcome.ok, true);
  return { ruleSet: outcome.ruleSet, rule: outcome.ruleSet.rules[0] as CheckedRule };
}

const SHELL = { tid: 30, pid: 30, ptid: 20, comm: 'bash', exe: '-bash', exepath: '/usr/bin/bash' };
const SERVER = { tid: 20, pid: 20, ptid: 1, comm: 'sshd', exe: '/usr/sbin/sshd', args: ['-D'], uid: 0 };

function execve(...threads: Parameters<typeof threadOf>[0][]): EventContext {
  return contextOf(eventOf('execve', { res: 0 }, { tid: 30 }), {
    system: systemOf({ threads: threads.map(threadOf) }),
  });
}

function gather(
  context: EventContext,
  { ruleSet, rule } = load(),
  budget = new EvidenceBudget(false),
): Evidence {
  return new EvidenceMaker(ruleSet, FIELD_CATALOG).hold(rule, context, budget).finish();
}

function shape({ text, holds, value, operands = [] }: EvidencePart): string {
  const below = operands.length === 0 ? '' : `[${operands.map(shape).join(' ')}]`;
  return `${text}:${holds}${value === undefined ? '' : `:${value}`}${below}`;
}

test('processes come from the event’s own upwards, with what is known of them', () => {
  const own = {
    ...SHELL,
    args: ['-c', 'a \u001b[31m'],
    uid: 4711,
    tty: 34816,
    cloneTime: 5_000_000n,
    containerId: 'abc',
  };
  const { processes, isCut } = gather(execve(own, SERVER, { tid: 1, pid: 1, ptid: 0, comm: 'init' }));
  assert.deepEqual(processes[0], {
    pid: 30,
    name: 'bash',
    executable: '/usr/bin/bash',
    commandLine: '-bash -c a \u001b[31m',
    user: '4711',
    started: 5000,
    container: 'abc',
    tty: 'pts/0',
  });
  assert.deepEqual(
    processes.map(({ name }) => name),
    ['bash', 'sshd', 'init'],
  );
  assert.equal(isCut, false);
});

test('a thread’s process is that of its leader; loops and long lines of ancestors end', () => {
  const line = Array.from({ length: 40 }, (_, index) => ({
    tid: 30 + index,
    pid: 30 + index,
    ptid: 31 + index,
  }));
  const long = gather(execve(...line));
  assert.deepEqual([long.processes.length, long.isCut], [17, true]);
  const loop = gather(execve({ ...SHELL, ptid: 20 }, { ...SERVER, ptid: 30 }));
  assert.deepEqual(
    loop.processes.map(({ pid }) => pid),
    [30, 20],
  );
});

test('the condition is kept with macros, values and what was true', () => {
  const { condition, digest } = gather(execve(SHELL));
  assert.ok(condition);
  assert.equal(
    shape(condition),
    'and:true[evt.type = execve:true:execve ' +
      'or:true[shells:true[proc.name in (names):true:bash] proc.cmdline contains secret:false:bash] ' +
      'not:true[user.uid = 7:false:0]]',
  );
  assert.equal(digest, digestOf(load().rule.condition));
});

test('the digest is that of the meaning: lists and macros count, places and names do not', () => {
  const digest = (text: string): string => digestOf(load(text).rule.condition);
  assert.equal(digest(RULES), digest(`# moved\n${RULES}`.replaceAll('shells', 'scripts')));
  assert.equal(digest(RULES), digestOf(JSON.parse(JSON.stringify(load().rule.condition))));
  assert.notEqual(digest(RULES), digest(RULES.replace('[bash, sh]', '[bash, sh, zsh]')));
  assert.notEqual(digest(RULES), digest(RULES.replace('not user.uid', 'user.uid')));
});

test('containers are told as they are known when the alert goes out', () => {
  const known = new Map<string, object>();
  const containers = { get: (id: string) => known.get(id) };
  const system = systemOf({ threads: [threadOf({ ...SHELL, containerId: 'abc' })], containers } as never);
  const { ruleSet, rule } = load();
  const context = contextOf(eventOf('execve', { res: 0 }, { tid: 30 }), { system });
  const held = new EvidenceMaker(ruleSet, FIELD_CATALOG).hold(rule, context, new EvidenceBudget(false));
  known.set('abc', { fullId: 'abcdef', name: 'web', image: 'nginx:1', pod: { name: 'p', namespace: 'n' } });
  assert.deepEqual(held.finish().containers, [
    { id: 'abc', name: 'web', image: 'nginx:1', pod: 'p', namespace: 'n' },
  ]);
});

test('long texts are shortened, each and all together, and that is said and counted', () => {
  const budget = new EvidenceBudget(false);
  const args = ['x'.repeat(10_000)];
  const many = Array.from({ length: 17 }, (_, index) => ({
    tid: 30 + index,
    pid: 30 + index,
    ptid: 31 + index,
    args,
  }));
  const evidence = gather(execve(...many), load(), budget);
  assert.equal(evidence.processes[0]?.commandLine?.length, 4097);
  assert.equal(evidence.processes[1]?.commandLine?.length, 1025);
  assert.equal(evidence.isCut, true);
  assert.equal(budget.counts.cut, 1);
  assert.ok(JSON.stringify(evidence).length < 80_000);
});

test('what there is no time for is left out, counted, and comes again later', () => {
  let [now, worked] = [0, 0];
  const budget = new EvidenceBudget(true, { passed: () => now, worked: () => worked });
  const { ruleSet, rule } = load();
  const maker = new EvidenceMaker(ruleSet, FIELD_CATALOG);
  const slow = execve(SHELL);
  // Reading the processes takes a minute.
  const system = {
    ...slow.system,
    leader: () => {
      worked += 60_000;
      return undefined;
    },
  };
  maker.hold(rule, { ...slow, system } as EventContext, budget);
  const evidence = maker.hold(rule, slow, budget).finish();
  assert.deepEqual(evidence.processes, []);
  assert.match(evidence.processesReason ?? '', /too many alerts/);
  assert.ok(evidence.condition);
  assert.deepEqual(budget.counts, {
    gathered: 2,
    withoutProcesses: 1,
    withoutCondition: 0,
    withoutParts: 0,
    cut: 0,
    failed: 0,
  });
  now += 3_600_000;
  assert.equal(maker.hold(rule, slow, budget).finish().processes.length, 1);
});

test('a condition of very many parts, or that nobody knows as it was written, is not judged', () => {
  const { ruleSet, rule } = load();
  const budget = new EvidenceBudget(false);
  const operands: readonly Condition[] = Array.from({ length: 3000 }, () => rule.condition);
  const large = gather(
    execve(SHELL),
    { ruleSet, rule: { ...rule, condition: { kind: 'or', operands } } },
    budget,
  );
  assert.deepEqual([large.condition, large.digest], [null, null]);
  assert.match(large.conditionReason ?? '', /more than 2000 parts/);
  const list = Array.from({ length: 50_000 }, (_, index) => `name-${index}`).join(', ');
  const listed = gather(execve(SHELL), load(RULES.replace('[bash, sh]', `[bash, ${list}]`)), budget);
  assert.match(listed.conditionReason ?? '', /lists of more than 40000 values/);
  const { written: _, ...unwritten } = rule;
  const unknown = gather(execve(SHELL), { ruleSet, rule: unwritten }, budget);
  assert.equal(unknown.condition, null);
  assert.match(unknown.conditionReason ?? '', /not known/);
  assert.equal(budget.counts.withoutParts, 3);
});

test('of an audit event who asked, as whom, from where and for what', () => {
  const document = {
    ...{ kind: 'Event', auditID: 'a', stage: 'ResponseComplete', verb: 'create' },
    user: { username: 'eve', groups: ['dev', 'ops'] },
    impersonatedUser: { username: 'admin' },
    sourceIPs: ['10.0.0.1', '10.0.0.2'],
    objectRef: { resource: 'pods', subresource: 'exec', name: 'web', namespace: 'shop' },
    responseStatus: { code: 101 },
  };
  const writer = new AuditEventWriter();
  const event = writer.show({ document, json: Buffer.from(JSON.stringify(document)), time: 1n }, 1);
  const context = {
    event,
    source: 'k8s_audit',
    system: systemOf({}),
    thread: undefined,
    descriptor: undefined,
  };
  const { ruleSet, rule } = load(`
- rule: A
  desc: d
  condition: ka.verb = create and ka.target.resource = pods
  output: o
  priority: WARNING
  source: k8s_audit
`);
  const evidence = gather(context, { ruleSet, rule });
  assert.deepEqual(evidence.processes, []);
  assert.deepEqual(
    evidence.audit?.map(({ name, value }) => `${name}: ${value}`),
    [
      'user: eve',
      'groups: dev, ops',
      'impersonated user: admin',
      'source addresses: 10.0.0.1, 10.0.0.2',
      'verb: create',
      'resource: pods',
      'subresource: exec',
      'namespace: shop',
      'object: web',
      'response: 101',
    ],
  );
  assert.equal(evidence.condition?.holds, true);
});

test('a fault costs the evidence and not the alert, and is counted', () => {
  const budget = new EvidenceBudget(false);
  const context = execve(SHELL);
  const system = {
    ...context.system,
    leader: () => {
      throw new Error('x');
    },
  };
  const evidence = gather({ ...context, system } as EventContext, load(), budget);
  assert.match(evidence.processesReason ?? '', /a fault in Lanner/);
  assert.equal(budget.counts.failed, 1);
});
