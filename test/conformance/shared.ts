/** Golden data made by real Falco, which lies beside the checkout where it is present. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const SHARED = fileURLToPath(new URL('../../../shared/', import.meta.url));

/** For the `skip` option of a test: false, or the reason why golden data is not here. */
export const sharedMissing: false | string = existsSync(SHARED)
  ? false
  : 'golden data (../shared) is not beside this checkout';

/** Absolute path of a file of the golden data. */
export function sharedPath(name: string): string {
  return SHARED + name;
}

/** Text of a file of the golden data, uncompressed if its name ends in `.gz`. */
export function readShared(name: string): string {
  const bytes = readFileSync(sharedPath(name));
  return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}

/** Lines of a file of the golden data, without empty ones. */
export function sharedLines(name: string): string[] {
  return readShared(name)
    .split('\n')
    .filter((line) => line !== '');
}
