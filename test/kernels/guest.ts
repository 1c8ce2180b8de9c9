/** Runs test files inside the emulated machine and tells their results on the console. */
import { readFileSync, writeSync } from 'node:fs';
import os from 'node:os';
import process from 'node:process';
import { runTestFiles } from '../../scripts/tests/files.ts';
import { encodeMessage, type Message, type Task, testLimit } from './results.ts';

const say = (message: Message): unknown => writeSync(1, `${encodeMessage(message)}\n`);

const cgroup = readFileSync('/proc/self/mountinfo', 'latin1').includes(' - cgroup2 ') ? 'v2' : 'v1';
say({ kind: 'start', release: os.release(), cgroup });
const { files, seconds }: Task = JSON.parse(readFileSync('task.json', 'utf8'));
// The tests that watch the whole machine ask for this: elsewhere they must not run.
process.env.LANNER_OWN_MACHINE = 'yes';
for (const file of files) {
  // What has begun runs to its end: half a file would say nothing of the kernel.
  if (os.uptime() > seconds) break;
  say({ kind: 'file', file });
  const start = performance.now();
  const results = await runTestFiles([file], 1, testLimit(file));
  endAllOthers();
  say({ kind: 'results', file, seconds: (performance.now() - start) / 1000, results });
}
say({ kind: 'end' });

/**
 * What a file has left running would slow down and mislead those that follow. The machine belongs to the tests: this
 * signal goes to every process but the first one and this one, see kill(2).
 */
function endAllOthers(): void {
  try {
    process.kill(-1, 'SIGKILL');
  } catch {
    // Nothing else runs, as it should be.
  }
}
