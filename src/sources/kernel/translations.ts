/**
 * How kernel values become values of the event layout (events/symbols.ts), as data for the probe. Facts
 * are from the kernel's uapi headers and from Falco's event schema.
 */
import { SYMBOLS } from '../../events/symbols.ts';

/** Architectures that the probe knows, by Node's names. */
export type Architecture = 'x64' | 'arm64';

/**
 * Kernel flag -> symbol of the event layout: `[mask, name]`. Any bit of the mask sets the symbol, which is
 * how Falco reads flags of several bits: O_DIRECTORY alone also gives O_TMPFILE, O_DSYNC also O_SYNC.
 */
type FlagRows = readonly (readonly [mask: number, symbol: string])[];

interface BitTable {
  readonly symbols: string;
  readonly flags: (architecture: Architecture) => FlagRows;
  /** Values that bits 0 and 1 have together, where they are a number and not flags. */
  readonly lowest?: readonly [string, string, string, string];
  /** Symbols of bits that are not set. */
  readonly unset?: FlagRows;
  /** The value is a number below 256 that stays as it is when a symbol has it, and is 0 otherwise. */
  readonly numbers?: true;
}

const OPEN_FLAGS: FlagRows = [
  [0o100, 'O_CREAT'],
  [0o200, 'O_EXCL'],
  [0o1000, 'O_TRUNC'],
  [0o2000, 'O_APPEND'],
  [0o4000, 'O_NONBLOCK'],
  [0o10000, 'O_DSYNC'],
  [0o4010000, 'O_SYNC'],
  [0o2000000, 'O_CLOEXEC'],
];

const OPEN_FLAGS_BY_ARCHITECTURE: Readonly<Record<Architecture, FlagRows>> = {
  x64: [
    [0o40000, 'O_DIRECT'],
    [0o100000, 'O_LARGEFILE'],
    [0o200000, 'O_DIRECTORY'],
    [0o20200000, 'O_TMPFILE'],
  ],
  arm64: [
    [0o200000, 'O_DIRECT'],
    [0o400000, 'O_LARGEFILE'],
    [0o40000, 'O_DIRECTORY'],
    [0o20040000, 'O_TMPFILE'],
  ],
};

/** Bits of open's flags that make its mode count. */
export const CREATING_FLAGS: Readonly<Record<Architecture, number>> = {
  x64: 0o100 | 0o20200000,
  arm64: 0o100 | 0o20040000,
};

const CLONE_FLAGS: FlagRows = [
  [0x00000100, 'CLONE_VM'],
  [0x00000200, 'CLONE_FS'],
  [0x00000400, 'CLONE_FILES'],
  [0x00000800, 'CLONE_SIGHAND'],
  [0x00002000, 'CLONE_PTRACE'],
  [0x00004000, 'CLONE_VFORK'],
  [0x00008000, 'CLONE_PARENT'],
  [0x00010000, 'CLONE_THREAD'],
  [0x00020000, 'CLONE_NEWNS'],
  [0x00040000, 'CLONE_SYSVSEM'],
  [0x00080000, 'CLONE_SETTLS'],
  [0x00100000, 'CLONE_PARENT_SETTID'],
  [0x00200000, 'CLONE_CHILD_CLEARTID'],
  [0x00800000, 'CLONE_UNTRACED'],
  [0x01000000, 'CLONE_CHILD_SETTID'],
  [0x02000000, 'CLONE_NEWCGROUP'],
  [0x04000000, 'CLONE_NEWUTS'],
  [0x08000000, 'CLONE_NEWIPC'],
  [0x10000000, 'CLONE_NEWUSER'],
  [0x20000000, 'CLONE_NEWPID'],
  [0x40000000, 'CLONE_NEWNET'],
  [0x80000000, 'CLONE_IO'],
];

