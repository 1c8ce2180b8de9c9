/**
 * The blocks that a capture is made of. Like pcap-ng, every block is
 *
 *     u32 type, u32 length of the whole block, body, u32 the same length again
 *
 * padded to four bytes, little-endian. Codes and layouts are those of Falco's capture format 1.2; the
 * codes that end in ABCD are what its predecessors wrote before the format had a release.
 */

export const SECTION_HEADER = 0x0a0d0d0a;

/** First word of a section header's body; it reads differently when the byte order does. */
export const SECTION_MAGIC = 0x1a2b3c4d;
export const SECTION_MAGIC_SWAPPED = 0x4d3c2b1a;

/** Type, length and the length at the end: no block is shorter. */
export const BLOCK_OVERHEAD = 12;
export const BLOCK_HEADER = 8;
export const BLOCK_TRAILER = 4;

/** Kinds of blocks with the machine's state at the start of the capture. */
export type StateBlockKind = 'machine' | 'processes' | 'descriptors' | 'interfaces' | 'users';

export interface StateBlock {
  readonly kind: StateBlockKind;
  readonly version: number;
}

const STATE_BLOCKS: ReadonlyMap<number, StateBlock> = new Map([
  ...versions('machine', [0x201]),
  ...versions('machine', [0x8002abcd]),
  ...versions('processes', [0x202, 0x207, 0x209, 0x210, 0x211, 0x212, 0x213, 0x214, 0x215]),
  ...versions('processes', [0x8000abcd, 0x8013abcd, 0x8014abcd]),
  ...versions('descriptors', [0x203, 0x218]),
  ...versions('descriptors', [0x8001abcd]),
  ...versions('interfaces', [0x205, 0x219]),
  ...versions('interfaces', [0x8011abcd]),
  ...versions('users', [0x206, 0x220]),
  ...versions('users', [0x8012abcd]),
]);

/** What a block of this type holds; undefined for events and for types that nobody knows. */
export function stateBlock(type: number): StateBlock | undefined {
  return STATE_BLOCKS.get(type);
}

/** Bits that {@link eventBlock} answers with. */
export const EVENT = 1;
/** A word of flags stands between the CPU and the event. */
export const WITH_FLAGS = 2;
/** The event's header does not say how many parameters follow. */
export const WITHOUT_COUNT = 4;
/** The block may be longer than {@link MAX_EVENT_BLOCK}. */
export const LARGE = 8;

/** The most that an event block may span unless it is of a large kind. */
export const MAX_EVENT_BLOCK = 65536 + BLOCK_HEADER;

/** Flag of an event: the model of the machine learns from it, rules do not see it. */
export const STATE_ONLY = 1;

/** How the event lies in a block of this type, as a sum of the bits above; 0 when the block holds no event. */
export function eventBlock(type: number): number {
  switch (type) {
    case 0x216:
      return EVENT;
    case 0x217:
      return EVENT | WITH_FLAGS;
    case 0x204:
    case 0x8010abcd:
      return EVENT | WITHOUT_COUNT;
    case 0x208:
      return EVENT | WITH_FLAGS | WITHOUT_COUNT;
    case 0x221:
      return EVENT | LARGE;
    case 0x222:
      return EVENT | WITH_FLAGS | LARGE;
    default:
      return 0;
  }
}

function versions(kind: StateBlockKind, types: readonly number[]): [number, StateBlock][] {
  return types.map((type, index) => [type, { kind, version: index + 1 }]);
}
