import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RuleAlert } from '../alerts/alert.ts';
import type { AlertMaker } from '../alerts/alert-maker.ts';
import { EvidenceBudget } from '../alerts/evidence-budget.ts';
import type { EvidenceMaker } from '../alerts/evidence-maker.ts';
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
  const failures: unknown[] = [];
  const { steps, ...parts } = partsFor(events, matches);
  const engine = new Engine({ ...parts, onFailure: (error) => failures.push(error) });
  return { engine, steps, failures };
}

function partsFor(events: readonly TestEvent[], matches: (event: EventCursor) => CheckedRule[]) {
  const steps: string[] = [];
  const source = {
    async run(sink: EventSink) {
      for (const event of events) sink({ milliseconds: 1, wallTime: 1n, ...event } as EventCursor);
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
  const hold = (rule: CheckedRule) => ({
    isLate: false,
    finish: () => ({ rule: rule.name, time: 0n, fields: [] }),
  });
  const maker = { hold } as unknown as AlertMaker;
  const outputs = { write: (alert: RuleAlert) => steps.push(`alert ${alert.rule}`) } as unknown as OutputSet;
  return { steps, source, system, outputs, judge: { matcher, maker, rules: [RULE] } };
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

test('alerts for the store get evidence, those that are held back do not', async () => {
  const { engine, alerts, gathered } = engineWithEvidence({ keepsEvidence: true, folds: true });
  await engine.run();
  assert.deepEqual(
    alerts.map(({ evidence }) => evidence),
    ['evidence 1', undefined],
  );
  assert.equal(gathered(), 1);
  const other = engineWithEvidence({ keepsEvidence: false, folds: false });
  await other.engine.run();
  assert.deepEqual([other.alerts.length, other.gathered()], [3, 0]);
});

/** An engine for three alike alerts, which fold into the first and one that tells of the others. */
function engineWithEvidence({ keepsEvidence, folds }: { keepsEvidence: boolean; folds: boolean }) {
  let gathered = 0;
  const alerts: RuleAlert[] = [];
  const { judge, ...parts } = partsFor([{ code: 1 }, { code: 2 }, { code: 3 }], () => [RULE]);
  const evidence = {
    hold: () => {
      const text = `evidence ${++gathered}`;
      return { finish: () => text };
    },
  } as unknown as EvidenceMaker;
  const noise = { windowMs: folds ? 1000 : 0, key: () => '', limits: [] };
  const outputs = { write: (alert: RuleAlert) => alerts.push(alert), keepsEvidence } as unknown as OutputSet;
  const engine = new Engine({
    ...{ ...parts, outputs, judge: { ...judge, evidence, noise }, evidence: new EvidenceBudget(false) },
    onFailure: (error) => assert.fail(String(error)),
  });
  return { engine, alerts, gathered: () => gathered };
}
