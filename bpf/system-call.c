// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The end of a system call. */
#include "architecture.h"
#include "collect.h"
#include "scope.h"

/* Words of a structure that an argument points to become arguments 6, 7 …, zero where it cannot be read. */
static __always_inline void read_structure(struct lanner_scratch *s, const struct lanner_call *call)
{
	u64 size = BOUND(call->words, 7) * 8;

	for (u32 i = 6; i < 14; i++)
		s->arguments[i] = 0;
	bpf_probe_read_user(&s->arguments[6], size, (void *)argument(s, call->structure));
}

static __always_inline void count_compat_call(void)
{
	u32 tid = bpf_get_current_pid_tgid();
	struct lanner_counters *c = get_counters();

	if (c && is_watched(tid, bpf_get_current_task()))
		c->compat++;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(lanner_call_end, struct pt_regs *regs, long result)
{
	u32 number = call_number(regs), tid;
	struct lanner_call *call;
	struct lanner_scratch *s;
	struct task_struct *task;

	/* Whatever its number: it means another call in the table of those with 64 bits. */
	if (is_compat_call(number)) {
		count_compat_call();
		return 0;
	}
	if (number >= CALL_EXEC)
		return 0;
	call = bpf_map_lookup_elem(&calls, &number);
	if (!call || !call->count || (call->failure_only && result >= 0))
		return 0;
	tid = bpf_get_current_pid_tgid();
	task = (void *)bpf_get_current_task();
	if (!is_watched(tid, (u64)task))
		return 0;
	s = begin_event(call, tid);
	if (!s)
		return 0;
	s->task = (u64)task;
	s->result = result;
	call_arguments(regs, s->arguments);
	if (call->words)
		read_structure(s, call);
	find_subject(s, call);
	collect(call);
	submit_event(s);
	return 0;
}
