/** `evt.*` fields of system calls and of the events that come with them. */
import { isExit } from '../events/descriptors.ts';
import { extensionIndex } from '../events/parameters.ts';
import type { EventContext } from '../system/context.ts';
import { defineClass, REQUIRED_INDEX, REQUIRED_INDEX_OR_KEY, REQUIRED_KEY } from './define.ts';
import { allArgumentsText, argumentText } from './evt-arguments.ts';
import { createsExecutable, createsFile, hasOpenFlag, O_RDONLY, O_WRONLY } from './evt-open.ts';
import { namedPath } from './evt-paths.ts';
import {
  bytesMoved,
  category,
  data,
  dataText,
  direction,
  errorCount,
  errorCountOf,
  eventName,
  failed,
  indexOf,
  infrastructureFact,
  isFile,
  isOfType,
  millisecondsFrom,
  result,
  resultText,
} from './evt-read.ts';
import type { FieldValue } from './field.ts';
import { integer, subSeconds, wholeSeconds } from './number.ts';
import { rawValue } from './raw-value.ts';
import { isInternet } from './socket-fields.ts';

import { fraction, timeOfDay } from './time-text.ts';

function sincePrevious(
  { event, previousTimestamp }: EventContext,
  part: (nanoseconds: bigint) => number | bigint,
): FieldValue {
  return part(previousTimestamp === undefined ? 0n : event.timestamp - previousTimestamp);
}

/** Falco reads these fields once for the text of an alert and again for its JSON: the second time, no time has passed. */
function readAgain(): FieldValue {
  return 0;
}

