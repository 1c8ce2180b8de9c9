/**
 * Guards what events cost by counting bytes: V8 tells how many it has allocated, whatever the time. What is allocated
 * for an event is either kept by the model or garbage, and garbage is a fifth of the time of a replay.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getHeapStatistics } from 'node:v8';
import { FIELD_CATALOG } from '../../src/fields/catalog.ts';
import { compileMatcher } from '../../src/matcher/compile.ts';
import type { EventContext } from '../../src/system/context.ts';
import { allRules, replayCapture } from './replayed.ts';
import { readShared, sharedMissing, sharedPath } from './shared.ts';

const FILES = ['falco_rules.yaml', 'falco-incubating_rules.yaml', 'falco-sandbox_rules.yaml'];
/** Code allocates less when it has been compiled for good: what counts is the least of some runs. */
const RUNS = 5;
/** Bytes for an event; measured were 220 and 30. */
const MOST_BY_MODEL = 300;
const MOST_BY_MATCHER = 60;

function allocatedBytes(): number {
  return getHeapStatistics().total_allocated_bytes;
}

/** Bytes that are allocated for an event of the capture, by the reader, the model and `judge`. */
async function bytesPerEvent(judge: (context: EventContext) => void): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < RUNS; run++) {
    let events = 0;
    const before = allocatedBytes();
    await replayCapture(sharedPath('captures/busy-host.scap'), (context) => {
      events++;
      judge(context);
    });
    least = Math.min(least, (allocatedBytes() - before) / events);
  }
  return least;
}

test('an event leaves little behind, and hardly anything of the question which rules match', {
  skip: sharedMissing,
}, async (t) => {
  const rules = allRules(FILES.map((name) => ({ name, text: readShared(`upstream-rules/${name}`) })));
  const matcher = compileMatcher({ rules }, FIELD_CATALOG, { matching: 'all', source: 'syscall' });
  const model = await bytesPerEvent(() => {});
  const both = await bytesPerEvent((context) => matcher.match(context));
  t.diagnostic(`${model.toFixed(0)} bytes per event without rules, ${both.toFixed(0)} with ${rules.length}`);
  assert.ok(model < MOST_BY_MODEL, `${model} bytes per event without rules`);
  assert.ok(both - model < MOST_BY_MATCHER, `${both - model} bytes more per event with rules`);
});
