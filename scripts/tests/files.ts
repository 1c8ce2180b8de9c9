/** Runs test files, each in a process of its own, and tells the outcome of every test in them. */
import { relative, resolve } from 'node:path';
import process from 'node:process';
import { run } from 'node:test';
import { inspect } from 'node:util';
import { firstLine, type Result } from './result.ts';

/** What is kept of a file's stderr, to explain a file that fails as a whole. */
const STDERR_LINES = 40;

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
 * failed. A file that ends before its tests did, or that holds no test, has failed too.
 */
export async function runTestFiles(
  files: readonly string[],
  concurrency: number,
  limit: number,
): Promise<Result[]> {
  if (files.length === 0) return [];
  const results: Result[] = [];
  const stderr = new Map<string, string[]>();
  // A test that hangs fails after `limit`; forceExit then ends its file, whatever it still waits for.
  const stream = run({
    files: files.map((file) => resolve(file)),
    concurrency,
    timeout: limit,
    forceExit: true,
  });
  stream.on('test:stderr', (data) => {
    const lines = stderr.get(data.file) ?? [];
    stderr.set(data.file, [...lines, data.message.trimEnd()].slice(-STDERR_LINES));
  });
  stream.on('test:pass', (data) => results.push(...passed(data)));
  stream.on('test:fail', (data) => results.push(...failed(data, stderr.get(data.file ?? '') ?? [])));
  await new Promise((resolve, reject) => {
    stream.on('end', resolve).on('error', reject).resume();
  });
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
