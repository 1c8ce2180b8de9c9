// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Reading the process's memory where the width of its pointers matters. Zero where it cannot be read. */
#pragma once
#include "event.h"

/* A number of 2, 4 or 8 bytes. The sizes are constants, whose bounds no verifier can lose. */
static __always_inline long read_number(u64 *number, u64 address, u32 width)
{
	*number = 0;
	if (width == 2)
		return bpf_probe_read_user(number, 2, (void *)address);
	if (width == 4)
		return bpf_probe_read_user(number, 4, (void *)address);
	return bpf_probe_read_user(number, 8, (void *)address);
}

static __always_inline u64 user_number(u64 address, u32 width)
{
	u64 number;

	read_number(&number, address, width);
	return number;
}

static __always_inline u32 word_size(struct lanner_scratch *s)
{
	return s->interface == INTERFACE_NATIVE ? 8 : 4;
}

/* Word number `index` of an array of longs or pointers. */
static __always_inline u64 user_word(struct lanner_scratch *s, u64 address, u64 index)
{
	u64 word = 0;

	if (word_size(s) == 4)
		bpf_probe_read_user(&word, 4, (void *)(address + 4 * index));
	else
		bpf_probe_read_user(&word, 8, (void *)(address + 8 * index));
	return word;
}

/* The seconds of x32 have 64 bits, unlike its other words. */
static __always_inline bool has_wide_time(struct lanner_scratch *s)
{
	return s->interface != INTERFACE_IA32;
}

#define NANOSECONDS 1000000000ULL

/* Nanoseconds of a struct timespec, or of a struct timeval with 1000 for `unit`. */
static __always_inline u64 user_time(u64 address, bool wide, u64 unit)
{
	s64 words[2] = {};
	s32 halves[2] = {};

	if (wide) {
		bpf_probe_read_user(words, sizeof(words), (void *)address);
		return words[0] * NANOSECONDS + words[1] * unit;
	}
	bpf_probe_read_user(halves, sizeof(halves), (void *)address);
	return halves[0] * NANOSECONDS + halves[1] * unit;
}
