/** `user.*` and `group.*`: who the thread runs as. */
import { defineClass } from './define.ts';

export const USER_FIELDS = defineClass(
  {
    name: 'user',
    title: '',
    description: 'The user that the thread runs as, and the one who logged in.',
    sources: ['syscall'],
  },
  [
    {
      name: 'user.uid',
      type: 'UINT32',
      description: 'Effective user id of the thread, as the host counts.',
    },
    {
      name: 'user.name',
      type: 'CHARBUF',
      cost: 2,
      description:
        'Name of the user, looked up in the container for a container. `<NA>` when the id has no name there.',
    },
    {
      name: 'user.homedir',
      type: 'CHARBUF',
      cost: 2,
      description: 'Home directory of the user.',
    },
    {
      name: 'user.shell',
      type: 'CHARBUF',
      cost: 2,
      description: 'Login shell of the user.',
    },
    {
      name: 'user.loginuid',
      type: 'INT64',
      description:
        'Id of the user who logged in, which sudo and su do not change (the audit login uid); -1 for what no login started.',
    },
    {
      name: 'user.loginname',
      type: 'CHARBUF',
      cost: 2,
      description: 'Name of the user who logged in; `<NA>` when there is none.',
    },
  ],
);

export const GROUP_FIELDS = defineClass(
  { name: 'group', title: '', description: 'The group that the thread runs as.', sources: ['syscall'] },
  [
    {
      name: 'group.gid',
      type: 'UINT32',
      description: 'Effective group id of the thread, as the host counts.',
    },
    {
      name: 'group.name',
      type: 'CHARBUF',
      cost: 2,
      description: 'Name of the group; `<NA>` when the id has no name.',
    },
  ],
);
