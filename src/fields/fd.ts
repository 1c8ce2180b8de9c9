/** `fd.*`: the descriptor that the event is about. */

import { defineClass, INDEX } from './define.ts';
import { fdDirectory, fdFileName, fdName, fdRawName } from './fd-name.ts';
import { aliases, givenPath, resolvedPath, shownPath } from './fd-paths.ts';
import {
  connectedService,
  hostNameField,
  inContainer,
  isConnected,
  isRenamed,
  isServer,
  kindLetter,
  localIp,
  localPort,
  remoteIp,
  remotePort,
  serviceText,
  socketFamily,
  typesOf,
} from './fd-read.ts';
import { integer } from './number.ts';
import {
  clientIp,
  clientPort,
  endIps,
  endPorts,
  protocolName,
  serverIp,
  serverPort,
  socketEnds,
} from './socket-fields.ts';
import { concernsDescriptor, numberOf, typeName } from './subject.ts';

export const FD_FIELDS = defineClass(
  {
    name: 'fd',
    title: '',
    description:
      'The file, socket or other object that the event is about. The client of a connection is the end that opened it, the server the other; local and remote are this machine and the rest.',
    sources: ['syscall'],
  },
  [
    {
      name: 'fd.num',
      type: 'INT64',
      description: 'Number of the descriptor; -1 for an open that failed.',
      read: (context) => (concernsDescriptor(context.event) ? numberOf(context) : undefined),
    },
    {
      name: 'fd.type',
      type: 'CHARBUF',
      description:
        'Kind of the descriptor: `file`, `directory`, `ipv4`, `ipv6`, `unix`, `pipe`, `event`, `signalfd`, `eventpoll`, `inotify`, `timerfd`, `netlink`, `bpf`, `userfaultfd`, `io_uring`, `memfd` or `pidfd`.',
      read: ({ descriptor }) => descriptor && typeName(descriptor),
    },
    {
      name: 'fd.typechar',
      type: 'CHARBUF',
      description:
        'Kind of the descriptor as one letter: f file, d directory, 4 and 6 sockets, u unix socket or userfaultfd, p pipe, e event, s signalfd, l eventpoll, i inotify, t timerfd, n netlink, b bpf, r io_uring, m memfd, P pidfd, o other.',
      read: kindLetter,
    },
    {
      name: 'fd.name',
      type: 'CHARBUF',
      cost: 2,
      description:
        'Absolute path of a file, also of one that could not be opened; `address:port->address:port` of a connection; path of a unix socket.',
      read: fdName,
    },
    {
      name: 'fd.directory',
      type: 'CHARBUF',
      cost: 3,
      description: 'Directory part of `fd.name`, without a slash at the end, for files and directories.',
      read: fdDirectory,
    },
    {
      name: 'fd.filename',
      type: 'CHARBUF',
      cost: 3,
      description: 'Last part of `fd.name`, for files.',
      read: fdFileName,
    },
    {
      name: 'fd.ip',
      type: 'IPADDR',
      multiplicity: 'ends',
      conditionOnly: true,
      noRightHandSide: true,
      noTransformer: true,
      description: 'Address of either end; with `!=` both ends must differ.',
      read: (context) => endIps(socketEnds(context)),
    },
    {
      name: 'fd.cip',
      type: 'IPADDR',
      description: 'Address of the client.',
      read: (context) => clientIp(socketEnds(context)),
    },
    {
      name: 'fd.sip',
      type: 'IPADDR',
      description: 'Address of the server.',
      read: (context) => serverIp(socketEnds(context)),
    },
    {
      name: 'fd.lip',
      type: 'IPADDR',
      cost: 2,
      description: 'Address of the local end, by the addresses of this machine.',
      read: localIp,
    },
    { name: 'fd.rip', type: 'IPADDR', cost: 2, description: 'Address of the remote end.', read: remoteIp },
    {
      name: 'fd.port',
      type: 'PORT',
      multiplicity: 'ends',
      conditionOnly: true,
      noRightHandSide: true,
      noTransformer: true,
      description: 'Port of either end; with `!=` both ends must differ.',
      read: (context) => endPorts(socketEnds(context)),
    },
    {
      name: 'fd.cport',
      type: 'PORT',
      description: 'Port of the client.',
      read: (context) => clientPort(socketEnds(context)),
    },
    {
      name: 'fd.sport',
      type: 'PORT',
      description: 'Port of the server.',
      read: (context) => serverPort(socketEnds(context)),
    },
    { name: 'fd.lport', type: 'PORT', cost: 2, description: 'Port of the local end.', read: localPort },
    { name: 'fd.rport', type: 'PORT', cost: 2, description: 'Port of the remote end.', read: remotePort },
    {
      name: 'fd.l4proto',
      type: 'CHARBUF',
      description: 'Protocol above IP: `tcp`, `udp`, `icmp` or `raw`.',
      read: (context) =>
        context.descriptor && (protocolName(context.descriptor, socketEnds(context)) ?? '<NA>'),
    },
    {
      name: 'fd.sockfamily',
      type: 'CHARBUF',
      description: '`ip` for IPv4 and IPv6 sockets, `unix` for unix sockets, missing for all else.',
      read: socketFamily,
    },
    {
      name: 'fd.is_server',
      type: 'BOOL',
      description: 'True when this process listens on the socket or accepted the connection.',
      read: isServer,
    },
    {
      name: 'fd.uid',
      type: 'CHARBUF',
      cost: 2,
      description: 'Thread id and descriptor number in one text, to tell descriptors apart.',
      read: (context) =>
        context.thread && concernsDescriptor(context.event)
          ? `${context.thread.tid}${numberOf(context)}`
          : undefined,
    },
    {
      name: 'fd.containername',
      type: 'CHARBUF',
      cost: 3,
      description: 'Container id and `fd.name` with a colon between.',
      read: (context) => inContainer(context, fdName(context)),
    },
    {
      name: 'fd.containerdirectory',
      type: 'CHARBUF',
      cost: 3,
      description: 'Container id and `fd.directory` with a colon between.',
      read: (context) => inContainer(context, fdDirectory(context)),
    },
    {
      name: 'fd.proto',
      type: 'PORT',
      multiplicity: 'ends',
      conditionOnly: true,
      noRightHandSide: true,
      noTransformer: true,
      description:
        'Port of either end, for comparing with the name of a service; with `!=` both ends must differ.',
      read: (context) => endPorts(socketEnds(context)),
    },
    {
      name: 'fd.cproto',
      type: 'CHARBUF',
      cost: 3,
      description: 'Name of the service that has the port of the client, or the number.',
      read: (context) => connectedService(context, clientPort),
    },
    {
      name: 'fd.sproto',
      type: 'CHARBUF',
      cost: 3,
      description: 'Name of the service that has the port of the server, or the number.',
      read: (context) => connectedService(context, serverPort),
    },
    {
      name: 'fd.lproto',
      type: 'CHARBUF',
      cost: 3,
      description: 'Name of the service that has the local port, or the number.',
      read: (context) => serviceText(context, localPort(context)),
    },
    {
      name: 'fd.rproto',
      type: 'CHARBUF',
      cost: 3,
      description: 'Name of the service that has the remote port, or the number.',
      read: (context) => serviceText(context, remotePort(context)),
    },
    {
      name: 'fd.net',
      type: 'IPNET',
      multiplicity: 'ends',
      conditionOnly: true,
      noRightHandSide: true,
      noTransformer: true,
      description:
        'Address of either end, for comparing with a network such as `10.0.0.0/8`; with `!=` both ends must lie outside.',
      read: (context) => endIps(socketEnds(context)),
    },
    {
      name: 'fd.cnet',
      type: 'IPNET',
      conditionOnly: true,
      noRightHandSide: true,
      noTransformer: true,
      description: 'Address of the client, for comparing with a network.',
      read: (context) => clientIp(socketEnds(context)),
    },
    {
      name: 'fd.snet',
      type: 'IPNET',
      conditionOnly: true,
      noRightHandSide: true,
      noTransformer: true,
      description: 'Address of the server, for comparing with a network.',
      read: (context) => serverIp(socketEnds(context)),
    },
    {
      name: 'fd.lnet',
      type: 'IPNET',
      cost: 2,
      conditionOnly: true,
      noRightHandSide: true,
      noTransformer: true,
      description: 'Address of the local end, for comparing with a network.',
      read: localIp,
    },
    {
      name: 'fd.rnet',
      type: 'IPNET',
      cost: 2,
      conditionOnly: true,
      noRightHandSide: true,
      noTransformer: true,
      description: 'Address of the remote end, for comparing with a network.',
      read: remoteIp,
    },
    {
      name: 'fd.connected',
      type: 'BOOL',
      description: 'True for a network socket that has a peer, or whose connect is under way.',
      read: isConnected,
    },
    {
      name: 'fd.name_changed',
      type: 'BOOL',
      description:
        'True when this event gave the descriptor another name, as the first datagram to a new address does.',
      read: isRenamed,
    },
    hostNameField('fd.cip.name', 'client', (context) => clientIp(socketEnds(context))),
    hostNameField('fd.sip.name', 'server', (context) => serverIp(socketEnds(context))),
    hostNameField('fd.lip.name', 'local end', localIp),
    hostNameField('fd.rip.name', 'remote end', remoteIp),
    {
      name: 'fd.dev',
      type: 'INT32',
      description: 'Number of the device that holds the file, major and minor in one.',
      read: ({ descriptor }) => descriptor?.device,
      format: ({ descriptor }) => descriptor?.device.toString(16).toUpperCase(),
      json: ({ descriptor }) => descriptor?.device.toString(16).toUpperCase(),
    },
    {
      name: 'fd.dev.major',
      type: 'INT32',
      description: 'Major number of the device that holds the file.',
      read: ({ descriptor }) => descriptor && (descriptor.device & 0xfff00) >>> 8,
    },
    {
      name: 'fd.dev.minor',
      type: 'INT32',
      description: 'Minor number of the device that holds the file.',
      read: ({ descriptor }) =>
        descriptor && (descriptor.device & 0xff) | ((descriptor.device >>> 12) & 0xfff00),
    },
    {
      name: 'fd.ino',
      type: 'INT64',
      description: 'Inode number of the file.',
      read: ({ descriptor }) => descriptor && integer(descriptor.inode),
    },
    {
      name: 'fd.nameraw',
      type: 'CHARBUF',
      description:
        'Path as the program gave it: relative, with `..` and doubled slashes where it had them. For files only.',
      read: fdRawName,
    },
    {
      name: 'fd.path.resolved',
      type: 'CHARBUF',
      cost: 2,
      description:
        'Path of the opened file by the kernel: free of links, as the process sees it. Live events only. Lanner also asks rules under `fd.path.given` and `fd.path.aliases`; `fd.name` shows the path by which a rule has matched.',
      read: resolvedPath,
    },
    {
      name: 'fd.path.given',
      type: 'CHARBUF',
      cost: 3,
      description:
        'Path of the opened file as the program gave it, made absolute and normal, with the links that are in it. Live events only.',
      read: givenPath,
    },
    {
      name: 'fd.path.aliases',
      type: 'CHARBUF',
      isList: true,
      noRightHandSide: true,
      cost: 6,
      description:
        'Other paths of the opened file on this machine: the one by the mounts of the machine, where the process sees the file through a bind mount or a root of its own, and those that rules ask for and that lead to the same device and inode (hard links). Live events only.',
      read: aliases,
    },
    {
      name: 'fd.path.shown',
      type: 'CHARBUF',
      cost: 2,
      description:
        'By which path `fd.name` shows the opened file, the one by which the rule has matched: `resolved`, `given` or `alias`. Of calls that open nothing (rename, unlink, chmod …), whose paths are shown as they were given, `resolved` or `alias` when the rule has matched by where a path led. Live events only.',
      read: shownPath,
    },
    {
      name: 'fd.types',
      type: 'CHARBUF',
      isList: true,
      argument: INDEX,
      noRightHandSide: true,
      cost: 6,
      description:
        'Kinds (`fd.type`) of the descriptors that the process has open, each once; `fd.types[0]` is the kind of its standard input alone.',
      read: typesOf,
    },
    {
      name: 'fd.is_upper_layer',
      type: 'BOOL',
      description: 'True for a file in the upper, written layer of an overlay file system.',
      read: ({ descriptor }) => descriptor?.upperLayer,
    },
    {
      name: 'fd.is_lower_layer',
      type: 'BOOL',
      description: 'True for a file in a lower, read-only layer of an overlay file system.',
      read: ({ descriptor }) => descriptor?.lowerLayer,
    },
  ],
);
