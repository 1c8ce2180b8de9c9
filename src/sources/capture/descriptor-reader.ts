/** Decodes lists of open descriptors: one block per thread, two versions. */
import { DESCRIPTOR_TYPES, PROTOCOLS, USERFAULTFD } from './descriptor-types.ts';
import { type FieldsReader, MAX_PADDING } from './fields-reader.ts';
import type { DescriptorRecord, SocketRecord } from './state.ts';

/** From this version on each entry begins with its length. */
const WITH_LENGTH = 2;

/** Calls `take` for each descriptor of the block, with the thread's id. Throws Damage. */
export function readDescriptors(
  body: FieldsReader,
  version: number,
  take: (tid: number, descriptor: DescriptorRecord) => void,
): void {
  const tid = body.i64();
  while (body.left > MAX_PADDING) {
    const delimited = version >= WITH_LENGTH;
    take(tid, readDescriptor(delimited ? body.part(body.u32() - 4) : body, delimited));
  }
}

/** `delimited`: the entry has an end of its own, so that it may lack what was added last. */
function readDescriptor(entry: FieldsReader, delimited: boolean): DescriptorRecord {
  const fd = entry.i64();
  const inode = entry.u64();
  const number = entry.u8();
  const type = DESCRIPTOR_TYPES[number];
  const record = {
    fd,
    kind: type?.kind ?? 'X',
    userfault: number === USERFAULTFD,
    inode,
    name: type ? '' : `unknown-type:[${number}]`,
    openFlags: 0,
    device: 0,
    socket: undefined,
  } as const;
  switch (type?.layout) {
    case 'name':
      return { ...record, name: entry.text() };
    case 'file': {
      const openFlags = entry.u32();
      const name = entry.text();
      return { ...record, openFlags, name, device: delimited && entry.left >= 4 ? entry.u32() : 0 };
    }
    case 'ip':
    case 'ip-listening':
      return {
        ...record,
        socket: readIpSocket(entry, type.kind === '4' ? 4 : 16, type.layout === 'ip-listening'),
      };
    case 'unix': {
      const source = entry.u64();
      const destination = entry.u64();
      return { ...record, name: entry.text(), socket: { ...NO_SOCKET, source, destination } };
    }
    default:
      return record;
  }
}

const NO_SOCKET: SocketRecord = {
  protocol: 0,
  listening: false,
  sourceIp: '',
  destinationIp: '',
  sourcePort: 0,
  destinationPort: 0,
  source: 0n,
  destination: 0n,
};

function readIpSocket(entry: FieldsReader, size: 4 | 16, listening: boolean): SocketRecord {
  const sourceIp = entry.bytes(size);
  const destinationIp = listening ? '' : entry.bytes(size);
  const sourcePort = entry.u16();
  const destinationPort = listening ? 0 : entry.u16();
  const protocol = PROTOCOLS[entry.u8()] ?? 0;
  return { ...NO_SOCKET, listening, sourceIp, destinationIp, sourcePort, destinationPort, protocol };
}
