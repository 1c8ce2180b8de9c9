// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Parameters that are numbers of the call itself. */
#pragma once
#include "user.h"

#define FMODE_CREATED 0x100000

#define S_IFMT 0170000
#define S_IFSOCK 0140000
#define S_IFREG 0100000
#define S_IFBLK 0060000
#define S_IFDIR 0040000
#define S_IFCHR 0020000
#define S_IFIFO 0010000
#define S_IFLNK 0120000

#define OPEN_CREATED (1 << 14) /* O_F_CREATED, FD_UPPER_LAYER, FD_LOWER_LAYER of the event layout */
#define OPEN_UPPER_LAYER (1 << 15)
#define OPEN_LOWER_LAYER (1 << 16)
#define CLONE_CHILD_IN_PIDNS (1 << 29)

#define PR_SET_NAME 15
#define PR_GET_NAME 16
#define PR_GET_CHILD_SUBREAPER 37

/* Requests of ptrace(2) whose data is an address to read, or a signal. */
#define PTRACE_PEEKUSR 3
#define PTRACE_CONT 7
#define PTRACE_SINGLESTEP 9
#define PTRACE_DETACH 17
#define PTRACE_SYSCALL 24

enum lanner_layer { LAYER_NONE, LAYER_UPPER, LAYER_LOWER };

static __always_inline u32 file_layer(u64 file);

/* Flags through a bit table; table 0 means as they are. */
static __always_inline u64 translate_bits(u64 value, u32 table)
{
	struct lanner_bit_table *t;

	if (!table)
		return value;
	t = bpf_map_lookup_elem(&bit_tables, &table);
	if (!t)
		return value;
	return t->bytes[0][BOUND(value, 0xff)] | t->bytes[1][BOUND(value >> 8, 0xff)] |
	       t->bytes[2][BOUND(value >> 16, 0xff)] | t->bytes[3][BOUND(value >> 24, 0xff)];
}

/* Value of an enumeration; `otherwise` for one that the table does not know. */
static __always_inline u64 translate_value(u64 value, u32 enumeration, u32 otherwise)
{
	struct lanner_enumerator key = { enumeration, value };
	u32 *translated = bpf_map_lookup_elem(&enumerations, &key);

	return translated ? *translated : otherwise;
}

static __always_inline u64 open_flags(struct lanner_scratch *s, u64 flags, u32 table)
{
	u64 translated = translate_bits(flags, table);
	struct file *file = (void *)s->file;
	u32 layer;

	if (s->result < 0 || !file)
		return translated;
	if (BPF_CORE_READ(file, f_mode) & FMODE_CREATED)
		translated |= OPEN_CREATED;
	layer = file_layer(s->file);
	if (layer == LAYER_UPPER)
		translated |= OPEN_UPPER_LAYER;
	else if (layer == LAYER_LOWER)
		translated |= OPEN_LOWER_LAYER;
	return translated;
}

/* Flags of clone(2), and whether the child is in a pid namespace of its own. */
static __always_inline u64 clone_flags(struct lanner_scratch *s, u64 flags, u32 table)
{
	struct task_struct *task = (void *)s->task;
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	u32 level = BPF_CORE_READ(pid, level);
	u64 translated = translate_bits((u32)flags, table);
	struct pid_namespace *children = BPF_CORE_READ(task, nsproxy, pid_ns_for_children);

	if (level || BPF_CORE_READ(children, level) != level)
		translated |= CLONE_CHILD_IN_PIDNS;
	return translated;
}

/* A dynamic parameter: one byte with the number of its type, then the value. */
static __always_inline void append_dynamic(struct lanner_scratch *s, u8 type, u64 value, u32 size)
{
	*HERE(s) = type;
	*(u64 *)THERE(s, 1) = value;
	append(s, 1 + size);
}

/* Data of ptrace(2): what was read, or a signal, or a number. */
static __always_inline void append_ptrace_data(struct lanner_scratch *s)
{
	u64 request = s->arguments[0], data = s->arguments[3];

	if (s->result < 0) {
		append_dynamic(s, 0, 0, 8);
	} else if (request && request <= PTRACE_PEEKUSR) {
		u64 word = 0;
		bpf_probe_read_user(&word, sizeof(word), (void *)data);
		append_dynamic(s, 0, word, 8);
	} else if (request == PTRACE_CONT || request == PTRACE_SINGLESTEP || request == PTRACE_DETACH ||
		   request == PTRACE_SYSCALL) {
		append_dynamic(s, 1, data, 1);
	} else {
		append_dynamic(s, 0, data, 8);
	}
}

