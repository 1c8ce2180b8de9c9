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
export type StateBlockKind = 'machine' | 'processes' | 'descriptors' | 'interfaces' | 'users' | 'facts';

export interface StateBlock {
  readonly kind: StateBlockKind;
  readonly version: number;
}

/** Types of the blocks that are written: the newest version of each. */
export const MACHINE = 0x201;
export const PROCESSES = 0x215;
export const DESCRIPTORS = 0x218;
export const INTERFACES = 0x219;
export const USERS = 0x220;

/**
 * What Lanner knows beyond Falco's format (facts.ts). The type is one that pcap-ng leaves to local use; readers
 * go over such a block where it stands before the first event, and only there.
 */
export const FACTS = 0x8c4c4e52;

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
  ...versions('facts', [FACTS]),
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

/** Types of event blocks that are written: by whether they have flags, and whether they are large. */
export const EVENT_BLOCK = 0x216;
export const EVENT_BLOCK_WITH_FLAGS = 0x217;
export const LARGE_EVENT_BLOCK = 0x221;
export const LARGE_EVENT_BLOCK_WITH_FLAGS = 0x222;

/**
 * Begins what follows an event in its block, which other readers pass over: options. Each is
 *
 *     u16 kind, u16 zero, u32 length, value
 */
export const OPTIONS_MAGIC = 0x2b524e4c;
export const OPTION_HEADER = 8;

/** Parameters that the event table has behind `+`: their number in two bytes, the length of each, the values. */
export const OPTION_EXTENSIONS = 1;
/** Blocks with state, as at the beginning of a capture: what became known just before the event. */
export const OPTION_STATE = 2;
/** Eight bytes: nanoseconds that the machine's clock was set by; part of the times of this and later events. */
export const OPTION_CLOCK = 3;
/** Four bytes: the number of the event, where it is not the one after the last event's. */
export const OPTION_NUMBER = 4;

/** Two bytes: the id of a system call without an event of its own, where the event has 0 for old readers. */
export const OPTION_CALL = 5;

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
