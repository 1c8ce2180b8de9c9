/** Which processes are watched: none of the wanted missing, none foreign, nothing left over. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type KernelSource,
  KernelSourceError,
  openKernelSource,
  type Scope,
} from '../../../src/sources/kernel/kernel-source.ts';
import { compile, type DecodedEvent, decode, make, outputOf, skipReason, stop, X64 } from './calls.ts';

const TREE = skipReason ? '' : compile('tree');

/** A source with its events, closed after `work`. */
async function watching(
  scope: Scope,
  work: (source: KernelSource) => Promise<void>,
): Promise<{ events: DecodedEvent[]; left: readonly number[] }> {
  const source = await openKernelSource({ scope });
  const events: DecodedEvent[] = [];
  const running = source.run((event) => events.push(decode(event)));
  try {
    await work(source);
    const left = source.scopedPids();
    await stop(source, running);
    return { events, left };
  } finally {
    source.close();
  }
}

const tree = (what: string): ChildProcess => spawn(TREE, [what], { stdio: ['ignore', 'pipe', 'inherit'] });

/** Marks that the events show, by the kernel's own process id of the event. */
function marks(events: readonly DecodedEvent[]): string[] {
  return events
    .filter(({ values }) => String(values.name).startsWith('mark/'))
    .map(({ values, tid }) => {
      assert.equal(String(values.name).split('/')[2], String(tid));
      return String(values.name);
    });
}

const sorted = (text: string) => text.trim().split('\n').sort();

