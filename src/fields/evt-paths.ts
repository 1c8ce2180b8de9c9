/** `evt.abspath`: the absolute path that a system call of the *at family names. */
import type { ByteString } from '../events/bytes.ts';
import { parameterIndex } from '../events/parameters.ts';
import type { EventContext } from '../system/context.ts';
import { absolutePath } from './event-paths.ts';

/** Parameters with the path, by name of the event: the only one, or source and destination. */
const PATHS: Readonly<Record<string, readonly [ByteString] | readonly [ByteString, ByteString]>> = {
  renameat: ['oldpath', 'newpath'],
  renameat2: ['oldpath', 'newpath'],
  linkat: ['oldpath', 'newpath'],
  symlinkat: ['linkpath'],
  openat: ['name'],
  openat2: ['name'],
  open_by_handle_at: ['path'],
  unlinkat: ['name'],
  mkdirat: ['path'],
  fchmodat: ['filename'],
  fchownat: ['pathname'],
};

/** `which`: `dst` for the second of two paths, anything else for the first. */
export function namedPath(context: EventContext, which: string | undefined): ByteString | undefined {
  const { event } = context;
  const [first, second] = PATHS[event.type.name] ?? [];
  const name = which === 'dst' ? (second ?? first) : first;
  const index = name === undefined ? -1 : parameterIndex(event.type, name);
  return index < 0 || event.sizeOf(index) === 0 ? undefined : absolutePath(context, index);
}
