// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What the probe and src/sources/kernel/ agree on: the tables that user space fills, the counters that it
 * reads. layout.ts holds the same facts in TypeScript, and a test there compares the two.
 */
#pragma once
#include "kernel.h"

#define MAX_CPUS 1024
#define MAX_CODES 512      /* event codes; the event table has 454 */
#define MAX_CALLS 1412     /* system call numbers, tracepoints, 32-bit calls, requests of io_uring, x32 */
#define MAX_PARAMETERS 32  /* parameters of one event, extensions included */
#define MAX_TABLES 32      /* bit tables */

#define MAX_PREDICATES 16  /* of one filter, FILTER_ODD, FILTER_TOP and FILTER_DOTS included */
#define MAX_TERMS 48       /* of one filter */
#define MAX_DEPTH 64       /* components of a path that a filter can follow; a power of two */
#define MAX_STATES 16384   /* of the automaton over texts */
#define MAX_CELLS 524288   /* of its table of next states */
#define MAX_KNOWN_INODES 16384
#define FIRST_PROGRAM_BIT 48 /* of the sets of names of programs */
#define CONTAINER_BIT 63   /* the process may be in a container */
#define MAX_PROGRAM_NAMES 256
#define GLANCE_PREDICATES 6 /* that the first look at an open asks */

#define MAX_TEXT 4096      /* a path, all arguments, all environment */
#define MAX_EVENT 0xffff

/* Entries of the call table that are not numbers of system calls. */
enum lanner_entry {
	CALL_EXEC = 760,      /* tracepoints */
	CALL_EXIT = 761,
	CALL_SWITCH = 762,
	CALL_SIGNAL = 763,
	CALL_PAGE_FAULT = 764,
	CALLS_COMPAT = 768,   /* 32-bit calls, from number 0 on */
	CALLS_SOCKET = 1280,  /* calls behind the 32-bit socketcall(2), from number 0 on */
	CALLS_URING = 1312,   /* requests of io_uring, by operation (IORING_OP_*) */
	CALLS_X32 = 1376,     /* the calls of the x32 interface's own, from number 512 on */
};

/* How a process calls the kernel: as its architecture does, or as a 32-bit program. */
enum lanner_interface {
	INTERFACE_NATIVE = 0,
	INTERFACE_IA32 = 1,
	INTERFACE_X32 = 2, /* 32-bit words in 64-bit registers */
	INTERFACE_ARM = 3, /* 32-bit ARM on 64-bit: not in the table of calls */
};

/* Which processes the probe watches. */
enum lanner_scope {
	SCOPE_HOST = 0,
	SCOPE_PROCESSES = 1, /* those in the map of threads */
	SCOPE_CGROUP = 2,    /* those in one control group and its descendants */
};

/* Fixed before the probe is loaded, so that the verifier drops what a setting rules out. */
struct lanner_settings {
	u64 epoch_offset;  /* boot time + this = nanoseconds since the epoch */
	u64 cgroup;        /* kernfs id of the watched control group */
	u32 scope;
	u32 controller;    /* 0: cgroup v2, else 1 + enum cgroup_subsys_id as written in kernel.h */
	u32 data_limit;    /* bytes of sent and received data */
	u32 page_shift;    /* log2 of the page size in KiB */
};

/* Which descriptor an event is about. */
enum lanner_subject {
	SUBJECT_NONE = 0,
	SUBJECT_RESULT = 1,
	SUBJECT_ARGUMENT = 2,
	SUBJECT_RESULT_OR_ARGUMENT = 3, /* the new descriptor, the old one after a failure */
	SUBJECT_POINTED = 4,            /* the first of those that the argument points to, after success */
};

/* What a call tells of the socket that its event is about. */
enum lanner_socket_role {
	ROLE_NONE = 0,
	ROLE_ACCEPTED = 1,    /* after success it is one that the other end has opened */
	ROLE_OWN = 2,
};

#define NO_ARGUMENT 0xff

/* What one system call (or tracepoint) becomes. */
struct lanner_call {
	u16 code;            /* event code; 0: not of interest */
	u8 count;            /* parameters */
	u8 failure_only;     /* a success is told by a tracepoint */
	u8 subject;          /* enum lanner_subject */
	u8 subject_argument;
	u8 structure;        /* argument that points to a structure of words, or NO_ARGUMENT */
	u8 words;            /* how many of its words become arguments 6, 7 … (at most 10) */
	u8 native_words;     /* its words are as wide as the process's pointers, otherwise 64 bits */
	u8 messages;         /* it is an array of struct mmsghdr, of which each becomes an event */
	u8 socket_role;      /* enum lanner_socket_role */
	u8 reserved[5];
	u64 parameters[MAX_PARAMETERS];
};

