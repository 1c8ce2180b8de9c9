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
  for (const { address, length } of untouchedPages(
    readFileSync('/proc/self/smaps', 'latin1'),
    process.execPath,
  ))
    unmapPages(address, length);
}

/** Where a program's file lies in memory as it is on the disk, by /proc/PID/smaps (proc_pid_smaps(5)). */
export function untouchedPages(smaps: string, program: string): MappedPages[] {
  return smaps.split(/\n(?=[0-9a-f]+-)/).flatMap((mapping) => {
    const [, from, to, path] = /^([0-9a-f]+)-([0-9a-f]+) r-[x-]p \S+ \S+ \d+ +(.*)/.exec(mapping) ?? [];
    // What has been written to is no longer the file's, and would be lost.
    if (path !== program || !/^Anonymous: +0 kB$/m.test(mapping)) return [];
    const address = Number(`0x${from}`);
    return [{ address, length: Number(`0x${to}`) - address }];
  });
}
