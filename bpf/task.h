// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Parameters about the task itself. */
#pragma once
#include "bytes.h"
#include "cgroup.h"
#include "file.h"

#define KNOWN_CAPABILITIES ((1ULL << 41) - 1) /* CAP_CHECKPOINT_RESTORE is the last in the event layout */

#define RSS_FILE 0 /* MM_FILEPAGES, MM_ANONPAGES, MM_SWAPENTS, MM_SHMEMPAGES */
#define RSS_ANONYMOUS 1
#define RSS_SWAP 2
#define RSS_SHARED 3

/* Pages of one sort; 6.2 made the counters per CPU. */
static __always_inline s64 memory_pages(struct mm_struct *mm, u32 sort)
{
	struct mm_struct___rss_struct *older = (void *)mm;
	s64 pages = 0;

	/* Not by the type's existence: libbpf would look for it in all modules, which takes CAP_SYS_ADMIN. */
	if (bpf_core_field_exists(older->rss_stat))
		bpf_probe_read_kernel(&pages, sizeof(pages),
				      (void *)older + bpf_core_field_offset(struct mm_struct___rss_struct, rss_stat) +
					      8 * sort);
	else
		bpf_probe_read_kernel(&pages, sizeof(pages),
				      (void *)mm + bpf_core_field_offset(struct mm_struct, rss_stat) +
					      sort * bpf_core_type_size(struct percpu_counter) +
					      bpf_core_field_offset(struct percpu_counter, count));
	return pages;
}

static __always_inline u64 kibibytes(u64 pages)
{
	return pages << settings.page_shift;
}

/* The pid structure of one sort of id of the task. */
static __always_inline struct pid *task_pid(struct task_struct *task, enum lanner_pid_type type)
{
	struct pid *pid = NULL;
	u64 signal;

	if (type == PID_TYPE_PID)
		return BPF_CORE_READ(task, thread_pid);
	signal = (u64)BPF_CORE_READ(task, signal);
	bpf_probe_read_kernel(&pid, sizeof(pid),
			      (void *)(signal + bpf_core_field_offset(struct signal_struct, pids) + 8 * type));
	return pid;
}

/* The entry of a pid in the namespace of the given level. */
static __always_inline u64 pid_entry(struct pid *pid, u32 level)
{
	return (u64)pid + bpf_core_field_offset(struct pid, numbers) + level * bpf_core_type_size(struct upid);
}

/* The id in the innermost namespace. */
static __always_inline s32 inner_id(struct task_struct *task, enum lanner_pid_type type)
{
	struct pid *pid = task_pid(task, type);
	struct upid *entry = (void *)pid_entry(pid, BPF_CORE_READ(pid, level));

	return BPF_CORE_READ(entry, nr);
}

/* The id on the host. */
static __always_inline s32 outer_id(struct task_struct *task, enum lanner_pid_type type)
{
	struct upid *entry = (void *)pid_entry(task_pid(task, type), 0);

	return BPF_CORE_READ(entry, nr);
}

/* When the init process of the task's pid namespace started, since boot: the time that the machine slept counts. */
static __always_inline u64 namespace_start(struct task_struct *task)
{
	struct pid *pid = task_pid(task, PID_TYPE_TGID);
	struct upid *entry = (void *)pid_entry(pid, BPF_CORE_READ(pid, level));

	return BPF_CORE_READ(entry, ns, child_reaper, start_boottime);
}

static __always_inline u32 terminal(struct task_struct *task)
{
	struct tty_struct *tty = BPF_CORE_READ(task, signal, tty);

	if (!tty)
		return 0;
	return encode_device((BPF_CORE_READ(tty, driver, major) << 20 | BPF_CORE_READ(tty, driver, minor_start)) +
			     BPF_CORE_READ(tty, index));
}

/* Strings between two addresses of the process; the last one always ends. */
static __always_inline void append_strings(struct lanner_scratch *s, u64 start, u64 end, u64 limit)
{
	u64 length = end > start ? end - start : 0;

	if (length > limit)
		length = limit;
	append_user_bytes(s, start, length);
	length = s->lengths[BOUND(s->index - 1, 63)];
	if (length)
		s->data[BOUND(s->position - 1, MAX_EVENT)] = 0;
}

/* Pieces of MAX_TEXT - 1 bytes in the longest argument that the kernel lets pass: MAX_ARG_STRLEN, 32 pages. */
#define ARGUMENT_PIECES 33

/* Where the arguments behind the first one begin, of which `told` bytes with a NUL are in the event; 0 when unknown.
 * A first argument that is longer must not hide those that follow. */
static __always_inline u64 second_argument(struct lanner_scratch *s, u64 start, u64 told)
{
	u64 end = start + told;
	u32 length = told;

	for (u32 i = 0; i < ARGUMENT_PIECES && length == MAX_TEXT; i++) {
		/* The NUL was put in place of a byte that is still to come. */
		length = read_user_text(HERE(s), MAX_TEXT, end - 1);
		if (!length)
			return 0;
		end += length - 1;
	}
	return end;
}

