// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Parameters of the end of a task: how it ended, and who takes its children. */
#pragma once
#include "task.h"

#define MAX_THREADS 32
#define MAX_ANCESTORS 32
#define REAPER_UNKNOWN (-1) /* too many threads or ancestors to look at */

/* A thread of the task's process that is not about to end: its id, 0 for none, or REAPER_UNKNOWN. */
__noinline int alive_thread(u64 task_address)
{
	struct task_struct *task = (void *)task_address;
	struct signal_struct *signal = BPF_CORE_READ(task, signal);
	u64 head = (u64)signal + bpf_core_field_offset(struct signal_struct, thread_head);
	struct list_head *node = (void *)head;

	for (u32 i = 0; i < MAX_THREADS; i++) {
		struct task_struct *thread;

		node = BPF_CORE_READ(node, next);
		if (!node || (u64)node == head)
			return 0;
		thread = (void *)node - bpf_core_field_offset(struct task_struct, thread_node);
		if (!(BPF_CORE_READ(thread, flags) & PF_EXITING))
			return BPF_CORE_READ(thread, pid);
	}
	return REAPER_UNKNOWN;
}

/*
 * Who becomes the parent of the task's children, by the kernel's rules (find_new_reaper in kernel/exit.c):
 * another thread of the process, else the nearest ancestor that asked for orphans (PR_SET_CHILD_SUBREAPER)
 * in the same pid namespace, else that namespace's init. 0: there are no children, or nobody is left.
 */
__noinline int find_reaper(u64 task_address)
{
	struct task_struct *task = (void *)task_address, *init, *ancestor;
	u64 children = task_address + bpf_core_field_offset(struct task_struct, children);
	struct list_head *list = (void *)children;
	struct signal_struct *signal;
	struct upid *entry;
	struct pid *pid;
	u32 level;
	int found;

	if ((u64)BPF_CORE_READ(list, next) == children)
		return 0;
	found = alive_thread(task_address);
	if (found)
		return found;
	pid = BPF_CORE_READ(task, thread_pid);
	level = BPF_CORE_READ(pid, level);
	entry = (void *)pid_entry(pid, level);
	init = BPF_CORE_READ(entry, ns, child_reaper);
	if (init == task)
		return 0;
	signal = BPF_CORE_READ(task, signal);
	if (!BPF_CORE_READ_BITFIELD_PROBED(signal, has_child_subreaper))
		return BPF_CORE_READ(init, pid);
	ancestor = task;
	for (u32 i = 0; i < MAX_ANCESTORS; i++) {
		ancestor = BPF_CORE_READ(ancestor, real_parent);
		if (!ancestor || ancestor == init || BPF_CORE_READ(ancestor, thread_pid, level) != level)
			return BPF_CORE_READ(init, pid);
		signal = BPF_CORE_READ(ancestor, signal);
		if (!BPF_CORE_READ_BITFIELD_PROBED(signal, is_child_subreaper))
			continue;
		found = alive_thread((u64)ancestor);
		if (found)
			return found;
	}
	return REAPER_UNKNOWN;
}

__noinline int collect_exit(u64 p)
{
	struct lanner_scratch *s = get_scratch();
	struct task_struct *task;
	u32 status;

	if (!s)
		return 0;
	task = (void *)s->task;
	/* As wait(2) tells it: low seven bits the signal, then the core bit, then the code. */
	status = BPF_CORE_READ(task, exit_code);
	switch (PARAMETER_KIND(p)) {
	case KIND_EXIT_STATUS:
		append_number(s, (s64)(s32)status, 8);
		break;
	case KIND_EXIT_CODE:
		append_number(s, (status >> 8) & 0xff, 8);
		break;
	case KIND_EXIT_SIGNAL:
		append_number(s, (status & 0x7f) == 0x7f ? 0 : status & 0x7f, 1);
		break;
	case KIND_EXIT_CORE:
		append_number(s, !!(status & 0x80), 1);
		break;
	default:
		append_number(s, (s64)find_reaper(s->task), 8);
	}
	return 0;
}
