/** Events of processes that nobody knows wait until /proc has been asked. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventCursor } from '../events/cursor.ts';
import type { PostponedLimits } from './postponed-events.ts';
import type { ProcInquiry } from './proc-inquiry.ts';
import { System } from './system.ts';
import { event, processParameters } from './testing/event-builder.ts';
import type { FakeHost } from './testing/fake-proc.ts';
import { hostWithShell, inquiryOf } from './testing/shell-host.ts';

/** A model whose questions are answered when the test says so, and the events that it gave back. */
function modelOf(host: FakeHost, postponed: Partial<PostponedLimits> = {}) {
  const direct = inquiryOf(host);
  const open: (() => void)[] = [];
  const inquiry: ProcInquiry = {
    stuck: 0,
    isBlocked: false,
    read: (tid, depth, answer) => open.push(() => direct.read(tid, depth, answer)),
    executable: (pid, answer) => open.push(() => direct.executable(pid, answer)),
    pids: (answer) => open.push(() => direct.pids(answer)),
  };
  const system = System.open({ hostRoot: host.root, seed: { kind: 'none' }, inquiry, postponed });
  const judged: string[] = [];
  const take = (cursor: EventCursor): void => {
    if (system.postpone(cursor)) return;
    const { thread } = system.learn(cursor);
    const parent = thread && system.parent(thread);
    judged.push(`${cursor.type.name} ${cursor.number} ${thread?.comm} of ${parent?.comm}`);
    system.settle();
  };
  system.onResumed = take;
  /** Answers all that is asked, and what is asked then. */
  const answer = (): void => {
    for (let next = open.shift(); next; next = open.shift()) next();
  };
  return { system, take, judged, answer, open };
}

function numbered(cursor: EventCursor, number: number): EventCursor {
  cursor.number = number;
  return cursor;
}

const act = (tid: number, number: number): EventCursor =>
  numbered(event('setuid', { tid }, { res: 0, uid: 0 }), number);

test('an event waits for the names of its process and its parent, those behind it in order, others pass', () => {
  using host = hostWithShell();
  host.add({ pid: 200, ppid: 100, comm: 'worker' });
  const { take, judged, answer, open, system } = modelOf(host);
  take(act(200, 1));
  take(act(100, 2));
  take(act(200, 3));
  assert.equal(judged.length, 0);
  assert.equal(open.length, 2, 'a process is asked about once');
  answer();
  const worker = judged.filter((line) => line.includes('worker'));
  assert.deepEqual(worker, ['setuid 1 worker of bash', 'setuid 3 worker of bash']);
  assert.ok(judged.includes('setuid 2 bash of init'));
  take(act(200, 4));
  assert.equal(judged.at(-1), 'setuid 4 worker of bash');
  assert.deepEqual([system.statistics.postponed, system.statistics.notAwaited], [3, 0]);
});

test('the copy is of the event as it was', () => {
  using host = hostWithShell();
  const { take, answer, system } = modelOf(host);
  const cursor = act(100, 7);
  const uids: unknown[] = [];
  system.onResumed = (resumed) => uids.push(resumed.u32(1), resumed.number, resumed.tid);
  take(cursor);
  cursor.attach(event('setuid', { tid: 55 }, { res: 0, uid: 99 }).bytes);
  cursor.moveTo(0);
  answer();
  assert.deepEqual(uids, [0, 7, 100]);
});

test('who has gone is not looked for again, and its exec still has a parent', () => {
  using host = hostWithShell();
  const { take, judged, answer, open, system } = modelOf(host);
  const exec = { res: 0, ...processParameters(900, 100, 'short'), trusted_exepath: '/bin/short' };
  take(numbered(event('execve', { tid: 900 }, exec), 1));
  answer();
  assert.deepEqual(judged, ['execve 1 short of bash']);
  take(act(900, 2));
  assert.equal(open.length, 0);
  assert.equal(system.statistics.lookupsFailed, 1);
});

test('a birth waits for its parent', () => {
  using host = hostWithShell();
  const { take, judged, answer } = modelOf(host);
  const birth = { res: 0, ...processParameters(500, 100, 'bash'), vtid: 500, vpid: 500 };
  take(numbered(event('clone', { tid: 500 }, birth), 1));
  take(act(500, 2));
  answer();
  assert.deepEqual(judged, ['clone 1 bash of bash', 'setuid 2 bash of bash']);
});

test('a birth waits behind the events of its maker, and so does all that the new process does', () => {
  using host = hostWithShell();
  const { take, judged, answer, open } = modelOf(host);
  const birth = (tid: number, ptid: number): EventCursor =>
    event('clone', { tid }, { res: 0, ...processParameters(tid, ptid, 'bash'), vtid: tid, vpid: tid });
  take(numbered(birth(500, 100), 1));
  const exec = { res: 0, ...processParameters(500, 100, 'sh'), trusted_exepath: '/bin/sh' };
  take(numbered(event('execve', { tid: 500 }, exec), 2));
  take(numbered(birth(600, 500), 3));
  take(act(600, 4));
  assert.deepEqual(judged, []);
  assert.equal(open.length, 1, 'nothing is asked of what events tell');
  answer();
  assert.deepEqual(judged, [
    'clone 1 bash of bash',
    'execve 2 sh of bash',
    'clone 3 bash of sh',
    'setuid 4 bash of sh',
  ]);
});

test('waiting ends, answered or not', async () => {
  using host = hostWithShell();
  const { take, judged, system } = modelOf(host, { waitMs: 5 });
  take(act(100, 1));
  await system.drained();
  assert.deepEqual(judged, ['setuid 1  of undefined']);
  assert.equal(system.statistics.notAwaited, 1);
});

test('no more than so many wait; those before go first', () => {
  using host = hostWithShell();
  const { take, judged, system, answer } = modelOf(host, { events: 2 });
  for (let number = 1; number <= 3; number++) take(act(100, number));
  assert.deepEqual(judged, ['setuid 1  of undefined', 'setuid 2  of undefined', 'setuid 3  of undefined']);
  assert.equal(system.statistics.notAwaited, 3);
  answer();
  take(act(100, 4));
  assert.equal(judged.at(-1), 'setuid 4 bash of init', 'and is known from the answer on');
});
