import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DescriptorTable } from './descriptor-table.ts';
import { OpenDescriptor } from './open-descriptor.ts';

function file(name: string, closesOnExec = false): OpenDescriptor {
  return new OpenDescriptor('f', { name, closesOnExec });
}

function contents(table: DescriptorTable): Record<number, string> {
  return Object.fromEntries([...table.entries()].map(([fd, { name }]) => [fd, name]));
}

test('low and high numbers are kept alike', () => {
  const table = new DescriptorTable();
  for (const fd of [0, 3, 47, 48, 255, 100_000]) assert.ok(table.set(fd, file(`${fd}`)));
  assert.equal(table.size, 6);
  assert.equal(table.get(47)?.name, '47');
  assert.equal(table.get(255)?.name, '255');
  assert.equal(table.get(2), undefined);
  assert.equal(table.get(-1), undefined);
  table.set(3, file('again'));
  assert.equal(table.size, 6);
  table.delete(255);
  table.delete(0);
  table.delete(0);
  assert.equal(table.size, 4);
  assert.deepEqual(contents(table), { 3: 'again', 47: '47', 48: '48', 100000: '100000' });
});

test('a copy and its original change apart', () => {
  const parent = new DescriptorTable();
  parent.set(1, file('one'));
  parent.set(60, file('sixty'));
  const child = parent.copy();
  const grandchild = child.copy();
  child.set(1, file('other'));
  parent.delete(60);
  grandchild.set(2, file('two'));
  assert.deepEqual(contents(parent), { 1: 'one' });
  assert.deepEqual(contents(child), { 1: 'other', 60: 'sixty' });
  assert.deepEqual(contents(grandchild), { 1: 'one', 2: 'two', 60: 'sixty' });
  assert.deepEqual([parent.size, child.size, grandchild.size], [1, 2, 3]);
});

test('what closes at exec goes, also from a shared table', () => {
  const parent = new DescriptorTable();
  for (const fd of [0, 1, 99]) parent.set(fd, file(`${fd}`, fd !== 0));
  const child = parent.copy();
  child.dropClosing();
  assert.deepEqual(contents(child), { 0: '0' });
  assert.equal(parent.size, 3);
});

test('a full table takes no new numbers', () => {
  const table = new DescriptorTable();
  for (let fd = 0; fd < 4096; fd++) table.set(fd, file('x'));
  assert.equal(table.set(5000, file('no')), false);
  assert.equal(table.get(5000), undefined);
  assert.equal(table.set(7, file('yes')), true);
});
