/** `--page-size`. */
import { readFileSync } from 'node:fs';
import { printLine } from './print.ts';

/** Type of the page size's entry in the auxiliary vector (getauxval(3)). */
const AT_PAGESZ = 6n;

/** Prints the page size, from what the kernel told this process when it started. */
export function printPageSize(): void {
  const vector = readFileSync('/proc/self/auxv');
  for (let offset = 0; offset + 16 <= vector.length; offset += 16) {
    if (vector.readBigUInt64LE(offset) !== AT_PAGESZ) continue;
    printLine(`Your system page size is: ${vector.readBigUInt64LE(offset + 8)}`);
  }
}
