/**
 * Inodes as numbers that tell files apart: their lower 53 bits, which are exact. Most have no others; overlays with
 * layers of several file systems (xino) and network file systems have. The probe asks by the same bits (bpf/filter.h).
 */

const BITS = 53;
const UPPER_MASK = 2 ** (BITS - 32) - 1;

export function inodeNumber(inode: bigint): number {
  return Number(BigInt.asUintN(BITS, inode));
}

/** The same of an inode's lower and upper 32 bits. */
export function inodeOfHalves(lower: number, upper: number): number {
  return lower + (upper & UPPER_MASK) * 2 ** 32;
}
