/** System calls on memory: the process's own, and that of others. */
import {
  bits,
  type CallRow,
  type Collect,
  descriptor,
  flags,
  id,
  number,
  result,
  task,
  vectorBytes,
} from './collect.ts';

const SIZES: Readonly<Record<string, Collect>> = {
  res: result,
  vm_size: task('VM_SIZE'),
  vm_rss: task('VM_RESIDENT'),
  vm_swap: task('VM_SWAP'),
};
/** `first`: the argument with the address, which five others follow. */
const mapped = (first: number, offset: 'offset' | 'pgoffset'): Readonly<Record<string, Collect>> => ({
  ...SIZES,
  addr: number(first),
  length: number(first + 1),
  prot: flags(first + 2, 'protection'),
  flags: flags(first + 3, 'mappingFlags'),
  fd: id(first + 4),
  [offset]: number(first + 5),
  fdinfo: descriptor,
});
const RANGE: Readonly<Record<string, Collect>> = { res: result, addr: number(0), len: number(1) };
/** The first of the two arrays is the caller's own memory: read into, or written from. */
const TRANSFERRED: Readonly<Record<string, Collect>> = {
  res: result,
  pid: id(0),
  data: vectorBytes(1, 2, 'received'),
};

export const MEMORY_CALLS: readonly CallRow[] = [
  { event: 'brk', parameters: { ...SIZES, addr: number(0) } },
  {
    event: 'mmap',
    interfaces: ['x64', 'arm64'],
    subject: 'argument',
    subjectArgument: 4,
    parameters: mapped(0, 'offset'),
  },
  {
    // The old call takes its arguments as a structure.
    event: 'mmap',
    interfaces: ['ia32'],
    structure: { argument: 0, words: 6, native: true },
    subject: 'argument',
    subjectArgument: 10,
    parameters: mapped(6, 'offset'),
  },
  { event: 'mmap2', subject: 'argument', subjectArgument: 4, parameters: mapped(0, 'pgoffset') },
  { event: 'munmap', parameters: { ...SIZES, addr: number(0), length: number(1) } },
  {
    event: 'mprotect',
    parameters: { res: result, addr: number(0), length: number(1), prot: flags(2, 'protection') },
  },
  { event: 'mlock', parameters: RANGE },
  { event: 'munlock', parameters: RANGE },
  { event: 'mlock2', parameters: { ...RANGE, flags: bits(2, 1) } },
  { event: 'mlockall', parameters: { res: result, flags: bits(0, 7) } },
  { event: 'munlockall', parameters: { res: result } },
  { event: 'process_vm_readv', parameters: TRANSFERRED },
  { event: 'process_vm_writev', parameters: TRANSFERRED },
];
