// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A CPU goes from one thread to another: the event is of the one that it leaves. */
#include "collect.h"
#include "scope.h"

SEC("tp_btf/sched_switch")
int BPF_PROG(lanner_switch, bool preempt, struct task_struct *left, struct task_struct *next)
{
	u32 entry = CALL_SWITCH, tid = bpf_get_current_pid_tgid();
	struct lanner_call *call = bpf_map_lookup_elem(&calls, &entry);
	struct lanner_scratch *s;
	/* The one that is left: to the verifier a number, as the other programs have it, and not a pointer. */
	u64 task = bpf_get_current_task();

	if (!call || !call->code || !is_watched(tid, task))
		return 0;
	s = begin_event(call, tid);
	if (!s)
		return 0;
	s->task = task;
	s->result = 0;
	s->arguments[0] = BPF_CORE_READ(next, pid);
	collect(s, call);
	submit_event(s);
	return 0;
}
