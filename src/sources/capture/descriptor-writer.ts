/** Encodes an entry of a list of descriptors: the counterpart of descriptor-reader.ts. */
import type { ByteString } from '../../events/bytes.ts';
import { DESCRIPTOR_TYPES, type DescriptorLayout, PROTOCOLS, UNKNOWN_TYPE_NAME } from './descriptor-types.ts';
import type { FieldsWriter } from './fields-writer.ts';
import type { DescriptorRecord, SocketRecord } from './state.ts';

const MAX_PATH = 1023;

/** One entry. */
export function writeDescriptor(to: FieldsWriter, descriptor: DescriptorRecord): void {
  const number = typeOf(descriptor);
  const type = DESCRIPTOR_TYPES[number];
  to.delimited(true, () => {
    to.i64(descriptor.fd);
    to.u64(descriptor.inode);
    to.u8(number);
    switch (type?.layout) {
      case 'name':
        to.text(descriptor.name, MAX_PATH);
        break;
      case 'file':
        to.u32(descriptor.openFlags);
        to.text(descriptor.name, MAX_PATH);
        to.u32(descriptor.device);
        break;
      case 'ip':
      case 'ip-listening':
        writeIpSocket(to, descriptor.socket, type.kind === '4' ? 4 : 16);
        break;
      case 'unix':
        to.u64(descriptor.socket?.source ?? 0n);
        to.u64(descriptor.socket?.destination ?? 0n);
        to.text(descriptor.name, MAX_PATH);
        break;
    }
  });
}

/** Number of the type in the file. */
function typeOf({ kind, name, userfault, socket }: DescriptorRecord): number {
  const unknown = UNKNOWN_TYPE_NAME.exec(name);
  if (kind === 'X' && unknown) return Number(unknown[1]);
  const layout = layoutOf(kind, userfault, socket);
  const found = DESCRIPTOR_TYPES.findIndex((type) => type.kind === kind && type.layout === layout);
  return found < 0 ? DESCRIPTOR_TYPES.findIndex((type) => type.kind === 'X') : found;
}

function layoutOf(
  kind: DescriptorRecord['kind'],
  userfault: boolean,
  socket: SocketRecord | undefined,
): DescriptorLayout {
  if (kind === 'f') return 'file';
  if (kind === 'o') return 'none';
  if (kind === 'u') return userfault ? 'name' : 'unix';
  if (kind === '4' || kind === '6') return socket?.listening ? 'ip-listening' : 'ip';
  return 'name';
}

function writeIpSocket(to: FieldsWriter, socket: SocketRecord | undefined, size: 4 | 16): void {
  const address = (ip: ByteString | undefined): void =>
    to.bytesOf((ip ?? '').padEnd(size, '\0').slice(0, size));
  address(socket?.sourceIp);
  if (!socket?.listening) address(socket?.destinationIp);
  to.u16(socket?.sourcePort ?? 0);
  if (!socket?.listening) to.u16(socket?.destinationPort ?? 0);
  // The first number of a protocol that several have is the one for "unknown".
  to.u8(Math.max(0, PROTOCOLS.indexOf(socket?.protocol ?? 0)));
}
