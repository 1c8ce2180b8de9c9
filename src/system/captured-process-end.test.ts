import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CapturedSystem } from './testing/captured-system.ts';

const CLONE_THREAD = 1 << 13;
const CLONE = { exe: 'sh', args: [], comm: 'sh', pid: 100n, tid: 100n, ptid: 1n, flags: 0 };

/** init 1, a service 50 that may take children in, a shell 100 in it with a child 200. */
function family(isSubreaper: boolean): CapturedSystem {
  const host = new CapturedSystem({ tid: 50, comm: 'service' }, { tid: 100, ptid: 50 });
  if (isSubreaper) host.pass(50, 'prctl', { res: 0n, option: 36, arg2_int: 1n });
  host.pass(100, 'clone', { ...CLONE, res: 200n });
  return host;
}

test('children go to the nearest ancestor that takes them in', () => {
  for (const [isSubreaper, reaper] of [
    [true, 50],
    [false, 1],
  ] as const) {
    const host = family(isSubreaper);
    host.pass(100, 'procexit', { status: 0n });
    assert.equal(host.system.thread(100), undefined);
    assert.equal(host.system.thread(200)?.ptid, reaper);
  }
});

test('the reaper that the kernel names counts when it is known', () => {
  const host = family(true);
  host.pass(100, 'procexit', { status: 0n, reaper_tid: 1n });
  assert.equal(host.system.thread(200)?.ptid, 1);
  const other = family(true);
  other.pass(100, 'procexit', { status: 0n, reaper_tid: 999n });
  assert.equal(other.system.thread(200)?.ptid, 50);
});

test('without anybody who takes them in children have no parent', () => {
  const host = new CapturedSystem({ tid: 100, ptid: 77 });
  host.pass(100, 'clone', { ...CLONE, res: 200n });
  host.pass(100, 'procexit', { status: 0n });
  assert.equal(host.system.thread(200)?.ptid, 0);
});

test('the main thread stays known while others of its process live', () => {
  const host = family(false);
  host.pass(100, 'clone', { ...CLONE, res: 101n, flags: CLONE_THREAD });
  host.pass(100, 'procexit', { status: 0n });
  assert.equal(host.system.thread(100)?.exited, true);
  assert.equal(host.system.thread(200)?.ptid, 101, 'a sibling takes the children');
  host.pass(101, 'procexit', { status: 0n });
  assert.equal(host.system.thread(100), undefined);
  assert.equal(host.system.thread(101), undefined);
  assert.equal(host.system.thread(200)?.ptid, 1);
});
