/** Parameters of an event as values that tests compare. */
import type { EventCursor } from '../../../src/events/cursor.ts';
import type { ParameterType } from '../../../src/events/table.ts';

export type DecodedValue = number | bigint | string | DescriptorValue | undefined;

export interface DescriptorValue {
  readonly kind: string;
  readonly protocol: number;
  readonly flags: number;
  readonly device: number;
  readonly inode: number;
  /** Path or name of a file, text of a socket's ends. */
  readonly name: string | undefined;
}

/** Every parameter by its name, extensions included; an empty one is undefined, one that the event lacks is left out. */
export function decodeParameters(event: EventCursor): Record<string, DecodedValue> {
  const { parameters, extensions } = event.type;
  const values: Record<string, DecodedValue> = {};
  [...parameters, ...extensions].forEach(({ name, type }, index) => {
    if (event.has(index)) values[name] = decodeParameter(type, Buffer.from(event.raw(index) ?? []));
  });
  return values;
}

const SIGNED: ReadonlySet<ParameterType> = new Set(['INT8', 'INT16', 'INT32', 'INT64', 'ERRNO', 'FD', 'PID']);

function decodeParameter(type: ParameterType, raw: Buffer): DecodedValue {
  if (raw.length === 0) return undefined;
  switch (type) {
    case 'CHARBUF':
    case 'FSPATH':
    case 'FSRELPATH':
      return raw.at(-1) === 0
        ? raw.toString('latin1', 0, raw.length - 1)
        : `${raw.toString('latin1')}<no NUL>`;
    case 'BYTEBUF':
      return raw.toString('latin1');
    case 'DYN':
      return `${raw[0]}:${raw.subarray(1).toString('hex')}`;
    case 'FDLIST':
      return descriptorList(raw);
    case 'SOCKADDR':
      return addressText(raw);
    case 'SOCKTUPLE':
      return endsText(raw);
    case 'DESCRIPTOR': {
      const kind = String.fromCharCode(raw[0] as number);
      const rest = raw.subarray(16);
      // A userfaultfd has the letter of unix sockets, but a name instead of ends, which begin with the family.
      const hasEnds = '46n'.includes(kind) || (kind === 'u' && rest[0] === 1);
      return {
        kind,
        protocol: raw[1] as number,
        flags: raw[2] as number,
        device: raw.readUInt32LE(4),
        inode: Number(raw.readBigUInt64LE(8)),
        name:
          rest.length === 0
            ? undefined
            : hasEnds
              ? endsText(rest)
              : rest.toString('latin1', 0, rest.indexOf(0)),
      };
    }
    default: {
      if (raw.length > 6) {
        const value = SIGNED.has(type) ? raw.readBigInt64LE() : raw.readBigUInt64LE();
        return Number.isSafeInteger(Number(value)) ? Number(value) : value;
      }
      return SIGNED.has(type) ? raw.readIntLE(0, raw.length) : raw.readUIntLE(0, raw.length);
    }
  }
}

/** `descriptor:flags` of each, behind a number of 16 bits that says how many there are. */
function descriptorList(raw: Buffer): string {
  const count = raw.readUInt16LE();
  if (raw.length !== 2 + 10 * count) return `${count} descriptors in ${raw.length} bytes`;
  return Array.from(
    { length: count },
    (_, index) => `${raw.readBigInt64LE(2 + 10 * index)}:${raw.readUInt16LE(10 + 10 * index)}`,
  ).join(' ');
}

function ip(bytes: Buffer): string {
  return bytes.length === 4 ? bytes.join('.') : bytes.toString('hex').replace(/(....)(?=.)/g, '$1:');
}

function addressText(raw: Buffer): string {
  if (raw[0] === 1) return `unix ${raw.toString('latin1', 1, raw.length - 1)}`;
  return `${ip(raw.subarray(1, -2))} ${raw.readUInt16LE(raw.length - 2)}`;
}

/** `source port > target port`; of unix sockets which of the two kernel addresses are set, and the path. */
function endsText(raw: Buffer): string {
  if (raw[0] === 1) {
    const set = (at: number) => (raw.readBigUInt64LE(at) === 0n ? '0' : '*');
    return `unix ${set(1)} ${set(9)} ${raw.toString('latin1', 17, Math.max(raw.length - 1, 17))}`;
  }
  const size = raw[0] === 2 ? 4 : 16;
  const end = (at: number) => `${ip(raw.subarray(at, at + size))} ${raw.readUInt16LE(at + size)}`;
  return `${end(1)} > ${end(1 + size + 2)}`;
}
