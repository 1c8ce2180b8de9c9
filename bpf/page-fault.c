// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Memory is touched that has no page, or not such a one: by a program, or by the kernel on its behalf. */
#include "architecture.h"
#include "collect.h"
#include "scope.h"

static __always_inline void tell_page_fault(u64 address, struct pt_regs *regs, u64 error)
{
	u32 entry = CALL_PAGE_FAULT, tid = bpf_get_current_pid_tgid();
	struct lanner_call *call = bpf_map_lookup_elem(&calls, &entry);
	struct lanner_scratch *s = get_scratch();

	/* In the middle of another event it is the probe itself that reads what is not there. */
	if (!s || s->busy || !call || !call->code || !is_watched(tid, bpf_get_current_task()))
		return;
	s = begin_event(call, tid);
	if (!s)
		return;
	s->task = bpf_get_current_task();
	s->result = 0;
	s->arguments[0] = address;
	s->arguments[1] = instruction_pointer(regs);
	s->arguments[2] = error;
	collect(s, call);
	submit_event(s);
}

SEC("tp_btf/page_fault_user")
int BPF_PROG(lanner_page_fault_user, unsigned long address, struct pt_regs *regs, unsigned long error)
{
	tell_page_fault(address, regs, error);
	return 0;
}

SEC("tp_btf/page_fault_kernel")
int BPF_PROG(lanner_page_fault_kernel, unsigned long address, struct pt_regs *regs, unsigned long error)
{
	tell_page_fault(address, regs, error);
	return 0;
}
