/** Flags that print a fact and end: `-i`, `--page-size`. */

import { readFileSync } from 'node:fs';
import { endianness } from 'node:os';
import { printLine } from './print.ts';

/** System calls that make so many events that no rule sees them unless `base_syscalls.all` is set. */
const IGNORED = 'read write readv writev sendfile preadv pwritev pread pwrite recv send'.split(' ');

/** Type of the page size's entry in the auxiliary vector (getauxval(3)). */
const AT_PAGESZ = 6n;

export function printIgnoredEvents(): void {
  printLine('Ignored events:');
  for (const name of IGNORED) printLine(`- ${name}`);
}

/** Reads the page size from what the kernel told this process when it started. */
export function printPageSize(): void {
  const vector = readFileSync('/proc/self/auxv');
  const read = (offset: number): bigint =>
    endianness() === 'LE' ? vector.readBigUInt64LE(offset) : vector.readBigUInt64BE(offset);
  for (let offset = 0; offset + 16 <= vector.length; offset += 16) {
    if (read(offset) === AT_PAGESZ) printLine(`Your system page size is: ${read(offset + 8)}`);
  }
}
