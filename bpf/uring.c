// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Requests of io_uring, which do without system calls what system calls do. A request is noted when it is
 * made, with copies of its paths and its socket address, and becomes the event of its system call when it
 * is completed. Since 6.0; before, the kernel's tracepoints do not tell of which request they are.
 */
#include "collect.h"
#include "scope.h"

/* IORING_OP_* of include/uapi/linux/io_uring.h. */
enum lanner_operation {
	URING_SENDMSG = 9,
	URING_RECVMSG = 10,
	URING_ACCEPT = 13,
	URING_CONNECT = 16,
	URING_OPENAT = 18,
	URING_SEND = 26,
	URING_RECV = 27,
	URING_OPENAT2 = 28,
	URING_RENAMEAT = 35,
	URING_UNLINKAT = 36,
	URING_MKDIRAT = 37,
	URING_SYMLINKAT = 38,
	URING_LINKAT = 39,
	URING_SOCKET = 45,
	URING_SEND_ZC = 47,
	URING_SENDMSG_ZC = 48,
	URING_LISTEN = 57,
};

#define FIRST_HOW 6 /* argument of struct open_how, which follows the call's own */

/* Result of a request that tells none: larger than any descriptor. */
#define RESULT_UNKNOWN 0x7fffffff

#define FIXED_FILE_MASK (~7UL) /* flags in the pointers of the table of fixed files */

static __always_inline void copy_name(struct lanner_request_texts *texts, u32 index, struct filename *filename)
{
	const char *name = BPF_CORE_READ(filename, name);

	if (bpf_probe_read_kernel_str(texts->text[index], MAX_TEXT, name) < 0)
		texts->text[index][0] = 0;
}

/*
 * The address that the program has written, or, where the request does not keep where that is (6.13), the
 * kernel's copy. Of connections the socket tells the truth.
 */
static __always_inline void copy_address(struct lanner_request *r, struct io_kiocb *req, u8 at, u64 user, u32 length)
{
	struct io_async_msghdr *copied = BPF_CORE_READ(req, async_data);

	r->address_at = at;
	if (user ? bpf_probe_read_user(r->address, BOUND(length, sizeof(r->address) - 1), (void *)user)
		 : !copied || !BPF_CORE_READ(copied, msg.msg_name) ||
			   bpf_probe_read_kernel(r->address, sizeof(r->address),
						 (void *)copied + bpf_core_field_offset(struct io_async_msghdr, addr)))
		r->address_at = NO_ARGUMENT;
}

/* Requests on paths. The paths lie in `texts`. False for other requests. */
static __always_inline bool take_paths(struct lanner_request *r, struct io_kiocb *req,
				       struct lanner_request_texts *texts)
{
	switch (r->opcode) {
	case URING_OPENAT:
	case URING_OPENAT2: {
		struct io_open *open = (void *)req;

		r->arguments[0] = (s64)BPF_CORE_READ(open, dfd);
		r->texts[0] = 1;
		r->arguments[2] = BPF_CORE_READ(open, how.flags);
		r->arguments[3] = BPF_CORE_READ(open, how.mode);
		r->arguments[FIRST_HOW] = r->arguments[2];
		r->arguments[FIRST_HOW + 1] = r->arguments[3];
		r->arguments[FIRST_HOW + 2] = BPF_CORE_READ(open, how.resolve);
		r->slot = BPF_CORE_READ(open, file_slot);
		copy_name(texts, 0, BPF_CORE_READ(open, filename));
		return true;
	}
	case URING_UNLINKAT: {
		struct io_unlink *unlink = (void *)req;

		r->arguments[0] = (s64)BPF_CORE_READ(unlink, dfd);
		r->texts[0] = 1;
		r->arguments[2] = BPF_CORE_READ(unlink, flags);
		copy_name(texts, 0, BPF_CORE_READ(unlink, filename));
		return true;
	}
	case URING_MKDIRAT: {
		struct io_mkdir *mkdir = (void *)req;

		r->arguments[0] = (s64)BPF_CORE_READ(mkdir, dfd);
		r->texts[0] = 1;
		r->arguments[2] = BPF_CORE_READ(mkdir, mode);
		copy_name(texts, 0, BPF_CORE_READ(mkdir, filename));
		return true;
	}
	case URING_RENAMEAT: {
		struct io_rename *rename = (void *)req;

		r->arguments[0] = (s64)BPF_CORE_READ(rename, old_dfd);
		r->texts[0] = 1;
		r->arguments[2] = (s64)BPF_CORE_READ(rename, new_dfd);
		r->texts[1] = 3;
		r->arguments[4] = BPF_CORE_READ(rename, flags);
		copy_name(texts, 0, BPF_CORE_READ(rename, oldpath));
		copy_name(texts, 1, BPF_CORE_READ(rename, newpath));
		return true;
	}
	case URING_LINKAT:
	case URING_SYMLINKAT: {
		struct io_link *link = (void *)req;
		bool symbolic = r->opcode == URING_SYMLINKAT;

		r->arguments[0] = (s64)BPF_CORE_READ(link, old_dfd);
		r->arguments[symbolic ? 1 : 2] = (s64)BPF_CORE_READ(link, new_dfd);
		r->texts[0] = symbolic ? 0 : 1;
		r->texts[1] = symbolic ? 2 : 3;
		r->arguments[4] = BPF_CORE_READ(link, flags);
		copy_name(texts, 0, BPF_CORE_READ(link, oldpath));
		copy_name(texts, 1, BPF_CORE_READ(link, newpath));
		return true;
	}
	default:
		return false;
	}
}

