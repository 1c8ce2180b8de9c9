/**
 * Other names of files that calls change by their paths: where the links in a path led, and under which
 * other names the file that it leads to is known.
 */
import type { ByteString } from '../events/bytes.ts';
import type { EventCursor } from '../events/cursor.ts';
import { extension, parameterIndex } from '../events/parameters.ts';
import { EVENT_TYPES, type EventType } from '../events/table.ts';
import { DESCRIPTOR_INDEX } from './event-descriptor.ts';
import { type FileNames, GIVEN_PATH, NO_NAMES, type OtherName } from './other-names.ts';
import type { PathResolver } from './path-resolver.ts';
import { normalisePath, placePath } from './paths.ts';
import type { Thread } from './thread.ts';

interface ChangedPath {
  readonly index: number;
  /** Extension with the directory that the path starts from. */
  readonly base: string;
  /** The file itself is reached through a link at the end; otherwise the link is what is changed. */
  readonly follows: boolean;
}

/** By name of the event: parameters with paths; `>` before those that are followed to their end. */
const PATHS: Readonly<Record<string, readonly string[]>> = {
  rename: ['oldpath', 'newpath'],
  renameat: ['oldpath', 'newpath'],
  renameat2: ['oldpath', 'newpath'],
  link: ['oldpath', 'newpath'],
  linkat: ['oldpath', 'newpath'],
  symlink: ['linkpath'],
  symlinkat: ['linkpath'],
  unlink: ['path'],
  unlinkat: ['name'],
  rmdir: ['path'],
  mkdir: ['path'],
  mkdirat: ['path'],
  mknod: ['path'],
  mknodat: ['path'],
  lchown: ['path'],
  chmod: ['>filename'],
  fchmodat: ['>filename'],
  chown: ['>path'],
  fchownat: ['>pathname'],
  chroot: ['>path'],
  mount: ['>dir'],
  umount: ['>name'],
  umount2: ['>name'],
};

const CHANGED: readonly (readonly ChangedPath[] | undefined)[] = EVENT_TYPES.map((type) =>
  type.flags.has('OLD_VERSION') || type.extensions.length === 0 ? undefined : changedPaths(type),
);

function changedPaths(type: EventType): readonly ChangedPath[] | undefined {
  return PATHS[type.name]?.map((text) => {
    const follows = text.startsWith('>');
    const name = follows ? text.slice(1) : text;
    return { index: parameterIndex(type, name), base: baseOf(name), follows };
  });
}

/** Extension that holds the directory of a path: system calls with two paths have two. */
function baseOf(name: string): string {
  return name === 'oldpath' ? 'oldbase' : name === 'newpath' ? 'newbase' : 'base';
}

/** Events after which links may lead elsewhere. */
const MOVES_LINKS = Uint8Array.from(EVENT_TYPES, ({ name }) =>
  /^(rename|symlink|mount|umount|chroot)/.test(name) ? 1 : 0,
);

/** What happens to links by the name of the event: parameters with the link's path and its target, or its new path. */
const LINKS: Readonly<Record<string, readonly [path: string, other?: string]>> = {
  link: ['oldpath', 'newpath'],
  linkat: ['oldpath', 'newpath'],
  symlink: ['linkpath', 'target'],
  symlinkat: ['linkpath', 'target'],
  rename: ['oldpath', 'newpath'],
  renameat: ['oldpath', 'newpath'],
  renameat2: ['oldpath', 'newpath'],
  unlink: ['path'],
  unlinkat: ['name'],
};

const CHANGES_LINKS = Uint8Array.from(EVENT_TYPES, (type) =>
  LINKS[type.name] && CHANGED[type.code] ? 1 : 0,
);

/** Lets the resolver learn of links that the event has made, moved or removed, and forget what may have changed. */
export function noticeLinks(event: EventCursor, containerId: ByteString, resolver: PathResolver): void {
  if (CHANGES_LINKS[event.code] === 0 && MOVES_LINKS[event.code] === 0) return;
  if (event.i64(0) !== 0) return;
  if (MOVES_LINKS[event.code] === 1) resolver.forget();
  const [first, other] = LINKS[event.type.name] ?? [];
  const path = pathIn(event, first);
  if (path === undefined) return;
  if (other === undefined) resolver.links.remove(containerId, path);
  else if (other === 'target') {
    const target = event.text(parameterIndex(event.type, other));
    if (target) resolver.links.add(containerId, path, target);
  } else {
    const made = pathIn(event, other);
    if (made === undefined) return;
    if (event.type.name.startsWith('link')) resolver.links.copy(containerId, path, made);
    else resolver.links.move(containerId, path, made, exchanges(event));
  }
}

const RENAME_EXCHANGE = 2;

function exchanges(event: EventCursor): boolean {
  const flags = event.type.name === 'renameat2' ? event.u32(parameterIndex(event.type, 'flags')) : 0;
  return ((flags ?? 0) & RENAME_EXCHANGE) !== 0;
}

function pathIn(event: EventCursor, name: string | undefined): ByteString | undefined {
  if (name === undefined) return undefined;
  return givenPath(event, parameterIndex(event.type, name), baseOf(name));
}

/**
 * Whether the event may have names of this sort: it has changed a file by its path, or opened one that no
 * descriptor shows (requests of io_uring, or another thread has closed it at once).
 */
export function namesChangedFile(event: EventCursor): boolean {
  if (CHANGED[event.code] !== undefined) return event.i64(0) === 0;
  if (GIVEN_PATH[event.code] === 0 || event.sizeOf(DESCRIPTOR_INDEX[event.code] as number) > 0) return false;
  return (event.i64(0) ?? -1) >= 0;
}

/** Other names of what an event of which {@link namesChangedFile} holds has changed or opened. */
export function changedNames(
  event: EventCursor,
  thread: Thread,
  resolver: PathResolver,
  files: FileNames | undefined,
): readonly OtherName[] {
  const paths = CHANGED[event.code] ?? [
    { index: GIVEN_PATH[event.code] as number, base: 'base', follows: true },
  ];
  const resolved = new Map<number, ByteString>();
  const names: OtherName[] = [];
  for (const { index, base, follows } of paths) {
    const asGiven = givenPath(event, index, base);
    if (asGiven === undefined) continue;
    const directory = extension(event, base);
    const file = follows ? resolver.file(thread, asGiven, directory) : undefined;
    const path = file?.path ?? resolver.withDirectory(thread, asGiven, directory);
    const given = normalisePath(asGiven);
    if (path !== undefined && path !== given) resolved.set(index, path);
    if (file?.identity)
      for (const name of files?.namesOf(file.identity.device, file.identity.inode) ?? [])
        if (name !== path && name !== given)
          names.push({ kind: 'same file', path: name, parameters: new Map([[index, name]]) });
  }
  const [first] = resolved.values();
  if (first !== undefined) names.unshift({ kind: 'resolved', path: first, parameters: resolved });
  return names.length === 0 ? NO_NAMES : names;
}

/** The path as it was given, absolute. */
function givenPath(event: EventCursor, index: number, base: string): ByteString | undefined {
  const text = event.text(index);
  if (!text) return undefined;
  const directory = text.startsWith('/') ? '' : extension(event, base);
  return directory === undefined ? undefined : placePath(directory, text);
}
