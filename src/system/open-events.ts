/** open, openat, openat2, creat and open_by_handle_at in captures. */
import type { ByteString } from '../events/bytes.ts';
import type { EventCursor } from '../events/cursor.ts';
import { parameterIndex } from '../events/parameters.ts';
import { EVENT_TYPES } from '../events/table.ts';
import { type LearnDescriptor, resultOf } from './descriptor-change.ts';
import type { DescriptorTable } from './descriptor-table.ts';
import { OpenedFiles } from './opened-files.ts';
import { joinPath } from './paths.ts';
import { PHANTOM_DIRECTORY } from './process.ts';
import { presentCode } from './process-model.ts';

/** Bits of the `flags` parameter (symbols.ts, fileFlags). */
const O_DIRECTORY = 1 << 10;
const O_CLOEXEC = 1 << 12;
const O_F_CREATED = 1 << 14;
const FD_UPPER_LAYER = 1 << 15;
const FD_LOWER_LAYER = 1 << 16;

/** The bits that the kernel side finds out; the others are what the program asked for. */
const FOUND_FLAGS = ~(O_F_CREATED - 1);

const AT_FDCWD = -100;
/** What Falco calls a directory that it does not know; a path is put right behind it. */
export const UNKNOWN_DIRECTORY = '<UNKNOWN>';
/** What a path that the kernel could not read is called. */
const NOT_READ = '<NA>';

/** Longer paths Falco does not join. */
const MAX_PATH = 1024;
const TOO_LONG = '/DIR_TOO_LONG/FILENAME_TOO_LONG';

/** Descriptors are never changed, so all captures may share them. */
const files = new OpenedFiles();

/** Where an event has the parameters of an open; -1 for none. */
interface Places {
  readonly directory: number;
  readonly name: number;
  readonly flags: number;
  readonly device: number;
  readonly inode: number;
}

function placesOf(code: number): Places {
  const type = EVENT_TYPES[code] as (typeof EVENT_TYPES)[number];
  const index = (name: string): number => parameterIndex(type, name);
  return {
    directory: index('dirfd'),
    name: Math.max(index('name'), index('path')),
    flags: index('flags'),
    device: index('dev'),
    inode: index('ino'),
  };
}

/** The function that learns from the call `name`. */
export function learnOpen(name: string): LearnDescriptor {
  const code = presentCode(name);
  const exit = placesOf(code);
  const entry = placesOf(code - 1);
  const isCreat = name === 'creat';
  const isByHandle = name === 'open_by_handle_at';
  return (event, table, change, thread, enter) => {
    const fd = resultOf(event);
    if (fd < 0) return;
    let path = readable(event.text(exit.name));
    let directory = exit.directory < 0 ? AT_FDCWD : event.i64(exit.directory);
    let flags = isCreat ? creatFlags(event) : (event.u32(exit.flags) ?? 0);
    // What was asked for when the call was entered cannot have been changed while it was made.
    const asked = readable(enter?.text(entry.name));
    if (enter && asked !== NOT_READ) {
      path = asked;
      if (!isCreat) flags = (enter.u32(entry.flags) ?? 0) | (flags & FOUND_FLAGS);
      if (entry.directory >= 0) directory = enter.i64(entry.directory);
    }
    const base = isByHandle || directory === undefined ? '' : baseDirectory(directory, thread.cwd, table);
    const { draft } = files;
    draft.kind = (flags & O_DIRECTORY) !== 0 ? 'd' : 'f';
    draft.name = fullPath(base, path);
    draft.rawName = path;
    draft.device = event.u32(exit.device) ?? 0;
    draft.inodeLow = event.u32(exit.inode) ?? 0;
    draft.inodeHigh = event.u32High(exit.inode) ?? 0;
    draft.upperLayer = (flags & FD_UPPER_LAYER) !== 0;
    draft.lowerLayer = (flags & FD_LOWER_LAYER) !== 0;
    draft.closesOnExec = (flags & O_CLOEXEC) !== 0;
    change.add(table, fd, files.take());
  };
}

/** The path, or what stands for one that the kernel could not read; old captures have a word of their own for it. */
function readable(path: ByteString | undefined): ByteString {
  return path && path !== '(NULL)' ? path : NOT_READ;
}

/** creat has its layers in flags of its own (symbols.ts, creatFlags). */
function creatFlags(event: EventCursor): number {
  const flags = event.u16(5) ?? 0;
  if ((flags & 1) !== 0) return FD_UPPER_LAYER;
  return (flags & 2) !== 0 ? FD_LOWER_LAYER : 0;
}

/** Directory that a relative path starts from when `fd` was passed for it. */
export function baseDirectory(fd: number, cwd: ByteString, table: DescriptorTable | undefined): ByteString {
  if (fd === AT_FDCWD) return cwd;
  return table?.get(fd)?.name ?? UNKNOWN_DIRECTORY;
}

/** `path` as seen from `base`, made normal. */
export function fullPath(base: ByteString, path: ByteString): ByteString {
  if (base.length + path.length + 1 > MAX_PATH) return TOO_LONG;
  const isRelative = path !== '' && !path.startsWith('/');
  if (isRelative && base === UNKNOWN_DIRECTORY) return joinPath('', base + path);
  // The directory of a thread that is not known stays as it is.
  if (isRelative && base === PHANTOM_DIRECTORY) return base + joinPath('', path);
  return joinPath(base, path);
}
