// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A thread has made another: being watched is inherited. The events are those of the system call's end, in the
 * thread that called and in the new one. Where the new one does not return from the call, its event is made here.
 */
#include "architecture.h"
#include "collect.h"
#include "scope.h"

static __always_inline void tell_silent_call(u64 child)
{
	struct task_struct *task = (void *)child;
	struct lanner_call *call;
	struct lanner_scratch *s;
	u64 arguments[6];
	u32 number, tid;

	if (!silent_call(task, &number, arguments))
		return;
	tid = BPF_CORE_READ(task, pid);
	call = bpf_map_lookup_elem(&calls, &number);
	if (!call || !call->code || !is_watched(tid, child))
		return;
	s = begin_event(call, tid);
	if (!s)
		return;
	s->task = child;
	s->result = 0;
	for (u32 i = 0; i < 6; i++)
		s->arguments[i] = arguments[i];
	if (call->words)
		read_structure(s, call, argument(s, call->structure));
	collect(s, call);
	submit_event(s);
}

/* Of threads nobody asks who made them. The child has not run yet: nobody asks for its entry before it is there. */
static __always_inline void note_kin(u32 maker_tid, u32 maker_pid, u32 child_tid, u32 child_pid, u64 child)
{
	if (!is_watched(child_tid, child))
		return;
	bpf_map_update_elem(&kin, &maker_tid, &child_tid, BPF_ANY);
	if (child_pid != maker_pid)
		bpf_map_update_elem(&kin, &child_tid, &maker_pid, BPF_ANY);
}

/* The id may have been another process's: nothing that was told of that one holds, whether or not a birth is told. */
static __always_inline void forget_namesake(u32 child_pid)
{
	bpf_map_delete_elem(&told_places, &child_pid);
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(lanner_fork, struct task_struct *parent, struct task_struct *child)
{
	u64 address = 0;

	inherit_scope(parent->pid, child->pid, child->tgid);
	if (child->pid == child->tgid)
		forget_namesake(child->pid);
	/* To the verifier a number, as the functions that collect have it, and not a pointer. */
	bpf_probe_read_kernel(&address, sizeof(address), &ctx[1]);
	note_kin(parent->pid, parent->tgid, child->pid, child->tgid, address);
	tell_silent_call(address);
	return 0;
}
