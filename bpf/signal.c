// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A signal reaches the thread that it is for. */
#include "collect.h"
#include "scope.h"

#define SIGHUP 1
#define SIGINT 2
#define SIGQUIT 3
#define SIGKILL 9
#define SIGTERM 15
#define SIGCHLD 17
#define SIGTSTP 20
#define SIGRTMIN 32
#define SIGRTMAX 64

/*
 * Who has sent a signal, as far as Falco tells it: of some signals only, and of those that end a program
 * only if a process has sent them and not the kernel (codes above 0). In all these forms of siginfo the id
 * comes first.
 */
static __always_inline u32 sender(int signal, struct kernel_siginfo *info)
{
	if (!info)
		return 0;
	if (signal == SIGKILL || signal == SIGCHLD || (signal >= SIGRTMIN && signal <= SIGRTMAX))
		return BPF_CORE_READ(info, _sifields._kill._pid);
	if ((signal == SIGTERM || signal == SIGHUP || signal == SIGINT || signal == SIGTSTP || signal == SIGQUIT) &&
	    BPF_CORE_READ(info, si_code) <= 0)
		return BPF_CORE_READ(info, _sifields._kill._pid);
	return 0;
}

SEC("tp_btf/signal_deliver")
int BPF_PROG(lanner_signal, int signal, struct kernel_siginfo *info)
{
	u32 entry = CALL_SIGNAL, tid = bpf_get_current_pid_tgid();
	struct lanner_call *call = bpf_map_lookup_elem(&calls, &entry);
	struct lanner_scratch *s;

	if (!call || !call->code || !is_watched(tid, bpf_get_current_task()))
		return 0;
	s = begin_event(call, tid);
	if (!s)
		return 0;
	s->task = bpf_get_current_task();
	s->result = 0;
	s->arguments[0] = sender(signal, info);
	s->arguments[1] = tid;
	s->arguments[2] = signal;
	collect(s, call);
	submit_event(s);
	return 0;
}
