/** Runs test files inside the emulated machine and tells their results on the console. */
import { readFileSync, writeSync } from 'node:fs';
import os from 'node:os';
import process from 'node:process';
import { runTestFiles } from '../../scripts/tests/files.ts';
import { encodeMessage, type Message } from './results.ts';

/** A test that takes longer counts as hanging: the machine is ten to thirty times slower than a real one. */
const LIMIT_MS = 5 * 60_000;

const say = (message: Message): unknown => writeSync(1, `${encodeMessage(message)}\n`);

const cgroup = readFileSync('/proc/self/mountinfo', 'latin1').includes(' - cgroup2 ') ? 'v2' : 'v1';
say({ kind: 'start', release: os.release(), cgroup });
const files: readonly string[] = JSON.parse(readFileSync('test-files.json', 'utf8'));
// The tests that watch the whole machine ask for this: elsewhere they must not run.
process.env.LANNER_OWN_MACHINE = 'yes';
for (const file of files) {
  const start = performance.now();
  const results = await runTestFiles([file], 1, LIMIT_MS);
  say({ kind: 'file', file, seconds: (performance.now() - start) / 1000, results });
}
say({ kind: 'end' });
