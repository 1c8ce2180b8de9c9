/** Memory of this process that was needed once: by the start, or by a reload. */
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { trimMemory, unmapPages } from './libbpf.ts';

/** Pages of a file within this process's memory. */
export interface MappedPages {
  readonly address: number;
  readonly length: number;
}

/**
 * Gives back what has been freed outside of JavaScript, and the pages of Node's own program, of which the start uses
 * twice as many as what comes after it. Takes some milliseconds.
 */
export function giveMemoryBack(): void {
  trimMemory();
  for (const { address, length } of untouchedPages(ownMappings(), process.execPath))
    unmapPages(address, length);
}

/** Nothing when there is no descriptor left: memory is given back another time. */
function ownMappings(): string {
  try {
    return readFileSync('/proc/self/smaps', 'latin1');
  } catch {
    return '';
  }
}

/**
 * Where a program's file lies in memory as it is on the disk, by /proc/PID/smaps (proc_pid_smaps(5)): within the
 * segments that were mapped when it was started, one behind the other from the file's beginning on. Those stay as
 * long as the process; other mappings of the file, as V8 has them, may be something else a moment later.
 */
export function untouchedPages(smaps: string, program: string): MappedPages[] {
  const pages: MappedPages[] = [];
  let end: number | undefined;
  for (const mapping of smaps.split(/\n(?=[0-9a-f]+-)/)) {
    const [, from, to, mode, offset, path] =
      /^([0-9a-f]+)-([0-9a-f]+) (\S+) (\S+) \S+ \d+ +(.*)/.exec(mapping) ?? [];
    const address = Number(`0x${from}`);
    if (path !== program || (end === undefined ? Number(`0x${offset}`) !== 0 : address !== end)) continue;
    end = Number(`0x${to}`);
    // What has been written to is no longer the file's, and would be lost.
    const isUntouched = /^r-[x-]p$/.test(mode ?? '') && /^Anonymous: +0 kB$/m.test(mapping);
    if (isUntouched) pages.push({ address, length: end - address });
  }
  return pages;
}