static __always_inline void append_prctl_number(struct lanner_scratch *s)
{
	u32 option = s->arguments[0];
	u64 value = s->arguments[1];

	if (option == PR_SET_NAME || option == PR_GET_NAME) {
		value = 0;
	} else if (option == PR_GET_CHILD_SUBREAPER) {
		s32 attribute = 0;
		bpf_probe_read_user(&attribute, sizeof(attribute), (void *)value);
		value = (s64)attribute;
	}
	append_number(s, value, 8);
}

/* A number in the process's memory. */
static __always_inline u64 pointed_number(struct lanner_scratch *s, u64 p)
{
	u64 address = argument(s, PARAMETER_A(p)), number;
	u32 c = PARAMETER_CONSTANT(p), width = POINTED_WIDTH(c), offset = POINTED_OFFSET(c);
	bool told = address && !((c & POINTED_AFTER_SUCCESS) && s->result < 0);

	if (POINTED_COUNT(c) && (u32)argument(s, POINTED_COUNT(c) - 1) <= POINTED_ELEMENT(c))
		told = false;
	if (!width) {
		width = word_size(s);
		offset *= width;
	}
	if (!told || read_number(&number, address + offset, width))
		return c & POINTED_OR_MINUS_ONE ? ~0ULL : 0;
	if (c & POINTED_SIGNED && width == 4)
		number = (s64)(s32)number;
	return translate_bits(number, PARAMETER_C(p));
}

#define SOL_SOCKET 1

/* Types of a socket option's value in the event layout. */
enum lanner_option_type { OPTION_BYTES, OPTION_ERROR, OPTION_NUMBER, OPTION_LONG, OPTION_TIME };

#define SO_RCVTIMEO_NEW 66 /* those before it are as wide as the process's pointers */

static __always_inline void append_option_value(struct lanner_scratch *s, u64 p)
{
	u64 address = argument(s, PARAMETER_A(p)), length = s->arguments[4];
	u32 level = s->arguments[1], option = s->arguments[2];
	u32 type = level == SOL_SOCKET ? translate_value(option, PARAMETER_C(p), OPTION_BYTES) : OPTION_BYTES;

	if (type == OPTION_ERROR) {
		append_dynamic(s, type, -(s64)(s32)user_number(address, 4), 8);
	} else if (type == OPTION_NUMBER) {
		append_dynamic(s, type, user_number(address, 4), 4);
	} else if (type == OPTION_LONG) {
		append_dynamic(s, type, user_number(address, 8), 8);
	} else if (type == OPTION_TIME) {
		append_dynamic(s, type, user_time(address, has_wide_time(s) || option >= SO_RCVTIMEO_NEW, 1000), 8);
	} else {
		if (PARAMETER_B(p))
			length = user_number(length, 4);
		length = BOUND(length > MAX_TEXT ? MAX_TEXT : length, 2 * MAX_TEXT - 1);
		*HERE(s) = type;
		if (!address || bpf_probe_read_user(THERE(s, 1), length, (void *)address))
			length = 0;
		append(s, 1 + length);
	}
}

/* What an argument of keyctl(2) is, two bits each in the enumeration's value, from the second argument on. */
enum lanner_key_argument { KEY_UNUSED, KEY_NUMBER, KEY_TEXT };

static __always_inline void append_keyctl(struct lanner_scratch *s, u64 p)
{
	u32 kinds = translate_value((u32)s->arguments[0], PARAMETER_C(p), 0);
	u32 kind = kinds >> (2 * BOUND(PARAMETER_A(p) - 1, 7)) & 3;
	u64 value = argument(s, PARAMETER_A(p));

	if (kind != KEY_TEXT) {
		append_dynamic(s, 0, kind == KEY_NUMBER ? value : 0, 8);
		return;
	}
	*HERE(s) = 1;
	append(s, 1 + (value ? read_user_text(THERE(s, 1), MAX_TEXT, value) : 0));
}

#define FUTEX_COMMAND 0x7f
#define FUTEX_FLAGS 0x180 /* FUTEX_PRIVATE_FLAG, FUTEX_CLOCK_REALTIME */
#define FUTEX_LAST 12     /* FUTEX_CMP_REQUEUE_PI, the last in the event layout */

