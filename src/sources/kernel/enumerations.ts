/**
 * Values of the kernel that are one of many and become values of the event layout (events/symbols.ts), as
 * data for the probe. Facts are from the kernel's uapi headers and from Falco's event schema.
 */
import { SYMBOLS } from '../../events/symbols.ts';

type Values = readonly (readonly [value: number, symbol: string])[];

/** Requests of ptrace(2) in the order of their numbers, and those from 0x4200 on. */
const PTRACE_REQUESTS: Values = [
  [0, 'PTRACE_TRACEME'],
  [1, 'PTRACE_PEEKTEXT'],
  [2, 'PTRACE_PEEKDATA'],
  [3, 'PTRACE_PEEKUSR'],
  [4, 'PTRACE_POKETEXT'],
  [5, 'PTRACE_POKEDATA'],
  [6, 'PTRACE_POKEUSR'],
  [7, 'PTRACE_CONT'],
  [8, 'PTRACE_KILL'],
  [9, 'PTRACE_SINGLESTEP'],
  [12, 'PTRACE_GETREGS'],
  [13, 'PTRACE_SETREGS'],
  [14, 'PTRACE_GETFPREGS'],
  [15, 'PTRACE_SETFPREGS'],
  [16, 'PTRACE_ATTACH'],
  [17, 'PTRACE_DETACH'],
  [18, 'PTRACE_GETFPXREGS'],
  [19, 'PTRACE_SETFPXREGS'],
  [21, 'PTRACE_OLDSETOPTIONS'],
  [24, 'PTRACE_SYSCALL'],
  [25, 'PTRACE_GET_THREAD_AREA'],
  [26, 'PTRACE_SET_THREAD_AREA'],
  [30, 'PTRACE_ARCH_PRCTL'],
  [31, 'PTRACE_SYSEMU'],
  [32, 'PTRACE_SYSEMU_SINGLESTEP'],
  [33, 'PTRACE_SINGLEBLOCK'],
  [0x4200, 'PTRACE_SETOPTIONS'],
  [0x4201, 'PTRACE_GETEVENTMSG'],
  [0x4202, 'PTRACE_GETSIGINFO'],
  [0x4203, 'PTRACE_SETSIGINFO'],
  [0x4204, 'PTRACE_GETREGSET'],
  [0x4205, 'PTRACE_SETREGSET'],
  [0x4206, 'PTRACE_SEIZE'],
  [0x4207, 'PTRACE_INTERRUPT'],
  [0x4208, 'PTRACE_LISTEN'],
  [0x4209, 'PTRACE_PEEKSIGINFO'],
  [0x420a, 'PTRACE_GETSIGMASK'],
  [0x420b, 'PTRACE_SETSIGMASK'],
];

/** Commands of fcntl(2); the three with 64 only 32-bit programs have. */
const FCNTL_COMMANDS: Values = [
  [0, 'F_DUPFD'],
  [1, 'F_GETFD'],
  [2, 'F_SETFD'],
  [3, 'F_GETFL'],
  [4, 'F_SETFL'],
  [5, 'F_GETLK'],
  [6, 'F_SETLK'],
  [7, 'F_SETLKW'],
  [8, 'F_SETOWN'],
  [9, 'F_GETOWN'],
  [10, 'F_SETSIG'],
  [11, 'F_GETSIG'],
  [12, 'F_GETLK64'],
  [13, 'F_SETLK64'],
  [14, 'F_SETLKW64'],
  [15, 'F_SETOWN_EX'],
  [16, 'F_GETOWN_EX'],
  [36, 'F_OFD_GETLK'],
  [37, 'F_OFD_SETLK'],
  [38, 'F_OFD_SETLKW'],
  [1024, 'F_SETLEASE'],
  [1025, 'F_GETLEASE'],
  [1026, 'F_NOTIFY'],
  [1029, 'F_CANCELLK'],
  [1030, 'F_DUPFD_CLOEXEC'],
  [1031, 'F_SETPIPE_SZ'],
  [1032, 'F_GETPIPE_SZ'],
];

