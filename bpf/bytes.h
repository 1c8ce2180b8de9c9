// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Parameters that are bytes out of the process's memory. */
#pragma once
#include "event.h"

#define MAX_VECTORS 32
#define MAX_POINTERS 64

struct user_vector {
	u64 base;
	u64 length;
};

/* How many bytes to take, by rule (enum lanner_length_rule). */
static __always_inline u64 data_length(struct lanner_scratch *s, u8 rule, u64 argument_length, u64 limit)
{
	u64 length = argument_length;

	if (rule == LENGTH_SENT && s->result > 0)
		length = s->result;
	if (rule == LENGTH_RECEIVED)
		length = s->result;
	if ((rule == LENGTH_RECEIVED || rule == LENGTH_CONTROL) && s->result < 0)
		length = 0;
	return length > limit ? limit : length;
}

static __always_inline void append_user_bytes(struct lanner_scratch *s, u64 address, u64 length)
{
	length = BOUND(length, 2 * MAX_TEXT - 1);
	if (!address || bpf_probe_read_user(HERE(s), length, (void *)address))
		length = 0;
	append(s, length);
}

/* Bytes gathered out of an array of iovec, at most `limit`. */
__noinline int collect_vector_bytes(u64 vectors, u64 count, u64 limit)
{
	struct lanner_scratch *s = get_scratch();
	struct user_vector vector;
	u64 written = 0;

	if (!s)
		return 0;
	for (u32 i = 0; i < MAX_VECTORS; i++) {
		u64 length;

		if (i >= count || written >= limit)
			break;
		if (bpf_probe_read_user(&vector, sizeof(vector), (void *)(vectors + i * sizeof(vector))))
			break;
		length = vector.length < limit - written ? vector.length : limit - written;
		length = BOUND(length, MAX_TEXT - 1);
		if (bpf_probe_read_user(THERE(s, written), length, (void *)vector.base))
			break;
		written += length;
	}
	append(s, written);
	return 0;
}

__noinline int collect_vector_size(u64 vectors, u64 count)
{
	struct lanner_scratch *s = get_scratch();
	struct user_vector vector;
	u64 size = 0;

	if (!s)
		return 0;
	for (u32 i = 0; i < MAX_VECTORS; i++) {
		if (i >= count ||
		    bpf_probe_read_user(&vector, sizeof(vector), (void *)(vectors + i * sizeof(vector))))
			break;
		size += vector.length;
	}
	append_number(s, size, 4);
	return 0;
}

/* Strings that an array of pointers leads to, up to its NULL: arguments and environment of a failed exec. */
__noinline int collect_pointed_texts(u64 pointers, u64 first)
{
	struct lanner_scratch *s = get_scratch();
	u64 written = 0;

	if (!s)
		return 0;
	for (u32 i = 0; i < MAX_POINTERS; i++) {
		u64 pointer = 0;
		long length;

		bpf_probe_read_user(&pointer, sizeof(pointer), (void *)(pointers + (first + i) * 8));
		if (!pointer)
			break;
		length = bpf_probe_read_user_str(THERE(s, written), MAX_TEXT, (void *)pointer);
		if (length <= 0)
			break;
		written += length;
		if (written >= MAX_TEXT) {
			written = MAX_TEXT;
			break;
		}
	}
	if (written)
		*THERE(s, written - 1) = 0;
	append(s, written);
	return 0;
}

__noinline int collect_bytes(u64 p)
{
	struct lanner_scratch *s = get_scratch();
	u64 a, b, limit;

	if (!s)
		return 0;
	a = argument(s, PARAMETER_A(p));
	b = argument(s, PARAMETER_B(p));
	limit = PARAMETER_CONSTANT(p) ? PARAMETER_CONSTANT(p) : settings.data_limit;
	switch (PARAMETER_KIND(p)) {
	case KIND_TEXT:
		append_user_text(s, a);
		break;
	case KIND_BYTES:
		append_user_bytes(s, a, data_length(s, PARAMETER_C(p), b, limit));
		break;
	case KIND_VECTOR_BYTES:
		collect_vector_bytes(a, b, data_length(s, PARAMETER_C(p), limit, limit));
		break;
	case KIND_VECTOR_SIZE:
		collect_vector_size(a, b);
		break;
	case KIND_POINTED_TEXT: {
		u64 pointer = 0;

		bpf_probe_read_user(&pointer, sizeof(pointer), (void *)a);
		append_user_text(s, pointer);
		break;
	}
	case KIND_POINTED_TEXTS:
		collect_pointed_texts(a, PARAMETER_B(p));
		break;
	case KIND_EXEC_FILENAME:
		append_kernel_text(s, s->filename);
		break;
	default:
		append_empty(s);
	}
	return 0;
}
