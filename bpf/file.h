// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Parameters about files: the descriptor that an event is about, directories, the executable. */
#pragma once
#include "control.h"
#include "path.h"
#include "socket.h"
#include "value.h"

#define OVERLAY_MAGIC 0x794c7630
#define TMPFS_MAGIC 0x01021994
#define ANON_INODE_MAGIC 0x09041934
#define PIDFS_MAGIC 0x50494446

#define REMOVED " (deleted)"

#define SB_RDONLY 1
#define S_IMMUTABLE 8
#define MAY_WRITE 2
#define CAP_DAC_OVERRIDE 1
#define CAP_FOWNER 3

/* Flags in the third byte of a DESCRIPTOR parameter. */
#define DESCRIPTOR_UPPER_LAYER 1
#define DESCRIPTOR_LOWER_LAYER 2
#define DESCRIPTOR_TRUNCATED 4
#define DESCRIPTOR_UNLINKED 8
#define DESCRIPTOR_SERVER 16

#define EXE_WRITABLE 1
#define EXE_UPPER_LAYER 2
#define EXE_FROM_MEMFD 4
#define EXE_LOWER_LAYER 8

struct lanner_descriptor {
	u8 kind; /* letter of fd.typechar */
	u8 protocol;
	u8 flags;
	u8 control; /* enum control_file_system */
	u32 device;
	u64 inode;
} __attribute__((packed));

/* The file behind a descriptor of the task; 0 when there is none. */
static __always_inline u64 file_of(u64 task_address, s32 descriptor)
{
	struct task_struct *task = (void *)task_address;
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	struct file **files, *file = NULL;

	if (!table || descriptor < 0 || (u32)descriptor >= BPF_CORE_READ(table, max_fds))
		return 0;
	files = BPF_CORE_READ(table, fd);
	bpf_probe_read_kernel(&file, sizeof(file), &files[descriptor]);
	return (u64)file;
}

/* Device number as user space writes it (new_encode_dev in the kernel). */
static __always_inline u32 encode_device(u32 device)
{
	u32 major = device >> 20, minor = device & 0xfffff;

	return (minor & 0xff) | (major << 8) | ((minor & ~0xffU) << 12);
}

static __always_inline u32 file_device(u64 address)
{
	struct file *file = (void *)address;

	return encode_device(BPF_CORE_READ(file, f_inode, i_sb, s_dev));
}

static __always_inline u64 file_inode(u64 address)
{
	struct file *file = (void *)address;

	return BPF_CORE_READ(file, f_inode, i_ino);
}

/* Layer of an overlay file: overlayfs keeps the upper entry right behind the inode structure. */
static __always_inline u32 file_layer(u64 address)
{
	struct file *file = (void *)address;
	struct dentry *dentry = BPF_CORE_READ(file, f_path.dentry), *upper = NULL;
	struct inode *inode;

	if (BPF_CORE_READ(dentry, d_sb, s_magic) != OVERLAY_MAGIC)
		return LAYER_NONE;
	inode = BPF_CORE_READ(dentry, d_inode);
	bpf_probe_read_kernel(&upper, sizeof(upper), (void *)inode + bpf_core_type_size(struct inode));
	return upper && BPF_CORE_READ(upper, d_inode, i_ino) ? LAYER_UPPER : LAYER_LOWER;
}

static __always_inline u64 name_prefix(struct dentry *dentry)
{
	const unsigned char *name = BPF_CORE_READ(dentry, d_name.name);
	u64 prefix = 0;

	bpf_probe_read_kernel_str(&prefix, sizeof(prefix), name);
	return prefix;
}

#define MEMFD_PREFIX 0x3a64666d656dULL /* "memfd:" */

/* A file made by memfd_create: its entry is its own parent and is called "memfd:…". */
static __always_inline bool is_memfd(u64 address)
{
	struct file *file = (void *)address;
	struct dentry *dentry = BPF_CORE_READ(file, f_path.dentry);

	return BPF_CORE_READ(dentry, d_parent) == dentry &&
	       (name_prefix(dentry) & 0xffffffffffffULL) == MEMFD_PREFIX;
}

/* Letter of fd.typechar for a file. */
static __always_inline u8 file_kind(u64 address)
{
	struct file *file = (void *)address;
	u64 magic = BPF_CORE_READ(file, f_inode, i_sb, s_magic);
	u16 mode = BPF_CORE_READ(file, f_inode, i_mode);

	if (magic == ANON_INODE_MAGIC) {
		u64 prefix = name_prefix(BPF_CORE_READ(file, f_path.dentry));
		u32 *kind = bpf_map_lookup_elem(&anonymous_kinds, &prefix);

		return kind ? *kind : 'o';
	}
	if (magic == PIDFS_MAGIC)
		return 'P';
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return 'd';
	case S_IFIFO:
		return 'p';
	case S_IFREG:
		return magic == TMPFS_MAGIC && is_memfd(address) ? 'm' : 'f';
	default:
		return 'f';
	}
}

