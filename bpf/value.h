// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Parameters that are numbers of the call itself. */
#pragma once
#include "event.h"

#define FMODE_CREATED 0x100000

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

/* Value of an enumeration; 0 for one that the table does not know. */
static __always_inline u64 translate_value(u64 value, u32 enumeration)
{
	struct lanner_enumerator key = { enumeration, value };
	u32 *translated = bpf_map_lookup_elem(&enumerations, &key);

	return translated ? *translated : 0;
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

__noinline int collect_value(u64 p)
{
	struct lanner_scratch *s = get_scratch();
	u64 value;

	if (!s)
		return 0;
	value = argument(s, PARAMETER_A(p));
	switch (PARAMETER_KIND(p)) {
	case KIND_RESULT:
		append_number(s, s->result, 8);
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
		append_number(s, translate_value(value, PARAMETER_C(p)), PARAMETER_B(p));
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
		break;
	case KIND_PRCTL_NUMBER:
		append_prctl_number(s);
		break;
	case KIND_CLONE_FLAGS:
		append_number(s, clone_flags(s, value, PARAMETER_C(p)), 4);
		break;
	default:
		append_empty(s);
	}
	return 0;
}
