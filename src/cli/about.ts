/** What metrics say of this program and of the files that it has loaded. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { About, LoadedFile } from '../engine/metrics/about-metrics.ts';
import { LANNER_VERSION } from './version.ts';

export function describeLoaded(configFiles: readonly string[], ruleFiles: readonly string[]): About {
  const files = [...configFiles.map(digest('config')), ...ruleFiles.map(digest('rules'))];
  return { version: LANNER_VERSION, files: files.filter((file) => file !== undefined) };
}

/** A file that has gone since it was loaded is left out. */
function digest(kind: LoadedFile['kind']): (path: string) => LoadedFile | undefined {
  return (path) => {
    try {
      const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
      return { kind, name: basename(path), sha256 };
    } catch {
      return undefined;
    }
  };
}