/** Tables of flags by the name that system-calls.ts uses. */
const BIT_TABLES = {
  openFlags: {
    symbols: 'fileFlags',
    flags: (architecture) => [...OPEN_FLAGS, ...OPEN_FLAGS_BY_ARCHITECTURE[architecture]],
    lowest: ['O_RDONLY', 'O_WRONLY', 'O_RDWR', 'O_RDONLY'],
  },
  /** SOCK_NONBLOCK and SOCK_CLOEXEC, beside a socket's type and for accept4 and dup3. */
  descriptorFlags: {
    symbols: 'fileFlags',
    flags: () => [
      [0o4000, 'O_NONBLOCK'],
      [0o2000000, 'O_CLOEXEC'],
    ],
  },
  closeOnExec: { symbols: 'fileFlags', flags: () => [[0o2000000, 'O_CLOEXEC']] },
  resolveFlags: {
    symbols: 'openat2Flags',
    flags: () => [
      [0x01, 'RESOLVE_NO_XDEV'],
      [0x02, 'RESOLVE_NO_MAGICLINKS'],
      [0x04, 'RESOLVE_NO_SYMLINKS'],
      [0x08, 'RESOLVE_BENEATH'],
      [0x10, 'RESOLVE_IN_ROOT'],
      [0x20, 'RESOLVE_CACHED'],
    ],
  },
  cloneFlags: { symbols: 'cloneFlags', flags: () => CLONE_FLAGS },
  socketFamily: { symbols: 'socketFamilies', flags: () => [], numbers: true },
  pipeFlags: {
    symbols: 'fileFlags',
    flags: (architecture) => [
      [0o4000, 'O_NONBLOCK'],
      [0o2000000, 'O_CLOEXEC'],
      [architecture === 'x64' ? 0o40000 : 0o200000, 'O_DIRECT'],
    ],
  },
  epollFlags: { symbols: 'epollCreate1Flags', flags: () => [[0o2000000, 'EPOLL_CLOEXEC']] },
  pidfdFlags: { symbols: 'pidfdOpenFlags', flags: () => [[0o4000, 'PIDFD_NONBLOCK']] },
  moduleRemovalFlags: {
    symbols: 'deleteModuleFlags',
    flags: () => [
      [0o4000, 'O_NONBLOCK'],
      [0o1000, 'O_TRUNC'],
    ],
  },
  protection: {
    symbols: 'protFlags',
    flags: () => [
      [0x1, 'PROT_READ'],
      [0x2, 'PROT_WRITE'],
      [0x4, 'PROT_EXEC'],
      [0x8, 'PROT_SEM'],
      [0x01000000, 'PROT_GROWSDOWN'],
      [0x02000000, 'PROT_GROWSUP'],
    ],
  },
  mappingFlags: {
    symbols: 'mmapFlags',
    flags: (architecture) => [
      [0x1, 'MAP_SHARED'],
      [0x2, 'MAP_PRIVATE'],
      [0x10, 'MAP_FIXED'],
      [0x20, 'MAP_ANONYMOUS'],
      ...(architecture === 'x64' ? ([[0x40, 'MAP_32BIT']] as const) : []),
      [0x100, 'MAP_GROWSDOWN'],
      [0x800, 'MAP_DENYWRITE'],
      [0x1000, 'MAP_EXECUTABLE'],
      [0x2000, 'MAP_LOCKED'],
      [0x4000, 'MAP_NORESERVE'],
      [0x8000, 'MAP_POPULATE'],
      [0x10000, 'MAP_NONBLOCK'],
    ],
  },
  pollFlags: {
    symbols: 'pollFlags',
    flags: () => [
      [0x1, 'POLLIN'],
      [0x2, 'POLLPRI'],
      [0x4, 'POLLOUT'],
      [0x8, 'POLLERR'],
      [0x10, 'POLLHUP'],
      [0x20, 'POLLNVAL'],
      [0x40, 'POLLRDNORM'],
      [0x80, 'POLLRDBAND'],
      [0x100, 'POLLWRNORM'],
      [0x200, 'POLLWRBAND'],
      [0x2000, 'POLLRDHUP'],
    ],
  },
  /** IPC_CREAT and IPC_EXCL of semget. */
  creationFlags: {
    symbols: 'semgetFlags',
    flags: () => [
      [0o1000, 'IPC_CREAT'],
      [0o2000, 'IPC_EXCL'],
    ],
  },
  semaphoreFlags: {
    symbols: 'semopFlags',
    flags: () => [
      [0o4000, 'IPC_NOWAIT'],
      [0x1000, 'SEM_UNDO'],
    ],
  },
  /** The first flag also gives IORING_SQ_NEED_WAKEUP, which is of another word, as in Falco. */
  ringFlags: {
    symbols: 'ioUringSetupFlags',
    flags: () => [
      [0x01, 'IORING_SETUP_IOPOLL'],
      [0x01, 'IORING_SQ_NEED_WAKEUP'],
      [0x02, 'IORING_SETUP_SQPOLL'],
      [0x04, 'IORING_SETUP_SQ_AFF'],
      [0x08, 'IORING_SETUP_CQSIZE'],
      [0x10, 'IORING_SETUP_CLAMP'],
      [0x20, 'IORING_SETUP_ATTACH_RW'],
      [0x40, 'IORING_SETUP_R_DISABLED'],
    ],
  },
  /** Error code of a page fault on x86 (asm/trap_pf.h). Three of its bits say one thing or the other. */
  pageFault: {
    symbols: 'pfFlags',
    flags: () => [
      [0x01, 'PROTECTION_VIOLATION'],
      [0x02, 'WRITE_ACCESS'],
      [0x04, 'USER_FAULT'],
      [0x08, 'RESERVED_PAGE'],
      [0x10, 'INSTRUCTION_FETCH'],
    ],
    unset: [
      [0x01, 'PAGE_NOT_PRESENT'],
      [0x02, 'READ_ACCESS'],
      [0x04, 'SUPERVISOR_FAULT'],
    ],
  },
  /** The layout has the kernel's bits. */
  ringFeatures: {
    symbols: 'ioUringSetupFeats',
    flags: () => (SYMBOLS.get('ioUringSetupFeats') ?? []).map(({ name, value }) => [value, name] as const),
  },
} as const satisfies Record<string, BitTable>;

