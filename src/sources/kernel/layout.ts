/**
 * What the probe and user space agree on: bpf/layout.h in TypeScript. A test compares the two files.
 */

export const MAX_CODES = 512;
export const MAX_CALLS = 1412;
export const MAX_PARAMETERS = 32;
export const MAX_TABLES = 32;
/** Of one filter; see bpf/layout.h, also for those that follow. */
export const MAX_PREDICATES = 16;
export const FIRST_PROGRAM_BIT = 48;
export const CONTAINER_BIT = 63;
export const ASKS_PROGRAM = 1;
export const ASKS_CONTAINER = 2;
export const MAX_PROGRAM_NAMES = 256;
export const GLANCE_PREDICATES = 6;
export const FILTER_ODD = 13;
export const FILTER_TOP = 14;
export const FILTER_DOTS = 15;
export const MAX_TERMS = 48;
export const MAX_STATES = 16_384;
export const MAX_CELLS = 524_288;
export const MAX_KNOWN_INODES = 16_384;

/** Entries of the call table that are not numbers of system calls: tracepoints, and where 32-bit calls begin. */
export const CALL_EXEC = 760;
export const CALL_EXIT = 761;
export const CALL_SWITCH = 762;
export const CALL_SIGNAL = 763;
export const CALL_PAGE_FAULT = 764;
export const CALLS_COMPAT = 768;
export const CALLS_SOCKET = 1280;
/** Where requests of io_uring begin, by operation. */
export const CALLS_URING = 1312;
/** Where the calls of the x32 interface's own begin. */
export const CALLS_X32 = 1376;

export const SCOPE_HOST = 0;
export const SCOPE_PROCESSES = 1;
export const SCOPE_CGROUP = 2;

export const SUBJECTS = { none: 0, result: 1, argument: 2, resultOrArgument: 3, pointed: 4 } as const;
export type Subject = keyof typeof SUBJECTS;

/** In a parameter: there is no such argument. */
export const NO_ARGUMENT = 0xff;

/** Kinds of parameters: how the probe collects one. */
export const KINDS = {
  RESULT: 0,
  VALUE: 1,
  SIGNED: 2,
  MASKED: 3,
  ENUMERATED: 4,
  RESULT_SIZE: 5,
  OPEN_FLAGS: 6,
  OPEN_MODE: 7,
  MOUNT_FLAGS: 8,
  PTRACE_ADDRESS: 9,
  PTRACE_DATA: 10,
  PRCTL_TEXT: 11,
  PRCTL_NUMBER: 12,
  CLONE_FLAGS: 13,
  POINTED: 14,
  JOINED: 15,
  VALUE_IF: 16,
  TIME: 17,
  CONSTANT: 18,
  SOCKET_OPTION: 19,
  OPTION_VALUE: 20,
  KEYCTL: 21,
  FUTEX_OPERATION: 22,
  NODE_MODE: 23,
  TEXT: 32,
  BYTES: 33,
  VECTOR_BYTES: 34,
  VECTOR_SIZE: 35,
  POINTED_TEXT: 36,
  POINTED_TEXTS: 37,
  EXEC_FILENAME: 38,
  TEXT_IF: 39,
  BYTES_IF: 40,
  POLL_LIST: 41,
  FILE_DEVICE: 64,
  FILE_INODE: 65,
  FILE_LAYER: 66,
  DESCRIPTOR: 67,
  BASE: 68,
  CWD: 69,
  EXE_PATH: 70,
  EXE_FLAGS: 71,
  EXE_INODE: 72,
  EXE_CHANGED: 73,
  EXE_MODIFIED: 74,
  FILE_PATH: 75,
  EXE_DEVICE: 76,
  ADDRESS: 96,
  ENDS: 97,
  QUEUE_PERCENT: 98,
  QUEUE_LENGTH: 99,
  QUEUE_MAXIMUM: 100,
  SOCKET_HERE: 101,
  SOCKET_PEER: 102,
  EXE: 128,
  ARGS: 129,
  ENV: 130,
  TID: 131,
  PID: 132,
  PARENT: 133,
  FD_LIMIT: 134,
  MAJOR_FAULTS: 135,
  MINOR_FAULTS: 136,
  VM_SIZE: 137,
  VM_RESIDENT: 138,
  VM_SWAP: 139,
  COMM: 140,
  TTY: 141,
  VPGID: 142,
  PGID: 143,
  VTID: 144,
  VPID: 145,
  LOGINUID: 146,
  EUID: 147,
  EGID: 148,
  CAP_INHERITABLE: 149,
  CAP_PERMITTED: 150,
  CAP_EFFECTIVE: 151,
  PIDNS_START: 152,
  CGROUPS: 153,
  KIN: 154,
  EXIT_STATUS: 160,
  EXIT_CODE: 161,
  EXIT_SIGNAL: 162,
  EXIT_CORE: 163,
  REAPER: 164,
  QUOTA_COMMAND: 192,
  QUOTA_TYPE: 193,
  QUOTA_ID: 194,
  QUOTA_FILE: 195,
  QUOTA_FORMAT: 196,
  QUOTA_FORMAT_READ: 197,
  QUOTA_LIMIT: 198,
  QUOTA_GRACE: 199,
  QUOTA_FLAGS: 200,
} as const;
export type Kind = keyof typeof KINDS;

/** How many bytes of data a call has sent or received. */
export const LENGTHS = { argument: 0, sent: 1, received: 2, control: 3 } as const;

