/** Tracepoints that only those pay for who ask for them: every parameter. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { describe, test } from 'node:test';
import { openKernelSource } from '../../../src/sources/kernel/kernel-source.ts';
import { compile, type DecodedEvent, decode, outputOf, skipReason, stop, X64 } from './calls.ts';

const skip = skipReason || (X64 ? false : 'the program has instructions of x86-64');
const PROGRAM = skip ? '' : compile('touch');
const PAGE = 4096;

/** Runs the program; gives events of the name, and what the program has printed. */
async function touch(
  mode: string,
  event: string,
): Promise<{ pid: number; events: DecodedEvent[]; said: ReadonlyMap<string, number> }> {
  const source = await openKernelSource({
    scope: { kind: 'processes', pids: [] },
    eventNames: new Set([event]),
  });
  assert.deepEqual(source.missingEvents, []);
  const events: DecodedEvent[] = [];
  const running = source.run((cursor) => events.push(decode(cursor)));
  try {
    const child = source.spawnInScope(() => spawn(PROGRAM, [mode], { stdio: ['ignore', 'pipe', 'inherit'] }));
    const text = await outputOf(child);
    await stop(source, running);
    assert.deepEqual([...source.statistics.lost], [], 'events were lost');
    assert.deepEqual(new Set(events.map(({ name }) => name)), new Set([event]));
    const lines = text.trim().split('\n');
    const said = new Map(
      lines.map((line) => line.split(' ')).map(([name = '', value]) => [name, Number(value)]),
    );
    return { pid: child.pid as number, events, said };
  } finally {
    source.close();
  }
}

describe('tracepoints', { skip }, () => {
  test('page_fault: by the program and by the kernel, absent and forbidden pages', async () => {
    const { pid, events, said } = await touch('faults', 'page_fault');
    const pages = said.get('pages') as number;
    const at = (page: number): unknown[] =>
      events
        .filter(({ tid, values }) => tid === pid && values.addr === pages + page * PAGE)
        .map(({ values }) => [values.ip, values.error]);
    const [ABSENT, FORBIDDEN, WRITE, READ, USER, KERNEL, FETCH] = [2, 1, 4, 8, 16, 32, 128];
    assert.deepEqual(at(0), [[said.get('read_at'), ABSENT | READ | USER]]);
    assert.deepEqual(at(1), [
      [said.get('write_at'), ABSENT | WRITE | USER],
      [pages + PAGE, FORBIDDEN | READ | USER | FETCH],
    ]);
    assert.equal(at(2).length, 1);
    const [[ip, error] = []] = at(2) as [bigint, number][];
    assert.equal(error, ABSENT | WRITE | KERNEL);
    assert.ok((ip as bigint) > 2n ** 63n, 'an instruction of the kernel');
    assert.deepEqual(at(3), [
      [said.get('write_at'), ABSENT | WRITE | USER],
      [said.get('write_at'), FORBIDDEN | WRITE | USER],
    ]);
  });

  test('signaldeliver: who has sent it, who gets it, which', async () => {
    const { events, said } = await touch('signals', 'signaldeliver');
    const [self, child] = [said.get('self') as number, said.get('child') as number];
    const [SIGKILL, SIGUSR1, SIGALRM, SIGTERM, SIGCHLD, REAL_TIME] = [9, 10, 14, 15, 17, 35];
    for (const { tid, values } of events) assert.equal(values.dpid, tid);
    const of = (tid: number) =>
      events.filter((event) => event.tid === tid).map(({ values }) => [values.spid, values.sig]);
    assert.deepEqual(of(self).slice(0, 4), [
      [self, SIGTERM],
      // Of this one Falco does not tell the sender.
      [0, SIGUSR1],
      [self, REAL_TIME],
      [0, SIGALRM],
    ]);
    // The child may be killed before or after its parent has got its signal.
    assert.deepEqual(
      of(self)
        .slice(4)
        .filter(([, signal]) => signal !== SIGTERM),
      [[child, SIGCHLD]],
    );
    // A signal that ends the process reaches its thread without the sender.
    assert.deepEqual(of(child), [[0, SIGKILL]]);
  });

  test('switch: the next thread, page faults and memory of the one that is left', async () => {
    const { events, said } = await touch('switches', 'switch');
    const value = (name: string) => said.get(name) as number;
    // Threads of other processes are out of scope: none of their switches is told.
    const told = new Set(events.map(({ tid }) => tid));
    assert.deepEqual(told, new Set([value('self'), value('child')]));
    const own = events.filter(({ tid }) => tid === value('self'));
    assert.ok(
      own.some(({ values }) => values.next === value('child')),
      'from one to the other',
    );
    assert.ok(
      events.some(({ tid, values }) => tid === value('child') && values.next === value('self')),
      'and back',
    );
    const between = own.filter(
      ({ values }) =>
        Number(values.pgft_min) >= value('minor_before') && Number(values.pgft_min) <= value('minor_after'),
    );
    assert.ok(between.length > 0);
    for (const { values } of between) {
      assert.equal(values.pgft_maj, value('major'));
      assert.equal(values.vm_size, value('all'));
      assert.ok(Math.abs(Number(values.vm_rss) - value('present')) <= 1024, `${values.vm_rss} KiB present`);
      assert.equal(values.vm_swap, 0);
    }
  });
});
