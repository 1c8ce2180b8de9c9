/** What an open asked for, by the flags and the mode that the event carries. */
import type { EventCursor } from '../events/cursor.ts';
import { parameterIndex } from '../events/parameters.ts';
import { EVENT_TYPES } from '../events/table.ts';
import { result } from './evt-read.ts';

/** Flags as Falco's event schema numbers them (set `fileFlags`). Reading and writing is both bits. */
export const O_RDONLY = 1;
export const O_WRONLY = 2;
const O_CREAT = 4;
const O_TMPFILE = 8192;
const F_CREATED = 16384;

/** Permission to execute for owner, group or others (inode(7)). */
const ANY_EXECUTE = 0o111;

/** By event code: index of the flags of an open; 0 for other events. */
const FLAGS = Uint8Array.from(EVENT_TYPES, (type) => {
  const opens = type.name === 'open' || type.name === 'openat' || type.name === 'openat2';
  if (!isLatestExit(type.code) || !(opens || type.name === 'open_by_handle_at')) return 0;
  return Math.max(parameterIndex(type, 'flags'), 0);
});

/** By event code: index of the mode of an open or creat; 0 for other events. */
const MODE = Uint8Array.from(EVENT_TYPES, (type) =>
  isLatestExit(type.code) && (FLAGS[type.code] || type.name === 'creat')
    ? Math.max(parameterIndex(type, 'mode'), 0)
    : 0,
);

function isLatestExit(code: number): boolean {
  return (code & 1) === 1 && EVENT_TYPES[code]?.flags.has('OLD_VERSION') === false;
}

/** Flags of an open; 0 for other events. */
function openFlags(event: EventCursor): number {
  const index = FLAGS[event.code] ?? 0;
  return index > 0 ? (event.u32(index) ?? 0) : 0;
}

export function hasOpenFlag(event: EventCursor, flag: number): boolean {
  return (openFlags(event) & flag) !== 0;
}

/** The event makes a new file, if it makes one, executable. */
export function createsExecutable(event: EventCursor): boolean {
  const index = MODE[event.code] ?? 0;
  if (index === 0) return false;
  const isCreat = (FLAGS[event.code] ?? 0) === 0;
  if (!isCreat && !hasOpenFlag(event, O_CREAT | O_TMPFILE)) return false;
  return ((event.u32(index) ?? 0) & ANY_EXECUTE) !== 0;
}

/** The kernel tells that it created the file; one without a name is new whenever the open succeeded. */
export function createsFile(event: EventCursor): boolean {
  const flags = openFlags(event);
  if ((flags & F_CREATED) !== 0) return true;
  return (flags & O_TMPFILE) !== 0 && (result(event) ?? -1) >= 0;
}
