/** Decodes the blocks with the state of the machine, except processes and descriptors. */
import { BLOCK_HEADER, BLOCK_OVERHEAD, BLOCK_TRAILER, type StateBlock, stateBlock } from './blocks.ts';
import { readDescriptors } from './descriptor-reader.ts';
import { Damage } from './error.ts';
import { type FactsRecord, parseFacts } from './facts.ts';
import { FieldsReader, MAX_PADDING, untilNul } from './fields-reader.ts';
import { readThreads } from './process-reader.ts';
import type { GroupRecord, InterfaceRecord, MachineInfo, StateSink, UserRecord } from './state.ts';

/** Decodes the body of a state block for the sink. Throws {@link Damage} where it makes no sense. */
export function readState(block: StateBlock, body: FieldsReader, sink: StateSink): void {
  switch (block.kind) {
    case 'machine':
      sink.machine?.(readMachine(body));
      return;
    case 'processes':
      readThreads(body, block.version, (thread) => sink.thread?.(thread));
      return;
    case 'descriptors':
      readDescriptors(body, block.version, (tid, descriptor) => sink.descriptor?.(tid, descriptor));
      return;
    case 'interfaces':
      sink.interfaces?.(readInterfaces(body, block.version));
      return;
    case 'users': {
      const { users, groups } = readUsers(body, block.version);
      sink.users?.(users, groups);
      return;
    }
    case 'facts':
      sink.facts?.(readFacts(body));
      return;
  }
}

/** Decodes the blocks that lie from `start` to `end` of `buffer`, one behind the other. Throws {@link Damage}. */
export function readStates(buffer: Buffer, start: number, end: number, sink: StateSink): void {
  for (let at = start; end - at >= BLOCK_OVERHEAD; ) {
    const length = buffer.readUInt32LE(at + 4);
    if (length < BLOCK_OVERHEAD || length > end - at)
      throw new Damage(`a block of ${length} bytes in an event`);
    const block = stateBlock(buffer.readUInt32LE(at));
    if (block)
      readState(block, new FieldsReader(buffer, at + BLOCK_HEADER, at + length - BLOCK_TRAILER), sink);
    at += length;
  }
}

export function readFacts(body: FieldsReader): FactsRecord {
  return parseFacts(untilNul(body.bytes(body.left)));
}

const HOSTNAME_SIZE = 128;

export function readMachine(body: FieldsReader): MachineInfo {
  return {
    cpus: body.u32(),
    memory: body.i64(),
    maxPid: body.i64(),
    hostname: untilNul(body.bytes(HOSTNAME_SIZE)),
    // Reserved, and zero, in the oldest captures.
    bootTime: body.u64(),
    flags: body.u64(),
  };
}

/** Kinds of addresses; the last two lack the link's speed. */
const IPV4 = 1;
const IPV6 = 2;
const IPV4_WITHOUT_SPEED = 3;
const IPV6_WITHOUT_SPEED = 4;

function readInterfaces(body: FieldsReader, version: number): InterfaceRecord[] {
  const interfaces: InterfaceRecord[] = [];
  while (body.left > MAX_PADDING) interfaces.push(readInterface(version >= 2 ? body.part(body.u32()) : body));
  return interfaces;
}

function readInterface(body: FieldsReader): InterfaceRecord {
  const kind = body.u16();
  const nameLength = body.u16();
  if (kind < IPV4 || kind > IPV6_WITHOUT_SPEED) throw new Damage(`an interface of the unknown kind ${kind}`);
  const size = kind === IPV4 || kind === IPV4_WITHOUT_SPEED ? 4 : 16;
  return {
    address: body.bytes(size),
    netmask: body.bytes(size),
    broadcast: body.bytes(size),
    linkSpeed: kind === IPV4 || kind === IPV6 ? body.u64() : 0n,
    name: untilNul(body.bytes(nameLength)),
  };
}

/** First byte of an entry; every other value is a group's. */
const USER = 0;

function readUsers(body: FieldsReader, version: number): { users: UserRecord[]; groups: GroupRecord[] } {
  const users: UserRecord[] = [];
  const groups: GroupRecord[] = [];
  while (body.left > MAX_PADDING) {
    const entry = version >= 2 ? body.part(body.u32() - 4) : body;
    if (entry.u8() === USER)
      users.push({
        uid: entry.u32(),
        gid: entry.u32(),
        name: entry.text(),
        home: entry.text(),
        shell: entry.text(),
      });
    else groups.push({ gid: entry.u32(), name: entry.text() });
  }
  return { users, groups };
}