static __always_inline bool is_socket(u64 address)
{
	struct file *file = (void *)address;

	return (BPF_CORE_READ(file, f_inode, i_mode) & S_IFMT) == S_IFSOCK &&
	       BPF_CORE_READ(file, f_inode, i_sb, s_magic) == SOCKFS_MAGIC;
}

/* Whether a file has lost its name. One that never had a name (memfd) is its own parent. */
static __always_inline int is_unlinked(struct dentry *dentry)
{
	return !BPF_CORE_READ(dentry, d_hash.pprev) && BPF_CORE_READ(dentry, d_parent) != dentry;
}

/* Remembers which end of a connection is the server. */
static __always_inline void note_socket(struct lanner_scratch *s, u8 role)
{
	u32 accepted = 1;
	u64 inode;

	if (!s->file || !is_socket(s->file))
		return;
	inode = file_inode(s->file);
	if (role == ROLE_OWN)
		bpf_map_delete_elem(&accepted_sockets, &inode);
	else if (s->result >= 0)
		bpf_map_update_elem(&accepted_sockets, &inode, &accepted, BPF_ANY);
}

static __always_inline bool was_accepted(u64 sock, u64 inode)
{
	return socket_family(sock) != AF_UNIX && bpf_map_lookup_elem(&accepted_sockets, &inode);
}

/* All about the descriptor that the event is about. */
__noinline int collect_descriptor(u64 server)
{
	struct lanner_scratch *s = get_scratch();
	struct lanner_descriptor *d;
	struct file *file;
	struct dentry *dentry;
	u32 length, layer;

	if (!s)
		return 0;
	file = (void *)s->file;
	if (!file) {
		append_empty(s);
		return 0;
	}
	d = (void *)HERE(s);
	d->protocol = 0;
	d->flags = 0;
	d->control = 0;
	d->device = file_device(s->file);
	d->inode = file_inode(s->file);
	if (is_socket(s->file)) {
		u64 sock = socket_of(s->file);

		d->kind = socket_kind(sock);
		d->protocol = socket_protocol(sock);
		if (server || socket_is_server(sock) || was_accepted(sock, d->inode)) {
			d->flags |= DESCRIPTOR_SERVER;
			server = 1;
		}
		length = write_ends(sock, 0, server, sizeof(*d));
		append(s, sizeof(*d) + BOUND(length, 0xff));
		return 0;
	}
	d->kind = file_kind(s->file);
	d->control = control_of(s->file);
	layer = file_layer(s->file);
	if (layer == LAYER_UPPER)
		d->flags |= DESCRIPTOR_UPPER_LAYER;
	else if (layer == LAYER_LOWER)
		d->flags |= DESCRIPTOR_LOWER_LAYER;
	dentry = BPF_CORE_READ(file, f_path.dentry);
	build_path((u64)BPF_CORE_READ(file, f_path.mnt), (u64)dentry);
	if (s->walk.truncated)
		d->flags |= DESCRIPTOR_TRUNCATED;
	if (is_unlinked(dentry))
		d->flags |= DESCRIPTOR_UNLINKED;
	length = sizeof(*d) + copy_path(s, sizeof(*d));
	if (shows_part(s, (u64)BPF_CORE_READ(file, f_path.mnt)) || (d->control && !is_in_usual_place(s, d->control))) {
		s->part = 1;
		build_own_path((u64)dentry);
		length += copy_path(s, BOUND(length, 2 * MAX_TEXT - 1));
	}
	append(s, length);
	return 0;
}

/* The directory from which a relative path starts: descriptor in argument a, or the working directory. */
static __always_inline void append_base(struct lanner_scratch *s, u64 p)
{
	u64 index = BOUND(PARAMETER_B(p), 63);
	u64 first = BOUND(s->starts[index], MAX_EVENT);
	struct task_struct *task = (void *)s->task;
	s32 descriptor = argument(s, PARAMETER_A(p));

	/* Judged by the bytes that the event holds: the process may change its memory meanwhile. */
	if (!s->lengths[index] || s->data[first] == '/') {
		append_empty(s);
		return;
	}
	if (PARAMETER_A(p) == NO_ARGUMENT || descriptor == AT_FDCWD) {
		struct fs_struct *fs = BPF_CORE_READ(task, fs);
		append_path(s, (u64)BPF_CORE_READ(fs, pwd.mnt), (u64)BPF_CORE_READ(fs, pwd.dentry));
	} else {
		struct file *file = (void *)file_of(s->task, descriptor);
		append_path(s, (u64)BPF_CORE_READ(file, f_path.mnt), (u64)BPF_CORE_READ(file, f_path.dentry));
	}
}