/*
 * A parameter is one number, so that the collector can pass it between verified functions:
 * kind in bits 0-7, then a, b and c of 8 bits, then a constant of 32 bits.
 */
#define PARAMETER_KIND(p) ((u8)(p))
#define PARAMETER_A(p) ((u8)((p) >> 8))
#define PARAMETER_B(p) ((u8)((p) >> 16))
#define PARAMETER_C(p) ((u8)((p) >> 24))
#define PARAMETER_CONSTANT(p) ((u32)((p) >> 32))

/* Kinds of parameters. The group (kind / 32) chooses the function that collects it. */
enum lanner_kind {
	/* Numbers of the call itself: value.h */
	KIND_RESULT = 0,          /* result, b bytes */
	KIND_VALUE = 1,           /* argument a, b bytes, through bit table c (0: as it is) */
	KIND_SIGNED = 2,          /* argument a as int, widened to 64 bits: descriptors, ids */
	KIND_MASKED = 3,          /* argument a, b bytes, bits of the constant only */
	KIND_ENUMERATED = 4,      /* argument a, b bytes, through enumeration c, the constant for unknown values */
	KIND_RESULT_SIZE = 5,     /* result as a size of 32 bits, 0 after a failure */
	KIND_OPEN_FLAGS = 6,      /* argument a through table c, plus created and overlay layer */
	KIND_OPEN_MODE = 7,       /* argument a if argument b has a bit of the constant, else 0 */
	KIND_MOUNT_FLAGS = 8,     /* argument a without the old magic number */
	KIND_PTRACE_ADDRESS = 9,
	KIND_PTRACE_DATA = 10,
	KIND_PRCTL_TEXT = 11,
	KIND_PRCTL_NUMBER = 12,
	KIND_CLONE_FLAGS = 13,    /* argument a (NO_ARGUMENT: none) through table c, plus pid namespace */
	KIND_POINTED = 14,        /* number in memory at argument a, b bytes, through table c; see POINTED_* */
	KIND_JOINED = 15,         /* argument a, and argument c above its 32 bits; 64 bits */
	KIND_VALUE_IF = 16,       /* argument a, b bytes, if argument c is the constant, else 0 */
	KIND_TIME = 17,           /* nanoseconds of the timespec at argument a; b: 1 for 64-bit words always */
	KIND_CONSTANT = 18,       /* the constant, b bytes */
	KIND_SOCKET_OPTION = 19,  /* argument a, b bytes, through enumeration c, if argument 1 is SOL_SOCKET */
	KIND_OPTION_VALUE = 20,   /* socket option at argument a, length at (b: 1) or in argument 4, variants c */
	KIND_KEYCTL = 21,         /* argument a of keyctl, whose kinds are in enumeration c */
	KIND_FUTEX_OPERATION = 22, /* argument a, 16 bits */
	KIND_NODE_MODE = 23,      /* mode of mknod in argument a, 32 bits */

	/* Bytes out of the process: bytes.h */
	KIND_TEXT = 32,           /* string at argument a */
	KIND_BYTES = 33,          /* bytes at argument a, length rule c with argument b, at most constant */
	KIND_VECTOR_BYTES = 34,   /* the same out of an iovec array at a with b entries */
	KIND_VECTOR_SIZE = 35,    /* sum of the lengths in the iovec array at a with b entries, 32 bits */
	KIND_POINTED_TEXT = 36,   /* string at the first pointer of the array at argument a */
	KIND_POINTED_TEXTS = 37,  /* strings at the pointers of array a from index b on */
	KIND_EXEC_FILENAME = 38,  /* file name as the kernel's exec has it */
	KIND_TEXT_IF = 39,        /* string at argument a after success, if argument b is a bit of the constant */
	KIND_BYTES_IF = 40,       /* the same with bytes, length in argument c */
	KIND_POLL_LIST = 41,      /* struct pollfd array at argument a with b entries, through table c */