/* Requests on sockets. */
static __always_inline void take_socket(struct lanner_request *r, struct io_kiocb *req)
{
	struct io_connect *connect = (void *)req;
	struct io_socket *socket = (void *)req;
	struct io_accept *accept = (void *)req;
	struct io_sr_msg *message = (void *)req;
	struct io_sr_msg___with_address *older = (void *)req;
	int backlog = 0;

	r->arguments[0] = (s64)BPF_CORE_READ(req, cqe.fd);
	switch (r->opcode) {
	case URING_CONNECT:
		r->arguments[2] = BPF_CORE_READ(connect, addr_len);
		copy_address(r, req, 1, (u64)BPF_CORE_READ(connect, addr), r->arguments[2]);
		break;
	case URING_SOCKET:
		r->arguments[0] = BPF_CORE_READ(socket, domain);
		r->arguments[1] = BPF_CORE_READ(socket, type) | BPF_CORE_READ(socket, flags);
		r->arguments[2] = BPF_CORE_READ(socket, protocol);
		r->slot = BPF_CORE_READ(socket, file_slot);
		break;
	case URING_ACCEPT:
		r->arguments[3] = BPF_CORE_READ(accept, flags);
		r->slot = BPF_CORE_READ(accept, file_slot);
		break;
	case URING_SENDMSG:
	case URING_SENDMSG_ZC:
	case URING_RECVMSG:
		r->arguments[1] = (u64)BPF_CORE_READ(message, umsg);
		r->arguments[2] = BPF_CORE_READ(message, msg_flags);
		break;
	case URING_SEND:
	case URING_SEND_ZC:
	case URING_RECV:
		r->arguments[1] = (u64)BPF_CORE_READ(message, umsg);
		r->arguments[2] = BPF_CORE_READ(message, len);
		r->arguments[3] = BPF_CORE_READ(message, msg_flags);
		if (r->opcode == URING_RECV)
			break;
		if (bpf_core_field_exists(older->addr))
			copy_address(r, req, 4, (u64)BPF_CORE_READ(older, addr), BPF_CORE_READ(older, addr_len));
		else
			copy_address(r, req, 4, 0, 0);
		r->arguments[5] = r->address_at == NO_ARGUMENT ? 0 : sizeof(r->address);
		break;
	case URING_LISTEN:
		/*
		 * struct io_listen (6.11): a file and this. libbpf looks for a type that the kernel lacks in all
		 * modules, which needs CAP_SYS_ADMIN.
		 */
		bpf_probe_read_kernel(&backlog, sizeof(backlog), (void *)req + sizeof(void *));
		r->arguments[1] = backlog;
		break;
	}
}

