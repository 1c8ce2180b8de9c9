/** `proc.*` and `thread.*`: memory, CPU, descriptors, counts. */
import type { FieldDefinition } from './define.ts';

export const RESOURCE_FIELDS: readonly FieldDefinition[] = [
  {
    name: 'proc.fdopencount',
    type: 'UINT64',
    description: 'Number of descriptors that the process has open, as far as the model knows them.',
  },
  {
    name: 'proc.fdlimit',
    type: 'INT64',
    description: 'How many descriptors the process may have open.',
  },
  {
    name: 'proc.fdusage',
    type: 'DOUBLE',
    description: '`proc.fdopencount` as a percentage of `proc.fdlimit`.',
  },
  {
    name: 'proc.vmsize',
    type: 'UINT64',
    description: 'Virtual memory of the process in KiB, as of its last exec or clone.',
  },
  {
    name: 'proc.vmrss',
    type: 'UINT64',
    description: 'Resident memory of the process in KiB, as of its last exec or clone.',
  },
  {
    name: 'proc.vmswap',
    type: 'UINT64',
    description: 'Swapped memory of the process in KiB, as of its last exec or clone.',
  },
  {
    name: 'thread.pfmajor',
    type: 'UINT64',
    description: 'Page faults of the thread that had to read from disk.',
  },
  {
    name: 'thread.pfminor',
    type: 'UINT64',
    description: 'Page faults of the thread that were served from memory.',
  },
  {
    name: 'thread.exectime',
    type: 'RELTIME',
    description: 'Nanoseconds of CPU time in the last slice of the thread. Needs context switch events.',
  },
  {
    name: 'thread.totexectime',
    type: 'RELTIME',
    description: 'Nanoseconds of CPU time of the thread since recording began. Needs context switch events.',
  },
  {
    name: 'proc.nthreads',
    type: 'UINT64',
    cost: 6,
    description: 'Number of threads of the process that are alive, the main thread counted.',
  },
  {
    name: 'proc.nchilds',
    type: 'UINT64',
    cost: 6,
    description: 'Number of other threads of the process that are alive, the main thread not counted.',
  },
  {
    name: 'thread.cpu',
    type: 'DOUBLE',
    description: 'CPU use of the thread in the last second, in percent. Needs procinfo events.',
  },
  {
    name: 'thread.cpu.user',
    type: 'DOUBLE',
    description: 'CPU use of the thread in user mode, in percent. Needs procinfo events.',
  },
  {
    name: 'thread.cpu.system',
    type: 'DOUBLE',
    description: 'CPU use of the thread in the kernel, in percent. Needs procinfo events.',
  },
  {
    name: 'thread.vmsize',
    type: 'UINT64',
    description:
      '`proc.vmsize` for the main thread, 0 for the others, so that sums over threads come out right.',
  },
  {
    name: 'thread.vmrss',
    type: 'UINT64',
    description: '`proc.vmrss` for the main thread, 0 for the others.',
  },
  {
    name: 'thread.vmsize.b',
    type: 'UINT64',
    hidden: true,
    description: '`thread.vmsize` in bytes.',
  },
  {
    name: 'thread.vmrss.b',
    type: 'UINT64',
    hidden: true,
    description: '`thread.vmrss` in bytes.',
  },
  {
    name: 'proc.stdin.type',
    type: 'CHARBUF',
    description: '`fd.type` of descriptor 0 of the process.',
  },
  {
    name: 'proc.stdout.type',
    type: 'CHARBUF',
    description: '`fd.type` of descriptor 1 of the process.',
  },
  {
    name: 'proc.stderr.type',
    type: 'CHARBUF',
    description: '`fd.type` of descriptor 2 of the process.',
  },
  {
    name: 'proc.stdin.name',
    type: 'CHARBUF',
    description: '`fd.name` of descriptor 0 of the process.',
  },
  {
    name: 'proc.stdout.name',
    type: 'CHARBUF',
    description: '`fd.name` of descriptor 1 of the process.',
  },
  {
    name: 'proc.stderr.name',
    type: 'CHARBUF',
    description: '`fd.name` of descriptor 2 of the process.',
  },
];
