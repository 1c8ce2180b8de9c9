/** The load of soak.ts for a minute and a half; `npm run soak` bears it for twenty minutes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cannotWatch } from '../../support/lanner.ts';
import { assertSteady, EXPECTED, soak, soakLine } from './soak.ts';

const SECONDS = 90;

test('memory stays as it is under 5,000 events and 50 alerts a second', {
  skip: cannotWatch(),
}, async (context) => {
  const result = await soak(SECONDS);
  context.diagnostic(soakLine(result));
  assertSteady(result);
  assert.ok(result.events >= EXPECTED.events * SECONDS, `${result.events} events`);
  assert.equal(
    result.lost > 0 || result.raised >= EXPECTED.alerts * SECONDS,
    true,
    `${result.raised} alerts`,
  );
  assert.ok(result.rotated > 0);
});
