// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The kernel's types that differ between architectures; a part of kernel.h. */
#pragma once

#if defined(__TARGET_ARCH_x86)

struct pt_regs {
	unsigned long bx, cx, bp, di, si, dx, r10, r8, r9, orig_ax, ip;
};

struct thread_info {
	unsigned long flags;
	u32 status;
};

struct thread_struct {
	unsigned long sp;
};

#elif defined(__TARGET_ARCH_arm64)

struct pt_regs {
	u64 regs[31];
	u64 pc;
	u64 orig_x0;
	s32 syscallno;
};

struct thread_info {
	unsigned long flags;
};

struct cpu_context {
	unsigned long sp;
};

struct thread_struct {
	struct cpu_context cpu_context;
};

#endif
