/** Facts about threads that several fields show: of the thread itself, its parent, an ancestor or a leader. */
import type { ByteString } from '../events/bytes.ts';
import type { EventContext, SystemView } from '../system/context.ts';
import type { Thread } from '../system/thread.ts';

/** One fact about a thread. */
export type ThreadFact<T> = (thread: Thread) => T;

export const name: ThreadFact<ByteString> = ({ comm }) => comm;
export const exe: ThreadFact<ByteString> = ({ exe }) => exe;
export const exepath: ThreadFact<ByteString> = ({ exepath }) => exepath;
export const pid: ThreadFact<number> = ({ pid }) => pid;
export const argumentsText: ThreadFact<ByteString> = ({ args }) => args.join(' ');

/** Processes share their environments: the text of the last one is kept. */
let lastEnvironment: { readonly env: readonly ByteString[]; readonly text: ByteString } = {
  env: [],
  text: '',
};

export const environmentText: ThreadFact<ByteString> = ({ env }) => {
  if (lastEnvironment.env !== env) lastEnvironment = { env, text: env.join(' ') };
  return lastEnvironment.text;
};

/** Many events of one process ask for its command line: the last one made of a list of arguments is kept. */
const commandLines = new WeakMap<readonly ByteString[], { comm: ByteString; line: ByteString }>();

export const commandLine: ThreadFact<ByteString> = ({ comm, args }) => {
  if (args.length === 0) return comm;
  const last = commandLines.get(args);
  if (last?.comm === comm) return last.line;
  const line = `${comm} ${args.join(' ')}`;
  commandLines.set(args, { comm, line });
  return line;
};

/** Value of an environment variable without blanks around it; empty when it is not set, as in Falco. */
export function variable({ env }: Thread, variableName: ByteString): ByteString {
  const start = `${variableName}=`;
  const entry = env.find((text) => text.startsWith(start));
  return entry === undefined ? '' : entry.slice(start.length).replace(/^ +| +$/g, '');
}

/** The fact about the parent process. */
export function ofParent<T>({ thread, system }: EventContext, fact: ThreadFact<T>): T | undefined {
  const parent = thread && system.parent(thread);
  return parent && fact(parent);
}

/** More ancestors than any process has; a loop of parents, which damaged data may show, ends here. */
const MAX_ANCESTORS = 1000;

/** Parent, its parent and so on; the process itself is not among them. */
export function* ancestorsOf(thread: Thread, system: SystemView): Generator<Thread> {
  let ancestor = system.parent(thread);
  for (let count = 0; ancestor && count < MAX_ANCESTORS; count++) {
    yield ancestor;
    const next = system.parent(ancestor);
    if (next === ancestor) return;
    ancestor = next;
  }
}

/** Main thread of the `level`th ancestor, 0 for the process itself. */
export function ancestorAt({ thread, system }: EventContext, level: number): Thread | undefined {
  let ancestor = thread && system.leader(thread);
  for (let count = 0; ancestor && count < level; count++) ancestor = system.parent(ancestor);
  return ancestor;
}

/** The fact about every ancestor, nearest first. */
export function ofAncestors<T>({ thread, system }: EventContext, fact: ThreadFact<T>): T[] | undefined {
  if (!thread) return undefined;
  const facts: T[] = [];
  for (const ancestor of ancestorsOf(thread, system)) facts.push(fact(ancestor));
  return facts;
}

/** Texts joined by blanks, without a blank before the first that is not empty; `undefined` when all are. */
export function listText(texts: readonly ByteString[] | undefined): ByteString | undefined {
  return texts?.reduce((list, text) => (list === '' ? text : `${list} ${text}`), '') || undefined;
}

/**
 * The leader of the session or group that `id` tells: the process of that id, or, when it is gone or
 * ids are counted in a pid namespace that is not the host's, the oldest ancestor with the same id.
 */
export function leaderBy(
  { thread, system }: EventContext,
  id: ThreadFact<number>,
  isVirtual: boolean,
): Thread | undefined {
  if (!thread) return undefined;
  const wanted = id(thread);
  if (wanted === UNSET) return undefined;
  const isOnHost = !isVirtual || thread.tid === thread.vtid;
  if (isOnHost) {
    const process = system.thread(wanted);
    if (process) return process;
  }
  let leader = !isOnHost && wanted === thread.vpid ? system.leader(thread) : undefined;
  for (const ancestor of ancestorsOf(thread, system)) {
    if (id(ancestor) !== wanted) break;
    leader = ancestor;
  }
  return leader;
}

const UNSET = -1;

/** The fact about a session or group leader; empty when there is none, as in Falco. */
export function ofLeader(
  context: EventContext,
  id: ThreadFact<number>,
  isVirtual: boolean,
  fact: ThreadFact<ByteString>,
): ByteString | undefined {
  if (!context.thread) return undefined;
  const leader = leaderBy(context, id, isVirtual);
  return leader ? fact(leader) : '';
}
