import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesField, integerField, Message } from './protobuf.ts';

test('fields are read back by their numbers', () => {
  const message = new Message(
    Buffer.concat([
      bytesField(1, 'caf\xc3\xa9'),
      integerField(20, 300),
      bytesField(3, bytesField(1, 'one')),
      bytesField(3, bytesField(1, 'two')),
      bytesField(4, Buffer.concat([bytesField(1, 'key'), bytesField(2, 'value')])),
    ]),
  );
  assert.equal(message.text(1), 'caf\xc3\xa9');
  assert.equal(message.integer(20), 300n);
  assert.equal(message.flag(20), true);
  assert.deepEqual(
    message.messages(3).map((inner) => inner.text(1)),
    ['one', 'two'],
  );
  assert.deepEqual([...message.map(4)], [['key', 'value']]);
});

test('absent fields are empty', () => {
  const message = new Message(Buffer.alloc(0));
  assert.deepEqual(
    [message.text(1), message.integer(1), message.flag(1), message.messages(1), message.message(1).text(9)],
    ['', 0n, false, [], ''],
  );
});

test('fixed and negative numbers', () => {
  const bytes = Buffer.from('0d0100000011020000000000000018ffffffffffffffffff01', 'hex');
  const message = new Message(bytes);
  assert.deepEqual([message.integer(1), message.integer(2), message.integer(3)], [1n, 2n, -1n]);
});

test('what is cut off or no message is refused', () => {
  const whole = bytesField(1, 'text');
  for (const bytes of [whole.subarray(0, 3), Buffer.from([0x80]), Buffer.from([0x0b])])
    assert.throws(() => new Message(bytes), RangeError);
});
