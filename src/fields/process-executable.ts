/** `proc.*`: what kind of file the process runs, and since when. */

import type { FieldDefinition } from './define.ts';
import type { FieldValue } from './field.ts';
import { integer } from './number.ts';
import { ofParent } from './process-read.ts';
import { openCount } from './process-resources.ts';

/** Times and inodes that nobody told are 0. */
function known(value: bigint | undefined): FieldValue {
  return value === undefined || value === 0n ? undefined : integer(value);
}

/** From one time to a later one; `undefined` when either is not known or they are the other way round. */
function span(start: bigint, end: bigint): FieldValue {
  return start === 0n || end < start ? undefined : integer(end - start);
}

export const EXECUTABLE_FIELDS: readonly FieldDefinition[] = [
  {
    name: 'proc.is_exe_writable',
    type: 'BOOL',
    description: 'True when the user who runs the process may write its executable file, judged at exec.',
    read: ({ thread }) => thread?.executable.writable,
  },
  {
    name: 'proc.is_exe_upper_layer',
    type: 'BOOL',
    description:
      'True when the executable lies in the upper layer of an overlay file system: in a container, a file that is not from the image or was changed since.',
    read: ({ thread }) => thread?.executable.upperLayer,
  },
  {
    name: 'proc.is_exe_lower_layer',
    type: 'BOOL',
    description:
      'True when the executable lies in a lower layer of an overlay file system: in a container, a file of the image.',
    read: ({ thread }) => thread?.executable.lowerLayer,
  },
  {
    name: 'proc.is_exe_from_memfd',
    type: 'BOOL',
    description: 'True when the executable was made by memfd_create and exists in memory only.',
    read: ({ thread }) => thread?.executable.fromMemfd,
  },
  {
    name: 'proc.exe_ino',
    type: 'INT64',
    description: 'Inode number of the executable file; comparable with `fd.ino`.',
    read: ({ thread }) => known(thread?.executable.inode),
  },
  {
    name: 'proc.exe_ino.ctime',
    type: 'ABSTIME',
    description:
      'Last change of the executable file or of its owner, mode or links (ctime), in nanoseconds since the epoch.',
    read: ({ thread }) => known(thread?.executable.changeTime),
  },
  {
    name: 'proc.exe_ino.mtime',
    type: 'ABSTIME',
    description: 'Last change of the content of the executable file (mtime), in nanoseconds since the epoch.',
    read: ({ thread }) => known(thread?.executable.modifyTime),
  },
  {
    name: 'proc.exe_ino.ctime_duration_proc_start',
    type: 'ABSTIME',
    description:
      'Nanoseconds from the last change of the executable file to the start of the process; missing when the file changed later. Small for what was just dropped.',
    read: ({ thread }) =>
      thread?.executableTimes
        ? known(thread.executableTimes.beforeStart)
        : thread && span(thread.executable.changeTime, thread.cloneTime),
  },
  {
    name: 'proc.exe_ino.ctime_duration_pidns_start',
    type: 'ABSTIME',
    description:
      'Nanoseconds from the start of the pid namespace to the last change of the executable file: how old the container was then. Missing when the file is older.',
    read: ({ thread }) =>
      thread?.executableTimes
        ? known(thread.executableTimes.sinceNamespace)
        : thread && span(thread.pidNamespaceStart, thread.executable.changeTime),
  },
  {
    name: 'proc.pidns_init_start_ts',
    type: 'UINT64',
    description:
      'When the first process of the pid namespace started, in nanoseconds since the epoch: for most containers their start.',
    read: ({ thread }) => known(thread?.pidNamespaceStart),
  },
  {
    name: 'proc.duration',
    type: 'RELTIME',
    description: 'Nanoseconds since the process started.',
    read: ({ event, thread }) => thread && span(thread.cloneTime, event.timestamp),
  },
  {
    name: 'proc.ppid.duration',
    type: 'RELTIME',
    description:
      'Nanoseconds since the parent process started. As in Falco, the number of open descriptors when that is not known.',
    read: (context) =>
      ofParent(context, ({ cloneTime }) => span(cloneTime, context.event.timestamp) ?? openCount(context)),
  },
  {
    name: 'proc.pid.ts',
    type: 'RELTIME',
    description: 'Start of the process in nanoseconds since the epoch.',
    read: ({ thread }) => known(thread?.cloneTime),
  },
  {
    name: 'proc.ppid.ts',
    type: 'RELTIME',
    description: 'Start of the parent process in nanoseconds since the epoch.',
    read: (context) => ofParent(context, ({ cloneTime }) => integer(cloneTime)),
  },
];
