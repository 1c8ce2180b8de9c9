/** The scope's promise: what is outside it is read by name only. Every access to /proc is watched here. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { type TestContext, test } from 'node:test';
import { System } from './system.ts';
import { event, processParameters } from './testing/event-builder.ts';
import { FakeHost } from './testing/fake-proc.ts';
import { open, pass } from './testing/shell-host.ts';

/** Paths that are opened, listed or resolved from now on until the test ends. */
function watchFiles(context: TestContext): string[] {
  const paths: string[] = [];
  for (const name of ['openSync', 'readdirSync', 'readlinkSync', 'readFileSync', 'statSync'] as const) {
    const original = fs[name] as (...args: unknown[]) => unknown;
    context.mock.method(fs, name, (...args: unknown[]) => {
      paths.push(String(args[0]));
      return original(...args);
    });
  }
  syncBuiltinESMExports();
  context.after(() => {
    context.mock.restoreAll();
    syncBuiltinESMExports();
  });
  return paths;
}

/** Names of the files that were touched of each process. */
function filesByPid(paths: readonly string[]): Map<number, Set<string>> {
  const files = new Map<number, Set<string>>();
  for (const path of paths) {
    const [, pid, file] = /\/proc\/(\d+)\/(.*)$/.exec(path) ?? [];
    if (pid === undefined || file === undefined) continue;
    const names = files.get(Number(pid)) ?? new Set();
    files.set(Number(pid), names.add(file));
  }
  return files;
}

const NAMES_ONLY = new Set(['stat', 'status']);

/** init, a login shell, the process of the scope, its child, and a stranger. */
function host(): FakeHost {
  const made = new FakeHost();
  const secret = { argv: ['x', '--password=secret'], env: ['TOKEN=secret'] };
  made.add({ pid: 1, ppid: 0, comm: 'init', ...secret });
  made.add({ pid: 10, ppid: 1, comm: 'login', uid: 5, tty: 3, ...secret });
  made.add({ pid: 20, ppid: 10, comm: 'scope', sid: 10, argv: ['scope', 'a'] });
  made.add({ pid: 30, ppid: 20, comm: 'child', sid: 10, argv: ['child', 'b'] });
  made.add({ pid: 40, ppid: 10, comm: 'stranger', ...secret });
  return made;
}

test('a scope of processes reads these in full and their ancestors by name', (context) => {
  using made = host();
  const paths = watchFiles(context);
  const system = System.open({ hostRoot: made.root, seed: { kind: 'processes', pids: [20, 30] } });
  const files = filesByPid(paths);
  assert.deepEqual([...files.keys()].sort(), [1, 10, 20, 30]);
  assert.ok(files.get(20)?.has('cmdline'), 'the watch sees full readings');
  assert.deepEqual(files.get(1), NAMES_ONLY);
  assert.deepEqual(files.get(10), NAMES_ONLY);
  const login = system.thread(10);
  assert.deepEqual([login?.comm, login?.ptid, login?.uid, login?.tty], ['login', 1, 5, 3]);
  assert.deepEqual([login?.exe, login?.args, login?.env, login?.exepath, login?.cwd], ['', [], [], '', '']);
  assert.equal(system.thread(40), undefined);
});

test('without a seed, only what an event names as acting is read in full', (context) => {
  using made = host();
  const system = open(made, { kind: 'none' });
  const paths = watchFiles(context);
  pass(system, event('setuid', { tid: 30 }, { res: 0, uid: 0 }));
  // A birth names its parent, which does not act by that.
  pass(system, event('fork', { tid: 50 }, { res: 0, ...processParameters(50, 40, 'x'), vtid: 50, vpid: 50 }));
  const files = filesByPid(paths);
  assert.ok(files.get(30)?.has('environ'));
  for (const pid of [1, 10, 20, 40]) assert.deepEqual(files.get(pid), NAMES_ONLY, `process ${pid}`);
  assert.deepEqual(system.thread(50)?.env, []);
  assert.equal(system.thread(20)?.exe, '');
  // Once it acts itself, it is in the scope.
  pass(system, event('setuid', { tid: 20 }, { res: 0, uid: 0 }));
  assert.deepEqual(system.thread(20)?.args, ['a']);
});

test('the real /proc: this process and a child of it', async (context) => {
  const child = spawn('sleep', ['60'], { env: { LANNER_TEST: 'yes' }, cwd: '/', stdio: 'ignore' });
  await once(child, 'spawn');
  const pid = child.pid as number;
  try {
    const paths = watchFiles(context);
    const system = System.open({ seed: { kind: 'processes', pids: [process.pid, pid] } });
    for (const [read, names] of filesByPid(paths))
      if (read !== process.pid && read !== pid) assert.deepEqual(names, NAMES_ONLY, `process ${read}`);
    const thread = system.thread(pid);
    assert.ok(thread);
    assert.equal(thread.exe, 'sleep');
    assert.deepEqual(thread.args, ['60']);
    assert.deepEqual(thread.env, ['LANNER_TEST=yes']);
    assert.equal(thread.cwd, '/');
    assert.equal(thread.comm, 'sleep');
    assert.equal(fs.realpathSync(`/proc/${pid}/exe`), thread.exepath);
    assert.equal(thread.executable.inode, fs.statSync(`/proc/${pid}/exe`, { bigint: true }).ino);
    assert.equal(thread.uid, process.geteuid?.());
    assert.equal(system.parent(thread)?.pid, process.pid);
    assert.equal(system.parent(thread)?.cwd, `${process.cwd()}/`);
    const ageInSeconds = (Date.now() - Number(thread.cloneTime / 1_000_000n)) / 1000;
    assert.ok(ageInSeconds > -1 && ageInSeconds < 600, `the child began ${ageInSeconds} s ago`);
    const threads = [...system.threads()].filter((other) => other.pid === process.pid);
    assert.ok(threads.length > 1, 'this process has several threads');
    let top = thread;
    for (let parent = system.parent(top); parent; parent = system.parent(top)) top = parent;
    assert.ok(top.ptid === 0, 'the chain of parents ends at init');
  } finally {
    child.kill();
  }
});
