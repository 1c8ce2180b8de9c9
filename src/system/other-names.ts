/**
 * Other names of the file that an event is about. An event shows the kernel's own path of an opened file;
 * rules are asked under the name that the program gave as well, and under the names that the file is known
 * by on this machine. Who hides a file behind one name has not hidden it behind the others.
 */
import type { ByteString } from '../events/bytes.ts';
import type { EventCursor } from '../events/cursor.ts';
import { extension, extensionIndex, parameterIndex } from '../events/parameters.ts';
import { EVENT_TYPES } from '../events/table.ts';
import { normalisePath, placePath } from './paths.ts';

/**
 * How a name was found. `given`: what the program passed, made absolute and normal. `resolved`: where the
 * links in it led. `same file`: a name that rules ask for and that leads to the same device and inode, or where
 * everyone finds the file of a file system that tells the kernel what to do, as proc. `host`: the machine's path of a file that the process sees by a mount or a root of its own.
 */
export type NameKind = 'given' | 'resolved' | 'same file' | 'host';

export interface OtherName {
  readonly kind: NameKind;
  /** Of the opened file; of a file that was changed by its path, the first in `parameters`. */
  readonly path: ByteString;
  /** Paths of a call that opens nothing, by the index of the parameter. */
  readonly parameters?: ReadonlyMap<number, ByteString>;
  /** The descriptor is that of something else: another thread has put it in the place of the opened file. */
  readonly hidesDescriptor?: true;
  /** It is the name of the program that the event has started. */
  readonly isExecutable?: true;
}

export const NO_NAMES: readonly OtherName[] = [];

/** Names that rules ask for, by the file that they lead to at this moment. */
export interface FileNames {
  namesOf(device: number, inode: number): readonly ByteString[];
  /** Whether a file with this inode may have such names; cheap. */
  mayHave(inode: number): boolean;
  /** Another file may be behind the names that end with this file name. */
  changed(fileName: ByteString): void;
}

const FOR_OPENED = new Set(['open', 'openat', 'openat2', 'creat']);

/** By event code: index of the path that an open was given; 0 for other events. */
export const GIVEN_PATH = Uint8Array.from(EVENT_TYPES, (type) =>
  FOR_OPENED.has(type.name) && type.extensions.length > 0 ? Math.max(parameterIndex(type, 'name'), 0) : 0,
);

/** By event code: index of the name that the event gives to a file; 0 for other events. */
const NAMING = Uint8Array.from(EVENT_TYPES, (type) =>
  /^(rename|link)/.test(type.name) ? Math.max(parameterIndex(type, 'newpath'), 0) : 0,
);

/** By event code: index of the name that another file may have then, as both can be exchanged; 0 for other events. */
const EXCHANGING = Uint8Array.from(EVENT_TYPES, (type) =>
  type.name === 'renameat2' ? Math.max(parameterIndex(type, 'oldpath'), 0) : 0,
);

/** By event code: index of the flags of an open, which tell whether it has made the file; 0 for other events. */
const FLAGS = Uint8Array.from(EVENT_TYPES, (type) =>
  (GIVEN_PATH[type.code] as number) > 0 ? Math.max(parameterIndex(type, 'flags'), 0) : 0,
);
const CREATED = 1 << 14; // O_F_CREATED of Falco's event schema

/** Tells which names lead to another file now: of a rename, a new link, or a file that an open has made. */
export function noticeNewFile(event: EventCursor, files: FileNames): void {
  const flags = FLAGS[event.code] as number;
  const index = NAMING[event.code] || (flags > 0 ? (GIVEN_PATH[event.code] as number) : 0);
  if (index === 0) return;
  if (flags > 0 ? ((event.u32(flags) ?? 0) & CREATED) === 0 : event.i64(0) !== 0) return;
  files.changed(fileNameOf(event, index));
  const other = EXCHANGING[event.code] as number;
  if (other > 0) files.changed(fileNameOf(event, other));
}

function fileNameOf(event: EventCursor, index: number): ByteString {
  const path = event.text(index) ?? '';
  return path.slice(path.lastIndexOf('/') + 1);
}

/**
 * The path that an open was given, absolute and normal, if it is another than the kernel's; `undefined` when
 * it is the same, or when the event does not tell. Nothing is decoded for a path that is the same as it stands.
 */
export function givenName(event: EventCursor, kernelPath: Uint8Array): ByteString | undefined {
  const path = givenPath(event);
  return path === undefined || path === pathOf(kernelPath) ? undefined : path;
}

/** The path that an open was given, absolute and normal; `undefined` when the event does not tell. */
export function givenPath(event: EventCursor): ByteString | undefined {
  const path = pathAsGiven(event);
  return path === undefined ? undefined : normalisePath(path);
}

/** The same with what stands in it: `link/..` is not where the link lies. */
function pathAsGiven(event: EventCursor): ByteString | undefined {
  const index = GIVEN_PATH[event.code] as number;
  if (index === 0) return undefined;
  const given = event.raw(index);
  if (given === undefined || given.length < 2) return undefined;
  const text = event.text(index) ?? '';
  const base = text.startsWith('/') ? '' : (extension(event, 'base') ?? '');
  if (!text.startsWith('/') && base === '') return undefined;
  return placePath(base, text);
}

/** By event code: index of the directory that a relative path starts from; 0 where there is none. */
const BASE = Uint8Array.from(EVENT_TYPES, (type) => Math.max(extensionIndex(type, 'base'), 0));
const SLASH = 0x2f;

/**
 * Whether an open was given the path that the kernel has, as it stands or behind its directory. Most are;
 * nothing is decoded to find out. The descriptor in parameter `index` has `header` bytes before its path.
 */
export function isGivenAsItIs(event: EventCursor, index: number, header: number): boolean {
  const given = GIVEN_PATH[event.code] as number;
  if (given === 0) return true;
  const length = event.sizeOf(given);
  const before = event.sizeOf(index) - header - length;
  if (before === 0) return event.sameBytes(given, 0, index, header, length);
  const base = BASE[event.code] as number;
  if (before < 0 || event.sizeOf(base) !== before) return false;
  // The directory's NUL stands where the path has a slash.
  return (
    event.u8At(index, header + before - 1) === SLASH &&
    event.sameBytes(base, 0, index, header, before - 1) &&
    event.sameBytes(given, 0, index, header + before, length)
  );
}

/** All other names of an opened file, whose path is `kernelPath` with its NUL. */
export function otherNames(
  event: EventCursor,
  kernelPath: Uint8Array,
  sameFile: readonly ByteString[],
  host?: ByteString,
  followed?: (given: ByteString) => ByteString,
): readonly OtherName[] {
  const given = givenName(event, kernelPath);
  if (given === undefined && host === undefined && sameFile.length === 0) return NO_NAMES;
  const names: OtherName[] = given === undefined ? [] : [{ kind: 'given', path: given }];
  const own = pathOf(kernelPath);
  const add = (kind: NameKind, path: ByteString): void => {
    if (path !== own && names.every((name) => name.path !== path)) names.push({ kind, path });
  };
  // Another thread may have put another file in the place of the opened one before the kernel was asked.
  if (given !== undefined && followed) add('resolved', normalisePath(followed(pathAsGiven(event) ?? given)));
  if (host !== undefined) add('host', host);
  for (const path of sameFile) add('same file', path);
  return names;
}

function pathOf(text: Uint8Array): ByteString {
  const end = text.indexOf(0);
  return Buffer.from(text.buffer, text.byteOffset, end < 0 ? text.length : end).toString('latin1');
}
