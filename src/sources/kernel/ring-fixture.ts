/** A ring buffer as the kernel keeps it, in plain memory, and the kernel's side of it: for tests. */
import { encodeEvent } from '../../events/encode.ts';

export const RING_SIZE = 4096;
export const BUSY = 0x80000000;
export const DISCARDED = 0x40000000;
const CLOSE = 5;
/** Bytes of the data that are mapped again behind it; no record of the tests is longer. */
const REPEATED = 1024;

export class FakeRing {
  readonly consumer: BigUint64Array;
  readonly producer: BigUint64Array;
  readonly data = Buffer.alloc(RING_SIZE + REPEATED);
  readonly size = RING_SIZE;

  constructor(position = 0) {
    this.consumer = new BigUint64Array([BigInt(position)]);
    this.producer = new BigUint64Array([BigInt(position)]);
  }

  /** Writes a record, whose beginning in the ring shows behind its end too; returns where. */
  write(payload: Buffer, flags = 0): number {
    const position = Number(this.producer[0]);
    const record = Buffer.alloc((8 + payload.length + 7) & ~7);
    record.writeUInt32LE((payload.length | flags) >>> 0, 0);
    payload.copy(record, 8);
    for (let index = 0; index < record.length; index++) {
      const at = (position + index) % RING_SIZE;
      this.data[at] = record[index] as number;
      if (at < REPEATED) this.data[at + RING_SIZE] = record[index] as number;
    }
    this.producer[0] = BigInt(position + record.length);
    return position % RING_SIZE;
  }

  /** Writes the event of a close(2) of `fd`. */
  close(fd: number, timestamp: bigint): number {
    return this.write(encodeEvent({ code: CLOSE, tid: 7, timestamp, values: [0, fd] }));
  }
}
