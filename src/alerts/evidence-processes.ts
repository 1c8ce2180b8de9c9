/** The process of an event and those above it, as evidence keeps them. */
import { type ByteString, toText } from '../events/bytes.ts';
import type { EventContext, SystemView } from '../system/context.ts';
import { terminalName } from '../system/terminal-name.ts';
import type { Thread } from '../system/thread.ts';
import type { EvidenceContainer, EvidenceProcess } from './evidence.ts';
import type { Shortener } from './shortener.ts';

/** The process and this number of ancestors. */
const MOST_ANCESTORS = 16;
/** Characters of the command line of the process, and of those of its ancestors. */
const MOST_OWN_LINE = 4096;
const MOST_LINE = 1024;
const MOST_PATH = 512;
const MOST_NAME = 256;

const NANOSECONDS = 1000n;

/** The process, its parent, and so on up; none for events without a process. */
export function processesOf(
  { thread, system }: Pick<EventContext, 'thread' | 'system'>,
  shortener: Shortener,
): EvidenceProcess[] {
  const own = thread && (system.leader(thread) ?? thread);
  if (own === undefined) return [];
  const line: Thread[] = [own];
  // Damaged data may show a loop.
  for (let next = system.parent(own); next && !line.includes(next); next = system.parent(next)) {
    line.push(next);
    if (line.length > MOST_ANCESTORS + 1) break;
  }
  return shortener
    .limit(line, MOST_ANCESTORS + 1)
    .map((each, index) => processOf(each, system, shortener, index === 0 ? MOST_OWN_LINE : MOST_LINE));
}

/** What is known of one process; its command line is shortened to so many characters. */
export function processOf(
  thread: Thread,
  { users }: SystemView,
  shortener: Shortener,
  mostLine: number = MOST_LINE,
): EvidenceProcess {
  const { pid, comm, exe, exepath, args, uid, cloneTime, containerId, tty } = thread;
  const shown = (text: ByteString, most: number): string | null =>
    text === '' ? null : shortener.shorten(toText(text), most);
  const user = users.user(uid, containerId)?.name || String(uid);
  return {
    pid,
    name: shortener.shorten(toText(comm), MOST_NAME),
    executable: shown(exepath, MOST_PATH),
    commandLine: shown([exe, ...args].join(' '), mostLine),
    user: shown(user, MOST_NAME),
    started: cloneTime === 0n ? null : Number(cloneTime / NANOSECONDS),
    container: shown(containerId, MOST_NAME),
    tty: tty === 0 ? null : terminalName(tty),
  };
}

/** What is known by now of the containers of processes. */
export function containersOf(
  processes: readonly EvidenceProcess[],
  { containers }: SystemView,
): EvidenceContainer[] {
  const ids = new Set(processes.map(({ container }) => container).filter((id) => id !== null));
  return [...ids].flatMap((id) => {
    const known = containers?.get(id);
    if (known === undefined) return [];
    const text = (bytes: ByteString | undefined): string | null =>
      bytes ? toText(bytes).slice(0, MOST_NAME) : null;
    const { name, image, pod } = known;
    return [
      { id, name: text(name), image: text(image), pod: text(pod?.name), namespace: text(pod?.namespace) },
    ];
  });
}