/* Whether a group is among the task's supplementary groups, which the kernel keeps sorted. */
__noinline int in_groups(u64 task_address, u32 group)
{
	struct task_struct *task = (void *)task_address;
	struct group_info *groups = BPF_CORE_READ(task, cred, group_info);
	u32 left = 0, right = BPF_CORE_READ(groups, ngroups);
	u64 base = (u64)groups + bpf_core_field_offset(struct group_info, gid);

	for (u32 i = 0; i < 17; i++) { /* NGROUPS_MAX is 2^16 */
		u32 middle = (left + right) / 2, found = 0;

		if (left >= right)
			break;
		bpf_probe_read_kernel(&found, sizeof(found), (void *)(base + 4 * (u64)middle));
		if (found == group)
			return 1;
		if (found < group)
			left = middle + 1;
		else
			right = middle;
	}
	return 0;
}

/* Whether an id is mapped in the user namespace whose map lies at `address`. */
__noinline int is_mapped(u64 address, u32 id)
{
	struct uid_gid_map *map = (void *)address;
	u32 extents = BPF_CORE_READ(map, nr_extents);
	u64 first = address + bpf_core_field_offset(struct uid_gid_map, extent);

	/* More than five extents lie elsewhere; such maps count as complete. */
	if (extents > 5)
		return 1;
	for (u32 i = 0; i < 5; i++) {
		struct uid_gid_extent extent = {};

		if (i >= extents)
			break;
		bpf_probe_read_kernel(&extent, sizeof(extent), (void *)(first + i * sizeof(extent)));
		if (id - extent.lower_first < extent.count)
			return 1;
	}
	return 0;
}

/* Whether the task may write its executable, by owner, mode and capabilities. */
__noinline int is_exe_writable(u64 task_address, u64 inode_address)
{
	struct task_struct *task = (void *)task_address;
	struct inode *inode = (void *)inode_address;
	u32 mode = BPF_CORE_READ(inode, i_mode), type = mode & S_IFMT;
	u32 uid = BPF_CORE_READ(inode, i_uid.val), gid = BPF_CORE_READ(inode, i_gid.val);
	const struct cred *cred = BPF_CORE_READ(task, cred);
	struct user_namespace *namespace;
	u64 capabilities = 0;

	if ((BPF_CORE_READ(inode, i_sb, s_flags) & SB_RDONLY) &&
	    (type == S_IFREG || type == S_IFDIR || type == S_IFLNK))
		return 0;
	if (BPF_CORE_READ(inode, i_flags) & S_IMMUTABLE)
		return 0;
	if (uid == ~0U || gid == ~0U)
		return 0;
	if (BPF_CORE_READ(cred, fsuid.val) == uid)
		return 1;
	if (BPF_CORE_READ(cred, fsgid.val) == gid || in_groups(task_address, gid))
		mode >>= 3;
	if (mode & MAY_WRITE)
		return 1;
	namespace = BPF_CORE_READ(cred, user_ns);
	if (!namespace || !is_mapped((u64)namespace + bpf_core_field_offset(struct user_namespace, uid_map), uid))
		return 0;
	BPF_CORE_READ_INTO(&capabilities, cred, cap_effective);
	if (capabilities & (1ULL << CAP_FOWNER))
		return 1;
	return (capabilities & (1ULL << CAP_DAC_OVERRIDE)) &&
	       is_mapped((u64)namespace + bpf_core_field_offset(struct user_namespace, gid_map), gid);
}

static __always_inline u32 exe_flags(struct lanner_scratch *s, u64 exe)
{
	struct file *file = (void *)exe;
	struct inode *inode = BPF_CORE_READ(file, f_inode);
	u32 layer = file_layer(exe), flags = 0;

	if (!exe)
		return 0;
	if (is_exe_writable(s->task, (u64)inode))
		flags |= EXE_WRITABLE;
	if (layer == LAYER_UPPER)
		flags |= EXE_UPPER_LAYER;
	else if (layer == LAYER_LOWER)
		flags |= EXE_LOWER_LAYER;
	if (is_memfd(exe))
		flags |= EXE_FROM_MEMFD;
	return flags;
}

static __always_inline u64 nanoseconds(s64 seconds, u64 rest)
{
	return seconds < 0 ? 0 : seconds * 1000000000ULL + rest;
}

