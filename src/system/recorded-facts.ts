/**
 * What the model knows of threads beyond what a list of processes in a capture holds, as plain data for JSON:
 * written into recordings, so that a recording is judged again as it was live.
 */
import type { ByteString } from '../events/bytes.ts';
import type { Suspicion } from './lost-exec.ts';
import type { Knowledge, Process, ThreadEntry } from './process.ts';

export interface ThreadFacts {
  readonly tid: number;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** Nanoseconds since the epoch, in digits. */
  readonly cloneTime?: string;
  readonly exited?: true;
  readonly process?: ProcessFacts;
  /** Text that the list of processes had to cut. */
  readonly long?: LongText;
}

export interface ProcessFacts {
  readonly knowledge: Knowledge;
  readonly lookedUp?: true;
  readonly execTime?: number;
  readonly reaper?: number;
  readonly missingParent?: number;
  readonly suspicion?: Suspicion;
  readonly hasNewLayout?: true;
  readonly isMakerInDoubt?: true;
  readonly isSubreaper?: true;
}

interface LongText {
  readonly exe?: ByteString;
  readonly exepath?: ByteString;
  readonly cwd?: ByteString;
  readonly args?: readonly ByteString[];
  readonly env?: readonly ByteString[];
}

/** Bytes of a path and of a list of texts that a list of processes takes. */
const MAX_PATH = 1023;
const MAX_TEXTS = 4096;

/** The facts of a thread, and with `withProcess` those of its process. */
export function factsOf(thread: ThreadEntry, withProcess: boolean): ThreadFacts {
  return {
    tid: thread.tid,
    since: thread.since,
    ...(thread.cloneTime === 0n ? {} : { cloneTime: String(thread.cloneTime) }),
    ...(thread.exited ? { exited: true } : {}),
    ...(withProcess ? { process: factsOfProcess(thread.process), ...longText(thread.process) } : {}),
  };
}

function factsOfProcess(process: Process): ProcessFacts {
  const { knowledge, execTime, reaper, missingParent, suspicion } = process;
  return {
    knowledge,
    ...(process.lookedUp ? { lookedUp: true } : {}),
    ...(execTime === 0 ? {} : { execTime }),
    ...(reaper === 0 ? {} : { reaper }),
    ...(missingParent === 0 ? {} : { missingParent }),
    ...(suspicion === undefined ? {} : { suspicion }),
    ...(process.hasNewLayout ? { hasNewLayout: true } : {}),
    ...(process.isMakerSure ? {} : { isMakerInDoubt: true }),
    ...(process.isSubreaper ? { isSubreaper: true } : {}),
  };
}

function longText({ exe, exepath, cwd, args, env }: Process): { readonly long?: LongText } {
  const long: LongText = {
    ...(exe.length > MAX_PATH ? { exe } : {}),
    ...(exepath.length > MAX_PATH ? { exepath } : {}),
    ...(cwd.length > MAX_PATH ? { cwd } : {}),
    ...(sizeOf(args) > MAX_TEXTS ? { args } : {}),
    ...(sizeOf(env) > MAX_TEXTS ? { env } : {}),
  };
  return Object.keys(long).length === 0 ? {} : { long };
}

function sizeOf(texts: readonly ByteString[]): number {
  return texts.reduce((size, text) => size + text.length + 1, 0);
}

/** Gives a thread the facts that were written of it. */
export function takeFacts(thread: ThreadEntry, facts: ThreadFacts): void {
  thread.since = facts.since;
  thread.cloneTime = BigInt(facts.cloneTime ?? 0);
  thread.exited = facts.exited ?? false;
  const { process } = thread;
  if (facts.long) Object.assign(process, facts.long);
  if (!facts.process) return;
  process.knowledge = facts.process.knowledge;
  process.lookedUp = facts.process.lookedUp ?? false;
  process.execTime = facts.process.execTime ?? 0;
  process.reaper = facts.process.reaper ?? 0;
  process.missingParent = facts.process.missingParent ?? 0;
  process.suspicion = facts.process.suspicion;
  process.hasNewLayout = facts.process.hasNewLayout ?? false;
  process.isMakerSure = !facts.process.isMakerInDoubt;
  process.isSubreaper = facts.process.isSubreaper ?? false;
}

/** Facts read from a file, where anything may stand. */
export function isThreadFacts(value: unknown): value is ThreadFacts {
  if (typeof value !== 'object' || value === null) return false;
  const { tid, since, cloneTime = '0' } = value as Partial<ThreadFacts>;
  return typeof tid === 'number' && typeof since === 'number' && /^\d{1,20}$/.test(String(cloneTime));
}
