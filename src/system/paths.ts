/**
 * Paths as text: joining a relative path to its directory and removing `.`, `..` and doubled slashes.
 * Nothing here looks at a file system, so symbolic links stay as they are.
 */
import type { ByteString } from '../events/bytes.ts';

/** A component that normalising removes: empty, `.` or `..`. */
const REMOVABLE = /\/(?:\.{0,2}(?:\/|$))/;

/**
 * The same path without `.`, `..`, empty components and a slash at the end. `..` at the top stays at
 * the top. A relative path stays relative, and an empty one empty.
 */
export function normalisePath(path: ByteString): ByteString {
  const absolute = path.charCodeAt(0) === SLASH;
  if (absolute && !REMOVABLE.test(path)) return path;
  const kept: ByteString[] = [];
  for (const component of path.split('/')) {
    if (component === '' || component === '.') continue;
    if (component === '..') kept.pop();
    else kept.push(component);
  }
  return absolute ? `/${kept.join('/')}` : kept.join('/');
}

/**
 * `path` as seen from the directory `base`, normalised. An absolute path ignores the base; an empty
 * path, which names nothing, stays empty; with an empty base the result is as relative as `path`.
 */
export function joinPath(base: ByteString, path: ByteString): ByteString {
  if (path === '' || base === '' || path.charCodeAt(0) === SLASH) return normalisePath(path);
  return normalisePath(base.endsWith('/') ? base + path : `${base}/${path}`);
}

/**
 * `path` as seen from the directory `base`, not normalised, since `link/..` is not where the link lies; without
 * slashes at the end.
 */
export function placePath(base: ByteString, path: ByteString): ByteString {
  const whole = path.charCodeAt(0) === SLASH ? path : base.endsWith('/') ? base + path : `${base}/${path}`;
  let end = whole.length;
  while (end > 1 && whole.charCodeAt(end - 1) === SLASH) end--;
  return whole.slice(0, end);
}

/** The part before the last slash, `/` for what lies in the root; empty when there is no slash. */
export function directoryOf(path: ByteString): ByteString {
  const slash = path.lastIndexOf('/');
  return slash === 0 ? '/' : path.slice(0, Math.max(slash, 0));
}

const DELETED = ' (deleted)';

/** The path without the mark that the kernel puts behind the name of a file that is no longer there. */
export function withoutDeleted(path: ByteString): ByteString {
  return path.length > DELETED.length && path.endsWith(DELETED) ? path.slice(0, -DELETED.length) : path;
}

const SLASH = 0x2f;
