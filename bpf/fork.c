// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A thread has made another: being watched is inherited. The event is the end of the system call. */
#include "scope.h"

SEC("tp_btf/sched_process_fork")
int BPF_PROG(lanner_fork, struct task_struct *parent, struct task_struct *child)
{
	inherit_scope(parent->pid, child->pid, child->tgid);
	return 0;
}