	/* Files and descriptors: file.h */
	KIND_FILE_DEVICE = 64,    /* of the subject, 32 bits */
	KIND_FILE_INODE = 65,     /* of the subject, 64 bits */
	KIND_FILE_LAYER = 66,     /* overlay layer of the subject: 1 upper, 2 lower, 16 bits */
	KIND_DESCRIPTOR = 67,     /* all about the subject; a: 1 when this end is the server */
	KIND_BASE = 68,           /* directory (descriptor in argument a, NO_ARGUMENT: cwd) of path parameter b */
	KIND_CWD = 69,            /* working directory; a: 1 only after success */
	KIND_EXE_PATH = 70,
	KIND_EXE_FLAGS = 71,
	KIND_EXE_INODE = 72,
	KIND_EXE_CHANGED = 73,
	KIND_EXE_MODIFIED = 74,
	KIND_FILE_PATH = 75,      /* of the subject */
	KIND_EXE_DEVICE = 76,

	/* Sockets: socket.h */
	KIND_ADDRESS = 96,        /* socket address at argument a with length b */
	KIND_ENDS = 97,           /* both ends of the subject; address at a or NO_ARGUMENT; b inbound; rule c; the constant
	                             is the argument with the address's length, or 0 */
	KIND_QUEUE_PERCENT = 98,  /* accept queue of the socket in argument a */
	KIND_QUEUE_LENGTH = 99,
	KIND_QUEUE_MAXIMUM = 100,
	KIND_SOCKET_HERE = 101,   /* kernel address of the subject, which identifies it */
	KIND_SOCKET_PEER = 102,   /* and of the unix socket that it is connected to */

	/* The task: task.h */
	KIND_EXE = 128,           /* a: 1 only after success, as for KIND_ARGS, which must follow KIND_EXE */
	KIND_ARGS = 129,
	KIND_ENV = 130,
	KIND_TID = 131,
	KIND_PID = 132,
	KIND_PARENT = 133,
	KIND_FD_LIMIT = 134,
	KIND_MAJOR_FAULTS = 135,
	KIND_MINOR_FAULTS = 136,
	KIND_VM_SIZE = 137,
	KIND_VM_RESIDENT = 138,
	KIND_VM_SWAP = 139,
	KIND_COMM = 140,
	KIND_TTY = 141,
	KIND_VPGID = 142,
	KIND_PGID = 143,
	KIND_VTID = 144,
	KIND_VPID = 145,
	KIND_LOGINUID = 146,
	KIND_EUID = 147,
	KIND_EGID = 148,
	KIND_CAP_INHERITABLE = 149,
	KIND_CAP_PERMITTED = 150,
	KIND_CAP_EFFECTIVE = 151,
	KIND_PIDNS_START = 152,   /* of the child of a clone only, else 0 */
	KIND_CGROUPS = 153,
	KIND_KIN = 154,           /* other side of a clone: the child's thread, or the process that made this child */

	/* The end of a task: reaper.h */
	KIND_EXIT_STATUS = 160,
	KIND_EXIT_CODE = 161,
	KIND_EXIT_SIGNAL = 162,
	KIND_EXIT_CORE = 163,
	KIND_REAPER = 164,

	/* quotactl(2), whose structure begins at argument 6: quota.h; the constant is the size in bytes */
	KIND_QUOTA_COMMAND = 192,    /* through enumeration c */
	KIND_QUOTA_TYPE = 193,
	KIND_QUOTA_ID = 194,
	KIND_QUOTA_FILE = 195,
	KIND_QUOTA_FORMAT = 196,
	KIND_QUOTA_FORMAT_READ = 197,
	KIND_QUOTA_LIMIT = 198,      /* argument a of struct if_dqblk if it has the validity bit b */
	KIND_QUOTA_GRACE = 199,      /* argument a of struct if_dqinfo if it has the validity bit b */
	KIND_QUOTA_FLAGS = 200,
};

/* The constant of KIND_POINTED. */
#define POINTED_OFFSET(c) ((u8)(c))             /* in bytes, or in words of the process's width */
#define POINTED_WIDTH(c) (((c) >> 8) & 15)      /* in bytes; 0: a word of the process's width */
#define POINTED_SIGNED (1 << 12)
#define POINTED_AFTER_SUCCESS (1 << 13)         /* only then is it read */
#define POINTED_OR_MINUS_ONE (1 << 14)          /* what is told where it is not read; otherwise 0 */
#define POINTED_COUNT(c) (((c) >> 16) & 15)     /* 1 + argument with the number of elements; 0: no array */
#define POINTED_ELEMENT(c) (((c) >> 20) & 15)   /* it belongs to this element */

