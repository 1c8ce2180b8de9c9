import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SYMBOLS } from '../../events/symbols.ts';
import { type EnumerationName, enumerationNumber, enumerators } from './enumerations.ts';
import { pointedConstant } from './layout.ts';

/** Room of the probe's map. */
const ROOM = 1024;

function translated(name: EnumerationName, value: number): number | undefined {
  return enumerators().find(
    ([enumeration, from]) => enumeration === enumerationNumber(name) && from === value,
  )?.[2];
}

function symbol(set: string, name: string): number | undefined {
  return SYMBOLS.get(set)?.find((entry) => entry.name === name)?.value;
}

test('no value has two meanings, and all fit the map', () => {
  const keys = enumerators().map(([enumeration, value]) => `${enumeration} ${value}`);
  assert.equal(new Set(keys).size, keys.length);
  assert.ok(keys.length < ROOM);
});

test('values become those of the event layout', () => {
  assert.equal(translated('fcntlCommands', 1030), symbol('fcntlCommands', 'F_DUPFD_CLOEXEC'));
  assert.equal(translated('semaphoreCommands', 0), symbol('semctlCommands', 'IPC_RMID'));
  assert.equal(translated('quotaCommands', 0x5807), symbol('quotactlCmds', 'Q_XQUOTASYNC'));
  assert.equal(translated('socketOptions', 57), symbol('sockoptOptions', 'SO_COOKIE'));
  assert.equal(translated('limits', 7), 7);
  assert.equal(translated('limits', 16), undefined);
});

test('both numbers of a time limit on a socket are the same option, and a time', () => {
  for (const value of [20, 66]) {
    assert.equal(translated('socketOptions', value), symbol('sockoptOptions', 'SO_RCVTIMEO'));
    assert.equal(translated('socketOptionTypes', value), 4);
  }
});

test('kinds of arguments of keyctl are packed, two bits each', () => {
  // KEYCTL_SEARCH: a number, two texts, a number.
  assert.equal(translated('keyArguments', 10), 0b01_10_10_01);
  // KEYCTL_SESSION_TO_PARENT has none; KEYCTL_WATCH_KEY, the last, has three numbers.
  assert.equal(translated('keyArguments', 18), 0);
  assert.equal(translated('keyArguments', 32), 0b00_01_01_01);
  assert.equal(translated('keyArguments', 33), undefined);
});

test('where a number in memory is', () => {
  assert.equal(pointedConstant({}), 0);
  assert.equal(
    pointedConstant({
      ...{ offset: 8, width: 4, signed: true, afterSuccess: true, orMinusOne: true },
      element: { countArgument: 2, index: 1 },
    }),
    0x137408,
  );
});
