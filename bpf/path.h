// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The kernel's own path of a directory entry, as its process sees it: from the entry up to the process's
 * root, across mounts, built backwards. State is kept in the scratch room and one step is a function that
 * the verifier checks once; with the state in registers the walk is beyond its limit.
 */
#pragma once
#include "event.h"

#define MAX_STEPS 2048
#define MAX_COMPONENT_SIZE 255
#define TOP_ROOM ((TOP_COMPONENTS + 1) * (MAX_COMPONENT_SIZE + 1))
#define PATH_END (MAX_TEXT - 1) /* of the text in `path`; its NUL lies there */

/*
 * Puts `length` bytes at `name` and a slash, if asked for, before what has been built. False: that would
 * leave less than `room` bytes.
 */
static __always_inline bool prepend(struct lanner_scratch *s, u64 name, u64 length, bool slash, u32 room)
{
	u32 start = s->walk.start;

	/* Not compared with the length: 6.12 then loses the bound of one of the two. */
	if (start < room + MAX_COMPONENT_SIZE + 1)
		return false;
	length = BOUND(length, MAX_COMPONENT_SIZE);
	start -= length;
	bpf_probe_read_kernel(&s->path[BOUND(start, MAX_TEXT - 1)], length, (void *)name);
	if (slash) {
		start--;
		s->path[BOUND(start, MAX_TEXT - 1)] = '/';
	}
	s->walk.start = start;
	return true;
}

/* The same with the name of a directory entry. */
static __always_inline bool prepend_name(struct lanner_scratch *s, u64 dentry, bool slash, u32 room)
{
	u8 name[16]; /* struct qstr, read at once */
	u32 length;
	u64 text;

	bpf_probe_read_kernel(name, sizeof(name), (void *)dentry + bpf_core_field_offset(struct dentry, d_name));
	length = *(u32 *)&name[bpf_core_field_offset(struct qstr, len)];
	text = *(u64 *)&name[bpf_core_field_offset(struct qstr, name)];
	return prepend(s, text, length, slash, room);
}

static __always_inline void enter_mount(struct lanner_scratch *s, u64 address)
{
	struct vfsmount *mount = (void *)address;

	s->walk.mount = address;
	s->walk.mount_root = (u64)BPF_CORE_READ(mount, mnt_root);
}

/* One step up. Returns 0 at the top. */
__noinline int path_step(void)
{
	struct lanner_scratch *s = get_scratch();
	struct dentry *dentry, *parent;

	if (!s)
		return 0;
	dentry = (void *)s->walk.dentry;
	if (!dentry)
		return 0;
	if (s->walk.dentry == s->walk.root_dentry && s->walk.mount == s->walk.root_mount)
		return 0;
	parent = BPF_CORE_READ(dentry, d_parent);
	if (s->walk.dentry == s->walk.mount_root) {
		struct mount *this = (void *)s->walk.mount - bpf_core_field_offset(struct mount, mnt);
		struct mount *above = BPF_CORE_READ(this, mnt_parent);

		if (above != this) {
			s->walk.dentry = (u64)BPF_CORE_READ(this, mnt_mountpoint);
			enter_mount(s, (u64)above + bpf_core_field_offset(struct mount, mnt));
			return 1;
		}
		/*
		 * The top of all mounts; or a part of a file system that is mounted nowhere (open_tree(2), lazy
		 * umount(2)), where "shadow" out of /etc would be /shadow: the path in the file system is told.
		 */
		s->walk.mount_root = 0;
	}
	if (dentry == parent && !s->walk.mount_root)
		return 0;
	if (dentry == parent) {
		/* Not below any mount: memfd, pipe, socket, anonymous inode. Its name is all there is. */
		prepend_name(s, (u64)dentry, false, 0);
		s->walk.nameless = 1;
		return 0;
	}
	if (s->walk.skipped || !prepend_name(s, (u64)dentry, true, TOP_ROOM)) {
		s->walk.top[BOUND(s->walk.skipped, TOP_COMPONENTS - 1)] = (u64)dentry;
		s->walk.skipped++;
	}
	s->walk.dentry = (u64)parent;
	return 1;
}

/*
 * Completes a path that is too long for its room: "/dev/shm/a/b/.../c/d". Its end alone would pass for the
 * path of another file. One whose top is too far away to be found begins with the dots.
 */
