import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventCursor } from '../events/cursor.ts';
import { encodeEvent } from '../events/encode.ts';
import { presentCode } from './process-model.ts';
import { TextLists } from './text-lists.ts';

const CODE = presentCode('execve');
const ARGS = 2;

function execWith(args: Buffer): EventCursor {
  const values = [0n, 'exe', args];
  const cursor = new EventCursor();
  cursor.attach(encodeEvent({ code: CODE, tid: 1, timestamp: 1n, values }));
  cursor.moveTo(0);
  return cursor;
}

const of = (lists: TextLists, text: string) => lists.of(execWith(Buffer.from(text, 'latin1')), ARGS);

test('texts are split as the event has them', () => {
  const lists = new TextLists(4);
  for (const text of ['a\0b c\0', 'a', 'a\0\0b\0', '', `${'x\0'.repeat(3000)}`])
    assert.deepEqual(
      of(lists, text),
      execWith(Buffer.from(text, 'latin1')).texts(ARGS),
      JSON.stringify(text),
    );
  assert.deepEqual(of(lists, '\0'), [], 'an only text that is empty is none');
  assert.equal(lists.of(execWith(Buffer.alloc(0)), 30), undefined);
});

test('equal lists are the same object while they are remembered', () => {
  const lists = new TextLists(2);
  const first = of(lists, 'a\0b\0');
  assert.equal(of(lists, 'a\0b\0'), first);
  of(lists, 'c\0');
  of(lists, 'd\0');
  assert.notEqual(of(lists, 'a\0b\0'), first);
});
