/** System calls on descriptors, names, owners and modes, mounts and modules. */
import {
  base,
  bits,
  bytes,
  bytesIf,
  type CallRow,
  type Collect,
  descriptor,
  device,
  flags,
  id,
  inode,
  LARGE_DATA,
  mode,
  number,
  openFlags,
  openMode,
  plain,
  result,
  text,
  textIf,
} from './collect.ts';

const FOUND: Readonly<Record<string, Collect>> = { res: result, path: text(0), base: base('path') };
const nodeMode =
  (argument: number): Collect =>
  () => ({ kind: 'NODE_MODE', a: argument });
const FSCONFIG = { setString: 1, setBinary: 2, setPath: 3, setPathEmpty: 4 } as const;

export const FILE_CALLS: readonly CallRow[] = [
  // Descriptors.
  {
    event: 'open',
    subject: 'result',
    parameters: {
      fd: result,
      name: text(0),
      flags: openFlags(1),
      mode: openMode(2, 1),
      dev: device,
      ino: inode,
      fdinfo: descriptor,
      base: base('name'),
    },
  },
  {
    event: 'openat',
    subject: 'result',
    parameters: {
      fd: result,
      dirfd: id(0),
      name: text(1),
      flags: openFlags(2),
      mode: openMode(3, 2),
      dev: device,
      ino: inode,
      fdinfo: descriptor,
      base: base('name', 0),
    },
  },
  {
    // struct open_how: flags, mode, resolve.
    event: 'openat2',
    subject: 'result',
    structure: { argument: 2, words: 3 },
    parameters: {
      fd: result,
      dirfd: id(0),
      name: text(1),
      flags: openFlags(6),
      mode: openMode(7, 6),
      resolve: flags(8, 'resolveFlags'),
      dev: device,
      ino: inode,
      fdinfo: descriptor,
      base: base('name', 0),
    },
  },
  {
    event: 'creat',
    subject: 'result',
    parameters: {
      fd: result,
      name: text(0),
      mode: mode(1),
      dev: device,
      ino: inode,
      creat_flags: plain('FILE_LAYER'),
      fdinfo: descriptor,
      base: base('name'),
    },
  },
  { event: 'close', parameters: { res: result, fd: id(0) } },
  {
    event: 'dup',
    subject: 'resultOrArgument',
    parameters: { res: result, oldfd: id(0), fdinfo: descriptor },
  },
  {
    event: 'dup2',
    subject: 'resultOrArgument',
    parameters: { res: result, oldfd: id(0), newfd: id(1), fdinfo: descriptor },
  },
  {
    event: 'dup3',
    subject: 'resultOrArgument',
    parameters: {
      res: result,
      oldfd: id(0),
      newfd: id(1),
      flags: flags(2, 'closeOnExec'),
      fdinfo: descriptor,
    },
  },
  {
    event: 'memfd_create',
    subject: 'result',
    parameters: { fd: result, name: text(0), flags: bits(1, 0x7), fdinfo: descriptor },
  },

  {
    event: 'open_by_handle_at',
    subject: 'result',
    parameters: {
      fd: result,
      mountfd: id(0),
      flags: openFlags(2),
      path: plain('FILE_PATH'),
      dev: device,
      ino: inode,
      fdinfo: descriptor,
    },
  },
  {
    event: 'close_range',
    parameters: { res: result, first: number(0), last: number(1), flags: bits(2, 6) },
  },

  // What files are.
  { event: 'stat', parameters: FOUND },
  { event: 'lstat', parameters: FOUND },
  { event: 'stat64', parameters: FOUND },
  { event: 'lstat64', parameters: FOUND },
  { event: 'fstat', subject: 'argument', parameters: { res: result, fd: id(0), fdinfo: descriptor } },
  { event: 'fstat64', subject: 'argument', parameters: { res: result, fdinfo: descriptor } },
  {
    event: 'newfstatat',
    calls: ['newfstatat', 'fstatat64'],
    subject: 'argument',
    parameters: {
      res: result,
      dirfd: id(0),
      path: text(1),
      flags: bits(3, 0x1900),
      base: base('path', 0),
    },
  },
  { event: 'access', parameters: { res: result, name: text(0), mode: bits(1, 7), base: base('name') } },
  { event: 'getdents', subject: 'argument', parameters: { res: result, fd: id(0), fdinfo: descriptor } },
  { event: 'getdents64', subject: 'argument', parameters: { res: result, fd: id(0), fdinfo: descriptor } },

  // Directories and names.
  { event: 'getcwd', parameters: { res: result, path: textIf(0) } },
  { event: 'chroot', parameters: FOUND },
  {
    // The device number is told as it was passed, in the way of user space.
    event: 'mknod',
    parameters: { res: result, path: text(0), mode: nodeMode(1), dev: number(2), base: base('path') },
  },
  {
    event: 'mknodat',
    parameters: {
      res: result,
      dirfd: id(0),
      path: text(1),
      mode: nodeMode(2),
      dev: number(3),
      base: base('path', 0),
    },
  },
  {
    event: 'chdir',
    parameters: { res: result, path: text(0), cwd: () => ({ kind: 'CWD', a: 1 }) },
  },
  {
    event: 'fchdir',
    subject: 'argument',
    parameters: { res: result, fd: id(0), fdinfo: descriptor },
  },
  {
    event: 'mkdir',
    parameters: { res: result, path: text(0), mode: number(1), base: base('path') },
  },
  {
    event: 'mkdirat',
    parameters: { res: result, dirfd: id(0), path: text(1), mode: number(2), base: base('path', 0) },
  },
  { event: 'rmdir', parameters: { res: result, path: text(0), base: base('path') } },
  { event: 'unlink', parameters: { res: result, path: text(0), base: base('path') } },
  {
    event: 'unlinkat',
    parameters: { res: result, dirfd: id(0), name: text(1), flags: bits(2, 0x200), base: base('name', 0) },
  },
  {
    event: 'symlink',
    parameters: { res: result, target: text(0), linkpath: text(1), base: base('linkpath') },
  },
  {
    event: 'symlinkat',
    parameters: {
      res: result,
      target: text(0),
      linkdirfd: id(1),
      linkpath: text(2),
      base: base('linkpath', 1),
    },
  },
  {
    event: 'link',
    parameters: {
      res: result,
      oldpath: text(0),
      newpath: text(1),
      oldbase: base('oldpath'),
      newbase: base('newpath'),
    },
  },
  {
    event: 'linkat',
    parameters: {
      res: result,
      olddir: id(0),
      oldpath: text(1),
      newdir: id(2),
      newpath: text(3),
      flags: bits(4, 0x1400),
      oldbase: base('oldpath', 0),
      newbase: base('newpath', 2),
    },
  },
  {
    event: 'rename',
    parameters: {
      res: result,
      oldpath: text(0),
      newpath: text(1),
      oldbase: base('oldpath'),
      newbase: base('newpath'),
    },
  },
  {
    event: 'renameat',
    parameters: {
      res: result,
      olddirfd: id(0),
      oldpath: text(1),
      newdirfd: id(2),
      newpath: text(3),
      oldbase: base('oldpath', 0),
      newbase: base('newpath', 2),
    },
  },
  {
    event: 'renameat2',
    parameters: {
      res: result,
      olddirfd: id(0),
      oldpath: text(1),
      newdirfd: id(2),
      newpath: text(3),
      flags: number(4),
      oldbase: base('oldpath', 0),
      newbase: base('newpath', 2),
    },
  },

  // Owners and modes.
  {
    event: 'chmod',
    parameters: { res: result, filename: text(0), mode: mode(1), base: base('filename') },
  },
  {
    event: 'fchmod',
    subject: 'argument',
    parameters: { res: result, fd: id(0), mode: mode(1), fdinfo: descriptor },
  },
  {
    event: 'fchmodat',
    calls: ['fchmodat', 'fchmodat2'],
    parameters: { res: result, dirfd: id(0), filename: text(1), mode: mode(2), base: base('filename', 0) },
  },
  {
    event: 'chown',
    calls: ['chown', 'chown32'],
    parameters: { res: result, path: text(0), uid: number(1), gid: number(2), base: base('path') },
  },
  {
    event: 'lchown',
    calls: ['lchown', 'lchown32'],
    parameters: { res: result, path: text(0), uid: number(1), gid: number(2), base: base('path') },
  },
  {
    event: 'fchown',
    calls: ['fchown', 'fchown32'],
    subject: 'argument',
    parameters: { res: result, fd: id(0), uid: number(1), gid: number(2), fdinfo: descriptor },
  },
  {
    event: 'fchownat',
    parameters: {
      res: result,
      dirfd: id(0),
      pathname: text(1),
      uid: number(2),
      gid: number(3),
      flags: bits(4, 0x1400),
      base: base('pathname', 0),
    },
  },

  // Mounts, modules, BPF.
  {
    event: 'mount',
    parameters: {
      res: result,
      dev: text(0),
      dir: text(1),
      type: text(2),
      flags: () => ({ kind: 'MOUNT_FLAGS', a: 3 }),
      base: base('dir'),
    },
  },
  {
    event: 'umount2',
    parameters: { res: result, name: text(0), flags: bits(1, 0xf), base: base('name') },
  },
  { event: 'umount', parameters: { res: result, name: text(0), base: base('name') } },
  {
    event: 'fsconfig',
    subject: 'argument',
    parameters: {
      res: result,
      fd: id(0),
      cmd: number(1),
      key: text(2),
      value_bytebuf: bytesIf(3, 4, 1, [FSCONFIG.setBinary]),
      value_charbuf: textIf(3, 1, [FSCONFIG.setString, FSCONFIG.setPath, FSCONFIG.setPathEmpty]),
      aux: number(4),
      fdinfo: descriptor,
    },
  },
  {
    event: 'delete_module',
    parameters: { res: result, name: text(0), flags: flags(1, 'moduleRemovalFlags') },
  },
  { event: 'bpf', parameters: { fd: result, cmd: number(0) } },
  {
    event: 'init_module',
    parameters: {
      res: result,
      img: bytes(0, 1, 'argument', LARGE_DATA),
      length: number(1),
      uargs: text(2),
    },
  },
  {
    event: 'finit_module',
    subject: 'argument',
    parameters: { res: result, fd: id(0), uargs: text(1), flags: bits(2, 0x7), fdinfo: descriptor },
  },
];
