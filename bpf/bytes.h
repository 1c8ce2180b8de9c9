// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Parameters that are bytes out of the process's memory. */
#pragma once
#include "user.h"
#include "value.h"

#define MAX_VECTORS 32
#define MAX_POINTERS 64
#define MAX_POLL 16 /* as many as Falco tells */

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
	u64 written = 0;

	if (!s)
		return 0;
	for (u32 i = 0; i < MAX_VECTORS; i++) {
		u64 base, length;

		if (i >= count || written >= limit)
			break;
		base = user_word(s, vectors, 2 * i);
		length = user_word(s, vectors, 2 * i + 1);
		if (length > limit - written)
			length = limit - written;
		length = BOUND(length, MAX_TEXT - 1);
		if (bpf_probe_read_user(THERE(s, written), length, (void *)base))
			break;
		written += length;
	}
	append(s, written);
	return 0;
}

__noinline int collect_vector_size(u64 vectors, u64 count)
{
	struct lanner_scratch *s = get_scratch();
	u64 size = 0;

	if (!s)
		return 0;
	for (u32 i = 0; i < MAX_VECTORS; i++) {
		if (i >= count)
			break;
		size += user_word(s, vectors, 2 * i + 1);
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
		u64 pointer = user_word(s, pointers, first + i);
		u32 length;

		if (!pointer)
			break;
		length = read_user_text(THERE(s, written), MAX_TEXT, pointer);
		if (!length)
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

/* Whether the call has succeeded and argument b, if there is one, has a value that is a bit of the constant. */
static __always_inline bool is_told(struct lanner_scratch *s, u64 p)
{
	u64 value = argument(s, PARAMETER_B(p));

	if (s->result < 0)
		return false;
	return PARAMETER_B(p) == NO_ARGUMENT || (value < 32 && (PARAMETER_CONSTANT(p) >> BOUND(value, 31) & 1));
}

struct user_poll {
	s32 fd;
	u16 events;
	u16 returned;
};

struct lanner_poll {
	s64 fd;
	u16 returned;
} __attribute__((packed));

/* Descriptors and what was found out about them: their number in 16 bits, then each. */
__noinline int collect_poll_list(u64 list, u64 count, u32 table)
{
	struct lanner_scratch *s = get_scratch();
	u32 written = 0;

	if (!s)
		return 0;
	for (u32 i = 0; i < MAX_POLL; i++) {
		struct lanner_poll *entry = (void *)THERE(s, 2 + i * sizeof(*entry));
		struct user_poll poll;

		if (i >= (u32)count || bpf_probe_read_user(&poll, sizeof(poll), (void *)(list + i * sizeof(poll))))
			break;
		entry->fd = poll.fd;
		entry->returned = translate_bits(poll.returned, table);
		written++;
	}
	*(u16 *)HERE(s) = written;
	append(s, 2 + BOUND(written, 31) * sizeof(struct lanner_poll));
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
		if (s->kernel_copy)
			append_kernel_text(s, a);
		else
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
	case KIND_POINTED_TEXT:
		append_user_text(s, user_word(s, a, 0));
		break;
	case KIND_POINTED_TEXTS:
		collect_pointed_texts(a, PARAMETER_B(p));
		break;
	case KIND_EXEC_FILENAME:
		append_kernel_text(s, s->filename);
		break;
	case KIND_TEXT_IF:
		if (is_told(s, p))
			append_user_text(s, a);
		else
			append_empty(s);
		break;
	case KIND_BYTES_IF:
		b = argument(s, PARAMETER_C(p));
		append_user_bytes(s, is_told(s, p) ? a : 0, b < MAX_TEXT ? b : MAX_TEXT);
		break;
	case KIND_POLL_LIST:
		collect_poll_list(a, b, PARAMETER_C(p));
		break;
	default:
		append_empty(s);
	}
	return 0;
}
