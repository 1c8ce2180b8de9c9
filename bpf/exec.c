// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A program has replaced the one that its process ran. */
#include "collect.h"
#include "scope.h"

SEC("tp_btf/sched_process_exec")
int BPF_PROG(lanner_exec, struct task_struct *task, int old_tid, struct linux_binprm *program)
{
	u32 entry = CALL_EXEC, tid = bpf_get_current_pid_tgid();
	struct lanner_call *call = bpf_map_lookup_elem(&calls, &entry);
	struct lanner_scratch *s;

	rename_in_scope(old_tid, tid);
	if (!call || !call->code || !is_watched(tid, bpf_get_current_task()))
		return 0;
	s = begin_event(call, tid);
	if (!s)
		return 0;
	s->task = bpf_get_current_task();
	s->result = 0;
	s->filename = (u64)program->filename;
	collect(s, call);
	submit_event(s);
	return 0;
}