/* How many bytes of data a call has sent or received. */
enum lanner_length_rule {
	LENGTH_ARGUMENT = 0, /* as the argument says */
	LENGTH_SENT = 1,     /* the result, the argument after a failure */
	LENGTH_RECEIVED = 2, /* the result, nothing after a failure */
	LENGTH_CONTROL = 3,  /* as the argument says, nothing after a failure */
};

/* When the ends of a socket are told. */
enum lanner_ends_rule {
	ENDS_SUCCESS = 0,
	ENDS_CONNECTING = 1, /* after success and while a connection is being made */
};

/* What a filter asks of a number among the bytes of a parameter. */
enum lanner_operation_of_predicate {
	PREDICATE_ANY_BIT = 0,      /* it has one of the operand's bits */
	PREDICATE_EQUALS = 1,
	PREDICATE_NOT_NEGATIVE = 2,
	PREDICATE_IN_SET = 3,       /* the operand has the bit with its number, modulo 64 */
};

struct lanner_predicate {
	u8 parameter;
	u8 offset;
	u8 width;            /* 1, 2, 4 or 8 bytes */
	u8 operation;
	u32 reserved;
	u64 operand;
};

/*
 * A conjunction. Bits below FILTER_ODD stand for predicates, FILTER_TOP for a name with at most one component,
 * FILTER_DOTS for a component of a path that ends with two dots, those from MAX_PREDICATES on for sets of texts in the
 * file's names, those from FIRST_PROGRAM_BIT on for sets that the name of the program is in, CONTAINER_BIT for that its
 * process may be in a container. FILTER_ODD stands for texts that paths in normal form do not have; no term asks for it.
 */
struct lanner_term {
	u64 mask;
	u64 value;
};

#define FILTER_ODD 13
#define FILTER_TOP 14
#define FILTER_DOTS 15

#define ASKS_PROGRAM 1
#define ASKS_CONTAINER 2

/* Which events of one code pass: those for which one of the terms may hold. */
struct lanner_filter {
	u32 enabled;         /* 0: all pass */
	u8 predicate_count;
	u8 term_count;
	u8 early;            /* so many parameters suffice for the predicates; 0: no early look */
	u8 asks_paths;
	u8 given;            /* parameter with the path of an open */
	u8 base;             /* with the directory that it starts from */
	u8 descriptor;       /* with what was opened */
	u8 early_predicates; /* the first of them, which the first look at an open asks */
	u16 late;            /* bits of the predicates about the descriptor */
	u8 glances;          /* opens are looked at before anything is collected */
	u8 asks_process;     /* what terms ask of the process: ASKS_PROGRAM, ASKS_CONTAINER */
	struct lanner_predicate predicates[MAX_PREDICATES];
	struct lanner_term terms[MAX_TERMS];
	/*
	 * By the answers to the early predicates: bits about names of which an open must have one to pass. None: it
	 * does not pass; all: the names do not decide.
	 */
	u64 wanted[1 << GLANCE_PREDICATES];
};

/* A name of programs, filled up with zeros, and the bits of the sets that it is in. */
struct lanner_program_name {
	u64 name[2];
	u64 bits;
};

/*
 * Finds texts in a path, a step for each byte; a path begins and ends with a zero. A state's bits tell which
 * sets of texts have been found.
 */
struct lanner_automaton {
	u32 shift;           /* a state's cells begin at state << shift */
	u32 edition;         /* another one each time; 0: it, or a filter of its generation, is being written */
	u8 column_of[256];
	u64 program_count;
	struct lanner_program_name programs[MAX_PROGRAM_NAMES];
	u64 bits[MAX_STATES];
	u16 next[MAX_CELLS];
};

/* Counters of one CPU, by event code. User space maps them. */
struct lanner_counters {
	u64 emitted[MAX_CODES];
	u64 full[MAX_CODES];     /* lost: the ring buffer was full */
	u64 busy[MAX_CODES];     /* lost: the CPU was in the middle of another event */
	u64 oversize[MAX_CODES]; /* lost: larger than an event may be */
	u64 filtered[MAX_CODES]; /* left out: no rule can match */
	u64 compat;              /* calls of interfaces that the table lacks, which are passed over */
	u64 scope_full;          /* threads that found no room in the map of watched threads */
	u64 requests_full;       /* requests of io_uring that found no room: told when they were made, without result */
};
