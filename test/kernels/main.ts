/**
 * `npm run test:kernels [-- OPTIONS] [FILE…]`: boots other kernels in an emulated machine and runs live tests
 * there. docs/kernels.md says what is run and what it takes.
 */
import { globSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import type { Result } from '../../scripts/tests/result.ts';
import { ARCHITECTURES } from './architectures.ts';
import { lannerDisk, systemDisk, systemFolder } from './disks.ts';
import { getKernel, type Kernel } from './kernel.ts';
import { hasEmulator, runMachine } from './machine.ts';
import { Missing } from './missing.ts';

const ROOT = resolve(import.meta.dirname, '../..');
/** Downloads and disks; git ignores it. */
const FOLDER = join(ROOT, 'build/kernels');
const MINUTE = 60_000;

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
    all: { type: 'boolean', default: false },
    minutes: { type: 'string', default: '60' },
  },
  allowPositionals: true,
});

/** The tests that say most about a kernel for the time that they take. */
const FILES = ['test/kernels/**/*.test.ts', 'test/live/scene-*.test.ts', 'test/live/probe/*.test.ts'];

process.chdir(ROOT);
process.exitCode = await main();

async function main(): Promise<number> {
  const architecture = ARCHITECTURES[options.arch];
  if (!architecture) return fail(`no such architecture: ${options.arch}; there are x64 and arm64`);
  const unknown = options.kernel.find((series) => !KERNELS.some((kernel) => kernel.series === series));
  if (unknown)
    return fail(`no such kernel: ${unknown}; there are ${KERNELS.map((kernel) => kernel.series).join(', ')}`);
  if (!hasEmulator(architecture)) {
    console.log(
      `skipped all kernels: ${architecture.emulator} is missing: apt-get install ${architecture.emulatorPackage}`,
    );
    return 0;
  }
  mkdirSync(FOLDER, { recursive: true });
  const patterns = positionals.length > 0 ? positionals : FILES;
  const files = patterns.flatMap((pattern) => globSync(pattern)).sort();
  const results: Result[] = [];
  for (const { series, release, cgroup } of KERNELS) {
    if (!options.all && !options.kernel.includes(series)) continue;
    try {
      const system = systemDisk(FOLDER, architecture);
      const busybox = join(systemFolder(FOLDER, architecture), 'bin/busybox');
      const kernel = getKernel(FOLDER, series, release, architecture, busybox);
      const disks = [system, lannerDisk(FOLDER, architecture, files)];
      results.push(...(await runKernel(kernel, disks, cgroup)));
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      results.push({
        outcome: 'skipped',
        place: series,
        name: 'all tests',
        reason: error.message,
        detail: '',
      });
    }
  }
  for (const { outcome, place, name, reason } of results)
    if (outcome !== 'passed')
      console.log(`${outcome === 'failed' ? 'FAILED ' : 'skipped'} ${place} › ${name}: ${reason}`);
  const [passed, failed, skipped] = counts(results);
  console.log(`${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`);
  return failed === 0 ? 0 : 1;

  async function runKernel(kernel: Kernel, disks: string[], cgroup: 'v1' | 'v2'): Promise<Result[]> {
    const place = `Linux ${kernel.release}`;
    const found: Result[] = [];
    const start = performance.now();
    console.log(`${place}, ${options.arch}, cgroup ${cgroup}`);
    const end = await runMachine(
      {
        architecture: architecture as NonNullable<typeof architecture>,
        kernel,
        disks,
        cgroup,
        limit: Number(options.minutes) * MINUTE,
      },
      (message) => {
        if (message.kind === 'start') console.log(`  started after ${seconds(performance.now() - start)}`);
        if (message.kind !== 'file') return;
        found.push(...message.results.map((result) => ({ ...result, place: `${place}: ${result.place}` })));
        const [passed, failed, skipped] = counts(message.results);
        console.log(
          `  ${message.file}: ${passed} passed, ${failed} failed, ${skipped} skipped in ${seconds(message.seconds * 1000)}`,
        );
        for (const { outcome, name, detail } of message.results)
          if (outcome === 'failed') console.log(`${name}\n${detail}`.replace(/^/gm, '    '));
      },
    );
    if (!end.isComplete)
      found.push({
        outcome: 'failed',
        place,
        name: 'machine',
        reason: 'did not come to its end',
        detail: end.console,
      });
    if (!end.isComplete) console.log(end.console);
    const [passed, failed, skipped] = counts(found);
    console.log(
      `${place}: ${passed} passed, ${failed} failed, ${skipped} skipped in ${seconds(performance.now() - start)}`,
    );
    return found;
  }
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
