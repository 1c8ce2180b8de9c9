import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RuleAlert } from '../alerts/alert.ts';
import type { AlertMaker } from '../alerts/alert-maker.ts';
import type { EventCursor } from '../events/cursor.ts';
import type { NamingMatcher } from '../matcher/other-names.ts';
import type { CheckedRule } from '../rules/checked.ts';
import type { EventSink, EventSource } from '../sources/source.ts';
import type { System } from '../system/system.ts';
import { Engine } from './engine.ts';
import type { OutputSet } from './outputs.ts';

const RULE = { name: 'r', priority: 'Error' } as CheckedRule;

interface TestEvent {
  readonly code: number;
  readonly stateOnly?: boolean;
}

/** An engine whose parts note what is asked of them. */
function engineFor(events: readonly TestEvent[], matches: (event: EventCursor) => CheckedRule[]) {
  const steps: string[] = [];
  const failures: unknown[] = [];
  const source = {
    async run(sink: EventSink) {
      for (const event of events) sink(event as EventCursor);
    },
  } as EventSource;
  const system = {
    learn: (event: EventCursor) => {
      steps.push(`learn ${event.code}`);
      return { event };
    },
    settle: () => steps.push('settle'),
    postpone: () => false,
    drained: async () => {},
  } as unknown as System;
  const matcher: NamingMatcher = { match: ({ event }, found) => matches(event).forEach(found) };
  const hold = (rule: CheckedRule) => ({ isLate: false, finish: () => ({ rule: rule.name, time: 0n }) });
  const maker = { hold } as unknown as AlertMaker;
  const outputs = { write: (alert: RuleAlert) => steps.push(`alert ${alert.rule}`) } as unknown as OutputSet;
  const engine = new Engine({
    ...{ source, system, outputs, judge: { matcher, maker, rules: [RULE] } },
    onFailure: (error) => failures.push(error),
  });
  return { engine, steps, failures };
}

test('an event is learned, judged, and settled, in that order', async () => {
  const { engine, steps } = engineFor([{ code: 1 }], () => [RULE]);
  await engine.run();
  assert.deepEqual(steps, ['learn 1', 'alert r', 'settle']);
  assert.equal(engine.alerts.total, 1);
});

test('rules do not see events that are there for the model only', async () => {
  const { engine, steps } = engineFor([{ code: 1, stateOnly: true }], () => [RULE]);
  await engine.run();
  assert.deepEqual(steps, ['learn 1', 'settle']);
});

test('an event that cannot be judged is counted, told once, and does not end the watching', async () => {
  const { engine, failures } = engineFor([{ code: 1 }, { code: 2 }, { code: 3 }], ({ code }) => {
    if (code < 3) throw new Error(`cannot judge ${code}`);
    return [RULE];
  });
  await engine.run();
  assert.equal(engine.failed, 2);
  assert.deepEqual(failures.map(String), ['Error: cannot judge 1']);
  assert.equal(engine.alerts.total, 1);
});
