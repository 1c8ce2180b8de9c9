/** A descriptor as a table of descriptors keeps it. */
import type { ByteString } from '../events/bytes.ts';
import type { Descriptor, DescriptorKind, SocketEnds } from './descriptor.ts';
import type { SocketMemory } from './socket-memory.ts';

const TWO_32 = 2 ** 32;

/**
 * Never changed once it is in a table, for tables of other processes may hold it too: what an event
 * changes is put in its place as a changed copy.
 */
export class OpenDescriptor implements Descriptor {
  kind: DescriptorKind;
  name: ByteString = '';
  rawName: ByteString = '';
  device = 0;
  /** As two numbers, since nearly nobody asks for it. */
  inodeLow = 0;
  inodeHigh = 0;
  upperLayer = false;
  lowerLayer = false;
  /** Of a socket. */
  memory: SocketMemory | undefined;
  closesOnExec = false;
  /** Of a pidfd: the process. */
  pid = 0;

  constructor(kind: DescriptorKind, facts?: Partial<Omit<OpenDescriptor, 'inode' | 'socket' | 'with'>>) {
    this.kind = kind;
    if (facts) Object.assign(this, facts);
  }

  get socket(): SocketEnds | undefined {
    return this.memory?.describe();
  }

  get inode(): bigint {
    return BigInt(this.inodeHigh) * BigInt(TWO_32) + BigInt(this.inodeLow);
  }

  /** A copy that differs in `facts`. */
  with(facts: Partial<Omit<OpenDescriptor, 'inode' | 'socket' | 'with'>>): OpenDescriptor {
    const copy = new OpenDescriptor(this.kind);
    copy.name = this.name;
    copy.rawName = this.rawName;
    copy.device = this.device;
    copy.inodeLow = this.inodeLow;
    copy.inodeHigh = this.inodeHigh;
    copy.upperLayer = this.upperLayer;
    copy.lowerLayer = this.lowerLayer;
    copy.memory = this.memory;
    copy.closesOnExec = this.closesOnExec;
    copy.pid = this.pid;
    return Object.assign(copy, facts);
  }
}