static __always_inline void prepend_top(struct lanner_scratch *s, bool found)
{
	u32 skipped = s->walk.skipped, count = skipped < TOP_COMPONENTS ? skipped : TOP_COMPONENTS;
	const char dots[] = "...";

	if (!found || skipped > count) {
		s->walk.truncated = 1;
		prepend(s, (u64)dots, sizeof(dots) - 1, found, 0);
	}
	if (!found)
		return;
	for (u32 i = 0; i < TOP_COMPONENTS; i++) {
		if (i < count)
			prepend_name(s, s->walk.top[BOUND(skipped - count + i, TOP_COMPONENTS - 1)], true, 0);
	}
}

/* Builds the path of (mount, dentry) in `path`. Returns its length with the NUL. */
__noinline int build_path(u64 mount, u64 dentry)
{
	struct lanner_scratch *s = get_scratch();
	struct task_struct *task;
	struct fs_struct *fs;
	int more = 1;

	if (!s)
		return 0;
	task = (void *)s->task;
	fs = BPF_CORE_READ(task, fs);
	enter_mount(s, mount);
	s->walk.dentry = dentry;
	s->walk.root_mount = (u64)BPF_CORE_READ(fs, root.mnt);
	s->walk.root_dentry = (u64)BPF_CORE_READ(fs, root.dentry);
	s->walk.start = PATH_END;
	s->walk.truncated = 0;
	s->walk.nameless = 0;
	s->walk.skipped = 0;
	s->path[PATH_END] = 0;
	for (u32 i = 0; i < MAX_STEPS; i++) {
		more = path_step();
		if (!more)
			break;
	}
	if (more || s->walk.skipped)
		prepend_top(s, !more);
	if (s->walk.start == PATH_END && !s->walk.truncated && !s->walk.nameless)
		prepend(s, 0, 0, true, 0); /* the root itself */
	return PATH_END + 1 - s->walk.start;
}

/*
 * Whether the process sees only a part of the file system at the path that was built: a directory or a file
 * of it is mounted (a bind mount), or is the root of the process (chroot). The path is then not that of the
 * file in its file system.
 */
static __always_inline bool shows_part(struct lanner_scratch *s, u64 mount)
{
	struct vfsmount *first = (void *)mount;
	struct dentry *root = BPF_CORE_READ(first, mnt_root);

	if (s->walk.nameless)
		return false;
	if (BPF_CORE_READ(root, d_parent) != root)
		return true;
	/* The walk has ended at the root of the process, and this is not that of a mount. */
	return s->walk.dentry == s->walk.root_dentry && s->walk.dentry != s->walk.mount_root;
}

/* Builds the path of an entry in its own file system, whatever is mounted where. */
__noinline int build_own_path(u64 dentry)
{
	struct lanner_scratch *s = get_scratch();
	int more = 1;

	if (!s)
		return 0;
	s->walk.mount = 0;
	s->walk.mount_root = 0;
	s->walk.root_mount = 0;
	s->walk.root_dentry = 0;
	s->walk.dentry = dentry;
	s->walk.start = PATH_END;
	s->walk.truncated = 0;
	s->walk.nameless = 0;
	s->walk.skipped = 0;
	s->path[PATH_END] = 0;
	for (u32 i = 0; i < MAX_STEPS; i++) {
		more = path_step();
		if (!more)
			break;
	}
	if (more || s->walk.skipped)
		prepend_top(s, !more);
	if (s->walk.start == PATH_END && !s->walk.truncated)
		prepend(s, 0, 0, true, 0);
	return PATH_END + 1 - s->walk.start;
}

/* Copies the built path to `offset` bytes behind the next parameter's place. Returns its length. */
static __always_inline u32 copy_path(struct lanner_scratch *s, u32 offset)
{
	u64 start = BOUND(s->walk.start, MAX_TEXT - 1);
	u64 length = BOUND(PATH_END + 1 - start, 2 * MAX_TEXT - 1);

	if (length > MAX_TEXT)
		length = MAX_TEXT;
	bpf_probe_read_kernel(THERE(s, offset), length, &s->path[start]);
	return length;
}

static __always_inline void append_path(struct lanner_scratch *s, u64 mount, u64 dentry)
{
	if (!mount || !dentry) {
		append_empty(s);
		return;
	}
	build_path(mount, dentry);
	append(s, copy_path(s, 0));
}
