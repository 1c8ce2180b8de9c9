/** Other names of a program that has been started: the path that exec was given, and names of the same file. */
import type { EventCursor } from '../events/cursor.ts';
import { extensionIndex, parameterIndex } from '../events/parameters.ts';
import { EVENT_TYPES } from '../events/table.ts';
import { inodeNumber } from './inode-number.ts';
import { type FileNames, NO_NAMES, type OtherName } from './other-names.ts';
import { joinPath } from './paths.ts';
import type { Thread } from './thread.ts';

/** What the kernel calls a program that execveat was given by a descriptor: no path that anybody gave. */
const BY_DESCRIPTOR = '/dev/fd/';

/** By event code: index of the file name that an exec was given; 0 for other events. */
const FILE_NAME = Uint8Array.from(EVENT_TYPES, (type) =>
  type.name === 'execve' && !type.flags.has('OLD_VERSION')
    ? Math.max(parameterIndex(type, 'filename'), 0)
    : 0,
);

/** Whether the event has started a program. */
export function startsProgram(event: EventCursor): boolean {
  return (FILE_NAME[event.code] as number) > 0 && event.i64(0) === 0;
}

/** Other names of the program that an event of which {@link startsProgram} holds has started in `thread`. */
export function executedNames(event: EventCursor, thread: Thread, files?: FileNames): readonly OtherName[] {
  const names: OtherName[] = [];
  const given = joinPath(thread.cwd, event.text(FILE_NAME[event.code] as number) ?? '');
  if (given.startsWith('/') && given !== thread.exepath && !given.startsWith(BY_DESCRIPTOR))
    names.push({ kind: 'given', path: given, isExecutable: true });
  for (const path of sameFile(event, thread, files))
    if (path !== given && path !== thread.exepath)
      names.push({ kind: 'same file', path, isExecutable: true });
  return names.length === 0 ? NO_NAMES : names;
}

function sameFile(event: EventCursor, { executable }: Thread, files: FileNames | undefined) {
  const device = event.u32(extensionIndex(event.type, 'exe_dev'));
  return (device !== undefined && files?.namesOf(device, inodeNumber(executable.inode))) || [];
}