/* Arguments (without the first) and environment as they lie in the process's memory. */
__noinline int collect_strings(u64 p)
{
	struct lanner_scratch *s = get_scratch();
	struct task_struct *task;
	struct mm_struct *mm;
	u64 start;

	if (!s)
		return 0;
	task = (void *)s->task;
	mm = BPF_CORE_READ(task, mm);
	if (PARAMETER_KIND(p) == KIND_ENV) {
		append_strings(s, BPF_CORE_READ(mm, env_start), BPF_CORE_READ(mm, env_end), MAX_TEXT);
		return 0;
	}
	/* Of a clone that failed nothing has changed, and Falco tells neither. */
	if (PARAMETER_A(p) && s->result < 0) {
		append_empty(s);
		return 0;
	}
	start = BPF_CORE_READ(mm, arg_start);
	if (PARAMETER_KIND(p) == KIND_EXE) {
		append_user_text(s, start);
		return 0;
	}
	/* The first argument is the parameter before this one. */
	start = second_argument(s, start, s->lengths[BOUND(s->index - 1, 63)]);
	append_strings(s, start, BPF_CORE_READ(mm, arg_end), MAX_TEXT);
	return 0;
}

/* The other side of the clone that the task returns from; 0 after a failure. */
static __always_inline u32 take_kin(struct lanner_scratch *s, struct task_struct *task)
{
	u32 tid = BPF_CORE_READ(task, pid), other = 0, *found;

	if (s->result < 0)
		return 0;
	found = bpf_map_lookup_elem(&kin, &tid);
	if (!found)
		return 0;
	other = *found;
	bpf_map_delete_elem(&kin, &tid);
	return other;
}

static __always_inline u64 task_number(struct lanner_scratch *s, struct task_struct *task, u8 kind)
{
	struct mm_struct *mm = BPF_CORE_READ(task, mm);
	u64 capabilities = 0;

	switch (kind) {
	case KIND_TID:
		return BPF_CORE_READ(task, pid);
	case KIND_PID:
		return BPF_CORE_READ(task, tgid);
	case KIND_PARENT:
		return BPF_CORE_READ(task, real_parent, pid);
	case KIND_FD_LIMIT:
		return BPF_CORE_READ(task, signal, rlim[RLIMIT_NOFILE].rlim_cur);
	case KIND_MAJOR_FAULTS:
		return BPF_CORE_READ(task, maj_flt);
	case KIND_MINOR_FAULTS:
		return BPF_CORE_READ(task, min_flt);
	case KIND_VM_SIZE:
		return kibibytes(BPF_CORE_READ(mm, total_vm));
	case KIND_VM_RESIDENT:
		return kibibytes(memory_pages(mm, RSS_FILE) + memory_pages(mm, RSS_ANONYMOUS) +
				 memory_pages(mm, RSS_SHARED));
	case KIND_VM_SWAP:
		return kibibytes(memory_pages(mm, RSS_SWAP));
	case KIND_TTY:
		return terminal(task);
	case KIND_VPGID:
		return inner_id(task, PID_TYPE_PGID);
	case KIND_PGID:
		return outer_id(task, PID_TYPE_PGID);
	case KIND_VTID:
		return inner_id(task, PID_TYPE_PID);
	case KIND_VPID:
		return inner_id(task, PID_TYPE_TGID);
	case KIND_LOGINUID:
		return BPF_CORE_READ(task, loginuid.val);
	case KIND_EUID:
		return BPF_CORE_READ(task, cred, euid.val);
	case KIND_EGID:
		return BPF_CORE_READ(task, cred, egid.val);
	case KIND_CAP_INHERITABLE:
		BPF_CORE_READ_INTO(&capabilities, task, cred, cap_inheritable);
		return capabilities & KNOWN_CAPABILITIES;
	case KIND_CAP_PERMITTED:
		BPF_CORE_READ_INTO(&capabilities, task, cred, cap_permitted);
		return capabilities & KNOWN_CAPABILITIES;
	case KIND_CAP_EFFECTIVE:
		BPF_CORE_READ_INTO(&capabilities, task, cred, cap_effective);
		return capabilities & KNOWN_CAPABILITIES;
	case KIND_KIN:
		return take_kin(s, task);
	case KIND_PIDNS_START:
		return s->result ? 0 : namespace_start(task);
	default:
		return 0;
	}
}

__noinline int collect_task(u64 p)
{
	struct lanner_scratch *s = get_scratch();
	struct task_struct *task;

	if (!s)
		return 0;
	task = (void *)s->task;
	switch (PARAMETER_KIND(p)) {
	case KIND_EXE:
	case KIND_ARGS:
	case KIND_ENV:
		collect_strings(p);
		break;
	case KIND_COMM:
		append_kernel_text(s, (u64)task + bpf_core_field_offset(struct task_struct, comm));
		if (s->result >= 0)
			name_thread(s);
		break;
	case KIND_CGROUPS:
		collect_cgroups();
		/* An exec, or the first event of a process: of the others the model takes no control groups. */
		s->tells_place = !s->result && BPF_CORE_READ(task, pid) == BPF_CORE_READ(task, tgid);
		break;
	default:
		append_number(s, task_number(s, task, PARAMETER_KIND(p)), PARAMETER_B(p));
	}
	return 0;
}
