/** `fd.*`: the descriptor that the event is about. */
import { defineClass, INDEX } from './define.ts';

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
    },
    {
      name: 'fd.type',
      type: 'CHARBUF',
      description:
        'Kind of the descriptor: `file`, `directory`, `ipv4`, `ipv6`, `unix`, `pipe`, `event`, `signalfd`, `eventpoll`, `inotify`, `timerfd`, `netlink`, `bpf`, `userfaultfd`, `io_uring`, `memfd` or `pidfd`.',
    },
    {
      name: 'fd.typechar',
      type: 'CHARBUF',
      description:
        'Kind of the descriptor as one letter: f file, d directory, 4 and 6 sockets, u unix socket or userfaultfd, p pipe, e event, s signalfd, l eventpoll, i inotify, t timerfd, n netlink, b bpf, r io_uring, m memfd, P pidfd, o other.',
    },
    {
      name: 'fd.name',
      type: 'CHARBUF',
      cost: 2,
      description:
        'Absolute path of a file, also of one that could not be opened; `address:port->address:port` of a connection; path of a unix socket.',
    },
    {
      name: 'fd.directory',
      type: 'CHARBUF',
      cost: 3,
      description: 'Directory part of `fd.name`, without a slash at the end, for files and directories.',
    },
    {
      name: 'fd.filename',
      type: 'CHARBUF',
      cost: 3,
      description: 'Last part of `fd.name`, for files.',
    },
    {
      name: 'fd.ip',
      type: 'IPADDR',
      multiplicity: 'ends',
      conditionOnly: true,
      noRightHandSide: true,
      noTransformer: true,
      description: 'Address of either end; with `!=` both ends must differ.',
    },
    { name: 'fd.cip', type: 'IPADDR', description: 'Address of the client.' },
    { name: 'fd.sip', type: 'IPADDR', description: 'Address of the server.' },
    {
      name: 'fd.lip',
      type: 'IPADDR',
      cost: 2,
      description: 'Address of the local end, by the addresses of this machine.',
    },
    { name: 'fd.rip', type: 'IPADDR', cost: 2, description: 'Address of the remote end.' },
    {
      name: 'fd.port',
      type: 'PORT',
      multiplicity: 'ends',
      conditionOnly: true,
      noRightHandSide: true,
      noTransformer: true,
      description: 'Port of either end; with `!=` both ends must differ.',
    },
    { name: 'fd.cport', type: 'PORT', description: 'Port of the client.' },
    { name: 'fd.sport', type: 'PORT', description: 'Port of the server.' },
    { name: 'fd.lport', type: 'PORT', cost: 2, description: 'Port of the local end.' },
    { name: 'fd.rport', type: 'PORT', cost: 2, description: 'Port of the remote end.' },
    {
      name: 'fd.l4proto',
      type: 'CHARBUF',
      description: 'Protocol above IP: `tcp`, `udp`, `icmp` or `raw`.',
    },
    {
      name: 'fd.sockfamily',
      type: 'CHARBUF',
      description: '`ip` for IPv4 and IPv6 sockets, `unix` for unix sockets, missing for all else.',
    },
    {
      name: 'fd.is_server',
      type: 'BOOL',
      description: 'True when this process listens on the socket or accepted the connection.',
    },
    {
      name: 'fd.uid',
      type: 'CHARBUF',
      cost: 2,
      description: 'Thread id and descriptor number in one text, to tell descriptors apart.',
    },
    {
      name: 'fd.containername',
      type: 'CHARBUF',
      cost: 3,
      description: 'Container id and `fd.name` with a colon between.',
    },
    {
      name: 'fd.containerdirectory',
      type: 'CHARBUF',
      cost: 3,
      description: 'Container id and `fd.directory` with a colon between.',
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
    },
    {
      name: 'fd.cproto',
      type: 'CHARBUF',
      cost: 3,
      description: 'Name of the service that has the port of the client, or the number.',
    },
    {
      name: 'fd.sproto',
      type: 'CHARBUF',
      cost: 3,
      description: 'Name of the service that has the port of the server, or the number.',
    },
    {
      name: 'fd.lproto',
      type: 'CHARBUF',
      cost: 3,
      description: 'Name of the service that has the local port, or the number.',
    },
    {
      name: 'fd.rproto',
      type: 'CHARBUF',
      cost: 3,
      description: 'Name of the service that has the remote port, or the number.',
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
    },
    {
      name: 'fd.cnet',
      type: 'IPNET',
      conditionOnly: true,
      noRightHandSide: true,
      noTransformer: true,
      description: 'Address of the client, for comparing with a network.',
    },
    {
      name: 'fd.snet',
      type: 'IPNET',
      conditionOnly: true,
      noRightHandSide: true,
      noTransformer: true,
      description: 'Address of the server, for comparing with a network.',
    },
    {
      name: 'fd.lnet',
      type: 'IPNET',
      cost: 2,
      conditionOnly: true,
      noRightHandSide: true,
      noTransformer: true,
      description: 'Address of the local end, for comparing with a network.',
    },
    {
      name: 'fd.rnet',
      type: 'IPNET',
      cost: 2,
      conditionOnly: true,
      noRightHandSide: true,
      noTransformer: true,
      description: 'Address of the remote end, for comparing with a network.',
    },
    {
      name: 'fd.connected',
      type: 'BOOL',
      description: 'True for a network socket that has a peer, or whose connect is under way.',
    },
    {
      name: 'fd.name_changed',
      type: 'BOOL',
      description:
        'True when this event gave the descriptor another name, as the first datagram to a new address does.',
    },
    {
      name: 'fd.cip.name',
      type: 'CHARBUF',
      cost: 10,
      noRightHandSide: true,
      noTransformer: true,
      description:
        'Host name of the client. A condition resolves the names in the rule and compares addresses.',
    },
    {
      name: 'fd.sip.name',
      type: 'CHARBUF',
      cost: 10,
      noRightHandSide: true,
      noTransformer: true,
      description:
        'Host name of the server. A condition resolves the names in the rule and compares addresses.',
    },
    {
      name: 'fd.lip.name',
      type: 'CHARBUF',
      cost: 10,
      noRightHandSide: true,
      noTransformer: true,
      description:
        'Host name of the local end. A condition resolves the names in the rule and compares addresses.',
    },
    {
      name: 'fd.rip.name',
      type: 'CHARBUF',
      cost: 10,
      noRightHandSide: true,
      noTransformer: true,
      description:
        'Host name of the remote end. A condition resolves the names in the rule and compares addresses.',
    },
    {
      name: 'fd.dev',
      type: 'INT32',
      description: 'Number of the device that holds the file, major and minor in one.',
    },
    { name: 'fd.dev.major', type: 'INT32', description: 'Major number of the device that holds the file.' },
    { name: 'fd.dev.minor', type: 'INT32', description: 'Minor number of the device that holds the file.' },
    { name: 'fd.ino', type: 'INT64', description: 'Inode number of the file.' },
    {
      name: 'fd.nameraw',
      type: 'CHARBUF',
      description:
        'Path as the program gave it: relative, with `..` and doubled slashes where it had them. For files only.',
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
    },
    {
      name: 'fd.is_upper_layer',
      type: 'BOOL',
      description: 'True for a file in the upper, written layer of an overlay file system.',
    },
    {
      name: 'fd.is_lower_layer',
      type: 'BOOL',
      description: 'True for a file in a lower, read-only layer of an overlay file system.',
    },
  ],
);
