/** Runs test files, each in a process of its own, and tells the outcome of every test in them. */
import { relative, resolve } from 'node:path';
import process from 'node:process';
import { run } from 'node:test';
import { inspect } from 'node:util';
import { firstLine, type Result } from './result.ts';

/** What is kept of a file's stderr, to explain a file that fails as a whole. */
const STDERR_LINES = 40;

/** Lines with which Node sums up. */
const SUMMARY = /^(?:tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) [\d.]+$/;

/** What both `test:pass` and `test:fail` carry, as far as it is used here. */
interface TestEvent {
  readonly name: string;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly skip?: string | boolean | undefined;
  readonly todo?: string | boolean | undefined;
  readonly details: { readonly type?: string | undefined; readonly error?: unknown };
}

/**
 * Runs `files`, at most `concurrency` at a time. `limit` is in milliseconds: a test that takes longer has
 * failed, and a file that takes twice as long, for instance since it waits for something that it left open. A
 * file that ends before its tests did, or that holds no test, has failed too.
 */
export async function runTestFiles(
  files: readonly string[],
  concurrency: number,
  limit: number,
): Promise<Result[]> {
  const results: Result[][] = files.map(() => []);
  const waiting = files.entries();
  const worker = async (): Promise<void> => {
    for (const [index, file] of waiting) results[index] = await runFile(resolve(file), limit);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return results.flat();
}

/**
 * Node could end a file's process as soon as its tests have ended, but then some of their results may be lost on
 * the way. So the process ends by itself, or by the signal.
 */
async function runFile(file: string, limit: number): Promise<Result[]> {
  const results: Result[] = [];
  const stderr: string[] = [];
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), 2 * limit);
  const stream = run({ files: [file], timeout: limit, signal: deadline.signal });
  // A file's summary is the last that it tells: without it something before it may be missing too.
  let isComplete = false;
  stream.on('test:summary', (data) => {
    if (data.file !== undefined) isComplete = true;
  });
  stream.on('test:stderr', (data) => {
    stderr.push(data.message.trimEnd());
    if (stderr.length > STDERR_LINES) stderr.shift();
  });
  stream.on('test:diagnostic', (data) => {
    // Node sums up each file in the same way.
    if (data.file === undefined || SUMMARY.test(data.message)) return;
    const note = {
      outcome: 'noted',
      place: relative(process.cwd(), data.file),
      reason: '',
      detail: '',
    } as const;
    results.push({ ...note, name: data.message });
  });
  stream.on('test:pass', (data) => results.push(...passed(data)));
  stream.on('test:fail', (data) => {
    if (!deadline.signal.aborted) results.push(...failed(data, stderr));
  });
  await new Promise((resolve, reject) => {
    stream.on('end', resolve).on('error', reject).resume();
  });
  clearTimeout(timer);
  const fault = deadline.signal.aborted
    ? `did not end within ${(2 * limit) / 1000} s, and was ended`
    : !isComplete && !results.some(({ outcome }) => outcome === 'failed')
      ? 'ended without telling all of its results'
      : undefined;
  if (fault !== undefined) {
    const place = relative(process.cwd(), file);
    results.push({ outcome: 'failed', place, name: 'file', reason: fault, detail: stderr.join('\n') });
  }
  return results;
}

function passed(data: TestEvent): Result[] {
  const test = { place: place(data), name: data.name, detail: '' };
  // Node reports a file itself only when nothing in it was reported.
  if (data.name === data.file) {
    return [{ ...test, name: 'file', outcome: 'failed', reason: 'holds no test' }];
  }
  const skip = data.skip ?? data.todo;
  if (skip !== undefined && skip !== false) {
    return [{ ...test, outcome: 'skipped', reason: typeof skip === 'string' ? skip : 'no reason given' }];
  }
  return data.details.type === 'suite' ? [] : [{ ...test, outcome: 'passed', reason: '' }];
}

function failed(data: TestEvent, stderr: readonly string[]): Result[] {
  const error = data.details.error as { failureType?: string; message?: string; cause?: unknown };
  if (error.failureType === 'subtestsFailed') return [];
  if (data.todo !== undefined && data.todo !== false) return passed(data);
  const test = { outcome: 'failed', place: place(data) } as const;
  if (data.name === data.file) {
    const reason = stderr.find((line) => /^\w*Error\b/.test(line)) ?? 'ended before its tests did';
    return [{ ...test, name: 'file', reason, detail: stderr.join('\n') }];
  }
  const detail = error.cause instanceof Error ? (error.cause.stack ?? '') : inspect(error.cause ?? error);
  return [{ ...test, name: data.name, reason: firstLine(error.message ?? ''), detail }];
}

function place(data: TestEvent): string {
  const file = relative(process.cwd(), data.file ?? '');
  return data.line === undefined || data.name === data.file ? file : `${file}:${data.line}`;
}
