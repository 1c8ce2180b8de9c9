import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryGuard } from './memory-guard.ts';
import { collectGarbage, memoryCeiling, readMemory } from './memory-steps.ts';

const MB = 1024 * 1024;

/** A guard with a ceiling of 100 bytes over memory and time that the test sets. */
function guarded(ceiling = 100) {
  const memory = { own: 10, heapUsed: 0, heapLimit: 1000 };
  const time = { now: 0 };
  const did: string[] = [];
  const told: string[] = [];
  let garbage = 0;
  const step = (name: string) => ({
    ...{ name, about: `${name} are gone` },
    giveUp: () => void did.push(`-${name}`),
    takeUp: () => void did.push(`+${name}`),
  });
  const guard = new MemoryGuard(
    {
      steps: [step('caches'), step('recordings'), step('processes')],
      read: () => memory,
      reclaim() {
        did.push('gc');
        memory.own -= garbage;
        garbage = 0;
      },
      tell: ({ priority, detail }) => void told.push(`${priority}: ${detail}`),
      clock: () => time.now,
    },
    ceiling,
  );
  const look = (seconds = 1): void => {
    for (let second = 0; second < seconds; second++) {
      time.now += 1000;
      guard.look();
    }
  };
  const litter = (bytes: number): void => {
    memory.own += bytes;
    garbage = bytes;
  };
  return { guard, memory, did, told, look, litter };
}

test('garbage is collected first, and nothing is given up when that is enough', () => {
  const { guard, did, look, litter } = guarded();
  litter(85);
  look();
  assert.deepEqual([did, guard.given], [['gc'], 0]);
  look(100);
  assert.deepEqual(did, ['gc']);
});

test('near the ceiling one step at a time, each with time to have its effect', () => {
  const { guard, memory, did, told, look } = guarded();
  memory.own = 95;
  look();
  assert.deepEqual(did, ['gc', '-caches', 'gc']);
  look(4);
  assert.equal(guard.given, 1);
  look();
  assert.equal(guard.given, 2);
  assert.deepEqual(told, [
    'Warning: Memory is short: caches are gone.',
    'Warning: Memory is short: recordings are gone.',
  ]);
});

test('above the ceiling all that is needed at once, to the last; then nothing more is done', () => {
  const { guard, memory, told, look } = guarded();
  memory.own = 130;
  look();
  assert.equal(guard.given, 3);
  assert.equal(told[2], 'Critical: Memory is short: processes are gone.');
  look(100);
  assert.deepEqual([guard.given, told.length], [3, 3]);
  assert.deepEqual([...guard.times.values()], [1, 1, 1]);
});

test('steps are taken up again in the opposite order, when there has been room for a minute', () => {
  const { guard, memory, did, told, look } = guarded();
  memory.own = 130;
  look(3);
  memory.own = 60;
  look(30);
  memory.own = 80;
  look();
  memory.own = 60;
  look(60);
  assert.equal(guard.given, 3, 'the minute began anew');
  look();
  assert.equal(guard.given, 2);
  look(59);
  assert.equal(guard.given, 2);
  look(61);
  assert.equal(guard.given, 0);
  assert.deepEqual(did.slice(-3), ['+processes', '+recordings', '+caches']);
  assert.equal(told.at(-1), 'Informational: There is room again: no longer caches are gone.');
});

test('the limit of V8 counts also without a ceiling', () => {
  const { guard, memory, look } = guarded(0);
  memory.own = 1e9;
  look(10);
  assert.equal(guard.given, 0);
  memory.heapUsed = 640;
  look(2);
  assert.equal(guard.given, 1);
});

test('another ceiling: what was given up is taken up at once if there is room', () => {
  const { guard, memory, look } = guarded();
  memory.own = 130;
  look(3);
  guard.configure(140);
  assert.equal(guard.given, 3);
  guard.configure(1000);
  assert.equal(guard.given, 0);
});

test('the ceiling: as set, else of the control group, else none', () => {
  assert.equal(memoryCeiling(10, 0, 1000), 10 * MB);
  assert.equal(memoryCeiling(0, 500, 1000), 0);
  assert.equal(memoryCeiling(undefined, 400, 1000), 300);
  // What the kernel says where nothing is limited.
  assert.equal(memoryCeiling(undefined, 2 ** 63, 1000), 0);
  assert.equal(memoryCeiling(undefined, 0, 1000), 0);
});

test('memory is read, and garbage is collected', () => {
  const before = readMemory();
  let litter: unknown[] | undefined = Array.from({ length: 500_000 }, (_, index) => [index]);
  const full = readMemory();
  assert.ok(full.heapUsed > before.heapUsed + 10 * MB && litter.length > 0);
  litter = undefined;
  collectGarbage();
  const { own, heapUsed, heapLimit } = readMemory();
  assert.ok(heapUsed < full.heapUsed - 10 * MB, `${heapUsed} of ${full.heapUsed}`);
  assert.ok(own > 10 * MB && heapLimit > 100 * MB);
});
