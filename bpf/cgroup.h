// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Control groups of a task: their paths, and whether it lies in the watched one. */
#pragma once
#include "path.h"

#define MAX_CGROUP_DEPTH 16 /* components that are told */
#define MAX_SCOPE_DEPTH 256
#define RISE_CHUNK 32       /* levels that one call goes up */
#define MAX_RISES 1024

static __always_inline u64 node_parent(struct kernfs_node *node)
{
	struct kernfs_node___parent *older = (void *)node;

	if (bpf_core_field_exists(older->parent))
		return (u64)BPF_CORE_READ((struct kernfs_node___parent *)older, parent);
	return (u64)BPF_CORE_READ(node, __parent);
}

/* One step up a control group's path. Returns 0 at the root. */
__noinline int cgroup_step(void)
{
	struct lanner_scratch *s = get_scratch();
	struct kernfs_node *node;
	const char *name;
	u64 parent;
	long length;

	if (!s)
		return 0;
	node = (void *)s->walk.node;
	parent = node ? node_parent(node) : 0;
	if (!parent)
		return 0;
	name = BPF_CORE_READ(node, name);
	length = bpf_probe_read_kernel_str(s->component, sizeof(s->component), name);
	if (length <= 1 || !prepend(s, (u64)s->component, length - 1, true, 0))
		return 0;
	s->walk.node = parent;
	return 1;
}

/* A function of its own: in a loop clang would take what asks for the other kernels' member out of its condition. */
__noinline u64 level_above(u64 node)
{
	return node ? node_parent((void *)node) : 0;
}

/*
 * Some levels up from a control group, to one whose path is short enough to be told: of a longer path the beginning
 * counts, as containers are named there, and below it whoever is in one may make as many levels as he likes. Returns 0
 * when that is found.
 */
__noinline int cgroup_rise(void)
{
	struct lanner_scratch *s = get_scratch();

	if (!s)
		return 0;
	for (u32 i = 0; i < RISE_CHUNK; i++) {
		s->walk.lead = level_above(s->walk.lead);
		if (!s->walk.lead)
			return 0;
		if (s->walk.levels == MAX_CGROUP_DEPTH)
			s->walk.node = level_above(s->walk.node);
		else
			s->walk.levels++;
	}
	return 1;
}

#define UNIFIED_NAME 0x64656966696e75ULL /* "unified" and its NUL */

/* Writes "name=path" and a NUL `offset` bytes behind the next parameter's place; `name` 0: the unified hierarchy.
 * Returns the length. */
__noinline int write_cgroup(u64 cgroup_address, u64 name, u64 offset)
{
	struct lanner_scratch *s = get_scratch();
	struct cgroup *cgroup = (void *)cgroup_address;
	long length;

	if (!s)
		return 0;
	if (name) {
		length = bpf_probe_read_kernel_str(THERE(s, offset), 64, (void *)name);
	} else {
		*(u64 *)THERE(s, offset) = UNIFIED_NAME;
		length = 8;
	}
	if (length <= 1)
		return 0;
	*THERE(s, offset + length - 1) = '=';
	s->walk.node = (u64)BPF_CORE_READ(cgroup, kn);
	s->walk.lead = s->walk.node;
	s->walk.levels = 0;
	for (u32 i = 0; i < MAX_RISES; i++) {
		if (!cgroup_rise())
			break;
	}
	s->walk.start = PATH_END;
	s->walk.truncated = 0;
	s->path[PATH_END] = 0;
	for (u32 i = 0; i < MAX_CGROUP_DEPTH; i++) {
		if (!cgroup_step())
			break;
	}
	if (s->walk.start == PATH_END)
		prepend(s, 0, 0, true, 0);
	return length + copy_path(s, offset + length);
}

/* The task's state in the hierarchy of the controller with index `subsystem`. */
static __always_inline u64 cgroup_state(u64 task_address, u32 subsystem)
{
	struct task_struct *task = (void *)task_address;
	u64 set = (u64)BPF_CORE_READ(task, cgroups), state = 0;

	bpf_probe_read_kernel(&state, sizeof(state),
			      (void *)(set + bpf_core_field_offset(struct css_set, subsys) + 8 * (u64)subsystem));
	return state;
}

