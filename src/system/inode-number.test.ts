import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inodeNumber, inodeOfHalves } from './inode-number.ts';

test('inodes are told apart by their lower 53 bits, however they are read', () => {
  const largest = 2n ** 53n - 1n;
  const upper = 0x7ffn << 53n;
  for (const inode of [0n, 1n, 2n ** 32n, 2n ** 40n + 7n, largest - 1n, largest])
    for (const whole of [inode, inode + upper]) {
      const halves = [Number(whole & 0xffff_ffffn), Number(whole >> 32n)] as const;
      assert.equal(inodeOfHalves(...halves), Number(inode));
      assert.equal(inodeNumber(whole), Number(inode));
      // As stat(2) tells it through Node.
      assert.equal(inodeNumber(BigInt.asIntN(64, whole)), Number(inode));
    }
});
