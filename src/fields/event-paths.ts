/** Paths that an event carries, made absolute. */
import type { ByteString } from '../events/bytes.ts';
import { extension } from '../events/parameters.ts';
import type { EventContext } from '../system/context.ts';
import { GIVEN_PATH } from '../system/other-names.ts';
import { joinPath } from '../system/paths.ts';
import { AT_FDCWD, descriptorOf } from './subject.ts';

/** Stands for a directory of which nothing is known, as in Falco. */
const UNKNOWN_DIRECTORY = '<UNKNOWN>';

/**
 * Absolute and normal form of the path in parameter `index`. A relative path is taken from the
 * directory that the kernel looked it up from, or, where the event does not tell, from the directory
 * descriptor or the working directory. Of a file that was opened it is the path by which the event shows it.
 * Empty for an empty path; `undefined` when there is none.
 */
export function absolutePath(context: EventContext, index: number): ByteString | undefined {
  const path = context.event.text(index);
  if (path === undefined) return undefined;
  const shown = context.shownName?.parameters?.get(index);
  if (shown !== undefined) return shown;
  if (index === GIVEN_PATH[context.event.code] && context.openedPath !== undefined) return context.openedPath;
  return path === '' || path.startsWith('/') ? joinPath('', path) : joinPath(baseOf(context, index), path);
}

/** Directory that a relative path in parameter `index` starts from. */
function baseOf(context: EventContext, index: number): ByteString {
  const { event, thread } = context;
  const parameter = event.type.parameters[index];
  const told = extension(event, baseName(parameter?.name));
  if (told !== undefined) return told;
  const directory = parameter?.directory;
  const fd = directory === undefined ? AT_FDCWD : event.i64(directory);
  if (fd === AT_FDCWD) return thread ? thread.cwd : UNKNOWN_DIRECTORY;
  return (fd === undefined ? undefined : descriptorOf(context, fd)?.name) || UNKNOWN_DIRECTORY;
}

/** Extension that holds the directory of a path: system calls with two paths have two. */
function baseName(parameter: string | undefined): string {
  if (parameter === 'oldpath') return 'oldbase';
  if (parameter === 'newpath') return 'newbase';
  return 'base';
}