static __always_inline u64 write_controller(struct lanner_scratch *s, u32 subsystem, u64 offset)
{
	struct cgroup_subsys_state *state = (void *)cgroup_state(s->task, subsystem);
	u64 cgroup = (u64)BPF_CORE_READ(state, cgroup), name = (u64)BPF_CORE_READ(state, ss, name);

	return BOUND(write_cgroup(cgroup, name, offset), 2 * MAX_TEXT - 1);
}

#define WRITE_CONTROLLER(controller)                                                                      \
	if (bpf_core_enum_value_exists(enum cgroup_subsys_id, controller))                                \
		offset += write_controller(s, bpf_core_enum_value(enum cgroup_subsys_id, controller), offset)

/* The controllers that Falco tells, in its order, and the path in the unified hierarchy (cgroup v2). */
__noinline int collect_cgroups(void)
{
	struct lanner_scratch *s = get_scratch();
	struct task_struct *task;
	u64 offset = 0;

	if (!s)
		return 0;
	task = (void *)s->task;
	WRITE_CONTROLLER(cpuset_cgrp_id);
	WRITE_CONTROLLER(cpu_cgrp_id);
	WRITE_CONTROLLER(cpuacct_cgrp_id);
	WRITE_CONTROLLER(io_cgrp_id);
	WRITE_CONTROLLER(memory_cgrp_id);
	offset += BOUND(write_cgroup((u64)BPF_CORE_READ(task, cgroups, dfl_cgrp), 0, offset),
			2 * MAX_TEXT - 1);
	append(s, BOUND(offset, MAX_EVENT));
	return 0;
}

/* The task's control group in the hierarchy that the scope names. */
static __always_inline u64 scope_cgroup(u64 task_address)
{
	struct task_struct *task = (void *)task_address;
	u32 subsystem;

	switch (settings.controller) {
	case 0:
		return (u64)BPF_CORE_READ(task, cgroups, dfl_cgrp);
	case 1 + cpuset_cgrp_id:
		subsystem = bpf_core_enum_value(enum cgroup_subsys_id, cpuset_cgrp_id);
		break;
	case 1 + cpu_cgrp_id:
		subsystem = bpf_core_enum_value(enum cgroup_subsys_id, cpu_cgrp_id);
		break;
	case 1 + cpuacct_cgrp_id:
		subsystem = bpf_core_enum_value(enum cgroup_subsys_id, cpuacct_cgrp_id);
		break;
	case 1 + io_cgrp_id:
		subsystem = bpf_core_enum_value(enum cgroup_subsys_id, io_cgrp_id);
		break;
	case 1 + memory_cgrp_id:
		subsystem = bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id);
		break;
	case 1 + devices_cgrp_id:
		subsystem = bpf_core_enum_value(enum cgroup_subsys_id, devices_cgrp_id);
		break;
	case 1 + freezer_cgrp_id:
		subsystem = bpf_core_enum_value(enum cgroup_subsys_id, freezer_cgrp_id);
		break;
	case 1 + pids_cgrp_id:
		subsystem = bpf_core_enum_value(enum cgroup_subsys_id, pids_cgrp_id);
		break;
	default:
		return 0;
	}
	struct cgroup_subsys_state *state = (void *)cgroup_state(task_address, subsystem);
	return (u64)BPF_CORE_READ(state, cgroup);
}

/*
 * Whether the task lies in the watched control group or below it; one that lies too deep for that to be told does. The
 * answer per group never changes.
 */
__noinline int in_watched_cgroup(u64 task_address)
{
	struct cgroup *cgroup = (void *)scope_cgroup(task_address);
	struct kernfs_node *node = BPF_CORE_READ(cgroup, kn);
	u64 id = BPF_CORE_READ(node, id);
	u32 *known = bpf_map_lookup_elem(&cgroup_verdicts, &id), verdict;

	if (known)
		return *known;
	for (u32 i = 0; i < MAX_SCOPE_DEPTH && node; i++) {
		if (BPF_CORE_READ(node, id) == settings.cgroup)
			break;
		node = (void *)node_parent(node);
	}
	verdict = node != NULL;
	bpf_map_update_elem(&cgroup_verdicts, &id, &verdict, BPF_ANY);
	return verdict;
}
