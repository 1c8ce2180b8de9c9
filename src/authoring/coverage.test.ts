/** Which checks decide: held against the plain meaning of it, on conditions made at random. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contextOf, eventOf, eventType } from '../fields/testing.ts';
import type { JudgedPart, Part } from '../matcher/explain.ts';
import { Coverage } from './coverage.ts';
import type { EventJudge } from './judge-events.ts';

const CONTEXT = contextOf(eventOf('execve'));
const TRIALS = 3000;

/** Numbers from 0 to below 1, the same in every run (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A condition without fields: what its checks say is told from outside. */
function randomPart(random: () => number, depth: number, next: { offset: number }): Part {
  const offset = next.offset++;
  const location = { file: 'rules.yaml', line: 1, column: offset + 1, offset } as Part['location'];
  const condition = { kind: 'and', operands: [] } as unknown as Part['condition'];
  const kinds = depth === 0 ? (['check'] as const) : (['and', 'or', 'not', 'macro', 'check'] as const);
  const kind = kinds[Math.floor(random() * kinds.length)] as Part['kind'];
  const operands =
    kind === 'check' ? 0 : kind === 'not' || kind === 'macro' ? 1 : 1 + Math.floor(random() * 3);
  const parts = Array.from({ length: operands }, () => randomPart(random, depth - 1, next));
  return { kind, text: `${kind}${offset}`, location, condition, operands: parts };
}

function judged(part: Part, says: (offset: number) => boolean): JudgedPart {
  const operands = part.operands.map((operand) => judged(operand, says));
  const holds =
    part.kind === 'check'
      ? says(part.location.offset)
      : part.kind === 'and'
        ? operands.every((operand) => operand.holds)
        : part.kind === 'or'
          ? operands.some((operand) => operand.holds)
          : (operands[0]?.holds === true) !== (part.kind === 'not');
  return { part, holds, value: undefined, operands };
}

test('a check decides where its other answer changes the verdict', () => {
  const random = randomNumbers(7);
  let deciding = 0;
  for (let trial = 0; trial < TRIALS; trial++) {
    const next = { offset: 0 };
    const part = randomPart(random, 4, next);
    const answers = Array.from({ length: next.offset }, () => random() < 0.5);
    const verdict = judged(part, (offset) => answers[offset] === true);
    const rule = {
      name: 'R',
      enabled: true,
      source: 'syscall',
      eventCodes: new Set([eventType('execve').code]),
    };
    const judge = { rules: [rule], parts: () => part, explain: () => verdict } as unknown as EventJudge;
    const coverage = new Coverage();
    coverage.add(judge);
    coverage.expect(['R']);
    coverage.see(judge, CONTEXT);
    for (const { place, wasTrue, wasFalse, decidedTrue, decidedFalse } of coverage.result.rules[0]?.checks ??
      []) {
      const own = Number(place.split(':')[2]) - 1;
      const other = judged(part, (offset) => (answers[offset] === true) !== (offset === own));
      const decides = other.holds !== verdict.holds;
      if (decides) deciding++;
      const answer = answers[own] === true;
      assert.deepEqual(
        [wasTrue, wasFalse, decidedTrue, decidedFalse],
        [answer, !answer, answer && decides, !answer && decides],
        JSON.stringify({ trial, own }),
      );
    }
  }
  assert.ok(deciding > TRIALS / 2, `${deciding} checks decided`);
});
