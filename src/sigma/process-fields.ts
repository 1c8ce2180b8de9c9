/** What fields of Sigma's on processes stand for, whatever the event is. */
import { type Mapping, number, text } from './places.ts';

/** Lanner's line of a command without arguments ends with a blank. */
export const WHOLE_LINE = { text: ' ', always: false } as const;

/** What Lanner knows of the process of every event. */
export const PROCESS_FIELDS: Readonly<Record<string, Mapping>> = {
  Image: text('proc.exepath'),
  // The command line as it was given, with the path in front where one was given.
  CommandLine: { kind: 'text', places: [{ expression: 'proc.exeline', ending: WHOLE_LINE }] },
  ParentImage: text('proc.pexepath'),
  ParentCommandLine: {
    kind: 'text',
    places: [{ expression: 'concat(proc.pexe, " ", proc.aargs[1])', ending: WHOLE_LINE }],
  },
  CurrentDirectory: {
    kind: 'text',
    places: [{ expression: 'proc.cwd', ending: { text: '/', always: true } }],
  },
  User: text('user.name'),
  // Sysmon for Linux tells the user id there.
  LogonId: number('user.uid'),
  ProcessId: number('proc.pid'),
  ParentProcessId: number('proc.ppid'),
};
