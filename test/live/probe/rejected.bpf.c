// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The probe with a program that the verifier rejects: it reads through a pointer that may be NULL. */
#define lanner_fork lanner_fork_as_it_is
#include "../../../bpf/lanner.bpf.c"
#undef lanner_fork

SEC("tp_btf/sched_process_fork")
int lanner_fork(u64 *context)
{
	u32 tid = 0;
	u32 *pid = bpf_map_lookup_elem(&watched, &tid);

	return *pid;
}
