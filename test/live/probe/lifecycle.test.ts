/** Several sources at once, and what stays in the kernel afterwards: nothing. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventCursor } from '../../../src/events/cursor.ts';
import { openKernelSource } from '../../../src/sources/kernel/kernel-source.ts';
import { type DecodedEvent, decode, outputOf, skipReason, stop, X64 } from './calls.ts';

/** Ids of the links that this process holds, which /proc/self/fdinfo tells. */
function ownLinks(): number[] {
  return readdirSync('/proc/self/fdinfo').flatMap((fd) => {
    try {
      const id = /^link_id:\s*(\d+)/m.exec(readFileSync(join('/proc/self/fdinfo', fd), 'latin1'))?.[1];
      return id === undefined ? [] : [Number(id)];
    } catch {
      return [];
    }
  });
}

const NO_BPFTOOL =
  spawnSync('bpftool', ['version']).error && 'bpftool is not installed, which lists what is attached';

/** Which of these links the kernel still has. */
function attached(ids: readonly number[]): number[] {
  const { stdout, status } = spawnSync('bpftool', ['-j', 'link', 'show'], { encoding: 'utf8' });
  assert.equal(status, 0, 'bpftool could not list what is attached');
  const links = JSON.parse(stdout) as { id: number }[];
  return links.flatMap(({ id }) => (ids.includes(id) ? [id] : []));
}

/** Descriptors of this process that stand for BPF objects. */
function bpfDescriptors(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const target = readlinkSync(join('/proc/self/fd', fd));
      return /bpf|anon_inode:\[event/.test(target) ? [target] : [];
    } catch {
      return [];
    }
  });
}

const sh = (script: string) => spawn('/bin/sh', ['-c', script], { stdio: 'ignore' });

describe('life of a source', { skip: skipReason }, () => {
  test('two at once see each its own, one goes on when the other ends', async () => {
    const sources = await Promise.all(
      [1, 2].map(() => openKernelSource({ scope: { kind: 'processes', pids: [] } })),
    );
    const events: DecodedEvent[][] = [[], []];
    const running = sources.map((source, index) => source.run((event) => events[index]?.push(decode(event))));
    const [first, second] = sources as [(typeof sources)[0], (typeof sources)[0]];
    const codes = (index: number) =>
      (events[index] ?? []).filter(({ name }) => name === 'procexit').map(({ values }) => values.ret);
    try {
      await Promise.all([
        outputOf(
          first.spawnInScope(() => sh('exit 11')),
          11,
        ),
        outputOf(
          second.spawnInScope(() => sh('exit 12')),
          12,
        ),
      ]);
      await stop(first, running[0] as Promise<void>);
      first.close();
      await outputOf(
        second.spawnInScope(() => sh('exit 13')),
        13,
      );
      await stop(second, running[1] as Promise<void>);
      assert.deepEqual([codes(0), codes(1)], [[11], [12, 13]]);
    } finally {
      for (const source of sources) source.close();
    }
  });

  test('stop detaches', { skip: NO_BPFTOOL }, async () => {
    const source = await openKernelSource({ scope: { kind: 'processes', pids: [] } });
    try {
      const links = ownLinks();
      // Those that every kernel has: which of the others there are, the kernel decides.
      assert.ok(links.length >= 4, `${links.length} links`);
      assert.deepEqual(attached(links).sort(), links.sort());
      source.stop();
      await sleep(100); // The kernel frees a link some moments after its last descriptor.
      assert.deepEqual(attached(links), []);
    } finally {
      source.close();
    }
  });

  test('nothing stays open, and statistics stay readable', async () => {
    const before = bpfDescriptors();
    const source = await openKernelSource({ scope: { kind: 'processes', pids: [] } });
    let kept: EventCursor | undefined;
    const running = source.run((event) => {
      kept = event;
    });
    await outputOf(source.spawnInScope(() => sh('exit 0')));
    await stop(source, running);
    source.close();
    source.close();
    source.stop();
    assert.deepEqual(bpfDescriptors(), before);
    assert.ok(source.statistics.delivered > 0);
    assert.deepEqual(source.scopedPids(), []);
    // Who keeps an event against the rules must not crash the process.
    assert.throws(() => kept?.timestamp);
  });

  test('a source that waits costs no CPU, stops at once, and can be closed while it runs', async () => {
    const source = await openKernelSource({ scope: { kind: 'processes', pids: [] } });
    const running = source.run(() => {});
    await sleep(50);
    const usage = process.cpuUsage();
    await sleep(500);
    const { user, system } = process.cpuUsage(usage);
    assert.ok(user + system < 100_000, `${user + system} µs of CPU in half a second of waiting`);
    source.close();
    await running;
  });

  test('a sink that throws ends the run', async () => {
    const source = await openKernelSource({ scope: { kind: 'processes', pids: [] } });
    try {
      const running = source.run(() => {
        throw new Error('no more');
      });
      const child = outputOf(source.spawnInScope(() => sh('exit 0')));
      await assert.rejects(running, /no more/);
      await child;
    } finally {
      source.close();
    }
  });

  test('only the events that were asked for', async () => {
    const source = await openKernelSource({
      scope: { kind: 'processes', pids: [] },
      eventNames: new Set(['procexit', 'execve']),
    });
    const names: string[] = [];
    const running = source.run((event) => names.push(event.type.name));
    try {
      await outputOf(source.spawnInScope(() => sh('cat /dev/null; /bin/true')));
      await stop(source, running);
      assert.deepEqual([...new Set(names)].sort(), ['execve', 'procexit']);
    } finally {
      source.close();
    }
  });

  test('programs of tracepoints are loaded only for those who ask for their events', async () => {
    const before = ownLinks().length;
    const programs = async (...names: string[]): Promise<number> => {
      const source = await openKernelSource({
        scope: { kind: 'processes', pids: [] },
        eventNames: new Set(names),
      });
      try {
        return ownLinks().length - before;
      } finally {
        source.close();
      }
    };
    const common = await programs('open');
    assert.equal(await programs('open', 'switch'), common + 1);
    // Page faults have two, where there are any.
    assert.equal(await programs('open', 'page_fault', 'signaldeliver'), common + (X64 ? 3 : 1));
  });
});