const SEMAPHORE_COMMANDS: Values = [
  [0, 'IPC_RMID'],
  [1, 'IPC_SET'],
  [2, 'IPC_STAT'],
  [3, 'IPC_INFO'],
  [11, 'GETPID'],
  [12, 'GETVAL'],
  [13, 'GETALL'],
  [14, 'GETNCNT'],
  [15, 'GETZCNT'],
  [16, 'SETVAL'],
  [17, 'SETALL'],
  [18, 'SEM_STAT'],
  [19, 'SEM_INFO'],
];

/** Commands of quotactl(2) without the type in their low byte. */
const QUOTA_COMMANDS: Values = [
  [0x800001, 'Q_SYNC'],
  [0x800002, 'Q_QUOTAON'],
  [0x800003, 'Q_QUOTAOFF'],
  [0x800004, 'Q_GETFMT'],
  [0x800005, 'Q_GETINFO'],
  [0x800006, 'Q_SETINFO'],
  [0x800007, 'Q_GETQUOTA'],
  [0x800008, 'Q_SETQUOTA'],
  [0x5801, 'Q_XQUOTAON'],
  [0x5802, 'Q_XQUOTAOFF'],
  [0x5803, 'Q_XGETQUOTA'],
  [0x5804, 'Q_XSETQLIM'],
  [0x5805, 'Q_XGETQSTAT'],
  [0x5806, 'Q_XQUOTARM'],
  [0x5807, 'Q_XQUOTASYNC'],
];

/** Options of sockets by their numbers (the kernel's asm-generic/socket.h), and the type of their values. */
const SOCKET_OPTIONS: readonly (readonly [value: number, symbol: string, type: OptionType])[] = [
  [1, 'SO_DEBUG', 'number'],
  [2, 'SO_REUSEADDR', 'number'],
  [3, 'SO_TYPE', 'number'],
  [4, 'SO_ERROR', 'error'],
  [5, 'SO_DONTROUTE', 'number'],
  [6, 'SO_BROADCAST', 'number'],
  [7, 'SO_SNDBUF', 'number'],
  [8, 'SO_RCVBUF', 'number'],
  [9, 'SO_KEEPALIVE', 'number'],
  [10, 'SO_OOBINLINE', 'number'],
  [11, 'SO_NO_CHECK', 'number'],
  [12, 'SO_PRIORITY', 'number'],
  [13, 'SO_LINGER', 'bytes'],
  [14, 'SO_BSDCOMPAT', 'number'],
  [15, 'SO_REUSEPORT', 'number'],
  [16, 'SO_PASSCRED', 'number'],
  [17, 'SO_PEERCRED', 'bytes'],
  [18, 'SO_RCVLOWAT', 'number'],
  [19, 'SO_SNDLOWAT', 'number'],
  [20, 'SO_RCVTIMEO', 'time'],
  [21, 'SO_SNDTIMEO', 'time'],
  [22, 'SO_SECURITY_AUTHENTICATION', 'number'],
  [23, 'SO_SECURITY_ENCRYPTION_TRANSPORT', 'number'],
  [24, 'SO_SECURITY_ENCRYPTION_NETWORK', 'number'],
  [25, 'SO_BINDTODEVICE', 'number'],
  [26, 'SO_ATTACH_FILTER', 'bytes'],
  [27, 'SO_DETACH_FILTER', 'number'],
  [28, 'SO_PEERNAME', 'bytes'],
  [29, 'SO_TIMESTAMP', 'number'],
  [30, 'SO_ACCEPTCONN', 'number'],
  [31, 'SO_PEERSEC', 'number'],
  [32, 'SO_SNDBUFFORCE', 'number'],
  [33, 'SO_RCVBUFFORCE', 'number'],
  [34, 'SO_PASSSEC', 'number'],
  [35, 'SO_TIMESTAMPNS', 'number'],
  [36, 'SO_MARK', 'number'],
  [37, 'SO_TIMESTAMPING', 'number'],
  [38, 'SO_PROTOCOL', 'number'],
  [39, 'SO_DOMAIN', 'number'],
  [40, 'SO_RXQ_OVFL', 'number'],
  [41, 'SO_WIFI_STATUS', 'number'],
  [42, 'SO_PEEK_OFF', 'number'],
  [43, 'SO_NOFCS', 'number'],
  [44, 'SO_LOCK_FILTER', 'number'],
  [45, 'SO_SELECT_ERR_QUEUE', 'number'],
  [46, 'SO_BUSY_POLL', 'number'],
  [47, 'SO_MAX_PACING_RATE', 'number'],
  [48, 'SO_BPF_EXTENSIONS', 'number'],
  [49, 'SO_INCOMING_CPU', 'number'],
  [50, 'SO_ATTACH_BPF', 'bytes'],
  [55, 'SO_MEMINFO', 'bytes'],
  [57, 'SO_COOKIE', 'long'],
  [59, 'SO_PEERGROUPS', 'bytes'],
  [66, 'SO_RCVTIMEO', 'time'],
  [67, 'SO_SNDTIMEO', 'time'],
];

