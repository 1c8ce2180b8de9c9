// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Where each architecture keeps number and arguments of a system call, how it marks those of other
 * interfaces, which of these are in the table of calls, and whether a new task returns from its call. What
 * differs between architectures is here, in architecture-types.h, and nowhere else in the probe.
 */
#pragma once
#include "layout.h"

#define NO_ENTRY (~0U)

#if defined(__TARGET_ARCH_x86)

#define TS_COMPAT 0x2 /* arch/x86/include/asm/thread_info.h */

static __always_inline u64 call_number(struct pt_regs *regs)
{
	return regs->orig_ax;
}

static __always_inline u64 instruction_pointer(struct pt_regs *regs)
{
	return regs->ip;
}

static __always_inline void call_arguments(struct pt_regs *regs, u64 *arguments)
{
	arguments[0] = regs->di;
	arguments[1] = regs->si;
	arguments[2] = regs->dx;
	arguments[3] = regs->r10;
	arguments[4] = regs->r8;
	arguments[5] = regs->r9;
}

/*
 * The x32 interface marks its numbers; -1 is what other entries into the kernel have for a number. Below the first of
 * its own they are those of 64-bit calls, with their arguments (arch/x86/entry/syscalls/syscall_64.tbl).
 */
#define X32_BITS 0xc0000000
#define X32_MARK 0x40000000
#define FIRST_OF_X32 512

/* The call's interface; its mark is taken from the number. */
static __always_inline enum lanner_interface call_interface(u32 *number)
{
	u32 status;

	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_get_current_task_btf)) { /* 5.11 */
		struct task_struct *task = bpf_get_current_task_btf();
		status = task->thread_info.status;
	} else {
		struct task_struct *task = (void *)bpf_get_current_task();
		status = BPF_CORE_READ(task, thread_info.status);
	}
	if (status & TS_COMPAT)
		return INTERFACE_IA32;
	if ((*number & X32_BITS) != X32_MARK)
		return INTERFACE_NATIVE;
	*number &= ~X32_MARK;
	return *number < FIRST_OF_X32 ? INTERFACE_NATIVE : INTERFACE_X32;
}

/* socketcall(2), one number for all calls on sockets: the first argument says which, the second where theirs are. */
#define SOCKETCALL 102

/* Entry of a call that is not native in the table of calls. */
static __always_inline u32 compat_entry(struct pt_regs *regs, enum lanner_interface interface, u32 number)
{
	if (interface == INTERFACE_X32)
		return number - FIRST_OF_X32 < MAX_CALLS - CALLS_X32 ? CALLS_X32 + number - FIRST_OF_X32 : NO_ENTRY;
	if (number == SOCKETCALL)
		return (u32)regs->bx < CALLS_URING - CALLS_SOCKET ? CALLS_SOCKET + (u32)regs->bx : NO_ENTRY;
	return number < CALLS_SOCKET - CALLS_COMPAT ? CALLS_COMPAT + number : NO_ENTRY;
}

#define X32_PREADV 534
#define X32_PWRITEV 535

/* The kernel ignores the upper halves, but that of a position (compat_sys_preadv64 in fs/read_write.c). */
static __always_inline void x32_arguments(struct pt_regs *regs, u32 number, u64 *arguments)
{
	call_arguments(regs, arguments);
	for (u32 i = 0; i < 6; i++)
		arguments[i] = (u32)arguments[i];
	if (number == X32_PREADV || number == X32_PWRITEV)
		arguments[3] = regs->r10;
}

static __always_inline void compat_arguments(struct pt_regs *regs, enum lanner_interface interface, u32 number,
					     u64 *arguments)
{
	if (interface == INTERFACE_X32) {
		x32_arguments(regs, number, arguments);
		return;
	}
	if (number == SOCKETCALL) {
		u32 words[6] = {};

		bpf_probe_read_user(words, sizeof(words), (void *)(u64)(u32)regs->cx);
		for (u32 i = 0; i < 6; i++)
			arguments[i] = words[i];
		return;
	}
	arguments[0] = (u32)regs->bx;
	arguments[1] = (u32)regs->cx;
	arguments[2] = (u32)regs->dx;
	arguments[3] = (u32)regs->si;
	arguments[4] = (u32)regs->di;
	arguments[5] = (u32)regs->bp;
}

/* A new task returns from the call that made it: the end of that call tells its event. */
static __always_inline bool silent_call(struct task_struct *child, u32 *number, u64 *arguments)
{
	return false;
}

#elif defined(__TARGET_ARCH_arm64)

#define TIF_32BIT 22 /* arch/arm64/include/asm/thread_info.h */

static __always_inline u64 call_number(struct pt_regs *regs)
{
	return regs->syscallno;
}

static __always_inline u64 instruction_pointer(struct pt_regs *regs)
{
	return regs->pc;
}

static __always_inline void call_arguments(struct pt_regs *regs, u64 *arguments)
{
	/* The first register holds the result by now. */
	arguments[0] = regs->orig_x0;
	arguments[1] = regs->regs[1];
	arguments[2] = regs->regs[2];
	arguments[3] = regs->regs[3];
	arguments[4] = regs->regs[4];
	arguments[5] = regs->regs[5];
}

static __always_inline enum lanner_interface call_interface(u32 *number)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	return BPF_CORE_READ(task, thread_info.flags) & (1UL << TIF_32BIT) ? INTERFACE_ARM : INTERFACE_NATIVE;
}

/* The calls of 32-bit ARM are not in the table. */
static __always_inline u32 compat_entry(struct pt_regs *regs, enum lanner_interface interface, u32 number)
{
	return NO_ENTRY;
}

static __always_inline void compat_arguments(struct pt_regs *regs, enum lanner_interface interface, u32 number,
					     u64 *arguments)
{
}

#define CALL_CLONE 220
#define CALL_CLONE3 435

/*
 * A new task begins behind the end of its system call (ret_from_fork in arch/arm64/kernel/entry.S), which no
 * tracepoint tells: gives number and arguments of the call that has made it. Its registers are a copy of its
 * maker's and lie where its stack begins (copy_thread in arch/arm64/kernel/process.c).
 */
static __always_inline bool silent_call(struct task_struct *child, u32 *number, u64 *arguments)
{
	struct pt_regs *regs = (void *)BPF_CORE_READ(child, thread.cpu_context.sp);

	*number = BPF_CORE_READ(regs, syscallno);
	if (*number != CALL_CLONE && *number != CALL_CLONE3)
		return false;
	arguments[0] = BPF_CORE_READ(regs, orig_x0);
	for (u32 i = 1; i < 6; i++)
		arguments[i] = BPF_CORE_READ(regs, regs[i]);
	return call_interface(number) == INTERFACE_NATIVE;
}

#endif
