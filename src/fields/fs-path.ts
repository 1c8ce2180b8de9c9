/** `fs.path.*`: the paths that a system call on the file system names. */
import type { ByteString } from '../events/bytes.ts';
import { parameterIndex } from '../events/parameters.ts';
import type { EventContext } from '../system/context.ts';
import { directoryOf, joinPath } from '../system/paths.ts';
import { defineClass } from './define.ts';
import { absolutePath } from './event-paths.ts';
import { fdName } from './fd-name.ts';

type Role = 'path' | 'source' | 'target';

/**
 * Which parameter plays which role, by name of the event; `fd.name` stands for the descriptor. A link's
 * source is the name that is made, its target what it leads to.
 */
const PARAMETERS: Readonly<Record<string, Readonly<Partial<Record<Role, string>>>>> = {
  mkdir: { path: 'path' },
  mkdirat: { path: 'path' },
  rmdir: { path: 'path' },
  unlink: { path: 'path' },
  unlinkat: { path: 'name' },
  open: { path: 'name' },
  openat: { path: 'name' },
  openat2: { path: 'name' },
  chmod: { path: 'filename' },
  fchmod: { path: 'fd.name' },
  fchmodat: { path: 'filename' },
  chown: { path: 'path' },
  lchown: { path: 'path' },
  fchown: { path: 'fd.name' },
  fchownat: { path: 'pathname' },
  quotactl: { path: 'special' },
  umount: { path: 'name' },
  umount2: { path: 'name' },
  rename: { source: 'oldpath', target: 'newpath' },
  renameat: { source: 'oldpath', target: 'newpath' },
  renameat2: { source: 'oldpath', target: 'newpath' },
  link: { source: 'newpath', target: 'oldpath' },
  linkat: { source: 'newpath', target: 'oldpath' },
  symlink: { source: 'linkpath', target: 'target' },
  symlinkat: { source: 'linkpath', target: 'target' },
  mount: { source: 'dev', target: 'dir' },
};

type Form = (context: EventContext, index: number) => ByteString | undefined;

const rawPath: Form = ({ event }, index) => event.text(index);

function pathOf(context: EventContext, role: Role, form: Form): ByteString | undefined {
  const { event } = context;
  const { name, flags } = event.type;
  const parameter = PARAMETERS[name]?.[role];
  if (parameter === undefined || flags.has('OLD_VERSION') || !hasSucceeded(context)) return undefined;
  if (parameter === 'fd.name') return fdName(context);
  const index = parameterIndex(event.type, parameter);
  if (index < 0 || event.sizeOf(index) === 0) return undefined;
  if (form === absolutePath && parameter === 'target') return linkTarget(context, index);
  // What is mounted need not be a path: `proc`, `tmpfs`.
  if (form === absolutePath && parameter === 'dev') return mountSource(rawPath(context, index));
  return form(context, index);
}

/**
 * The result is 0, or for an open anything but -1: as in Falco an open that failed with another error
 * than EPERM still has its path.
 */
function hasSucceeded({ event }: EventContext): boolean {
  const result = event.i64(0);
  return event.type.flags.has('CREATES_FD') ? result !== undefined && result !== -1 : result === 0;
}

/** A relative target is looked up from the directory of the link (symlink(7)). */
function linkTarget(context: EventContext, index: number): ByteString | undefined {
  const target = rawPath(context, index);
  const link = pathOf(context, 'source', absolutePath);
  return target === undefined || link === undefined ? target : joinPath(directoryOf(link), target);
}

function mountSource(device: ByteString | undefined): ByteString | undefined {
  return device?.startsWith('/') ? joinPath('', device) : device;
}

export const FS_PATH_FIELDS = defineClass(
  {
    name: 'fs.path',
    title: '',
    description:
      'Paths of system calls that name files, when they succeed: open, rename, link, unlink, mkdir, chmod, mount and the like. One field for what each of them calls differently.',
    sources: ['syscall'],
  },
  [
    {
      name: 'fs.path.name',
      type: 'CHARBUF',
      cost: 4,
      description: 'Path that the system call works on, made absolute and normal.',
      read: (context) => pathOf(context, 'path', absolutePath),
    },
    {
      name: 'fs.path.nameraw',
      type: 'CHARBUF',
      cost: 2,
      description: 'Path that the system call works on, as it was given.',
      read: (context) => pathOf(context, 'path', rawPath),
    },
    {
      name: 'fs.path.source',
      type: 'CHARBUF',
      cost: 4,
      description:
        'Of system calls with two paths, the one it starts from: the old name of a rename, the new name of a link. Absolute and normal.',
      read: (context) => pathOf(context, 'source', absolutePath),
    },
    {
      name: 'fs.path.sourceraw',
      type: 'CHARBUF',
      cost: 2,
      description: '`fs.path.source` as it was given.',
      read: (context) => pathOf(context, 'source', rawPath),
    },
    {
      name: 'fs.path.target',
      type: 'CHARBUF',
      cost: 4,
      description:
        'Of system calls with two paths, the one it leads to: the new name of a rename, what a link points at. Absolute and normal.',
      read: (context) => pathOf(context, 'target', absolutePath),
    },
    {
      name: 'fs.path.targetraw',
      type: 'CHARBUF',
      cost: 2,
      description: '`fs.path.target` as it was given.',
      read: (context) => pathOf(context, 'target', rawPath),
    },
  ],
);
