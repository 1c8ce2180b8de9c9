/**
 * What the probe and user space agree on: bpf/layout.h in TypeScript. A test compares the two files.
 */

export const MAX_CODES = 512;
export const MAX_CALLS = 768;
export const MAX_PARAMETERS = 32;
export const MAX_TABLES = 32;

/** Entries of the call table that stand for tracepoints. */
export const CALL_EXEC = 760;
export const CALL_EXIT = 761;

export const SCOPE_HOST = 0;
export const SCOPE_PROCESSES = 1;
export const SCOPE_CGROUP = 2;

export const SUBJECTS = { none: 0, result: 1, argument: 2, resultOrArgument: 3 } as const;
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
  TEXT: 32,
  BYTES: 33,
  VECTOR_BYTES: 34,
  VECTOR_SIZE: 35,
  POINTED_TEXT: 36,
  POINTED_TEXTS: 37,
  EXEC_FILENAME: 38,
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
  ADDRESS: 96,
  ENDS: 97,
  QUEUE_PERCENT: 98,
  QUEUE_LENGTH: 99,
  QUEUE_MAXIMUM: 100,
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
  EXIT_STATUS: 160,
  EXIT_CODE: 161,
  EXIT_SIGNAL: 162,
  EXIT_CORE: 163,
  REAPER: 164,
} as const;
export type Kind = keyof typeof KINDS;

/** How many bytes of data a call has sent or received. */
export const LENGTHS = { argument: 0, sent: 1, received: 2, control: 3 } as const;

/** When the ends of a socket are told. */
export const ENDS = { success: 0, connecting: 1 } as const;

/** One parameter as the probe takes it: a kind and what it needs. */
export interface PackedParameter {
  readonly kind: Kind;
  readonly a?: number;
  readonly b?: number;
  readonly c?: number;
  readonly constant?: number;
}

/** What one system call or tracepoint becomes. */
export interface CallDescription {
  /** Index in the probe's table: the system call's number, or one of CALL_*. */
  readonly entry: number;
  readonly code: number;
  readonly failureOnly: boolean;
  readonly subject: Subject;
  /** Argument that points to a structure, and how many of its 64-bit words become arguments 6, 7 … */
  readonly structure?: { readonly argument: number; readonly words: number };
  readonly parameters: readonly PackedParameter[];
}

export const CALL_SIZE = 8 + 8 * MAX_PARAMETERS;

/** `struct lanner_call`. */
export function encodeCall(call: CallDescription): Buffer {
  const bytes = Buffer.alloc(CALL_SIZE);
  bytes.writeUInt16LE(call.code, 0);
  bytes.writeUInt8(call.parameters.length, 2);
  bytes.writeUInt8(call.failureOnly ? 1 : 0, 3);
  bytes.writeUInt8(SUBJECTS[call.subject], 4);
  bytes.writeUInt8(call.structure?.argument ?? NO_ARGUMENT, 5);
  bytes.writeUInt8(call.structure?.words ?? 0, 6);
  call.parameters.forEach((parameter, index) => {
    const at = 8 + 8 * index;
    bytes.writeUInt8(KINDS[parameter.kind], at);
    bytes.writeUInt8(parameter.a ?? 0, at + 1);
    bytes.writeUInt8(parameter.b ?? 0, at + 2);
    bytes.writeUInt8(parameter.c ?? 0, at + 3);
    bytes.writeUInt32LE(parameter.constant ?? 0, at + 4);
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
  compat: 4 * MAX_CODES,
  scopeFull: 4 * MAX_CODES + 1,
  size: 4 * MAX_CODES + 2,
} as const;
