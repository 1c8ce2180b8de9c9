// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* All maps of the probe. */
#pragma once
#include "layout.h"

const volatile struct lanner_settings settings = {};

/* Of a path that is too long the middle is left out: so many components at its top are kept. A power of two. */
#define TOP_COMPONENTS 4

/* Walk from a directory entry up to the root; one step looks at one component (path.h). */
struct lanner_walk {
	u64 mount;
	u64 mount_root;
	u64 dentry;
	u64 root_mount;
	u64 root_dentry;
	u64 top[TOP_COMPONENTS];
	u64 node;          /* of a control group's path (cgroup.h) */
	u64 lead;          /* so many levels above it or more: it looks for the root */
	u32 levels;
	u32 start;         /* where the text built so far begins in `path` */
	u32 truncated;
	u32 skipped;       /* components that found no room; the last of them are in `top` */
	u32 nameless;      /* the entry lies below no mount: it has no path, at most a name */
};

/* A request of io_uring that a watched thread has made, from then until its completion. */
struct lanner_request {
	u64 task;          /* the thread, or the kernel's that submits on behalf of its process */
	u64 arguments[9];  /* as the system call has them */
	u32 tid;
	u32 opcode;
	u32 slot;          /* of a fixed file that the request makes: its number + 1; 0: none */
	u8 texts[2];       /* arguments that are texts, or NO_ARGUMENT */
	u8 address_at;     /* argument that is the socket address below, or NO_ARGUMENT */
	u8 reserved;
	u8 address[128];   /* struct sockaddr_storage */
};

/* Walk through a path, byte after byte (filter.h). */
struct lanner_look {
	u32 state;         /* of the automaton */
	u32 at;            /* in `data` */
	u32 end;
	u32 length;        /* of the component so far */
	u32 dots;          /* at its end */
	u32 depth;         /* components so far */
	u32 same;          /* what has been read are the first bytes of the opened file's path … */
	u32 own;           /* … which begins here in `data` */
	u32 stack[MAX_DEPTH]; /* state before each */
};

#define GLANCE_DEPTH 32    /* components of a path; a power of two */
#define GLANCE_TEXT 192    /* bytes of one */
#define ENTRY_SIZE 96      /* so much of an entry is read at once */

/* What is read of an entry, and where in the kernel a short name of it lies. */
struct lanner_entry_copy {
	u8 bytes[ENTRY_SIZE];
	u64 short_name;
};

/* Climb from an opened file to the root of the process (glance.h). */
struct lanner_climb {
	u64 root_mount, root_dentry;
	u64 base_mount, base_dentry; /* of a relative path */
	u64 above, point;  /* of a mount: its parent and where it lies */
	u32 count;         /* entries below the root */
	u32 base_at;       /* so many of them lie below the base */
	u32 base_same;     /* and their names are the text that the path is compared with */
	u32 begin;         /* of that text in `data` */
	u32 at;            /* the end of what has not been compared of it */
	u32 same;          /* no difference so far */
	u32 ended;         /* it has been compared to its beginning */
	u32 end;           /* of the path that was written to `data` */
	struct lanner_entry_copy entries[GLANCE_DEPTH];
};

#define BEGINNING 64       /* bytes of the beginning of a path that are remembered */
#define BEGINNINGS 256     /* a power of two */

/* What has been found in a path. */
struct lanner_found {
	u64 bits;
	u32 state;         /* of the automaton */
	u32 slashes;
};

/* The beginning of a path, filled up with zeros, and what was found in it. */
struct lanner_beginning {
	u64 words[BEGINNING / 8];
	u32 length;
	u32 edition;       /* of the automaton that found it */
	struct lanner_found found;
};

/* By generation of the filters: what the names say that rules have for the file, as bits. */
struct lanner_known_inode {
	u64 bits[2];
};

/* The name of a thread that user space was told last, and the sets that it is in (bits of FIRST_PROGRAM_BIT on). */
struct lanner_told_name {
	u64 found;         /* edition of the automaton with the sets, then 16 bits: one number, that all is of one edition */
	u64 name[2];
	u64 tid;
};

