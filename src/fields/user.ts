/** `user.*` and `group.*`: who the thread runs as. */
import type { SystemView } from '../system/context.ts';
import type { Thread } from '../system/thread.ts';
import type { User } from '../system/users.ts';
import { defineClass } from './define.ts';

/** All ones mean that nobody logged in. */
function loginUid({ loginuid }: Thread): number {
  return loginuid === 0xffffffff ? -1 : loginuid;
}

function userOf({ users }: SystemView, { containerId }: Thread, uid: number): User | undefined {
  return uid < 0 ? undefined : users.user(uid, containerId);
}

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
      read: ({ thread }) => thread?.uid,
    },
    {
      name: 'user.name',
      type: 'CHARBUF',
      cost: 2,
      description:
        'Name of the user, looked up in the container for a container. `<NA>` when the id has no name there.',
      read: ({ thread, system }) =>
        thread && (userOf(system, thread, thread.uid)?.name ?? (thread.uid === 0 ? 'root' : '<NA>')),
    },
    {
      name: 'user.homedir',
      type: 'CHARBUF',
      cost: 2,
      description: 'Home directory of the user.',
      read: ({ thread, system }) =>
        thread && (userOf(system, thread, thread.uid)?.home ?? (thread.uid === 0 ? '/root' : '<NA>')),
    },
    {
      name: 'user.shell',
      type: 'CHARBUF',
      cost: 2,
      description: 'Login shell of the user.',
      read: ({ thread, system }) => thread && (userOf(system, thread, thread.uid)?.shell ?? '<NA>'),
    },
    {
      name: 'user.loginuid',
      type: 'INT64',
      description:
        'Id of the user who logged in, which sudo and su do not change (the audit login uid); -1 for what no login started.',
      read: ({ thread }) => thread && loginUid(thread),
    },
    {
      name: 'user.loginname',
      type: 'CHARBUF',
      cost: 2,
      description: 'Name of the user who logged in; `<NA>` when there is none.',
      read: ({ thread, system }) =>
        thread &&
        (userOf(system, thread, loginUid(thread))?.name ?? (thread.loginuid === 0 ? 'root' : '<NA>')),
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
      read: ({ thread }) => thread?.gid,
    },
    {
      name: 'group.name',
      type: 'CHARBUF',
      cost: 2,
      description: 'Name of the group; `<NA>` when the id has no name.',
      read: ({ thread, system }) =>
        thread &&
        (system.users.groupName(thread.gid, thread.containerId) ?? (thread.gid === 0 ? 'root' : '<NA>')),
    },
  ],
);
