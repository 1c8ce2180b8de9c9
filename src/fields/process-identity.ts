/** `proc.*` and `thread.*`: what a process is called, how it was started, which ids it has. */
import type { ByteString } from '../events/bytes.ts';
import type { Thread } from '../system/thread.ts';
import { capabilitiesText } from './capabilities.ts';
import { type FieldDefinition, INDEX, KEY } from './define.ts';
import {
  argumentsText,
  commandLine,
  environmentText,
  exe,
  exepath,
  name,
  ofLeader,
  type ThreadFact,
  variable,
} from './process-read.ts';

const sid: ThreadFact<number> = ({ sid }) => sid;
const vpgid: ThreadFact<number> = ({ vpgid }) => vpgid;
const pgid: ThreadFact<number> = ({ pgid }) => pgid;

/** Ids that the source of the event could not tell are -1. */
function known(id: number | undefined): number | undefined {
  return id === -1 ? undefined : id;
}

function cgroupPath({ cgroups }: Thread, controller: string | undefined): ByteString | undefined {
  const start = `${controller}=`;
  return cgroups.find((cgroup) => cgroup.startsWith(start))?.slice(start.length);
}

export const IDENTITY_FIELDS: readonly FieldDefinition[] = [
  {
    name: 'proc.exe',
    type: 'CHARBUF',
    description:
      'First argument (argv[0]) as the caller chose it. It may say anything: use `proc.exepath` for the file that really runs.',
    read: ({ thread }) => thread?.exe,
  },
  {
    name: 'proc.exepath',
    type: 'CHARBUF',
    description: 'Path of the executable file as the kernel resolved it, symbolic links followed.',
    read: ({ thread, shownName }) => (shownName?.isExecutable ? shownName.path : thread?.exepath),
  },
  {
    name: 'proc.name',
    type: 'CHARBUF',
    description:
      'Name of the process as the kernel keeps it (comm): the file name of the executable, cut to 15 bytes, unless the process renamed itself.',
    read: ({ thread }) => thread?.comm,
  },
  {
    name: 'proc.args',
    type: 'CHARBUF',
    argument: INDEX,
    cost: 2,
    description:
      'Arguments without argv[0], joined by blanks, 4096 bytes at most. `proc.args[0]` is the first of them alone.',
    read: ({ thread }, index) =>
      thread && (index === undefined ? argumentsText(thread) : (thread.args[Number(index)] ?? '')),
  },
  {
    name: 'proc.cmdline',
    type: 'CHARBUF',
    cost: 2,
    description: '`proc.name` and `proc.args`, joined by a blank.',
    read: ({ thread }) => thread && commandLine(thread),
  },
  {
    name: 'proc.exeline',
    type: 'CHARBUF',
    cost: 2,
    description: '`proc.exe` and `proc.args`, joined by a blank: the command line as it was given.',
    read: ({ thread }) => thread && `${thread.exe} ${argumentsText(thread)}`,
  },
  {
    name: 'proc.cmdnargs',
    type: 'UINT64',
    description: 'Number of arguments, argv[0] not counted.',
    read: ({ thread }) => thread?.args.length,
  },
  {
    name: 'proc.cmdlenargs',
    type: 'UINT64',
    description: 'Length of all arguments together in bytes, argv[0] and the blanks between not counted.',
    read: ({ thread }) => thread?.args.reduce((length, text) => length + text.length, 0),
  },
  {
    name: 'proc.env',
    type: 'CHARBUF',
    argument: KEY,
    cost: 3,
    description:
      'Environment at exec as `NAME=value` joined by blanks, 4096 bytes at most; `proc.env[NAME]` is the value of one variable.',
    read: ({ thread }, key) =>
      thread && (key === undefined ? environmentText(thread) : variable(thread, key)),
  },
  {
    name: 'proc.cwd',
    type: 'CHARBUF',
    description: 'Working directory, with a slash at the end.',
    read: ({ thread }) => thread?.cwd,
  },
  {
    name: 'proc.tty',
    type: 'UINT32',
    description: 'Device number of the controlling terminal; 0 for a process without one.',
    read: ({ thread }) => thread?.tty,
  },
  {
    name: 'proc.pid',
    type: 'INT64',
    description: 'Id of the process in the first pid namespace, that of the host.',
    read: ({ thread }) => thread?.pid,
  },
  {
    name: 'proc.vpid',
    type: 'INT64',
    description: 'Id of the process in its own pid namespace; in a container the first process has 1.',
    read: ({ thread }) => known(thread?.vpid),
  },
  {
    name: 'proc.sid',
    type: 'INT64',
    description: 'Session id, as the pid namespace of the process counts.',
    read: ({ thread }) => thread?.sid,
  },
  {
    name: 'proc.sname',
    type: 'CHARBUF',
    cost: 3,
    description:
      'Name of the session leader: the process with the id `proc.sid`, or the oldest ancestor in the same session when that one is gone.',
    read: (context) => ofLeader(context, sid, true, name),
  },
  {
    name: 'proc.sid.exe',
    type: 'CHARBUF',
    cost: 3,
    description: '`proc.exe` of the session leader.',
    read: (context) => ofLeader(context, sid, true, exe),
  },
  {
    name: 'proc.sid.exepath',
    type: 'CHARBUF',
    cost: 3,
    description: '`proc.exepath` of the session leader.',
    read: (context) => ofLeader(context, sid, true, exepath),
  },
  {
    name: 'proc.vpgid',
    type: 'INT64',
    description: 'Process group id, as the pid namespace of the process counts.',
    read: ({ thread }) => thread?.vpgid,
  },
  {
    name: 'proc.vpgid.name',
    type: 'CHARBUF',
    cost: 3,
    description:
      'Name of the process group leader, found by `proc.vpgid`, or of the oldest ancestor in the same group.',
    read: (context) => ofLeader(context, vpgid, true, name),
  },
  {
    name: 'proc.vpgid.exe',
    type: 'CHARBUF',
    cost: 3,
    description: '`proc.exe` of the leader by `proc.vpgid`.',
    read: (context) => ofLeader(context, vpgid, true, exe),
  },
  {
    name: 'proc.vpgid.exepath',
    type: 'CHARBUF',
    cost: 3,
    description: '`proc.exepath` of the leader by `proc.vpgid`.',
    read: (context) => ofLeader(context, vpgid, true, exepath),
  },
  {
    name: 'proc.pgid',
    type: 'INT64',
    description: 'Process group id, as the host counts.',
    read: ({ thread }) => thread?.pgid,
  },
  {
    name: 'proc.pgid.name',
    type: 'CHARBUF',
    cost: 3,
    description:
      'Name of the process group leader, found by `proc.pgid`, or of the oldest ancestor in the same group.',
    read: (context) => ofLeader(context, pgid, false, name),
  },
  {
    name: 'proc.pgid.exe',
    type: 'CHARBUF',
    cost: 3,
    description: '`proc.exe` of the leader by `proc.pgid`.',
    read: (context) => ofLeader(context, pgid, false, exe),
  },
  {
    name: 'proc.pgid.exepath',
    type: 'CHARBUF',
    cost: 3,
    description: '`proc.exepath` of the leader by `proc.pgid`.',
    read: (context) => ofLeader(context, pgid, false, exepath),
  },
  {
    name: 'proc.is_sid_leader',
    type: 'BOOL',
    description: 'True when the process leads its session.',
    read: ({ thread }) => thread && thread.sid === thread.vpid,
  },
  {
    name: 'proc.is_vpgid_leader',
    type: 'BOOL',
    description:
      'True when the process leads its group as its pid namespace counts. A command typed into a shell does, the commands that a script starts do not.',
    read: ({ thread }) => thread && thread.vpgid === thread.vpid,
  },
  {
    name: 'proc.is_pgid_leader',
    type: 'BOOL',
    description: 'True when the process leads its group as the host counts.',
    read: ({ thread }) => thread && thread.pgid === thread.pid,
  },
  {
    name: 'thread.tid',
    type: 'INT64',
    description: 'Id of the thread that the event is of.',
    read: ({ event }) => event.tid,
  },
  {
    name: 'thread.vtid',
    type: 'INT64',
    description: 'Id of the thread in its own pid namespace.',
    read: ({ thread }) => known(thread?.vtid),
  },
  {
    name: 'thread.ismain',
    type: 'BOOL',
    description: 'True for the first thread of a process.',
    read: ({ thread }) => thread && thread.tid === thread.pid,
  },
  {
    name: 'thread.nametid',
    type: 'CHARBUF',
    hidden: true,
    description: 'Name and id of the process as one text.',
    read: ({ event, thread }) => thread && `${thread.comm}${event.tid}`,
  },
  {
    name: 'thread.cap_permitted',
    type: 'CHARBUF',
    cost: 3,
    description: 'Capabilities that the thread may take up, joined by blanks: `CAP_CHOWN CAP_KILL`.',
    read: ({ thread }) => thread && capabilitiesText(thread.capPermitted),
  },
  {
    name: 'thread.cap_inheritable',
    type: 'CHARBUF',
    cost: 3,
    description: 'Capabilities that may survive an exec, joined by blanks.',
    read: ({ thread }) => thread && capabilitiesText(thread.capInheritable),
  },
  {
    name: 'thread.cap_effective',
    type: 'CHARBUF',
    cost: 3,
    description: 'Capabilities that the kernel checks the thread by, joined by blanks.',
    read: ({ thread }) => thread && capabilitiesText(thread.capEffective),
  },
  {
    name: 'thread.cgroups',
    type: 'CHARBUF',
    cost: 2,
    description: 'Control groups of the thread, `controller=path` joined by blanks.',
    read: ({ thread }) => thread?.cgroups.join(' ') || undefined,
  },
  {
    name: 'thread.cgroup',
    type: 'CHARBUF',
    argument: { presence: 'required', kind: 'key' },
    cost: 2,
    description: 'Path of the control group of one controller, as in `thread.cgroup.memory`.',
    read: ({ thread }, controller) => thread && cgroupPath(thread, controller),
  },
];