/** Types of a socket option's value: enum lanner_option_type of the probe, and of the dynamic parameter. */
const OPTION_TYPES = { bytes: 0, error: 1, number: 2, long: 3, time: 4 } as const;
type OptionType = keyof typeof OPTION_TYPES;

/**
 * What the second to fifth argument of keyctl(2) are, by its operation: `n` a number, `t` a text, `-` nothing.
 */
const KEY_ARGUMENTS: readonly string[] = [
  ...['nn--', 't---', 'nnn-', 'n---', 'nnn-', 'nn--', 'nnn-', 'n---', 'nn--', 'nn--', 'nttn', 'nnn-'],
  ...['nnnn', 'nnn-', 'n---', 'nn--', 'n---', 'nnn-', '----', 'nnnn', 'nnnn', 'n---', 'nn--', 'nnnn'],
  ...['nnt-', 'ntnn', 'ntnn', 'ntnn', 'ntnn', 'ntt-', 'nnnn', 'nn--', 'nnn-'],
];
const KEY_ARGUMENT_KINDS = '-nt';

interface Enumeration {
  /** Kernel value -> value of the event layout. */
  readonly values: readonly (readonly [value: number, translated: number])[];
}

const ENUMERATIONS = {
  ptraceRequests: symbolic('ptraceRequests', PTRACE_REQUESTS),
  fcntlCommands: symbolic('fcntlCommands', FCNTL_COMMANDS),
  semaphoreCommands: symbolic('semctlCommands', SEMAPHORE_COMMANDS),
  quotaCommands: symbolic('quotactlCmds', QUOTA_COMMANDS),
  seekOrigins: ownNumbers('lseekWhence'),
  shutdownHow: ownNumbers('shutdownHow'),
  limits: ownNumbers('rlimitResources'),
  socketLevels: symbolic('sockoptLevels', [
    [1, 'SOL_SOCKET'],
    [6, 'SOL_TCP'],
  ]),
  socketOptions: symbolic(
    'sockoptOptions',
    SOCKET_OPTIONS.map(([value, symbol]) => [value, symbol]),
  ),
  socketOptionTypes: { values: SOCKET_OPTIONS.map(([value, , type]) => [value, OPTION_TYPES[type]]) },
  /** Two bits for each argument. */
  keyArguments: {
    values: KEY_ARGUMENTS.map((kinds, operation) => [
      operation,
      [...kinds].reduce((sum, kind, index) => sum | (KEY_ARGUMENT_KINDS.indexOf(kind) << (2 * index)), 0),
    ]),
  },
} as const satisfies Record<string, Enumeration>;

export type EnumerationName = keyof typeof ENUMERATIONS;

function symbolic(set: string, values: Values): Enumeration {
  const byName = new Map(SYMBOLS.get(set)?.map((symbol) => [symbol.name, symbol.value]));
  return {
    values: values.map(([value, symbol]) => {
      const translated = byName.get(symbol);
      if (translated === undefined) throw new Error(`${set} has no symbol ${symbol}`);
      return [value, translated];
    }),
  };
}

/** The layout has the kernel's numbers. */
function ownNumbers(set: string): Enumeration {
  return { values: (SYMBOLS.get(set) ?? []).map(({ value }) => [value, value]) };
}

export function enumerationNumber(name: EnumerationName): number {
  return Object.keys(ENUMERATIONS).indexOf(name) + 1;
}

/** `[enumeration, kernel value, value of the event layout]` for every value. */
export function enumerators(): [enumeration: number, value: number, translated: number][] {
  return Object.entries(ENUMERATIONS).flatMap(([name, { values }]) =>
    values.map(([value, translated]): [number, number, number] => [
      enumerationNumber(name as EnumerationName),
      value,
      translated,
    ]),
  );
}
