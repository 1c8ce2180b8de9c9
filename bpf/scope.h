// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Which tasks are watched, and how being watched is inherited. */
#pragma once
#include "cgroup.h"

/*
 * The map is keyed by thread, not by process: every thread then removes itself, and nobody has to know
 * which of the threads that end at the same time is the last.
 */
static __always_inline bool is_watched(u32 tid, u64 task)
{
	if (settings.scope == SCOPE_HOST)
		return true;
	if (settings.scope == SCOPE_PROCESSES)
		return bpf_map_lookup_elem(&watched, &tid);
	return in_watched_cgroup(task);
}

static __always_inline void watch(u32 tid, u32 pid)
{
	if (bpf_map_update_elem(&watched, &tid, &pid, BPF_ANY)) {
		struct lanner_counters *c = get_counters();
		if (c)
			c->scope_full++;
	}
}

/* A child is watched if the thread that made it is watched or adopts. */
static __always_inline void inherit_scope(u32 parent, u32 child, u32 child_pid)
{
	if (settings.scope != SCOPE_PROCESSES)
		return;
	if (bpf_map_lookup_elem(&watched, &parent) || bpf_map_lookup_elem(&adopters, &parent))
		watch(child, child_pid);
}

/* A thread that calls exec takes over the id of its process; the thread that had it is gone. */
static __always_inline void rename_in_scope(u32 old, u32 tid)
{
	if (settings.scope != SCOPE_PROCESSES || old == tid || !bpf_map_lookup_elem(&watched, &old))
		return;
	watch(tid, tid);
	bpf_map_delete_elem(&watched, &old);
}

static __always_inline void leave_scope(u32 tid)
{
	if (settings.scope == SCOPE_PROCESSES)
		bpf_map_delete_elem(&watched, &tid);
}
