/**
 * `npm run test:kernels [-- OPTIONS] [FILE…]`: boots other kernels in an emulated machine and runs live tests
 * there. docs/kernels.md says what is run and what it takes.
 */
import { existsSync, globSync, mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import type { Result } from '../../scripts/tests/result.ts';
import { ARCHITECTURES, type MachineArchitecture } from './architectures.ts';
import { lannerDisk, systemDisk, systemFolder } from './disks.ts';
import { getKernel, type Kernel } from './kernel.ts';
import { runMachine } from './machine.ts';
import { Missing } from './missing.ts';
import { type Task, testLimit } from './results.ts';

const ROOT = resolve(import.meta.dirname, '../..');
/** Downloads and disks; git ignores it. */
const FOLDER = join(ROOT, 'build/kernels');
/** For the start and the end of a machine that is much slower than usual. */
const SLACK_MS = 3 * 60_000;

/** Series of kernels, and the Debian release whose packages they are. Control groups as each had them for long. */
const KERNELS = [
  { series: '5.10', release: 'bullseye', cgroup: 'v1' },
  { series: '6.1', release: 'bookworm', cgroup: 'v2' },
  { series: '6.12', release: 'bookworm', cgroup: 'v2' },
] as const;

const { values: options, positionals } = parseArgs({
  options: {
    arch: { type: 'string', default: process.arch },
    kernel: { type: 'string', multiple: true, default: ['6.1', '6.12'] },
    full: { type: 'boolean', default: false },
    minutes: { type: 'string', default: '60' },
  },
  allowPositionals: true,
});

/** The tests that say most about a kernel for the time that they take, in this order. */
const FILES = [
  'test/kernels/whole-machine.test.ts',
  'test/live/probe/{compat,x32,errors,files,lifecycle,names,processes,scope}.test.ts',
  'test/live/evasions/*.test.ts',
  'test/kernels/*.test.ts',
  'test/live/scene-*.test.ts',
];
/** All that is about the kernel, and all scenes: three times as long. */
const ALL_FILES = [
  'test/kernels/whole-machine.test.ts',
  'test/live/probe/*.test.ts',
  'test/live/evasions/*.test.ts',
  'test/kernels/*.test.ts',
  'test/live/scene*.test.ts',
];

process.chdir(ROOT);
process.exitCode = await main();

async function main(): Promise<number> {
  const architecture = ARCHITECTURES[options.arch];
  if (!architecture) return fail(`no such architecture: ${options.arch}; there are x64 and arm64`);
  const unknown = options.kernel.find((series) => !KERNELS.some((kernel) => kernel.series === series));
  if (unknown)
    return fail(`no such kernel: ${unknown}; there are ${KERNELS.map((kernel) => kernel.series).join(', ')}`);
  const missing = missingTools(architecture);
  if (missing.length > 0) {
    console.log(`skipped all kernels: not installed: ${missing.join(', ')}`);
    console.log('0 passed, 0 failed, 1 skipped');
    return 0;
  }
  mkdirSync(FOLDER, { recursive: true });
  const patterns = positionals.length > 0 ? positionals : options.full ? ALL_FILES : FILES;
  const files = [...new Set(patterns.flatMap((pattern) => globSync(pattern).sort()))];
  if (files.length === 0) return fail(`no such test file: ${patterns.join(', ')}`);
  const task: Task = { files, seconds: Number(options.minutes) * 60 };
  const kernels = KERNELS.filter(({ series }) => options.kernel.includes(series));
  const results: Result[] = [];
  try {
    const disks = [systemDisk(FOLDER, architecture), lannerDisk(FOLDER, architecture, task)];
    // One machine keeps one CPU busy.
    const waiting = kernels.values();
    const worker = async (): Promise<void> => {
      for (const kernel of waiting) results.push(...(await runKernel(kernel, architecture, disks, task)));
    };
    await Promise.all(Array.from({ length: availableParallelism() }, worker));
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    results.push(notRun('all kernels', error.message));
  }
  for (const { outcome, place, name, reason } of results)
    if (outcome === 'failed' || outcome === 'skipped')
      console.log(`${outcome === 'failed' ? 'FAILED ' : outcome} ${place} › ${name}: ${reason}`);
  const [passed, failed, skipped] = counts(results);
  console.log(`${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`);
  return failed === 0 ? 0 : 1;
}

/** Packages of Debian whose programs are not there. */
function missingTools({ emulator, emulatorPackage }: MachineArchitecture): string[] {
  const tools = {
    ...{
      [emulator]: emulatorPackage,
      'mkfs.ext4': 'e2fsprogs',
      depmod: 'kmod',
      cpio: 'cpio',
      xz: 'xz-utils',
    },
    ...{ 'dpkg-deb': 'dpkg', 'apt-get': 'apt', npm: 'npm' },
  };
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin'];
  return Object.entries(tools).flatMap(([program, name]) =>
    folders.some((folder) => existsSync(join(folder, program))) ? [] : [name],
  );
}

/** Boots one kernel, and prints a line for every test file. */
async function runKernel(
  { series, release, cgroup }: (typeof KERNELS)[number],
  architecture: MachineArchitecture,
  disks: readonly string[],
  task: Task,
): Promise<Result[]> {
  const say = (text: string): void => console.log(text.replace(/^/gm, `${series}: `));
  const busybox = join(systemFolder(FOLDER, architecture), 'bin/busybox');
  let kernel: Kernel;
  try {
    kernel = getKernel(FOLDER, series, release, architecture, busybox);
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    return [notRun(`Linux ${series}`, error.message)];
  }
  const place = `Linux ${kernel.release}`;
  const results: Result[] = [];
  const waiting = new Set(task.files);
  let underWay = 'the start';
  const start = performance.now();
  say(`${place}, ${architecture.node}, cgroup ${cgroup}`);
  // The file that is begun last has all the time that a file has.
  const limit = task.seconds * 1000 + 2 * Math.max(...task.files.map(testLimit)) + SLACK_MS;
  const end = await runMachine({ architecture, kernel, disks, cgroup, limit }, (message) => {
    if (message.kind === 'start') say(`started after ${seconds(performance.now() - start)}`);
    if (message.kind === 'file') {
      waiting.delete(message.file);
      underWay = message.file;
    }
    if (message.kind !== 'results') return;
    results.push(...message.results.map((result) => ({ ...result, place: `${place}: ${result.place}` })));
    say(`${message.file}: ${summary(message.results)} in ${seconds(message.seconds * 1000)}`);
    for (const { outcome, name, detail } of message.results)
      if (outcome === 'failed') say(`${name}\n${detail}`.replace(/^/gm, '    '));
      else if (outcome === 'noted') say(`    ${name}`);
  });
  if (!end.isComplete) {
    const reason = `did not come to its end; under way: ${underWay}`;
    results.push({ outcome: 'failed', place, name: 'machine', reason, detail: end.console });
    say(end.console);
  } else if (results.length === 0) {
    const reason = 'started too late to run a test';
    results.push({ outcome: 'failed', place, name: 'machine', reason, detail: '' });
  }
  const reason = end.isComplete ? 'time is over' : 'the machine had ended';
  for (const file of waiting) results.push(notRun(`${place}: ${file}`, reason));
  say(`${summary(results)} in ${seconds(performance.now() - start)}`);
  return results;
}

function notRun(place: string, reason: string): Result {
  return { outcome: 'skipped', place, name: 'all tests', reason, detail: '' };
}

function summary(results: readonly Result[]): string {
  const [passed, failed, skipped] = counts(results);
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

function counts(results: readonly Result[]): [passed: number, failed: number, skipped: number] {
  const of = (outcome: Result['outcome']): number =>
    results.filter((result) => result.outcome === outcome).length;
  return [of('passed'), of('failed'), of('skipped')];
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

function fail(message: string): number {
  console.error(message);
  return 1;
}