/* A file in the ring's own table. */
static __always_inline u64 fixed_file(struct io_kiocb *req, u32 index)
{
	struct io_ring_ctx *ring = BPF_CORE_READ(req, ctx);
	struct io_rsrc_node **nodes, *node = NULL;

	if (!bpf_core_field_exists(ring->file_table.data.nodes)) /* 6.13 */
		return 0;
	if (index >= BPF_CORE_READ(ring, file_table.data.nr))
		return 0;
	nodes = BPF_CORE_READ(ring, file_table.data.nodes);
	bpf_probe_read_kernel(&node, sizeof(node), &nodes[index]);
	return BPF_CORE_READ(node, file_ptr) & FIXED_FILE_MASK;
}

/* Only threads of the process that made the request read what it points to. */
static __always_inline bool shares_memory(u64 task_address)
{
	struct task_struct *task = (void *)task_address, *here = (void *)bpf_get_current_task();

	return BPF_CORE_READ(task, mm) == BPF_CORE_READ(here, mm);
}

/* Tells the event of a request whose scratch room is taken. */
static __always_inline void tell_request(struct lanner_scratch *s, const struct lanner_call *call,
					 struct io_kiocb *req, struct lanner_request *r,
					 struct lanner_request_texts *texts, s64 result)
{
	s->task = r->task;
	s->result = result;
	for (u32 i = 0; i < 9; i++)
		s->arguments[i] = r->arguments[i];
	if (!texts && call->words && shares_memory(r->task))
		read_structure(s, call, argument(s, call->structure));
	if (texts) {
		s->kernel_copy = 1;
		if (r->texts[0] != NO_ARGUMENT)
			s->arguments[BOUND(r->texts[0], 7)] = (u64)texts->text[0];
		if (r->texts[1] != NO_ARGUMENT)
			s->arguments[BOUND(r->texts[1], 7)] = (u64)texts->text[1];
	} else if (r->address_at != NO_ARGUMENT) {
		s->kernel_copy = 1;
		s->arguments[BOUND(r->address_at, 7)] = (u64)r->address;
	}
	find_subject(s, call);
	if (call->subject == SUBJECT_ARGUMENT)
		s->file = (u64)BPF_CORE_READ(req, file);
	else if (r->slot && result >= 0)
		s->file = fixed_file(req, r->slot == ~0U ? (u32)result : r->slot - 1);
	if (!texts && !shares_memory(r->task)) {
		s->arguments[1] = 0;
		if (r->address_at == NO_ARGUMENT)
			s->arguments[4] = 0;
	}
	glance_and_collect(s, call);
	submit_event(s);
}

static __always_inline struct lanner_call *call_of_request(u32 opcode)
{
	u32 entry = CALLS_URING + opcode;
	struct lanner_call *call = entry < MAX_CALLS ? bpf_map_lookup_elem(&calls, &entry) : NULL;

	return call && call->code ? call : NULL;
}

static __always_inline void note_request(struct io_kiocb *req)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	u64 ids = bpf_get_current_pid_tgid(), key = (u64)req;
	u32 opcode = BPF_CORE_READ(req, opcode), tid;
	struct lanner_request *r;
	struct lanner_request_texts *texts = NULL;
	struct lanner_scratch *s;
	struct lanner_call *call;
	bool told_later;

	call = call_of_request(opcode);
	if (!call)
		return;
	/* A thread of the kernel that submits for a process is one of the process's threads, but did not come by fork. */
	tid = BPF_CORE_READ(task, flags) & PF_IO_WORKER ? ids >> 32 : (u32)ids;
	if (!is_watched(tid, (u64)task))
		return;
	s = begin_event(call, tid);
	if (!s)
		return;
	r = &s->request;
	__builtin_memset(r, 0, sizeof(*r));
	r->task = (u64)task;
	r->tid = tid;
	r->opcode = opcode;
	r->texts[0] = r->texts[1] = r->address_at = NO_ARGUMENT;
	if (take_paths(r, req, (void *)s->path_copies))
		texts = (void *)s->path_copies;
	else
		take_socket(r, req);
	told_later = !(BPF_CORE_READ(req, flags) & REQ_F_CQE_SKIP);
	if (told_later && (bpf_map_update_elem(&requests, &key, r, BPF_ANY) ||
			   (texts && bpf_map_update_elem(&request_texts, &key, texts, BPF_ANY)))) {
		struct lanner_counters *c = get_counters();

		bpf_map_delete_elem(&requests, &key);
		if (c)
			c->requests_full++;
		told_later = false;
	}
	if (told_later) {
		s->busy = 0;
		return;
	}
	tell_request(s, call, req, r, texts, call->subject == SUBJECT_RESULT ? RESULT_UNKNOWN : 0);
}

