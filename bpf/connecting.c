// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The beginning of a connection of TCP. Until connect(2) returns, other threads have as long as the other machine takes
 * to answer to put another file in the place of its descriptor: the socket is noted when the connection begins.
 */
#include "architecture.h"
#include "collect.h"
#include "scope.h"

/* Whether the call that the thread is in is connect(2). */
static __always_inline bool is_in_connect(struct pt_regs *regs)
{
	u32 number = call_number(regs), entry;
	enum lanner_interface interface = call_interface(&number);
	struct lanner_call *call;

	if (interface != INTERFACE_NATIVE)
		entry = compat_entry(regs, interface, number);
	else
		entry = number < CALL_EXEC ? number : NO_ENTRY;
	call = entry < MAX_CALLS ? bpf_map_lookup_elem(&calls, &entry) : NULL;
	return call && call->code && is_connect(call);
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(lanner_connecting, struct sock *sock, int old_state, int new_state)
{
	struct lanner_connecting noted;
	u32 tid = bpf_get_current_pid_tgid();

	if (new_state != TCP_SYN_SENT)
		return 0;
	if (!bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_task_pt_regs)) /* 5.15 */
		return 0;
	if (!is_watched(tid, bpf_get_current_task()))
		return 0;
	if (!is_in_connect((void *)bpf_task_pt_regs(bpf_get_current_task_btf())))
		return 0;
	noted.file = (u64)BPF_CORE_READ(sock, sk_socket, file);
	if (!noted.file || !is_socket(noted.file))
		return 0;
	noted.sock = socket_of(noted.file);
	bpf_map_update_elem(&connecting, &tid, &noted, BPF_ANY);
	return 0;
}
