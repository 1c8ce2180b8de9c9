/** What the model knows of an open file descriptor. */
import type { ByteString } from '../events/bytes.ts';
import type { DescriptorKind } from '../events/descriptors.ts';

export type { DescriptorKind };

export interface Descriptor {
  kind: DescriptorKind;
  /** Path of a file as the kernel resolves it, text of a socket's ends, name of a memfd. */
  name: ByteString;
  /** Path as the system call gave it, before it was made absolute and normal. */
  rawName: ByteString;
  device: number;
  inode: bigint;
  upperLayer: boolean;
  lowerLayer: boolean;
  /** Ends of a socket; undefined for everything else. */
  socket: SocketEnds | undefined;
}

export interface SocketEnds {
  /** Layer-4 protocol number (IPPROTO_*): 6 tcp, 17 udp, 1 icmp, 0 unknown. */
  protocol: number;
  /** 4 or 16 bytes as a byte string; empty when not bound. Client is the tuple's source. */
  clientIp: ByteString;
  serverIp: ByteString;
  clientPort: number;
  serverPort: number;
  /** This process is the server: it accepted or listens. `undefined` when unknown. */
  isServer: boolean | undefined;
  /**
   * A table of descriptors tells: the socket waits at the server's end, or it has both ends (false), which
   * are known as soon as `isServer` is, even when they are all zeros. Absent where only the ends can tell.
   */
  listening?: boolean;
  /** The socket has a peer, or its connect is under way; absent when only the ends can tell. */
  connected?: boolean;
  /** Path of a unix socket. */
  path: ByteString;
}
