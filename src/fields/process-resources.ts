/** `proc.*` and `thread.*`: memory, CPU, descriptors, counts. */
import type { ByteString } from '../events/bytes.ts';
import type { EventContext } from '../system/context.ts';
import type { Thread } from '../system/thread.ts';
import type { FieldDefinition } from './define.ts';
import { typeName } from './subject.ts';

function isMain({ tid, pid }: Thread): boolean {
  return tid === pid;
}

/** How many descriptors the process has open; missing without a table of descriptors. */
export function openCount({ thread, system }: EventContext): number | undefined {
  if (!thread || !system.descriptors) return undefined;
  if (thread.pid < 0) return 0;
  let count = 0;
  for (const _ of system.descriptors(thread)) count++;
  return count;
}

/** Falco's samples of the CPU (event procinfo) show no use; there is no other source. */
function cpuShare({ event, thread }: EventContext): number | undefined {
  return thread && event.type.name === 'procinfo' ? 0 : undefined;
}

function openShare(context: EventContext): number | undefined {
  const count = openCount(context);
  const limit = context.thread?.fdLimit ?? 0;
  if (count === undefined) return undefined;
  return limit > 0 ? Math.min((count * 100) / limit, 100) : 0;
}

function liveThreads({ thread, system }: EventContext, exceptMain: boolean): number | undefined {
  if (!thread) return undefined;
  if (thread.pid < 0) return 0;
  let count = 0;
  for (const other of system.threads())
    if (other.pid === thread.pid && !other.exited && !(exceptMain && isMain(other))) count++;
  return count;
}

function standardType({ thread, system }: EventContext, fd: number): ByteString | undefined {
  const descriptor = thread && system.descriptor?.(thread, fd);
  return descriptor && typeName(descriptor);
}

export const RESOURCE_FIELDS: readonly FieldDefinition[] = [
  {
    name: 'proc.fdopencount',
    type: 'UINT64',
    description: 'Number of descriptors that the process has open, as far as the model knows them.',
    read: openCount,
  },
  {
    name: 'proc.fdlimit',
    type: 'INT64',
    description: 'How many descriptors the process may have open.',
    read: ({ thread }) => thread?.fdLimit,
  },
  {
    name: 'proc.fdusage',
    type: 'DOUBLE',
    description: '`proc.fdopencount` as a percentage of `proc.fdlimit`.',
    read: openShare,
  },
  {
    name: 'proc.vmsize',
    type: 'UINT64',
    description: 'Virtual memory of the process in KiB, as of its last exec or clone.',
    read: ({ thread }) => thread?.vmSize,
  },
  {
    name: 'proc.vmrss',
    type: 'UINT64',
    description: 'Resident memory of the process in KiB, as of its last exec or clone.',
    read: ({ thread }) => thread?.vmRss,
  },
  {
    name: 'proc.vmswap',
    type: 'UINT64',
    description: 'Swapped memory of the process in KiB, as of its last exec or clone.',
    read: ({ thread }) => thread?.vmSwap,
  },
  {
    name: 'thread.pfmajor',
    type: 'UINT64',
    description: 'Page faults of the thread that had to read from disk.',
    read: ({ thread }) => thread?.majorFaults,
  },
  {
    name: 'thread.pfminor',
    type: 'UINT64',
    description: 'Page faults of the thread that were served from memory.',
    read: ({ thread }) => thread?.minorFaults,
  },
  {
    name: 'thread.exectime',
    type: 'RELTIME',
    description:
      'Nanoseconds of CPU time in the last slice of the thread. 0: context switches are not recorded.',
    read: () => 0,
  },
  {
    name: 'thread.totexectime',
    type: 'RELTIME',
    description:
      'Nanoseconds of CPU time of the thread since recording began. 0: context switches are not recorded.',
    read: ({ thread }) => thread && 0,
  },
  {
    name: 'proc.nthreads',
    type: 'UINT64',
    cost: 6,
    description: 'Number of threads of the process that are alive, the main thread counted.',
    read: (context) => liveThreads(context, false),
  },
  {
    name: 'proc.nchilds',
    type: 'UINT64',
    cost: 6,
    description: 'Number of other threads of the process that are alive, the main thread not counted.',
    read: (context) => liveThreads(context, true),
  },
  {
    name: 'thread.cpu',
    type: 'DOUBLE',
    description:
      'CPU use of the thread in the last second, in percent. As in Falco 0 at samples in old captures, else missing.',
    read: cpuShare,
  },
  {
    name: 'thread.cpu.user',
    type: 'DOUBLE',
    description: 'CPU use of the thread in user mode, in percent; see `thread.cpu`.',
    read: cpuShare,
  },
  {
    name: 'thread.cpu.system',
    type: 'DOUBLE',
    description: 'CPU use of the thread in the kernel, in percent; see `thread.cpu`.',
    read: cpuShare,
  },
  {
    name: 'thread.vmsize',
    type: 'UINT64',
    description:
      '`proc.vmsize` for the main thread, 0 for the others, so that sums over threads come out right.',
    read: ({ thread }) => thread && (isMain(thread) ? thread.vmSize : 0),
  },
  {
    name: 'thread.vmrss',
    type: 'UINT64',
    description: '`proc.vmrss` for the main thread, 0 for the others.',
    read: ({ thread }) => thread && (isMain(thread) ? thread.vmRss : 0),
  },
  {
    name: 'thread.vmsize.b',
    type: 'UINT64',
    hidden: true,
    description: '`thread.vmsize` in bytes.',
    read: ({ thread }) => thread && (isMain(thread) ? thread.vmSize * 1024 : 0),
  },
  {
    name: 'thread.vmrss.b',
    type: 'UINT64',
    hidden: true,
    description: '`thread.vmrss` in bytes.',
    read: ({ thread }) => thread && (isMain(thread) ? thread.vmRss * 1024 : 0),
  },
  {
    name: 'proc.stdin.type',
    type: 'CHARBUF',
    description: '`fd.type` of descriptor 0 of the process.',
    read: (context) => standardType(context, 0),
  },
  {
    name: 'proc.stdout.type',
    type: 'CHARBUF',
    description: '`fd.type` of descriptor 1 of the process.',
    read: (context) => standardType(context, 1),
  },
  {
    name: 'proc.stderr.type',
    type: 'CHARBUF',
    description: '`fd.type` of descriptor 2 of the process.',
    read: (context) => standardType(context, 2),
  },
  {
    name: 'proc.stdin.name',
    type: 'CHARBUF',
    description: '`fd.name` of descriptor 0 of the process.',
    read: ({ thread, system }) => thread && system.descriptor?.(thread, 0)?.name,
  },
  {
    name: 'proc.stdout.name',
    type: 'CHARBUF',
    description: '`fd.name` of descriptor 1 of the process.',
    read: ({ thread, system }) => thread && system.descriptor?.(thread, 1)?.name,
  },
  {
    name: 'proc.stderr.name',
    type: 'CHARBUF',
    description: '`fd.name` of descriptor 2 of the process.',
    read: ({ thread, system }) => thread && system.descriptor?.(thread, 2)?.name,
  },
];
