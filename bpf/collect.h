// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Collects the parameters of an event as its description says. */
#pragma once
#include "bytes.h"
#include "file.h"
#include "glance.h"
#include "quota.h"
#include "reaper.h"
#include "socket.h"
#include "task.h"
#include "value.h"

/*
 * Collects one parameter. These are global functions, which the verifier checks once for all arguments:
 * all parameters of all system calls together cost it what one costs.
 */
__noinline int collect_parameter(u64 p)
{
	switch (PARAMETER_KIND(p) / 32) {
	case KIND_RESULT / 32:
		return collect_value(p);
	case KIND_TEXT / 32:
		return collect_bytes(p);
	case KIND_FILE_DEVICE / 32:
		return collect_file(p);
	case KIND_ADDRESS / 32:
		return collect_socket(p);
	case KIND_EXE / 32:
		return collect_task(p);
	case KIND_EXIT_STATUS / 32:
		return collect_exit(p);
	default:
		return collect_quota(p);
	}
}

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
	if (!call->native_words || word_size(s) == 8) {
		bpf_probe_read_user(&s->arguments[FIRST_WORD], words * 8, (void *)address);
		return;
	}
	for (u32 i = 0; i < MAX_WORDS; i++) {
		if (i < words)
			s->arguments[FIRST_WORD + i] = user_number(address + 4 * i, 4);
	}
}

/* The descriptor that the event is about. */
static __always_inline void find_subject(struct lanner_scratch *s, const struct lanner_call *call)
{
	s32 descriptor = -1;

	if (call->subject == SUBJECT_NONE)
		return;
	if (call->subject == SUBJECT_ARGUMENT)
		descriptor = argument(s, call->subject_argument);
	else if (call->subject == SUBJECT_POINTED)
		descriptor = s->result < 0 ? -1 : user_number(argument(s, call->subject_argument), 4);
	else if (s->result >= 0)
		descriptor = s->result;
	else if (call->subject == SUBJECT_RESULT_OR_ARGUMENT)
		descriptor = argument(s, call->subject_argument);
	s->file = file_of(s->task, descriptor);
}

/* Collects the event, or as much of it as tells that no rule can match. */
static __always_inline void collect(struct lanner_scratch *s, const struct lanner_call *call)
{
	u32 count = call->count, early = s->early;

	if (call->socket_role)
		note_socket(s, call->socket_role);
	if (is_connect(call))
		tell_connecting(s);
	if (s->filtered)
		return;
	for (u32 i = 0; i < MAX_PARAMETERS; i++) {
		if (i >= count)
			break;
		if (early && i == early && !may_match(0))
			return;
		collect_parameter(call->parameters[i]);
	}
	if (s->generation)
		may_match(1);
}

/* The same with a first look at opens. A function of its own, as a chain of calls has 512 bytes of stack. */
static __always_inline void glance_and_collect(struct lanner_scratch *s, const struct lanner_call *call)
{
	if (s->glances) {
		if (can_pass_over(s, call) && is_settled(s)) {
			s->filtered = 1;
			return;
		}
		stamp(s);
	}
	collect(s, call);
}
