/** Makes system calls in a child that the kernel source watches, and gives what the source delivered. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { buildProbe } from '../../../scripts/build-probe.mjs';
import type { EventCursor } from '../../../src/events/cursor.ts';
import { entriesOf } from '../../../src/sources/kernel/calls/numbers.ts';
import {
  type KernelSource,
  type KernelStatistics,
  openKernelSource,
} from '../../../src/sources/kernel/kernel-source.ts';
import { collectedEvents } from '../../../src/sources/kernel/system-calls.ts';
import { noteCase } from './cases.ts';
import { type DecodedValue, type DescriptorValue, decodeParameters } from './decode.ts';

export interface DecodedEvent {
  readonly name: string;
  readonly code: number;
  readonly tid: number;
  readonly timestamp: bigint;
  readonly values: Readonly<Record<string, DecodedValue>>;
}

/** Why live tests cannot run here; undefined when they can. */
export const skipReason: string | false =
  process.platform !== 'linux'
    ? 'the probe needs Linux'
    : process.getuid?.() !== 0
      ? 'loading the probe needs root'
      : false;

export const X64 = process.arch === 'x64';

const HERE = dirname(fileURLToPath(import.meta.url));
const FOLDER = mkdtempSync(join(tmpdir(), 'lanner-probe-'));
// Other users run the programs too.
chmodSync(FOLDER, 0o755);
process.on('exit', () => rmSync(FOLDER, { recursive: true, force: true }));

/** Compiles a C program of this folder and returns its path. */
export function compile(name: string): string {
  const program = join(FOLDER, name);
  const result = spawnSync('cc', ['-O1', '-pthread', '-no-pie', '-o', program, join(HERE, `${name}.c`)], {
    encoding: 'utf8',
  });
  assert.equal(result.status, 0, `cc could not compile ${name}.c: ${result.error ?? result.stderr}`);
  return program;
}

if (!skipReason) buildProbe();
const CALLER = skipReason ? '' : compile('caller');

export function decode(event: EventCursor): DecodedEvent {
  return {
    name: event.type.name,
    code: event.code,
    tid: event.tid,
    timestamp: event.timestamp,
    values: decodeParameters(event),
  };
}

/** An argument of a call: number, text, bytes, or one of the forms that caller.c describes. */
export type Argument = number | string | Uint8Array | null | { readonly token: string };
export type Call = readonly [number: number, ...arguments: Argument[]];

export const result = (call: number): Argument => ({ token: `r:${call}` });
/** The same pointer or number as an argument of an earlier call. */
export const argument = (call: number, index: number): Argument => ({ token: `a:${call};${index}` });
export const output = (size: number): Argument => ({ token: `o:${size}` });
export const strings = (...texts: string[]): Argument => ({ token: `p:${texts.join(';')}` });
export const message = (
  name: Uint8Array | undefined,
  control: Uint8Array | undefined,
  ...vectors: Uint8Array[]
): { readonly token: string } => ({
  token: `m:${[name, control, ...vectors].map((part) => (part ? Buffer.from(part).toString('hex') : '')).join(';')}`,
});

export const messages = (...each: readonly { readonly token: string }[]): Argument => ({
  token: `n:${each.map(({ token }) => token.slice(2)).join('/')}`,
});
export const vectors = (...parts: Uint8Array[]): Argument => ({
  token: `v:${parts.map((part) => Buffer.from(part).toString('hex')).join(';')}`,
});

/** The same for calls of the 32-bit interface. */
export const vectors32 = (...parts: Uint8Array[]): Argument => ({
  token: `w:${parts.map((part) => Buffer.from(part).toString('hex')).join(';')}`,
});

/** Words of a structure, of the given width in bytes. */
export function words(width: 2 | 4 | 8, ...values: (number | bigint)[]): Uint8Array {
  const bytes = Buffer.alloc(width * values.length);
  values.forEach((value, index) => {
    if (width === 8) bytes.writeBigInt64LE(BigInt(value), 8 * index);
    else bytes.writeIntLE(Number(value), width * index, width);
  });
  return bytes;
}

/** Number of a system call on x64. */
export function nr(name: string): number {
  const [number] = entriesOf(name, 'x64');
  assert.ok(number !== undefined, `x64 has no ${name}`);
  return number;
}

function tokenOf(argument: Argument): string {
  if (argument === null) return 'z:';
  if (typeof argument === 'number') return `i:${argument}`;
  if (typeof argument === 'string') return `s:${argument}`;
  if (argument instanceof Uint8Array) return `x:${Buffer.from(argument).toString('hex')}`;
  return argument.token;
}

