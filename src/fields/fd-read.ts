/** How the fields of class `fd` find their values. */
import type { ByteString } from '../events/bytes.ts';
import type { EventContext } from '../system/context.ts';
import type { SocketEnds } from '../system/descriptor.ts';
import type { FieldDefinition } from './define.ts';
import { fdName, kindFromEvent, socketName } from './fd-name.ts';
import type { FieldValue } from './field.ts';
import {
  hasClient,
  hasServer,
  isInternet,
  isLocal,
  localEnd,
  protocolName,
  socketEnds,
} from './socket-fields.ts';
import { concernsDescriptor, descriptorOf, typeName } from './subject.ts';

export function kindLetter(context: EventContext): ByteString | undefined {
  if (context.descriptor) return context.descriptor.kind;
  return concernsDescriptor(context.event) ? kindFromEvent(context) : undefined;
}

export function localIp(context: EventContext): ByteString | undefined {
  const local = localEnd(context);
  return local && (local.isClient ? local.ends.clientIp : local.ends.serverIp);
}

export function remoteIp(context: EventContext): ByteString | undefined {
  const local = localEnd(context);
  return local && (local.isClient ? local.ends.serverIp : local.ends.clientIp);
}

export function localPort(context: EventContext): number | undefined {
  const local = localEnd(context);
  return local && (local.isClient ? local.ends.clientPort : local.ends.serverPort);
}

export function remotePort(context: EventContext): number | undefined {
  const local = localEnd(context);
  return local && (local.isClient ? local.ends.serverPort : local.ends.clientPort);
}

/** Text of a port: its service where the system knows one, otherwise its number. */
export function serviceText(context: EventContext, port: number | undefined): ByteString | undefined {
  if (port === undefined || !context.descriptor) return undefined;
  const protocol = protocolName(context.descriptor, socketEnds(context));
  const transport = protocol === 'tcp' || protocol === 'udp' ? protocol : undefined;
  return context.system.serviceName?.(port, transport) ?? String(port);
}

/** Service of one end of a connection; as in Falco empty for a socket that only listens. */
export function connectedService(
  context: EventContext,
  portOf: (ends: SocketEnds | undefined) => number | undefined,
): ByteString | undefined {
  const ends = socketEnds(context);
  if (!ends || (!ends.listening && !hasServer(ends))) return undefined;
  return hasClient(ends) ? serviceText(context, portOf(ends)) : '';
}

export function socketFamily({ descriptor }: EventContext): ByteString | undefined {
  if (!descriptor) return undefined;
  if (isInternet(descriptor)) return 'ip';
  return descriptor.kind === 'u' && descriptor.socket ? 'unix' : undefined;
}

/** As in Falco, in captures: the socket listens, or the server's address is one of this machine's. */
export function isServer(context: EventContext): boolean | undefined {
  const { descriptor } = context;
  if (!descriptor) return undefined;
  if (!isInternet(descriptor)) return false;
  const ends = socketEnds(context);
  if (!ends) return false;
  // A table of descriptors tells whether it listens; elsewhere the kernel tells who is the server.
  const isKnown = ends.listening ?? ends.isServer === true;
  return isKnown || isLocal(context, ends.serverIp);
}

/** A socket with both ends has a peer, unless the model knows better. */
export function isConnected({ descriptor }: EventContext): boolean | undefined {
  if (!descriptor) return undefined;
  const { socket } = descriptor;
  if (!socket) return false;
  return socket.connected ?? (isInternet(descriptor) && hasClient(socket) && hasServer(socket));
}

/**
 * Without a record of earlier names: a file that was opened, a socket that was bound, connected or
 * accepted, and a datagram whose ends are in the event alone have got their name just now.
 */
export function isRenamed(context: EventContext): boolean | undefined {
  const { event, descriptor, descriptorRenamed } = context;
  if (!descriptor) return undefined;
  if (descriptorRenamed !== undefined) return descriptorRenamed;
  const { name, flags } = event.type;
  const creates = flags.has('CREATES_FD') && !flags.has('USES_FD');
  const names = creates || name === 'bind' || name === 'connect';
  if (names) return fdName(context) !== '' && !hasFailed(context);
  return isConnected(context) === false && socketName(context) !== undefined;
}

const EINPROGRESS = -115;

function hasFailed({ event }: EventContext): boolean {
  const result = event.i64(0) ?? 0;
  return result < 0 && result !== EINPROGRESS;
}

/** Container id and a name with a colon between; the id is empty on the host. */
export function inContainer({ thread }: EventContext, name: ByteString | undefined): ByteString | undefined {
  return thread && name !== undefined ? `${thread.containerId}:${name}` : undefined;
}

/** Kinds of all descriptors of the process, or of the one that the argument numbers. */
export function typesOf(context: EventContext, argument: string | undefined): FieldValue {
  const { event, thread, system } = context;
  if (!concernsDescriptor(event)) return undefined;
  if (argument !== undefined) {
    const descriptor = descriptorOf(context, Number(argument));
    return descriptor && [typeName(descriptor)];
  }
  if (!thread || !system.descriptors) return undefined;
  const types = new Set<ByteString>();
  for (const descriptor of system.descriptors(thread)) types.add(typeName(descriptor));
  return [...types];
}

/** Stands for the name of an address that none of the rules' hosts has: it is unequal to every name. */
const NO_NAME: readonly ByteString[] = ['\0'];

/**
 * A field for the name of one end. Its values are those of the names in the rules that have the address at this
 * moment, so that a comparison with any of them holds; an address without one is unequal to all.
 */
export function hostNameField(
  name: string,
  end: string,
  ipOf: (context: EventContext) => ByteString | undefined,
): FieldDefinition {
  const namesOf = (context: EventContext): readonly ByteString[] => {
    const ip = ipOf(context);
    return (ip === undefined ? undefined : context.system.hostNames?.(ip)) ?? [];
  };
  return {
    name,
    type: 'CHARBUF',
    multiplicity: 'ends',
    cost: 3,
    noRightHandSide: true,
    noTransformer: true,
    description: `Host name of the ${end}. A condition compares the address with those of the names in the rules, which are resolved again and again; other hosts have no name here.`,
    read(context) {
      if (ipOf(context) === undefined) return undefined;
      const names = namesOf(context);
      return names.length > 0 ? names : NO_NAME;
    },
    format: (context) => namesOf(context)[0],
    json: (context) => namesOf(context)[0],
  };
}