static __always_inline u64 futex_operation(u64 operation)
{
	u64 command = operation & FUTEX_COMMAND;

	return (command <= FUTEX_LAST ? command : 0) | (operation & FUTEX_FLAGS);
}

/* Permissions and type of a file to be made; without a type it is a regular file. */
static __always_inline u64 node_mode(u64 mode)
{
	u64 type = mode & S_IFMT;

	if (!type)
		type = S_IFREG;
	if (type != S_IFREG && type != S_IFCHR && type != S_IFBLK && type != S_IFIFO && type != S_IFSOCK)
		type = 0;
	return (mode & 07777) | type;
}

__noinline int collect_value(u64 p)
{
	struct lanner_scratch *s = get_scratch();
	u64 value;

	if (!s)
		return 0;
	value = argument(s, PARAMETER_A(p));
	switch (PARAMETER_KIND(p)) {
	case KIND_RESULT:
		append_number(s, s->result, PARAMETER_B(p));
		break;
	case KIND_VALUE:
		append_number(s, translate_bits(value, PARAMETER_C(p)), PARAMETER_B(p));
		break;
	case KIND_SIGNED:
		append_number(s, (s64)(s32)value, 8);
		break;
	case KIND_MASKED:
		append_number(s, value & PARAMETER_CONSTANT(p), PARAMETER_B(p));
		break;
	case KIND_ENUMERATED:
		append_number(s, translate_value(value, PARAMETER_C(p), PARAMETER_CONSTANT(p)), PARAMETER_B(p));
		break;
	case KIND_RESULT_SIZE:
		append_number(s, s->result > 0 ? s->result : 0, 4);
		break;
	case KIND_OPEN_FLAGS:
		append_number(s, open_flags(s, value, PARAMETER_C(p)), 4);
		break;
	case KIND_OPEN_MODE:
		append_number(s, argument(s, PARAMETER_B(p)) & PARAMETER_CONSTANT(p) ? value & 07777 : 0, 4);
		break;
	case KIND_MOUNT_FLAGS:
		/* MS_MGC_VAL, which mount(2) needed before Linux 2.4 and has passed over since. */
		if ((value & 0xffff0000) == 0xc0ed0000)
			value &= 0xffff;
		append_number(s, value, 4);
		break;
	case KIND_PTRACE_ADDRESS:
		append_dynamic(s, 0, s->result < 0 ? 0 : value, 8);
		break;
	case KIND_PTRACE_DATA:
		append_ptrace_data(s);
		break;
	case KIND_PRCTL_TEXT:
		if ((u32)s->arguments[0] == PR_SET_NAME || (u32)s->arguments[0] == PR_GET_NAME)
			append_user_text(s, value);
		else
			append_empty(s);
		if ((u32)s->arguments[0] == PR_SET_NAME && !s->result)
			name_thread(s);
		break;
	case KIND_PRCTL_NUMBER:
		append_prctl_number(s);
		break;
	case KIND_CLONE_FLAGS:
		append_number(s, clone_flags(s, value, PARAMETER_C(p)), 4);
		break;
	case KIND_POINTED:
		append_number(s, pointed_number(s, p), PARAMETER_B(p));
		break;
	case KIND_JOINED:
		append_number(s, argument(s, PARAMETER_C(p)) << 32 | (u32)value, 8);
		break;
	case KIND_VALUE_IF:
		append_number(s, argument(s, PARAMETER_C(p)) == PARAMETER_CONSTANT(p) ? value : 0, PARAMETER_B(p));
		break;
	case KIND_TIME:
		append_number(s, value ? user_time(value, PARAMETER_B(p) || has_wide_time(s), 1) : 0, 8);
		break;
	case KIND_CONSTANT:
		append_number(s, PARAMETER_CONSTANT(p), PARAMETER_B(p));
		break;
	case KIND_SOCKET_OPTION:
		value = (u32)s->arguments[1] == SOL_SOCKET ? translate_value((u32)value, PARAMETER_C(p), 0) : 0;
		append_number(s, value, PARAMETER_B(p));
		break;
	case KIND_OPTION_VALUE:
		append_option_value(s, p);
		break;
	case KIND_KEYCTL:
		append_keyctl(s, p);
		break;
	case KIND_FUTEX_OPERATION:
		append_number(s, futex_operation(value), 2);
		break;
	case KIND_NODE_MODE:
		append_number(s, node_mode(value), 4);
		break;
	default:
		append_empty(s);
	}
	return 0;
}
