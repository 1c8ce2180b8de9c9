/** `fdlist.*`: the descriptors that a poll waits for. */
import { defineClass } from './define.ts';

export const FD_LIST_FIELDS = defineClass(
  {
    name: 'fdlist',
    title: '',
    description: 'Descriptors that poll and ppoll wait for, joined by commas.',
    sources: ['syscall'],
  },
  [
    { name: 'fdlist.nums', type: 'CHARBUF', cost: 4, description: 'Numbers of the descriptors.' },
    {
      name: 'fdlist.names',
      type: 'CHARBUF',
      cost: 6,
      description: '`fd.name` of the descriptors; `<NA>` for those that are not known.',
    },
    {
      name: 'fdlist.cips',
      type: 'CHARBUF',
      cost: 6,
      description: 'Client addresses of those that are sockets; `<NA>` for the others.',
    },
    {
      name: 'fdlist.sips',
      type: 'CHARBUF',
      cost: 6,
      description: 'Server addresses of those that are sockets; `<NA>` for the others.',
    },
    {
      name: 'fdlist.cports',
      type: 'CHARBUF',
      cost: 6,
      description: 'Client ports of those that are sockets; `<NA>` for the others.',
    },
    {
      name: 'fdlist.sports',
      type: 'CHARBUF',
      cost: 6,
      description: 'Server ports of those that are sockets; `<NA>` for the others.',
    },
  ],
);
