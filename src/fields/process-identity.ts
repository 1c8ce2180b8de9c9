/** `proc.*` and `thread.*`: what a process is called, how it was started, which ids it has. */
import { type FieldDefinition, INDEX, KEY } from './define.ts';

export const IDENTITY_FIELDS: readonly FieldDefinition[] = [
  {
    name: 'proc.exe',
    type: 'CHARBUF',
    description:
      'First argument (argv[0]) as the caller chose it. It may say anything: use `proc.exepath` for the file that really runs.',
  },
  {
    name: 'proc.exepath',
    type: 'CHARBUF',
    description: 'Path of the executable file as the kernel resolved it, symbolic links followed.',
  },
  {
    name: 'proc.name',
    type: 'CHARBUF',
    description:
      'Name of the process as the kernel keeps it (comm): the file name of the executable, cut to 15 bytes, unless the process renamed itself.',
  },
  {
    name: 'proc.args',
    type: 'CHARBUF',
    argument: INDEX,
    cost: 2,
    description:
      'Arguments without argv[0], joined by blanks, 4096 bytes at most. `proc.args[0]` is the first of them alone.',
  },
  {
    name: 'proc.cmdline',
    type: 'CHARBUF',
    cost: 2,
    description: '`proc.name` and `proc.args`, joined by a blank.',
  },
  {
    name: 'proc.exeline',
    type: 'CHARBUF',
    cost: 2,
    description: '`proc.exe` and `proc.args`, joined by a blank: the command line as it was given.',
  },
  {
    name: 'proc.cmdnargs',
    type: 'UINT64',
    description: 'Number of arguments, argv[0] not counted.',
  },
  {
    name: 'proc.cmdlenargs',
    type: 'UINT64',
    description: 'Length of all arguments together in bytes, argv[0] and the blanks between not counted.',
  },
  {
    name: 'proc.env',
    type: 'CHARBUF',
    argument: KEY,
    cost: 3,
    description:
      'Environment at exec as `NAME=value` joined by blanks, 4096 bytes at most; `proc.env[NAME]` is the value of one variable.',
  },
  {
    name: 'proc.cwd',
    type: 'CHARBUF',
    description: 'Working directory, with a slash at the end.',
  },
  {
    name: 'proc.tty',
    type: 'UINT32',
    description: 'Device number of the controlling terminal; 0 for a process without one.',
  },
  {
    name: 'proc.pid',
    type: 'INT64',
    description: 'Id of the process in the first pid namespace, that of the host.',
  },
  {
    name: 'proc.vpid',
    type: 'INT64',
    description: 'Id of the process in its own pid namespace; in a container the first process has 1.',
  },
  {
    name: 'proc.sid',
    type: 'INT64',
    description: 'Session id, as the pid namespace of the process counts.',
  },
  {
    name: 'proc.sname',
    type: 'CHARBUF',
    cost: 3,
    description:
      'Name of the session leader: the process with the id `proc.sid`, or the oldest ancestor in the same session when that one is gone.',
  },
  {
    name: 'proc.sid.exe',
    type: 'CHARBUF',
    cost: 3,
    description: '`proc.exe` of the session leader.',
  },
  {
    name: 'proc.sid.exepath',
    type: 'CHARBUF',
    cost: 3,
    description: '`proc.exepath` of the session leader.',
  },
  {
    name: 'proc.vpgid',
    type: 'INT64',
    description: 'Process group id, as the pid namespace of the process counts.',
  },
  {
    name: 'proc.vpgid.name',
    type: 'CHARBUF',
    cost: 3,
    description:
      'Name of the process group leader, found by `proc.vpgid`, or of the oldest ancestor in the same group.',
  },
  {
    name: 'proc.vpgid.exe',
    type: 'CHARBUF',
    cost: 3,
    description: '`proc.exe` of the leader by `proc.vpgid`.',
  },
  {
    name: 'proc.vpgid.exepath',
    type: 'CHARBUF',
    cost: 3,
    description: '`proc.exepath` of the leader by `proc.vpgid`.',
  },
  {
    name: 'proc.pgid',
    type: 'INT64',
    description: 'Process group id, as the host counts.',
  },
  {
    name: 'proc.pgid.name',
    type: 'CHARBUF',
    cost: 3,
    description:
      'Name of the process group leader, found by `proc.pgid`, or of the oldest ancestor in the same group.',
  },
  {
    name: 'proc.pgid.exe',
    type: 'CHARBUF',
    cost: 3,
    description: '`proc.exe` of the leader by `proc.pgid`.',
  },
  {
    name: 'proc.pgid.exepath',
    type: 'CHARBUF',
    cost: 3,
    description: '`proc.exepath` of the leader by `proc.pgid`.',
  },
  {
    name: 'proc.is_sid_leader',
    type: 'BOOL',
    description: 'True when the process leads its session.',
  },
  {
    name: 'proc.is_vpgid_leader',
    type: 'BOOL',
    description:
      'True when the process leads its group as its pid namespace counts. A command typed into a shell does, the commands that a script starts do not.',
  },
  {
    name: 'proc.is_pgid_leader',
    type: 'BOOL',
    description: 'True when the process leads its group as the host counts.',
  },
  {
    name: 'thread.tid',
    type: 'INT64',
    description: 'Id of the thread that the event is of.',
  },
  {
    name: 'thread.vtid',
    type: 'INT64',
    description: 'Id of the thread in its own pid namespace.',
  },
  {
    name: 'thread.ismain',
    type: 'BOOL',
    description: 'True for the first thread of a process.',
  },
  {
    name: 'thread.nametid',
    type: 'CHARBUF',
    hidden: true,
    description: 'Name and id of the process as one text.',
  },
  {
    name: 'thread.cap_permitted',
    type: 'CHARBUF',
    cost: 3,
    description: 'Capabilities that the thread may take up, joined by blanks: `CAP_CHOWN CAP_KILL`.',
  },
  {
    name: 'thread.cap_inheritable',
    type: 'CHARBUF',
    cost: 3,
    description: 'Capabilities that may survive an exec, joined by blanks.',
  },
  {
    name: 'thread.cap_effective',
    type: 'CHARBUF',
    cost: 3,
    description: 'Capabilities that the kernel checks the thread by, joined by blanks.',
  },
  {
    name: 'thread.cgroups',
    type: 'CHARBUF',
    cost: 2,
    description: 'Control groups of the thread, `controller=path` joined by blanks.',
  },
  {
    name: 'thread.cgroup',
    type: 'CHARBUF',
    argument: { presence: 'required', kind: 'key' },
    cost: 2,
    description: 'Path of the control group of one controller, as in `thread.cgroup.memory`.',
  },
];
