// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Structures in the process's memory that hold arguments of a call. */
#pragma once
#include "value.h"

#define FIRST_WORD 6
#define MAX_WORDS 10

/* Words of a structure become arguments 6, 7 …, zero where it cannot be read. */
static __always_inline void read_structure(struct lanner_scratch *s, const struct lanner_call *call, u64 address)
{
	u64 words = BOUND(call->words, 15);

	for (u32 i = 0; i < MAX_WORDS; i++)
		s->arguments[FIRST_WORD + i] = 0;
	if (words > MAX_WORDS)
		words = MAX_WORDS;
	if (!call->native_words || !s->compat) {
		bpf_probe_read_user(&s->arguments[FIRST_WORD], words * 8, (void *)address);
		return;
	}
	for (u32 i = 0; i < MAX_WORDS; i++) {
		if (i < words)
			s->arguments[FIRST_WORD + i] = user_number(address + 4 * i, 4);
	}
}