SEC("tp_btf/io_uring_submit_req")
int BPF_PROG(lanner_uring_submit_req, struct io_kiocb *req)
{
	note_request(req);
	return 0;
}

/* From 6.0 to 6.2. Before, its arguments were others, and what struct io_kiocb holds too. */
SEC("tp_btf/io_uring_submit_sqe")
int BPF_PROG(lanner_uring_submit_sqe, struct io_kiocb *req)
{
	if (bpf_core_field_exists(req->cmd))
		note_request(req);
	return 0;
}

/* Tells a request that is complete, if it was noted, and forgets it. */
static __always_inline void end_request(struct io_kiocb *req)
{
	struct lanner_request_texts *texts;
	struct lanner_request *r;
	struct lanner_scratch *s;
	struct lanner_call *call;
	u64 key = (u64)req;

	r = bpf_map_lookup_elem(&requests, &key);
	if (!r)
		return;
	texts = bpf_map_lookup_elem(&request_texts, &key);
	/* Otherwise the one that was noted has gone without a word, and this is another in its place. */
	call = BPF_CORE_READ(req, opcode) == r->opcode ? call_of_request(r->opcode) : NULL;
	s = call ? begin_event(call, r->tid) : NULL;
	if (s)
		tell_request(s, call, req, r, texts, BPF_CORE_READ(req, cqe.res));
	bpf_map_delete_elem(&requests, &key);
	if (texts)
		bpf_map_delete_elem(&request_texts, &key);
}

SEC("tp_btf/io_uring_complete")
int BPF_PROG(lanner_uring_complete, void *ring, struct io_kiocb *req)
{
	if (bpf_core_field_exists(req->cmd) && req)
		end_request(req);
	return 0;
}

/* What is known of a completion that found no room in its ring. */
struct lanner_overflow {
	u64 ring;
	u64 user_data;
	u64 request; /* the one that fits, once found */
	s32 result;
};

static long find_overflowed(void *map, u64 *key, struct lanner_request *r, struct lanner_overflow *o)
{
	struct io_kiocb *req = (void *)*key;

	if ((u64)BPF_CORE_READ(req, ctx) != o->ring || BPF_CORE_READ(req, cqe.user_data) != o->user_data ||
	    BPF_CORE_READ(req, cqe.res) != o->result)
		return 0;
	o->request = *key;
	return 1;
}

/*
 * A program that leaves its completions lying makes the kernel keep further ones on a list, and those do not
 * come by the tracepoint above. This one does not say of which request it is, but all that a request tells.
 */
SEC("tp_btf/io_uring_cqe_overflow")
int BPF_PROG(lanner_uring_overflow, void *ring, u64 user_data, s32 result)
{
	struct lanner_overflow o = { .ring = (u64)ring, .user_data = user_data, .result = result };
	struct io_kiocb *none = NULL;

	if (!bpf_core_field_exists(none->cmd))
		return 0;
	bpf_for_each_map_elem(&requests, find_overflowed, &o, 0);
	if (o.request)
		end_request((void *)o.request);
	return 0;
}

/* A request that is not made, since one before it in its chain has failed; its end may never be told. */
SEC("tp_btf/io_uring_fail_link")
int BPF_PROG(lanner_uring_fail_link, struct io_kiocb *failed, struct io_kiocb *linked)
{
	u64 key = (u64)linked;

	if (!bpf_core_field_exists(linked->cmd))
		return 0;
	bpf_map_delete_elem(&requests, &key);
	bpf_map_delete_elem(&request_texts, &key);
	return 0;
}
