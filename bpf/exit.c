// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A thread ends. */
#include "collect.h"
#include "scope.h"

SEC("tp_btf/sched_process_exit")
int BPF_PROG(lanner_exit, struct task_struct *task)
{
	u32 entry = CALL_EXIT, tid = bpf_get_current_pid_tgid();
	struct lanner_call *call = bpf_map_lookup_elem(&calls, &entry);
	struct lanner_scratch *s;

	if (!is_watched(tid, bpf_get_current_task()))
		return 0;
	if (call && call->code) {
		s = begin_event(call, tid);
		if (s) {
			s->task = bpf_get_current_task();
			s->result = 0;
			collect(s, call);
			submit_event(s);
		}
	}
	leave_scope(tid);
	bpf_map_delete_elem(&told_names, &tid);
	return 0;
}
