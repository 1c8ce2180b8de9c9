// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Where each architecture keeps number and arguments of a system call, and how it marks 32-bit ones. */
#pragma once
#include "kernel.h"

#if defined(__TARGET_ARCH_x86)

#define TS_COMPAT 0x2 /* arch/x86/include/asm/thread_info.h */

static __always_inline u64 call_number(struct pt_regs *regs)
{
	return regs->orig_ax;
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

static __always_inline bool is_compat_call(struct task_struct *task)
{
	return BPF_CORE_READ(task, thread_info.status) & TS_COMPAT;
}

#elif defined(__TARGET_ARCH_arm64)

#define TIF_32BIT 22 /* arch/arm64/include/asm/thread_info.h */

static __always_inline u64 call_number(struct pt_regs *regs)
{
	return regs->syscallno;
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

static __always_inline bool is_compat_call(struct task_struct *task)
{
	return BPF_CORE_READ(task, thread_info.flags) & (1UL << TIF_32BIT);
}

#endif
