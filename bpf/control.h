// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* File systems by which the kernel is told what to do, and whether a file of one is seen in its usual place. */
#pragma once
#include "path.h"

#define PROC_MAGIC 0x9fa0
#define SYSFS_MAGIC 0x62656572
#define CGROUP_MAGIC 0x27e0eb
#define CGROUP2_MAGIC 0x63677270
#define DEBUGFS_MAGIC 0x64626720
#define TRACEFS_MAGIC 0x74726163
#define SECURITYFS_MAGIC 0x73636673
#define BINFMT_MAGIC 0x42494e4d

/* Each has one usual place, whatever is mounted where. */
enum control_file_system {
	CONTROL_NONE,
	CONTROL_PROC,
	CONTROL_SYSFS,
	CONTROL_CGROUP,
	CONTROL_DEBUGFS,
	CONTROL_TRACEFS,
	CONTROL_SECURITYFS,
	CONTROL_BINFMT,
};

static __always_inline u8 control_of(u64 address)
{
	struct file *file = (void *)address;

	switch (BPF_CORE_READ(file, f_inode, i_sb, s_magic)) {
	case PROC_MAGIC:
		return CONTROL_PROC;
	case SYSFS_MAGIC:
		return CONTROL_SYSFS;
	case CGROUP_MAGIC:
	case CGROUP2_MAGIC:
		return CONTROL_CGROUP;
	case DEBUGFS_MAGIC:
		return CONTROL_DEBUGFS;
	case TRACEFS_MAGIC:
		return CONTROL_TRACEFS;
	case SECURITYFS_MAGIC:
		return CONTROL_SECURITYFS;
	case BINFMT_MAGIC:
		return CONTROL_BINFMT;
	default:
		return CONTROL_NONE;
	}
}

static __always_inline bool is_below_proc(u8 control)
{
	return control == CONTROL_PROC || control == CONTROL_BINFMT;
}

/* Whether the path, as it was built, begins with /proc or /sys, where the file's file system has its usual place. */
static __always_inline bool is_in_usual_place(struct lanner_scratch *s, u8 control)
{
	const u8 *path = &s->path[BOUND(s->walk.start, MAX_TEXT - 1)];

	if (path[0] != '/')
		return false;
	if (is_below_proc(control))
		return path[1] == 'p' && path[2] == 'r' && path[3] == 'o' && path[4] == 'c' && path[5] == '/';
	return path[1] == 's' && path[2] == 'y' && path[3] == 's' && path[4] == '/';
}
