import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ruleEnvironment } from '../engine/rule-environment.ts';
import { contextOf, eventOf, systemOf, threadOf } from '../fields/testing.ts';
import type { CheckedRule } from '../rules/checked.ts';
import { loadRules } from '../rules/load.ts';
import type { EventContext } from '../system/context.ts';
import { EventJudge } from './judge-events.ts';
import { LiveVerdicts } from './live-verdicts.ts';

const OUTCOME = loadRules(
  [
    {
      name: 'r.yaml',
      text: `
- rule: R
  desc: d
  condition: evt.type in (execve, setns) and proc.name = cat and proc.args = x
  output: o
  priority: WARNING
`,
    },
  ],
  ruleEnvironment(),
);
const RULE = OUTCOME.ruleSet.rules[0] as CheckedRule;

function context(type: string, comm: string, ...args: string[]): EventContext {
  return contextOf(eventOf(type, { res: 0 }), { system: systemOf({ threads: [threadOf({ comm, args })] }) });
}

function see(verdicts: LiveVerdicts, seen: EventContext, hasFired = false): void {
  verdicts.judged(seen.event, seen, hasFired ? [RULE] : []);
}

test('of each type the first that fires is shown, or the nearest; all are counted', () => {
  const verdicts = new LiveVerdicts(RULE, new EventJudge(OUTCOME));
  see(verdicts, context('setns', 'sh'));
  see(verdicts, context('setns', 'cat'));
  see(verdicts, context('setns', 'sh'));
  see(verdicts, context('execve', 'sh'));
  see(verdicts, context('execve', 'cat', 'x'), true);
  see(verdicts, context('execve', 'cat', 'x'), true);
  see(verdicts, context('chmod', 'cat', 'x'));
  assert.deepEqual(
    verdicts.types.map(({ type, events, fired, verdict }) => [
      type,
      events,
      fired,
      verdict?.fired,
      verdict?.judged.holds,
    ]),
    [
      ['execve', 3, 2, true, true],
      ['setns', 3, 0, false, false],
    ],
  );
  const origins = verdicts.types.map(({ verdict }) => verdict?.origin);
  assert.match(origins[0] ?? '', /^execve of cat \(1000\) res=0/);
  assert.match(origins[1] ?? '', /^setns of cat /);
  assert.equal(verdicts.unjudged, 0);
});

test('events for which there is no time are counted and not looked at', () => {
  const verdicts = new LiveVerdicts(RULE, new EventJudge(OUTCOME), { spend: () => undefined });
  see(verdicts, context('execve', 'cat', 'x'), true);
  assert.deepEqual(
    [verdicts.unjudged, verdicts.types[0]?.fired, verdicts.types[0]?.verdict],
    [1, 1, undefined],
  );
});

test('an event that matches under another name of its file is judged under that one', () => {
  const seen = context('execve', 'other', 'x');
  let shown: unknown;
  const cat = systemOf({ threads: [threadOf({ comm: 'cat', args: ['x'] })] }).thread(1000);
  const named = {
    ...seen,
    otherNames: [{}] as never,
    showAs: (name: unknown) => {
      shown = name;
    },
    get thread() {
      return shown === undefined ? seen.thread : cat;
    },
  } as EventContext;
  const verdicts = new LiveVerdicts(RULE, new EventJudge(OUTCOME));
  see(verdicts, named, true);
  assert.equal(verdicts.types[0]?.verdict?.judged.holds, true);
  assert.equal(shown, undefined);
});