export const EVENT_FIELDS = defineClass(
  {
    name: 'evt',
    title: 'Syscall events only',
    description:
      'What a system call did: its name, its parameters (`evt.arg.NAME`, named as in `--list-events`) and its result.',
    sources: ['syscall'],
  },
  [
    {
      name: 'evt.latency',
      type: 'RELTIME',
      deprecated: true,
      description:
        'Nanoseconds between entering and leaving the system call. Always 0: entries are no longer recorded.',
      read: () => 0,
    },
    {
      name: 'evt.latency.s',
      type: 'RELTIME',
      deprecated: true,
      description: 'Whole seconds of `evt.latency`.',
      read: () => 0,
    },
    {
      name: 'evt.latency.ns',
      type: 'RELTIME',
      deprecated: true,
      description: 'Nanoseconds of `evt.latency` beyond its whole seconds.',
      read: () => 0,
    },
    {
      name: 'evt.latency.quantized',
      type: 'UINT64',
      deprecated: true,
      hidden: true,
      description: 'Decimal logarithm of `evt.latency`, scaled for spectrograms.',
      read: () => 0,
    },
    {
      name: 'evt.latency.human',
      type: 'CHARBUF',
      deprecated: true,
      description: '`evt.latency` with a unit, such as `10.3ms`.',
      read: () => '0ns',
    },
    {
      name: 'evt.deltatime',
      type: 'RELTIME',
      description: 'Nanoseconds since the previous event of the source.',
      read: (context) => sincePrevious(context, integer),
      json: readAgain,
    },
    {
      name: 'evt.deltatime.s',
      type: 'RELTIME',
      description: 'Whole seconds since the previous event of the source.',
      read: (context) => sincePrevious(context, wholeSeconds),
      json: readAgain,
    },
    {
      name: 'evt.deltatime.ns',
      type: 'RELTIME',
      description: 'Nanoseconds of `evt.deltatime` beyond its whole seconds.',
      read: (context) => sincePrevious(context, subSeconds),
      json: readAgain,
    },
    {
      name: 'evt.outputtime',
      type: 'CHARBUF',
      outputOnly: true,
      description: 'Time of the event as alerts begin with it: local time of day.',
      read: ({ event }) => timeOfDay(event.wallTime) + fraction(event.wallTime),
      json: ({ event }) => event.wallTime,
    },
    {
      name: 'evt.dir',
      type: 'CHARBUF',
      byEventType: true,
      deprecated: true,
      description:
        'Direction of the event: `>` for entering a system call, `<` for leaving it. Only the latter is recorded.',
      read: ({ event }) => (isExit(event.type) ? '<' : '>'),
    },
    {
      name: 'evt.type',
      type: 'CHARBUF',
      byEventType: true,
      description:
        'Name of the event, for a system call its name such as `openat`. Rules that name their events here are only asked about those, so every rule should.',
      read: eventName,
    },
    {
      name: 'evt.type.is',
      type: 'UINT32',
      byEventType: true,
      argument: REQUIRED_KEY,
      description:
        '1 when the event has the type named by the argument, as in `evt.type.is.open`, otherwise 0.',
      read: isOfType,
    },
    {
      name: 'syscall.type',
      type: 'CHARBUF',
      byEventType: true,
      description: 'Name of the system call; missing for events that are none, unlike `evt.type`.',
      read: (context) => (context.event.type.kind === 'SYSCALL' ? eventName(context) : undefined),
    },
    {
      name: 'evt.category',
      type: 'CHARBUF',
      description:
        'What the event deals with: `file`, `net`, `IPC`, `process`, `memory`, `user`, `signal`, `time`, `system` and so on. Reads and writes are `file`, `net` or `IPC` by the descriptor they use.',
      read: category,
    },
    {
      name: 'evt.cpu',
      type: 'INT16',
      description: 'Number of the CPU on which the event happened.',
      read: ({ event }) => event.cpu,
    },
    {
      name: 'evt.args',
      type: 'CHARBUF',
      cost: 8,
      description:
        'All parameters of the event in one line, `name=value` each. A value with a symbolic form has it in parentheses, as in `flags=65(O_RDONLY|O_CREAT)`.',
      read: allArgumentsText,
    },
    {
      name: 'evt.arg',
      type: 'CHARBUF',
      argument: REQUIRED_INDEX_OR_KEY,
      cost: 5,
      description:
        'One parameter, by name (`evt.arg.flags`) or by number (`evt.arg[0]`), as text: flags and enumerations by their symbols joined with `|`, descriptors as `<f>/etc/passwd`, users by name, errors by errno name. The bare number appears only where there is no symbolic form.',
      read: (context, argument) => argumentText(context, indexOf(context, argument)),
    },
    {
      name: 'evt.rawarg',
      type: 'DYN',
      argument: REQUIRED_KEY,
      noRightHandSide: true,
      noTransformer: true,
      cost: 2,
      description:
        'One parameter by name, as the value that it is and not as text, so that `evt.rawarg.size > 4096` compares numbers. Its type is that of the parameter.',
      read: (context, argument) => rawValue(context.event, indexOf(context, argument)),
    },
    {
      name: 'evt.info',
      type: 'CHARBUF',
      cost: 8,
      description: 'The same as `evt.args`.',
      read: allArgumentsText,
    },
    {
      name: 'evt.buffer',
      type: 'BYTEBUF',
      cost: 3,
      description:
        'Data that was read or written, cut to its first bytes (80 unless configured otherwise). Only for events that carry data.',
      read: data,
      format: dataText,
      json: dataText,
    },
    {
      name: 'evt.buflen',
      type: 'UINT64',
      description: 'Number of bytes that a read or write moved; missing when it failed.',
      read: (context) => bytesMoved(context),
    },
    {
      name: 'evt.res',
      type: 'CHARBUF',
      description: 'Result in words: `SUCCESS`, or the name of the error such as `ENOENT`.',
      read: resultText,
    },
    {
      name: 'evt.rawres',
      type: 'INT64',
      description: 'Result as a number. Negative values are errors: -2 is ENOENT.',
      read: ({ event }) => result(event),
    },
    {
      name: 'evt.failed',
      type: 'BOOL',
      description: 'True when the system call failed.',
      read: ({ event }) => failed(event),
    },
    {
      name: 'evt.is_io',
      type: 'BOOL',
      byEventType: true,
      description: 'True for events that read from or write to a descriptor.',
      read: ({ event: { type } }) => type.flags.has('READS_FROM_FD') || type.flags.has('WRITES_TO_FD'),
    },
    {
      name: 'evt.is_io_read',
      type: 'BOOL',
      byEventType: true,
      description: 'True for events that read from a descriptor, such as read and recvfrom.',
      read: ({ event }) => event.type.flags.has('READS_FROM_FD'),
    },
    {
      name: 'evt.is_io_write',
      type: 'BOOL',
      byEventType: true,
      description: 'True for events that write to a descriptor, such as write and sendto.',
      read: ({ event }) => event.type.flags.has('WRITES_TO_FD'),
    },
    {
      name: 'evt.io_dir',
      type: 'CHARBUF',
      byEventType: true,
      description: '`read` or `write` for events that do one of them, missing for others.',
      read: direction,
    },
    {
      name: 'evt.is_io_uring',
      type: 'BOOL',
      description:
        'True when the event is a request of io_uring, which goes by the name of the system call that does the same. Such an event has no number of a descriptor where the kernel has none: 2147483647 when the request told no result.',
      read({ event }) {
        const index = extensionIndex(event.type, 'io_uring');
        return index >= 0 && event.u8(index) === 1;
      },
    },
    {
      name: 'evt.is_wait',
      type: 'BOOL',
      byEventType: true,
      description: 'True for system calls that are there to wait, such as poll, select and nanosleep.',
      read: ({ event }) => event.type.flags.has('WAITS'),
    },
    {
      name: 'evt.wait_latency',
      type: 'RELTIME',
      deprecated: true,
      description: 'Nanoseconds spent waiting. Always 0: entries of system calls are no longer recorded.',
      read: () => 0,
    },
    {
      name: 'evt.is_syslog',
      type: 'BOOL',
      description: 'True for writes to `/dev/log`.',
      read: ({ event, descriptor }) =>
        event.type.flags.has('WRITES_TO_FD') && descriptor?.name.includes('/dev/log') === true,
    },
    {
      name: 'evt.count',
      type: 'UINT32',
      description: 'Always 1, for tools that sum it up.',
      read: () => 1,
    },
    {
      name: 'evt.count.error',
      type: 'UINT32',
      description: '1 for events that failed, 0 for those that succeeded; missing without a result.',
      read: ({ event }) => errorCount(event),
    },
    {
      name: 'evt.count.error.file',
      type: 'UINT32',
      description: '`evt.count.error` for events on files and directories, missing for others.',
      read: (context) => errorCountOf(context, 'file'),
    },
    {
      name: 'evt.count.error.net',
      type: 'UINT32',
      description: '`evt.count.error` for events on sockets, missing for others.',
      read: (context) => errorCountOf(context, 'net'),
    },
    {
      name: 'evt.count.error.memory',
      type: 'UINT32',
      description: '`evt.count.error` for memory events such as mmap, missing for others.',
      read: ({ event }) => (event.type.category === 'MEMORY' ? errorCount(event) : undefined),
    },
    {
      name: 'evt.count.error.other',
      type: 'UINT32',
      description: '`evt.count.error` for events that concern neither files nor sockets nor memory.',
      read: (context) => errorCountOf(context, 'other'),
    },
    {
      name: 'evt.count.exit',
      type: 'UINT32',
      description: '1 for events that tell of leaving a system call.',
      read: ({ event }) => (isExit(event.type) ? 1 : undefined),
    },
    {
      name: 'evt.count.procinfo',
      type: 'UINT32',
      hidden: true,
      description: '1 for procinfo events of main threads, otherwise 0.',
      read: ({ event, thread }) =>
        event.type.name === 'procinfo' && thread !== undefined && thread.tid === thread.pid ? 1 : 0,
    },
    {
      name: 'evt.count.threadinfo',
      type: 'UINT32',
      hidden: true,
      description: '1 for procinfo events, otherwise 0.',
      read: ({ event }) => (event.type.name === 'procinfo' ? 1 : 0),
    },
    {
      name: 'evt.around',
      type: 'UINT64',
      argument: REQUIRED_INDEX,
      conditionOnly: true,
      noRightHandSide: true,
      noTransformer: true,
      equalsUpTo: true,
      read: ({ event }, moment) => millisecondsFrom(event, moment),
      description:
        '`evt.around[T]=D` holds for events at most D milliseconds before or after the time T, given in nanoseconds as `evt.rawtime` prints it.',
    },
    {
      name: 'evt.abspath',
      type: 'CHARBUF',
      argument: { presence: 'optional', kind: 'key' },
      cost: 4,
      description:
        'Absolute path that a system call of the *at family names, made from its directory and its path. `evt.abspath.src` and `evt.abspath.dst` choose one of two.',
      read: namedPath,
    },
    {
      name: 'evt.buflen.in',
      type: 'UINT64',
      hidden: true,
      description: '`evt.buflen`, for reads only.',
      read: (context) => bytesMoved(context, 'IO_READ'),
    },
    {
      name: 'evt.buflen.out',
      type: 'UINT64',
      hidden: true,
      description: '`evt.buflen`, for writes only.',
      read: (context) => bytesMoved(context, 'IO_WRITE'),
    },
    {
      name: 'evt.buflen.file',
      type: 'UINT64',
      hidden: true,
      description: '`evt.buflen`, for files only.',
      read: (context) => bytesMoved(context, undefined, isFile),
    },
    {
      name: 'evt.buflen.file.in',
      type: 'UINT64',
      hidden: true,
      description: '`evt.buflen`, for reads of files only.',
      read: (context) => bytesMoved(context, 'IO_READ', isFile),
    },
    {
      name: 'evt.buflen.file.out',
      type: 'UINT64',
      hidden: true,
      description: '`evt.buflen`, for writes of files only.',
      read: (context) => bytesMoved(context, 'IO_WRITE', isFile),
    },
    {
      name: 'evt.buflen.net',
      type: 'UINT64',
      hidden: true,
      description: '`evt.buflen`, for network sockets only.',
      read: (context) => bytesMoved(context, undefined, isInternet),
    },
    {
      name: 'evt.buflen.net.in',
      type: 'UINT64',
      hidden: true,
      description: '`evt.buflen`, for reads of network sockets only.',
      read: (context) => bytesMoved(context, 'IO_READ', isInternet),
    },
    {
      name: 'evt.buflen.net.out',
      type: 'UINT64',
      hidden: true,
      description: '`evt.buflen`, for writes of network sockets only.',
      read: (context) => bytesMoved(context, 'IO_WRITE', isInternet),
    },
    {
      name: 'evt.is_open_read',
      type: 'BOOL',
      description:
        'True when an open, openat, openat2 or open_by_handle_at asked to read, successful or not.',
      read: ({ event }) => hasOpenFlag(event, O_RDONLY),
    },
    {
      name: 'evt.is_open_write',
      type: 'BOOL',
      description:
        'True when an open, openat, openat2 or open_by_handle_at asked to write, successful or not.',
      read: ({ event }) => hasOpenFlag(event, O_WRONLY),
    },
    {
      name: 'evt.infra.docker.name',
      type: 'CHARBUF',
      hidden: true,
      description: 'Name of a Docker event in an old capture.',
      read: (context) => infrastructureFact(context, 'Event'),
    },
    {
      name: 'evt.infra.docker.container.id',
      type: 'CHARBUF',
      hidden: true,
      description: 'Container id, 12 characters, of a Docker event in an old capture.',
      read: (context) => infrastructureFact(context, 'ID')?.slice(0, 12),
    },
    {
      name: 'evt.infra.docker.container.name',
      type: 'CHARBUF',
      hidden: true,
      description: 'Container name of a Docker event in an old capture.',
      read: (context) => infrastructureFact(context, 'name'),
    },
    {
      name: 'evt.infra.docker.container.image',
      type: 'CHARBUF',
      hidden: true,
      description: 'Image of a Docker event in an old capture.',
      read: (context) => infrastructureFact(context, 'Image')?.replace(/@.*/, ''),
    },
    {
      name: 'evt.is_open_exec',
      type: 'BOOL',
      description:
        'True when an open or creat would create the file with permission to execute it for anybody.',
      read: ({ event }) => createsExecutable(event),
    },
    {
      name: 'evt.is_open_create',
      type: 'BOOL',
      description: 'True when an open, openat, openat2 or open_by_handle_at created the file.',
      read: ({ event }) => createsFile(event),
    },
  ],
);