/** When the ends of a socket are told. */
export const ENDS = { success: 0, connecting: 1 } as const;

/** What the constant of POINTED says; the macros POINTED_* of the header take it apart. */
export interface Pointed {
  /** In bytes, or in words when there is no width. */
  readonly offset?: number;
  /** In bytes; absent: a word as wide as the process's pointers. */
  readonly width?: 2 | 4 | 8;
  readonly signed?: true;
  readonly afterSuccess?: true;
  readonly orMinusOne?: true;
  /** It belongs to an element of an array: the argument with their number, and which element it is. */
  readonly element?: { readonly countArgument: number; readonly index: number };
}

export function pointedConstant({ offset = 0, width, element, ...flags }: Pointed): number {
  return (
    offset |
    ((width ?? 0) << 8) |
    (flags.signed ? 1 << 12 : 0) |
    (flags.afterSuccess ? 1 << 13 : 0) |
    (flags.orMinusOne ? 1 << 14 : 0) |
    (element ? ((element.countArgument + 1) << 16) | (element.index << 20) : 0)
  );
}

/** One parameter as the probe takes it: a kind and what it needs. */
export interface PackedParameter {
  readonly kind: Kind;
  readonly a?: number;
  readonly b?: number;
  readonly c?: number;
  readonly constant?: number;
}

/** Structure in the process's memory whose words become arguments 6, 7 … */
export interface Structure {
  /** The argument that points to it. */
  readonly argument: number;
  /** How many of its words: at most 10. */
  readonly words: number;
  /** Its words are as wide as the process's pointers; otherwise they have 64 bits. */
  readonly native?: true;
  /** It is an array of struct mmsghdr, of which each becomes an event. */
  readonly messages?: true;
}

/** What one system call or tracepoint becomes. */
export interface CallDescription {
  /** Index in the probe's table: the system call's number, or one of CALL_*. */
  readonly entry: number;
  readonly code: number;
  readonly failureOnly: boolean;
  readonly subject: Subject;
  /** Argument of the subject; the first unless told. */
  readonly subjectArgument?: number;
  readonly structure?: Structure;
  readonly socketRole?: SocketRole;
  readonly parameters: readonly PackedParameter[];
}

/** What a call tells of the socket that its event is about: that the other end has opened it, or this one. */
export const SOCKET_ROLES = { accepted: 1, own: 2 } as const;
export type SocketRole = keyof typeof SOCKET_ROLES;

const CALL_HEADER_SIZE = 16;
export const CALL_SIZE = CALL_HEADER_SIZE + 8 * MAX_PARAMETERS;

/** `struct lanner_call`. */
export function encodeCall(call: CallDescription): Buffer {
  const bytes = Buffer.alloc(CALL_SIZE);
  bytes.writeUInt16LE(call.code, 0);
  bytes.writeUInt8(call.parameters.length, 2);
  bytes.writeUInt8(call.failureOnly ? 1 : 0, 3);
  bytes.writeUInt8(SUBJECTS[call.subject], 4);
  bytes.writeUInt8(call.subjectArgument ?? 0, 5);
  bytes.writeUInt8(call.structure?.argument ?? NO_ARGUMENT, 6);
  bytes.writeUInt8(call.structure?.words ?? 0, 7);
  bytes.writeUInt8(call.structure?.native ? 1 : 0, 8);
  bytes.writeUInt8(call.structure?.messages ? 1 : 0, 9);
  bytes.writeUInt8(call.socketRole ? SOCKET_ROLES[call.socketRole] : 0, 10);
  call.parameters.forEach((parameter, index) => {
    const at = CALL_HEADER_SIZE + 8 * index;
    bytes.writeUInt8(KINDS[parameter.kind], at);
    bytes.writeUInt8(parameter.a ?? 0, at + 1);
    bytes.writeUInt8(parameter.b ?? 0, at + 2);
    bytes.writeUInt8(parameter.c ?? 0, at + 3);
    bytes.writeUInt32LE((parameter.constant ?? 0) >>> 0, at + 4);
  });
  return bytes;
}

export interface Settings {
  readonly epochOffset: bigint;
  readonly cgroup: bigint;
  readonly scope: number;
  readonly controller: number;
  readonly dataLimit: number;
  readonly pageShift: number;
}

export const SETTINGS_SIZE = 32;

/** `struct lanner_settings`. */
export function encodeSettings(settings: Settings): Buffer {
  const bytes = Buffer.alloc(SETTINGS_SIZE);
  bytes.writeBigInt64LE(settings.epochOffset, 0);
  bytes.writeBigUInt64LE(settings.cgroup, 8);
  bytes.writeUInt32LE(settings.scope, 16);
  bytes.writeUInt32LE(settings.controller, 20);
  bytes.writeUInt32LE(settings.dataLimit, 24);
  bytes.writeUInt32LE(settings.pageShift, 28);
  return bytes;
}

/** `struct lanner_counters`, in 64-bit words. */
export const COUNTERS = {
  emitted: 0,
  full: MAX_CODES,
  busy: 2 * MAX_CODES,
  oversize: 3 * MAX_CODES,
  filtered: 4 * MAX_CODES,
  compat: 5 * MAX_CODES,
  scopeFull: 5 * MAX_CODES + 1,
  requestsFull: 5 * MAX_CODES + 2,
  size: 5 * MAX_CODES + 3,
} as const;