export type BitTableName = keyof typeof BIT_TABLES;

/** Number of a table in the probe's map; 0 means none. */
export function bitTableNumber(name: BitTableName): number {
  return Object.keys(BIT_TABLES).indexOf(name) + 1;
}

/** Every table as the probe takes it: four times 256 numbers of 32 bits, by its number. */
export function encodeBitTables(architecture: Architecture): Map<number, Buffer> {
  return new Map(
    Object.entries(BIT_TABLES).map(([name, table]) => [
      bitTableNumber(name as BitTableName),
      encodeBitTable(table, architecture),
    ]),
  );
}

function encodeBitTable(table: BitTable, architecture: Architecture): Buffer {
  const symbols = new Map(SYMBOLS.get(table.symbols)?.map(({ name, value }) => [name, value]));
  const symbolValue = (name: string): number => {
    const value = symbols.get(name);
    if (value === undefined) throw new Error(`${table.symbols} has no symbol ${name}`);
    return value;
  };
  const flags = table.flags(architecture).map(([mask, name]) => [mask, symbolValue(name)] as const);
  const unset = (table.unset ?? []).map(([bit, name]) => [bit, symbolValue(name)] as const);
  const numbers = new Set(table.numbers ? symbols.values() : []);
  const bytes = Buffer.alloc(4 * 256 * 4);
  for (let byte = 0; byte < 4; byte++) {
    for (let part = 0; part < 256; part++) {
      let translated = byte === 0 && numbers.has(part) ? part : 0;
      if (byte === 0 && table.lowest) translated |= symbolValue(table.lowest[part & 3] as string);
      if (byte === 0) for (const [bit, value] of unset) if ((bit & part) === 0) translated |= value;
      for (const [mask, value] of flags) if (((mask >>> (8 * byte)) & part) !== 0) translated |= value;
      bytes.writeUInt32LE(translated >>> 0, (byte * 256 + part) * 4);
    }
  }
  return bytes;
}

/**
 * Letter of `fd.typechar` for anonymous inodes, by the first seven bytes of the name that the kernel gives
 * them (anon_inode_getfd and its kin).
 */
const ANONYMOUS_KINDS: Readonly<Record<string, string>> = {
  '[eventfd]': 'e',
  '[eventpoll]': 'l',
  '[signalfd]': 's',
  '[timerfd]': 't',
  '[userfaultfd]': 'u',
  '[io_uring]': 'r',
  '[pidfd]': 'P',
  inotify: 'i',
  '[inotify]': 'i',
  'bpf-map': 'b',
  'bpf-prog': 'b',
  bpf_link: 'b',
  'bpf-link': 'b',
  btf: 'b',
};

/** `[first seven bytes of the name and a NUL, code of the letter]`. */
export function anonymousKinds(): [prefix: Buffer, letter: number][] {
  return Object.entries(ANONYMOUS_KINDS).map(([name, letter]) => {
    const prefix = Buffer.alloc(8);
    prefix.write(name.slice(0, 7), 'latin1');
    return [prefix, letter.charCodeAt(0)];
  });
}
