/** Every event of a system call is checked after a success and after a failure, or it is said why not. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { EVENT_TYPES } from '../../../src/events/table.ts';
import { CASES, REASONS } from './cases.ts';

const EVENTS = EVENT_TYPES.filter(
  ({ code, kind, flags }) => code % 2 === 1 && kind === 'SYSCALL' && !flags.has('OLD_VERSION'),
).map(({ name }) => name);
const OUTCOMES = ['success', 'failure'] as const;

test('every event has a case of both outcomes, or a reason why not', (context) => {
  assert.equal(EVENTS.length, 163);
  const keys = EVENTS.flatMap((event) => OUTCOMES.map((outcome) => `${event} ${outcome}`));
  assert.deepEqual([...CASES.keys()].sort(), keys.sort(), 'the events of the table');
  for (const [key, file] of CASES) {
    assert.equal(file === '-', REASONS.has(key), key);
    if (file !== '-') assert.ok(existsSync(join(import.meta.dirname, `${file}.test.ts`)), `${key}: ${file}`);
  }
  const both = EVENTS.filter((event) =>
    OUTCOMES.every((outcome) => CASES.get(`${event} ${outcome}`) !== '-'),
  );
  context.diagnostic(`${both.length} of ${EVENTS.length} events: success and failure; the others:`);
  for (const [key, reason] of REASONS) context.diagnostic(`${key}: ${reason}`);
});

test('no reason is without an event', () => {
  for (const key of REASONS.keys()) assert.ok(CASES.has(key), key);
});
