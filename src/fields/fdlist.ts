/** `fdlist.*`: the descriptors that a poll waits for. */
import type { ByteString } from '../events/bytes.ts';
import { parameterIndex } from '../events/parameters.ts';
import type { EventContext } from '../system/context.ts';
import type { Descriptor, SocketEnds } from '../system/descriptor.ts';
import { formatIp } from '../system/ip.ts';
import { defineClass } from './define.ts';
import { polledDescriptors } from './evt-arguments.ts';
import {
  clientIp,
  clientPort,
  hasClient,
  hasServer,
  isInternet,
  serverIp,
  serverPort,
} from './socket-fields.ts';
import { descriptorOf } from './subject.ts';

/** Texts of the descriptors that have one, joined by commas; `undefined` when none has. */
function listOf(
  context: EventContext,
  textOf: (descriptor: Descriptor | undefined, fd: number) => ByteString | undefined,
): ByteString | undefined {
  const { event } = context;
  const { name } = event.type;
  if (name !== 'poll' && name !== 'ppoll') return undefined;
  const index = parameterIndex(event.type, 'fds');
  if (index < 0 || event.sizeOf(index) === 0) return undefined;
  const texts: ByteString[] = [];
  for (const { fd } of polledDescriptors(event.raw(index) as Buffer)) {
    const text = textOf(descriptorOf(context, fd), fd);
    if (text !== undefined) texts.push(text);
  }
  return texts.join(',') || undefined;
}

function endsOf(descriptor: Descriptor | undefined): SocketEnds | undefined {
  return descriptor && isInternet(descriptor) ? descriptor.socket : undefined;
}

function ipText(ip: ByteString | undefined): ByteString | undefined {
  return ip === undefined ? undefined : formatIp(ip);
}

/** Ports of connections only, as in Falco. */
function connectedPort(
  descriptor: Descriptor | undefined,
  portOf: (ends: SocketEnds | undefined) => number | undefined,
): ByteString | undefined {
  const ends = endsOf(descriptor);
  return ends && hasClient(ends) && hasServer(ends) ? String(portOf(ends)) : undefined;
}

export const FD_LIST_FIELDS = defineClass(
  {
    name: 'fdlist',
    title: '',
    description: 'Descriptors that poll and ppoll wait for, joined by commas.',
    sources: ['syscall'],
  },
  [
    {
      name: 'fdlist.nums',
      type: 'CHARBUF',
      cost: 4,
      description: 'Numbers of the descriptors.',
      read: (context) => listOf(context, (_, fd) => String(fd)),
    },
    {
      name: 'fdlist.names',
      type: 'CHARBUF',
      cost: 6,
      description: '`fd.name` of the descriptors; `<NA>` for those that are not known.',
      read: (context) => listOf(context, (descriptor) => descriptor?.name || '<NA>'),
    },
    {
      name: 'fdlist.cips',
      type: 'CHARBUF',
      cost: 6,
      description: 'Client addresses of those that are internet sockets; the others are left out.',
      read: (context) => listOf(context, (descriptor) => ipText(clientIp(endsOf(descriptor)))),
    },
    {
      name: 'fdlist.sips',
      type: 'CHARBUF',
      cost: 6,
      description: 'Server addresses of those that are internet sockets; the others are left out.',
      read: (context) => listOf(context, (descriptor) => ipText(serverIp(endsOf(descriptor)))),
    },
    {
      name: 'fdlist.cports',
      type: 'CHARBUF',
      cost: 6,
      description: 'Client ports of those that are internet sockets; the others are left out.',
      read: (context) => listOf(context, (descriptor) => connectedPort(descriptor, clientPort)),
    },
    {
      name: 'fdlist.sports',
      type: 'CHARBUF',
      cost: 6,
      description: 'Server ports of those that are internet sockets; the others are left out.',
      read: (context) => listOf(context, (descriptor) => connectedPort(descriptor, serverPort)),
    },
  ],
);
