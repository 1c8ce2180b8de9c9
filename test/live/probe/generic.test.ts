/** System calls without an event of their own: every one that has a name is told by it. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { describe, test } from 'node:test';
import { syscallNames } from '../../../src/events/syscalls.ts';
import { callNames, entriesOf, type Interface } from '../../../src/sources/kernel/calls/numbers.ts';
import { type KernelStatistics, openKernelSource } from '../../../src/sources/kernel/kernel-source.ts';
import { CALLS_COMPAT, CALLS_X32 } from '../../../src/sources/kernel/layout.ts';
import { rowCalls } from '../../../src/sources/kernel/system-calls.ts';
import {
  compile,
  type DecodedEvent,
  decode,
  expectEvent,
  make,
  nr,
  outputOf,
  skipReason,
  stop,
  X64,
} from './calls.ts';
import { noteCase, testCases } from './cases.ts';

const skip = skipReason || (X64 ? false : 'the numbers of the system calls are those of x64');
const EVERY = skip ? '' : compile('every');

/** Makes the calls of these numbers, none of which does anything. */
async function makeAll(
  width: '32' | '64',
  numbers: readonly number[],
): Promise<{ events: readonly DecodedEvent[]; statistics: KernelStatistics }> {
  const source = await openKernelSource({
    scope: { kind: 'processes', pids: [] },
    eventNames: new Set(['syscall']),
  });
  const events: DecodedEvent[] = [];
  const running = source.run((event) => events.push(decode(event)));
  try {
    const child = source.spawnInScope(() =>
      spawn(EVERY, [width, numbers.join()], { stdio: ['ignore', 'pipe', 'inherit'] }),
    );
    await outputOf(child);
    await stop(source, running);
    return { events, statistics: source.statistics };
  } finally {
    source.close();
  }
}

/** Calls of an interface that have a code of Falco's and no event of their own, by name. */
function genericNumbers(of: Interface): Map<string, number> {
  const own = new Set(rowCalls());
  const names = [...callNames(of)].filter(
    (name) => syscallNames().includes(name) && !own.has(name) && name !== 'socketcall',
  );
  // Entries of x32 begin with its call 512.
  const first = { x64: 0, arm64: 0, ia32: CALLS_COMPAT, x32: CALLS_X32 - 512 }[of];
  return new Map(names.map((name) => [name, (entriesOf(name, of)[0] as number) - first]));
}

describe('calls without an event of their own', { skip }, () => {
  test('all of 64-bit programs', async (context) => {
    const numbers = genericNumbers('x64');
    const { events, statistics } = await makeAll('64', [...numbers.values()]);
    const told = new Map(
      events.map(({ values }) => [syscallNames()[values.ID as number] as string, values.nativeID]),
    );
    assert.deepEqual(
      [...numbers].filter(([name, number]) => told.get(name) !== number),
      [],
    );
    assert.equal(statistics.compatCalls, 0);
    context.diagnostic(`${numbers.size} system calls`);
  });

  test('all of 32-bit programs, with the numbers that 64-bit programs have for them', async (context) => {
    const numbers = genericNumbers('ia32');
    const { events } = await makeAll('32', [...numbers.values()]);
    if (events.length === 0) return context.skip('the kernel has no 32-bit calls');
    const told = new Map(
      events.map(({ values }) => [syscallNames()[values.ID as number] as string, values.nativeID]),
    );
    const expected = [...numbers].map(
      ([name, number]) => [name, entriesOf(name, 'x64')[0] ?? number] as const,
    );
    assert.deepEqual(
      expected.filter(([name, number]) => told.get(name) !== number),
      [],
    );
    context.diagnostic(`${numbers.size} system calls`);
  });

  test('all of the x32 interface, whose numbers are those of 64-bit programs and some of its own', async () => {
    const X32 = 0x40000000;
    const numbers = genericNumbers('x32');
    const calls = [...numbers.values(), nr('getpid'), 600].map((number) => X32 + number);
    const { events, statistics } = await makeAll('64', calls);
    const told = new Set(events.map(({ values }) => values.nativeID));
    const expected = [...numbers.keys(), 'getpid'].map((name) => nr(name));
    assert.deepEqual(
      expected.filter((number) => !told.has(number)),
      [],
    );
    assert.equal(statistics.compatCalls, 1, 'a number that no interface has');
  });

  test('success and failure look alike: the event has no result', async () => {
    const { events, results } = await make([[nr('getppid')], [nr('getpgid'), 2 ** 22 + 1]], {
      events: ['getppid', 'getpgid'],
    });
    const about = (name: string) => ({ ID: syscallNames().indexOf(name), nativeID: nr(name) });
    assert.ok((results[0] as number) > 0 && results[1] === -3);
    expectEvent(events[0], 'syscall', about('getppid'));
    noteCase('syscall', 'success');
    expectEvent(events[1], 'syscall', about('getpgid'));
    noteCase('syscall', 'failure');
  });
});

testCases(import.meta.filename, { skip });
