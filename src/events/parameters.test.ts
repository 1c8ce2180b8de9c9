import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventCursor } from './cursor.ts';
import { encodeEvent } from './encode.ts';
import { extension, extensionIndex, parameterIndex } from './parameters.ts';
import { EVENT_TYPES, type EventType } from './table.ts';

const OPENAT = EVENT_TYPES[307] as EventType;

function cursorOn(...values: Parameters<typeof encodeEvent>[0]['values'][]): EventCursor {
  const cursor = new EventCursor();
  cursor.attach(encodeEvent({ code: OPENAT.code, values: values.flat() }));
  cursor.moveTo(0);
  return cursor;
}

test('parameters and extensions are found by name', () => {
  assert.deepEqual(
    ['fd', 'dirfd', 'ino', 'base', 'nothing'].map((name) => parameterIndex(OPENAT, name)),
    [0, 1, 6, -1, -1],
  );
  assert.deepEqual(
    ['fdinfo', 'base', 'fd'].map((name) => extensionIndex(OPENAT, name)),
    [7, 8, -1],
  );
});

test('an extension is read where the event has it', () => {
  const parameters = [3, -100, 'x', 1, 0, 0, 0] as const;
  assert.equal(extension(cursorOn([...parameters, undefined, '/root']), 'base'), '/root');
  assert.equal(extension(cursorOn([...parameters]), 'base'), undefined, 'a foreign capture');
  assert.equal(extension(cursorOn([...parameters, undefined, undefined]), 'base'), undefined, 'empty');
  assert.equal(extension(cursorOn([...parameters, undefined, '/root']), 'oldbase'), undefined);
});