export interface Made {
  readonly pid: number;
  /** Result of each call, or its negated errno. */
  readonly results: readonly number[];
  /** Events of the calls, without those of the caller's start and end. */
  readonly events: readonly DecodedEvent[];
  /** All events, also those of other threads and processes. */
  readonly all: readonly DecodedEvent[];
  readonly statistics: KernelStatistics;
}

/** Events of calls that the C library makes on its own, and of what the kernel does with any program. */
const LIBRARY_EVENTS: ReadonlySet<string> = new Set(
  'brk mmap munmap mprotect read write fstat newfstatat lseek futex poll prlimit access syscall switch page_fault signaldeliver'.split(
    ' ',
  ),
);

export interface MakeOptions {
  /** Events to deliver beside `prctl`; absent: all but those that the C library causes on its own. */
  readonly events?: readonly string[];
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
  readonly env?: Record<string, string>;
}

/** Makes the calls in a fresh process. */
export async function make(calls: readonly Call[], options: MakeOptions = {}): Promise<Made> {
  const { events, ...spawnOptions } = options;
  const source = await openKernelSource({
    scope: { kind: 'processes', pids: [] },
    bufferSize: 1 << 20,
    eventNames: events ? new Set(['prctl', ...events]) : collectedEvents().difference(LIBRARY_EVENTS),
  });
  const all: DecodedEvent[] = [];
  const running = source.run((event) => all.push(decode(event)));
  try {
    const child = source.spawnInScope(() =>
      spawn(CALLER, [], { stdio: ['pipe', 'pipe', 'inherit'], env: { LANNER_TEST: 'yes' }, ...spawnOptions }),
    );
    child.stdin.end(
      `${calls.map(([number, ...rest]) => [number, ...rest.map(tokenOf)].join('\t')).join('\n')}\n`,
    );
    const text = await outputOf(child);
    await stop(source, running);
    const own = all.filter(({ tid }) => tid === child.pid);
    const mark = (name: string) =>
      own.findIndex((event) => event.name === 'prctl' && event.values.arg2_str === name);
    assert.deepEqual([...source.statistics.lost], [], 'events were lost');
    return {
      pid: child.pid as number,
      results: text.split('\n').slice(0, -1).map(Number),
      events: own.slice(mark('begin') + 1, mark('end') < 0 ? undefined : mark('end')),
      all,
      statistics: source.statistics,
    };
  } finally {
    source.close();
  }
}

/** Ends a source and waits until all that it has collected is delivered. */
export async function stop(source: KernelSource, running: Promise<void>): Promise<void> {
  source.stop();
  await running;
}

/** Standard output of a child, which must end with the status (null: any). To be called in the turn of the spawn. */
export async function outputOf(child: ChildProcess, status: number | null = 0): Promise<string> {
  const parts: Buffer[] = [];
  child.stdout?.on('data', (part: Buffer) => parts.push(part));
  const [code] = (await once(child, 'close')) as [number | null];
  if (status !== null) assert.equal(code, status, 'exit status of the child');
  return Buffer.concat(parts).toString('latin1');
}

/** The one event of that name among those given; fails when there is none or several. */
export function only(events: readonly DecodedEvent[], name: string): DecodedEvent {
  const found = events.filter((event) => event.name === name);
  assert.equal(
    found.length,
    1,
    `${found.length} events called ${name}: ${events.map((event) => event.name)}`,
  );
  return found[0] as DecodedEvent;
}

/** What an event tells of its descriptor; fails when it tells nothing. */
export function fdinfoOf(event: DecodedEvent | undefined): DescriptorValue {
  const fdinfo = event?.values.fdinfo;
  assert.equal(typeof fdinfo, 'object', `${event?.name} tells nothing of its descriptor`);
  return fdinfo as DescriptorValue;
}

/** What events of calls that change capabilities tell of those that the caller has afterwards. */
export function capabilitiesNow(inheritable: number, permitted: number, effective: number) {
  return {
    cap_inheritable_now: inheritable,
    cap_permitted_now: permitted,
    cap_effective_now: effective,
  };
}

/** Capabilities that this process has, and callers that it starts as root. */
export function ownCapabilities(): number {
  const status = readFileSync('/proc/self/status', 'latin1');
  return Number(`0x${/^CapPrm:\s*([0-9a-f]+)$/m.exec(status)?.[1]}`);
}

/** Checks every parameter of an event. */
export function expectEvent(
  event: DecodedEvent | undefined,
  name: string,
  values: Record<string, unknown>,
): void {
  assert.equal(event?.name, name);
  assert.deepEqual(event?.values, values);
  // The first parameter is the result, if the event has it.
  const [first] = Object.values(event?.values ?? {});
  if (typeof first === 'number' || typeof first === 'bigint')
    noteCase(name, BigInt.asIntN(64, BigInt(first)) < 0n ? 'failure' : 'success');
}