static __always_inline u64 change_time(struct inode *inode)
{
	struct inode___time_parts *parts = (void *)inode;
	struct inode___hidden_time *hidden = (void *)inode;
	struct inode___time *plain = (void *)inode;

	if (bpf_core_field_exists(parts->i_ctime_sec))
		return nanoseconds(BPF_CORE_READ(parts, i_ctime_sec), BPF_CORE_READ(parts, i_ctime_nsec));
	if (bpf_core_field_exists(hidden->__i_ctime))
		return nanoseconds(BPF_CORE_READ(hidden, __i_ctime.tv_sec), BPF_CORE_READ(hidden, __i_ctime.tv_nsec));
	return nanoseconds(BPF_CORE_READ(plain, i_ctime.tv_sec), BPF_CORE_READ(plain, i_ctime.tv_nsec));
}

static __always_inline u64 modify_time(struct inode *inode)
{
	struct inode___time_parts *parts = (void *)inode;
	struct inode___hidden_time *hidden = (void *)inode;
	struct inode___time *plain = (void *)inode;

	if (bpf_core_field_exists(parts->i_mtime_sec))
		return nanoseconds(BPF_CORE_READ(parts, i_mtime_sec), BPF_CORE_READ(parts, i_mtime_nsec));
	if (bpf_core_field_exists(hidden->__i_mtime))
		return nanoseconds(BPF_CORE_READ(hidden, __i_mtime.tv_sec), BPF_CORE_READ(hidden, __i_mtime.tv_nsec));
	return nanoseconds(BPF_CORE_READ(plain, i_mtime.tv_sec), BPF_CORE_READ(plain, i_mtime.tv_nsec));
}

/* The path of an executable, and behind it what d_path() and /proc write when the file was removed. */
static __always_inline void append_exe_path(struct lanner_scratch *s, struct file *exe)
{
	struct dentry *dentry = BPF_CORE_READ(exe, f_path.dentry);
	u64 mount = (u64)BPF_CORE_READ(exe, f_path.mnt);
	u32 length;

	if (!mount || !dentry) {
		append_empty(s);
		return;
	}
	build_path(mount, (u64)dentry);
	length = copy_path(s, 0);
	if (length && is_unlinked(dentry)) {
		__builtin_memcpy(THERE(s, length - 1), REMOVED, sizeof(REMOVED));
		length += sizeof(REMOVED) - 1;
	}
	append(s, length);
}

/* The executable of the task. */
__noinline int collect_exe(u64 p)
{
	struct lanner_scratch *s = get_scratch();
	struct task_struct *task;
	struct file *exe;
	struct inode *inode;

	if (!s)
		return 0;
	task = (void *)s->task;
	exe = BPF_CORE_READ(task, mm, exe_file);
	inode = BPF_CORE_READ(exe, f_inode);
	switch (PARAMETER_KIND(p)) {
	case KIND_EXE_PATH:
		append_exe_path(s, exe);
		break;
	case KIND_EXE_FLAGS:
		append_number(s, exe_flags(s, (u64)exe), 4);
		break;
	case KIND_EXE_DEVICE:
		append_number(s, exe ? file_device((u64)exe) : 0, 4);
		break;
	case KIND_EXE_INODE:
		append_number(s, BPF_CORE_READ(inode, i_ino), 8);
		break;
	case KIND_EXE_CHANGED:
		append_number(s, change_time(inode), 8);
		break;
	default:
		append_number(s, modify_time(inode), 8);
	}
	return 0;
}

__noinline int collect_file(u64 p)
{
	struct lanner_scratch *s = get_scratch();
	struct task_struct *task;
	struct fs_struct *fs;

	if (!s)
		return 0;
	switch (PARAMETER_KIND(p)) {
	case KIND_FILE_DEVICE:
		append_number(s, s->file ? file_device(s->file) : 0, 4);
		break;
	case KIND_FILE_INODE:
		append_number(s, s->file ? file_inode(s->file) : 0, 8);
		break;
	case KIND_FILE_LAYER:
		append_number(s, s->file ? file_layer(s->file) : 0, 2);
		break;
	case KIND_DESCRIPTOR:
		collect_descriptor(PARAMETER_A(p));
		break;
	case KIND_FILE_PATH: {
		struct file *file = (void *)s->file;

		append_path(s, (u64)BPF_CORE_READ(file, f_path.mnt), (u64)BPF_CORE_READ(file, f_path.dentry));
		break;
	}
	case KIND_BASE:
		append_base(s, p);
		break;
	case KIND_CWD:
		task = (void *)s->task;
		fs = BPF_CORE_READ(task, fs);
		if (PARAMETER_A(p) && s->result < 0)
			append_empty(s);
		else
			append_path(s, (u64)BPF_CORE_READ(fs, pwd.mnt), (u64)BPF_CORE_READ(fs, pwd.dentry));
		break;
	default:
		collect_exe(p);
	}
	return 0;
}