describe('scope', { skip: skipReason }, () => {
  test('a started tree: fork, double fork, setsid, vfork, threads, exec in a thread', async () => {
    const foreign: string[] = [];
    let own = '';
    const { events, left } = await watching({ kind: 'processes', pids: [] }, async (source) => {
      const before = tree('foreign');
      const child = source.spawnInScope(() => tree('all'));
      const after = tree('foreign');
      const [first, wanted, last] = await Promise.all([outputOf(before), outputOf(child), outputOf(after)]);
      foreign.push(first, last);
      own = wanted;
    });
    assert.equal(sorted(own).length, 7);
    assert.deepEqual(marks(events).sort(), sorted(own));
    assert.deepEqual(left, [], 'processes left in the map');
    // Every process that was born in scope has also been seen to end.
    const born = new Set(
      events.flatMap(({ values: { tid, pid } }) => (tid !== undefined && tid === pid ? [tid] : [])),
    );
    const ended = new Set(events.filter(({ name }) => name === 'procexit').map(({ tid }) => tid));
    assert.equal(born.size, 6);
    assert.deepEqual(
      [...born].filter((pid) => !ended.has(Number(pid))),
      [],
    );
    assert.equal(foreign.length, 2);
  });

  test('a thousand short processes: none is missed, none stays in the map', async () => {
    const script =
      'i=0; while [ $i -lt 1000 ]; do (exit 5) & i=$((i+1)); [ $((i%50)) -eq 0 ] && wait; done; wait';
    const { events, left } = await watching({ kind: 'processes', pids: [] }, async (source) => {
      await outputOf(source.spawnInScope(() => spawn('/bin/sh', ['-c', script], { stdio: 'ignore' })));
    });
    assert.equal(events.filter(({ name, values }) => name === 'procexit' && values.ret === 5).length, 1000);
    assert.deepEqual(left, []);
  });

  test('a running tree, by the id of its root', async () => {
    // The shell starts a child, and both wait for a line.
    const script = `${TREE} foreign >/dev/null; (read line; ${TREE} all) & read other; ${TREE} all; wait`;
    const child = spawn('/bin/sh', ['-c', `exec 3<&0; ${script.replace('(read line', '(read line <&3')}`], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const output = outputOf(child);
    while (readdirChildren(child.pid as number).length === 0) await sleep(5);
    const { events } = await watching({ kind: 'processes', pids: [child.pid as number] }, async (source) => {
      assert.ok(source.scopedPids().includes(child.pid as number));
      assert.ok(source.scopedPids().length >= 2);
      child.stdin?.end('one\ntwo\n');
      await output;
    });
    assert.deepEqual(marks(events).sort(), sorted(await output));
    assert.equal(sorted(await output).length, 14);
  });

  test('a process that does not exist', async () => {
    await assert.rejects(
      openKernelSource({ scope: { kind: 'processes', pids: [2 ** 22 + 1] } }),
      (error) =>
        error instanceof KernelSourceError && error.code === 'BAD_SCOPE' && /no process/.test(error.message),
    );
  });

  for (const hierarchy of ['/sys/fs/cgroup/unified', '/sys/fs/cgroup/pids', '/sys/fs/cgroup']) {
    const skip = !existsSync(join(hierarchy, 'cgroup.procs')) && `no control groups at ${hierarchy}`;
    test(`a control group and those below it, at ${hierarchy}`, { skip }, async () => {
      const name = `lanner-test-${process.pid}`;
      const folder = join(hierarchy, name);
      const deep = join(folder, ...Array<string>(40).fill('n'));
      mkdirSync(folder);
      try {
        mkdirSync(join(folder, 'before'));
        mkdirSync(deep, { recursive: true });
        const enter = (group: string) => `echo $$ > ${group}/cgroup.procs || exit 1; exec ${TREE} foreign`;
        const run = (group: string) =>
          outputOf(spawn('/bin/sh', ['-c', enter(group)], { stdio: ['ignore', 'pipe', 'inherit'] }));
        const outputs: string[] = [];
        // By its folder, and as /proc/PID/cgroup names it.
        for (const path of [folder, `/${name}`]) {
          const { events } = await watching({ kind: 'cgroup', path }, async () => {
            if (!existsSync(join(folder, 'after'))) mkdirSync(join(folder, 'after'));
            const foreign = outputOf(tree('foreign'));
            outputs.splice(
              0,
              9,
              await run(folder),
              await run(join(folder, 'before')),
              await run(join(folder, 'after')),
              await run(deep),
            );
            await foreign;
          });
          assert.deepEqual(marks(events).sort(), sorted(outputs.join('')));
        }
      } finally {
        for (let inner = deep; inner !== folder; inner = dirname(inner)) removeGroup(inner);
        for (const inner of ['before', 'after', '.']) removeGroup(join(folder, inner));
      }
    });
  }

  test('a control group that does not exist', async () => {
    await assert.rejects(
      openKernelSource({ scope: { kind: 'cgroup', path: '/lanner/no/such/group' } }),
      (error) => error instanceof KernelSourceError && error.code === 'BAD_SCOPE',
    );
    await assert.rejects(
      openKernelSource({ scope: { kind: 'cgroup', path: '/tmp' } }),
      (error) => error instanceof KernelSourceError && error.code === 'BAD_SCOPE',
    );
  });

  test('calls of 32-bit programs are told by their own numbers', { skip: !X64 && 'x64 only' }, async () => {
    // dup and close; in 64-bit programs these numbers are socket and lstat.
    const { events, results, statistics } = await make([
      [-3, 41, 77, 0, 0],
      [-3, 6, 77, 0, 0],
    ]);
    if (results[0] === -38) return; // The kernel has no 32-bit calls.
    assert.deepEqual(results, [-9, -9]);
    assert.deepEqual(
      events.map(({ name, values }) => [name, values.res]),
      [
        ['dup', -9],
        ['close', -9],
      ],
    );
    assert.equal(statistics.compatCalls, 0);
  });
});

function readdirChildren(pid: number): string[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((tid) =>
    readFileSync(`/proc/${pid}/task/${tid}/children`, 'latin1').split(' ').filter(Boolean),
  );
}

function removeGroup(folder: string): void {
  if (!existsSync(folder)) return;
  for (const pid of readFileSync(join(folder, 'cgroup.procs'), 'latin1').split('\n').filter(Boolean))
    writeFileSync(join(folder, '..', 'cgroup.procs'), pid);
  rmdirSync(folder);
}
