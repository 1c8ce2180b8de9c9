// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The end of a system call. */
#include "architecture.h"
#include "collect.h"
#include "scope.h"

#define MESSAGE_WORDS 8 /* struct mmsghdr: struct msghdr has 7, and the length in the last takes half of it */
#define MESSAGE_LENGTH (FIRST_WORD + 7)
#define MAX_MESSAGES 1024 /* UIO_MAXIOV: the kernel takes no more */

/* Message `index` of a call that passes several becomes an event of its own; it has its own length for a result. */
__noinline int tell_message(u32 entry, u32 index)
{
	struct lanner_call *call = bpf_map_lookup_elem(&calls, &entry);
	struct lanner_scratch *s = get_scratch();
	u64 address;

	if (!call || !s)
		return 0;
	start_event(s, call, bpf_get_current_pid_tgid());
	address = s->messages > 0 ? argument(s, call->structure) + index * MESSAGE_WORDS * word_size(s) : 0;
	read_structure(s, call, address);
	s->result = s->messages > 0 ? (u32)s->arguments[MESSAGE_LENGTH] : s->messages;
	find_subject(s, call);
	collect(s, call);
	output_event(s);
	return 0;
}

static __always_inline void count_unknown_call(void)
{
	u32 tid = bpf_get_current_pid_tgid();
	struct lanner_counters *c = get_counters();

	if (c && is_watched(tid, bpf_get_current_task()))
		c->compat++;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(lanner_call_end, struct pt_regs *regs, long result)
{
	u32 number = call_number(regs), entry, tid;
	enum lanner_interface interface = call_interface(&number);
	struct lanner_call *call;
	struct lanner_scratch *s;
	struct task_struct *task;

	/* Its number means another call in the table of those with 64 bits. */
	if (interface != INTERFACE_NATIVE) {
		entry = compat_entry(regs, interface, number);
		if (entry == NO_ENTRY) {
			count_unknown_call();
			return 0;
		}
	} else if (number >= CALL_EXEC) {
		return 0;
	} else {
		entry = number;
	}
	call = bpf_map_lookup_elem(&calls, &entry);
	if (!call || !call->code || (call->failure_only && result >= 0))
		return 0;
	tid = bpf_get_current_pid_tgid();
	task = (void *)bpf_get_current_task();
	if (!is_watched(tid, (u64)task))
		return 0;
	s = begin_event(call, tid);
	if (!s)
		return 0;
	s->task = (u64)task;
	s->result = result;
	s->interface = interface;
	if (interface != INTERFACE_NATIVE) {
		compat_arguments(regs, interface, number, s->arguments);
	} else {
		call_arguments(regs, s->arguments);
	}
	if (call->messages) {
		s->messages = result;
		for (u32 i = 0; i < MAX_MESSAGES; i++) {
			if (i && i >= result)
				break;
			tell_message(entry, i);
		}
		s->busy = 0;
		return 0;
	}
	if (call->words)
		read_structure(s, call, argument(s, call->structure));
	find_subject(s, call);
	if (is_connect(call))
		find_connecting(s);
	glance_and_collect(s, call);
	submit_event(s);
	return 0;
}