/* Room to build one event in, one per CPU. */
struct lanner_scratch {
	u8 data[MAX_EVENT + 1 + 2 * MAX_TEXT];
	u8 path[2 * MAX_TEXT];
	u8 path_copies[2 * MAX_TEXT]; /* of a request of io_uring that is being noted */
	struct lanner_request request;
	u8 component[256];
	u64 arguments[16];
	s64 result;
	s64 messages;      /* of a call that passes several: how many, or its failure */
	u64 task;
	u64 file;          /* of the descriptor that the event is about; 0: none */
	u64 filename;      /* in kernel memory, at exec */
	u32 position;      /* where the next parameter goes */
	u32 index;         /* its number */
	u32 starts[64];    /* where parameters begin, and how long they are */
	u32 lengths[64];
	u32 code;
	u32 busy;
	u32 interface;     /* of the call: enum lanner_interface */
	u32 kernel_copy;   /* texts and socket address were copied into the kernel (io_uring) */
	u32 given_length;  /* bytes of the socket address that the call gave */
	u32 is_datagram;   /* a message is sent, which goes to the given address whatever the socket is connected to */
	u32 elsewhere;     /* the message goes elsewhere than the socket is connected to */
	u32 part;          /* the process sees a part of the subject's file system only (shows_part) */
	u32 generation;    /* of the event's filter; 0: none */
	u32 edition;       /* of its automaton when the event began */
	u32 early;         /* the filter is asked when so many parameters have been collected */
	u32 glances;       /* the filter is asked before anything has been collected (glance.h) */
	u32 filtered;      /* no rule can match the event */
	u64 names_thread;  /* the event tells the name of its thread, that below */
	u64 tells_place;   /* the event tells where its process is, by its control groups */
	struct lanner_told_name told_name;
	struct lanner_told_name asked_name;
	u64 bits;          /* what the filter has found */
	u64 unknown;       /* what it cannot tell */
	struct lanner_look look;
	struct lanner_climb climb;
	struct lanner_found found;
	struct lanner_beginning beginnings[BEGINNINGS];
	struct lanner_walk walk;
};

/* User space sets the numbers of entries of the maps with one entry per CPU. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct lanner_scratch);
} scratch SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct lanner_counters);
} counters SEC(".maps");

/* One ring buffer per CPU; user space creates them. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u32);
} rings SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MAX_CALLS);
	__type(key, u32);
	__type(value, struct lanner_call);
} calls SEC(".maps");

/*
 * Flags translated a byte at a time: each of the four bytes of a value picks an entry, and the entries are
 * OR-ed. Any mapping of bits can be written so, and so can the access mode in the low bits of open's flags.
 */
struct lanner_bit_table {
	u32 bytes[4][256];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MAX_TABLES);
	__type(key, u32);
	__type(value, struct lanner_bit_table);
} bit_tables SEC(".maps");

struct lanner_enumerator {
	u32 enumeration;
	u32 value;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct lanner_enumerator);
	__type(value, u32);
} enumerations SEC(".maps");

/* Kind of an anonymous inode by the first eight bytes of its name. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, u64);
	__type(value, u32);
} anonymous_kinds SEC(".maps");

/* Watched threads: thread id -> process id. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u32);
} watched SEC(".maps");

/* Threads whose children are watched although they are not: Lanner's own while it starts a command. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, u32);
	__type(value, u32);
} adopters SEC(".maps");

/*
 * Other side of a clone, by thread: of one that has been made and has not returned yet the process that made it,
 * of any other the thread that it has made last. Ids of the host; what the parent's id tells may be another's.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, u32);
	__type(value, u32);
} kin SEC(".maps");

/* Whether a control group, by kernfs id, lies in the watched one: 1 yes, 0 no. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, u64);
	__type(value, u32);
} cgroup_verdicts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, u64);
	__type(value, struct lanner_request);
} requests SEC(".maps");

struct lanner_request_texts {
	u8 text[2][MAX_TEXT];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, u64);
	__type(value, struct lanner_request_texts);
} request_texts SEC(".maps");

/* By generation - 1 and event code. One generation is in use while user space prepares the other. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2 * MAX_CODES);
	__type(key, u32);
	__type(value, struct lanner_filter);
} filters SEC(".maps");

/* By generation - 1. User space writes to its memory: it is too large for calls. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 2);
	__type(key, u32);
	__type(value, struct lanner_automaton);
} automata SEC(".maps");

/* Which filters are in use: 1 or 2; 0: none. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u32);
} filter_generation SEC(".maps");

/* By thread. One that is forgotten, or whose event was lost, may have any name. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 32768);
	__type(key, u32);
	__type(value, struct lanner_told_name);
} told_names SEC(".maps");

/*
 * By process, the time of the event that has told user space its control groups last (0 bits: lost); and, from user
 * space, of which of these events it has found that the process is in no container. An id for processes that user
 * space has read itself, which no event's time can be.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 32768);
	__type(key, u32);
	__type(value, u64);
} told_places SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 32768);
	__type(key, u32);
	__type(value, u64);
} host_processes SEC(".maps");

/*
 * Sockets that came out of an accept, by inode: the kernel does not keep which side opened a connection. The one that
 * was used least is forgotten first.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, u64);
	__type(value, u32);
} accepted_sockets SEC(".maps");

/* Sockets whose connections have begun, by the thread that has called connect(2). */
struct lanner_connecting {
	u64 file;
	u64 sock;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, u32);
	__type(value, struct lanner_connecting);
} connecting SEC(".maps");

/* Inodes, of whichever device, of files that rules name: opened under any name they count as opened under those. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_KNOWN_INODES);
	__type(key, u64);
	__type(value, struct lanner_known_inode);
} known_inodes SEC(".maps");
