/** `fs.path.*`: the paths that a system call on the file system names. */
import { defineClass } from './define.ts';

export const FS_PATH_FIELDS = defineClass(
  {
    name: 'fs.path',
    title: '',
    description:
      'Paths of successful system calls that name files: open, rename, link, unlink, mkdir, chmod, mount and the like. One field for what each of them calls differently.',
    sources: ['syscall'],
  },
  [
    {
      name: 'fs.path.name',
      type: 'CHARBUF',
      cost: 4,
      description: 'Path that the system call works on, made absolute and normal.',
    },
    {
      name: 'fs.path.nameraw',
      type: 'CHARBUF',
      cost: 2,
      description: 'Path that the system call works on, as it was given.',
    },
    {
      name: 'fs.path.source',
      type: 'CHARBUF',
      cost: 4,
      description:
        'Of system calls with two paths, the one it starts from: the old name of a rename, the new name of a link. Absolute and normal.',
    },
    {
      name: 'fs.path.sourceraw',
      type: 'CHARBUF',
      cost: 2,
      description: '`fs.path.source` as it was given.',
    },
    {
      name: 'fs.path.target',
      type: 'CHARBUF',
      cost: 4,
      description:
        'Of system calls with two paths, the one it leads to: the new name of a rename, what a link points at. Absolute and normal.',
    },
    {
      name: 'fs.path.targetraw',
      type: 'CHARBUF',
      cost: 2,
      description: '`fs.path.target` as it was given.',
    },
  ],
);
