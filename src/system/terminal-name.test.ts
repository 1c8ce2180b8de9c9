import assert from 'node:assert/strict';
import { test } from 'node:test';
import { terminalName } from './terminal-name.ts';

test('terminals by their device numbers', () => {
  assert.equal(terminalName(136 << 8), 'pts/0');
  assert.equal(terminalName((136 << 8) | 17), 'pts/17');
  // Minor numbers above 255 have their upper bits in the upper half.
  assert.equal(terminalName((136 << 8) | 1 | (1 << 20)), 'pts/257');
  assert.equal(terminalName((137 << 8) | 3), 'pts/259');
  assert.equal(terminalName((4 << 8) | 1), 'tty1');
  assert.equal(terminalName((4 << 8) | 64), 'ttyS0');
  assert.equal(terminalName((204 << 8) | 64), String((204 << 8) | 64));
});
