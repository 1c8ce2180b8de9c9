/** Tells when files change: by writing, by renaming over them, or by another target of a symbolic link. */
import { type FSWatcher, realpathSync, statSync, watch } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';

/** Editors and installers change several files, and a file several times: all that within this time is one change. */
const QUIET_MS = 100;

/** Kubernetes shows ConfigMaps through this link, which it replaces; the names beside it stay as they are. */
const MOUNT_LINK = '..data';

export interface FileWatch {
  close(): void;
}

/**
 * Calls `changed` after something happened to one of the paths, and when files appear in or vanish from those of
 * them that are folders. A path need not exist, but the folder that it would be in must. Directories are
 * watched, not files: a file that is replaced is another one.
 */
export function watchFiles(paths: Iterable<string>, changed: () => void): FileWatch {
  let timer: NodeJS.Timeout | undefined;
  const notice = (): void => {
    clearTimeout(timer);
    timer = setTimeout(changed, QUIET_MS);
  };
  const watchers = [...namesByFolder(paths)].map(([folder, names]) => watchFolder(folder, names, notice));
  return {
    close() {
      clearTimeout(timer);
      for (const watcher of watchers) watcher?.close();
    },
  };
}

/** Folders to watch, with the names in them that matter; `undefined` for all names. */
function namesByFolder(paths: Iterable<string>): ReadonlyMap<string, Set<string> | undefined> {
  const folders = new Map<string, Set<string> | undefined>();
  const add = (folder: string, name: string | undefined): void => {
    const names = folders.get(folder);
    if (name === undefined) folders.set(folder, undefined);
    else if (names !== undefined) names.add(name);
    else if (!folders.has(folder)) folders.set(folder, new Set([name, MOUNT_LINK]));
  };
  for (const path of paths) {
    const absolute = resolve(path);
    if (statSync(absolute, { throwIfNoEntry: false })?.isDirectory()) add(absolute, undefined);
    for (const each of [absolute, realPath(absolute)]) add(dirname(each), basename(each));
  }
  return folders;
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function watchFolder(
  folder: string,
  names: ReadonlySet<string> | undefined,
  notice: () => void,
): FSWatcher | undefined {
  try {
    const watcher = watch(folder, { persistent: false }, (_kind, name) => {
      if (name === null || names === undefined || names.has(name)) notice();
    });
    // The folder itself may go; what comes in its place is watched after the next reload.
    watcher.on('error', notice);
    return watcher;
  } catch {
    return undefined;
  }
}
