// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Parameters about sockets and their addresses. */
#pragma once
#include "event.h"

#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10
#define AF_NETLINK 16

#define SOCKFS_MAGIC 0x534f434b
#define TCP_LISTEN 10
#define AT_FDCWD (-100)
#define EINPROGRESS 115
#define UNIX_PATH_SIZE 108

static __always_inline u64 file_of(u64 task_address, s32 descriptor);
static __always_inline bool is_socket(u64 address);

static __always_inline u16 swap16(u16 value)
{
	return __builtin_bswap16(value);
}

/* The socket behind a socket's file. */
static __always_inline u64 socket_of(u64 file_address)
{
	struct file *file = (void *)file_address;
	struct socket *socket = BPF_CORE_READ(file, private_data);

	return (u64)BPF_CORE_READ(socket, sk);
}

static __always_inline u16 socket_family(u64 address)
{
	struct sock *sock = (void *)address;

	return BPF_CORE_READ(sock, __sk_common.skc_family);
}

/* Letter of fd.typechar for a socket. */
static __always_inline u8 socket_kind(u64 address)
{
	switch (socket_family(address)) {
	case AF_INET:
		return '4';
	case AF_INET6:
		return '6';
	case AF_UNIX:
		return 'u';
	case AF_NETLINK:
		return 'n';
	default:
		return 'o';
	}
}

/* IPPROTO_* of an internet socket. */
static __always_inline u8 socket_protocol(u64 address)
{
	struct sock *sock = (void *)address;
	u16 family = socket_family(address);

	return family == AF_INET || family == AF_INET6 ? BPF_CORE_READ(sock, sk_protocol) : 0;
}

static __always_inline u64 unix_path(u64 address)
{
	struct unix_sock *sock = (void *)address;
	struct unix_address *bound = BPF_CORE_READ(sock, addr);

	return bound ? (u64)&bound->name[0].sun_path : 0;
}

/* It listens, or it is a unix socket with the name that its peer has connected to. */
static __always_inline bool socket_is_server(u64 address)
{
	struct sock *sock = (void *)address;
	u16 family = socket_family(address);

	if (BPF_CORE_READ(sock, __sk_common.skc_state) == TCP_LISTEN)
		return true;
	if (family == AF_UNIX) {
		struct unix_sock *here = (void *)address;
		u64 peer = (u64)BPF_CORE_READ(here, peer);

		return peer && unix_path(address) && !unix_path(peer);
	}
	return false;
}

/* Text of a unix address at `path`; the NUL in front of an abstract name is left out. */
static __always_inline u32 write_unix_path(struct lanner_scratch *s, u64 path, u32 offset, bool user)
{
	u8 first = 0;
	long length;

	if (!path)
		return 0;
	if (user)
		bpf_probe_read_user(&first, 1, (void *)path);
	else
		bpf_probe_read_kernel(&first, 1, (void *)path);
	if (!first)
		path++;
	if (user)
		return read_user_text(THERE(s, offset), UNIX_PATH_SIZE + 1, path);
	length = bpf_probe_read_kernel_str(THERE(s, offset), UNIX_PATH_SIZE + 1, (void *)path);
	return length > 0 ? length : 0;
}

struct lanner_ends4 {
	u8 family;
	u32 source;
	u16 source_port;
	u32 target;
	u16 target_port;
} __attribute__((packed));

struct lanner_ends6 {
	u8 family;
	struct in6_addr source;
	u16 source_port;
	struct in6_addr target;
	u16 target_port;
} __attribute__((packed));

struct user_address4 {
	u16 family;
	u16 port;
	u32 ip;
};

struct user_address6 {
	u16 family;
	u16 port;
	u32 flow;
	u8 ip[16];
};

static __always_inline u32 write_ends4(struct lanner_scratch *s, u64 address, u64 user, bool inbound, u32 offset)
{
	struct inet_sock *inet = (void *)address;
	struct sock *sock = (void *)address;
	struct lanner_ends4 *ends = (void *)THERE(s, offset);
	u32 here = BPF_CORE_READ(inet, inet_saddr), there = BPF_CORE_READ(sock, __sk_common.skc_daddr);
	u16 here_port = BPF_CORE_READ(inet, inet_sport), there_port = BPF_CORE_READ(sock, __sk_common.skc_dport);

	/* Of a socket that is not connected only the call knows the other end. */
	if (!there_port && user) {
		struct user_address4 given = {};

		read_given(s, &given, sizeof(given), user);
		there = given.ip;
		there_port = given.port;
	}
	ends->family = AF_INET;
	ends->source = inbound ? there : here;
	ends->source_port = swap16(inbound ? there_port : here_port);
	ends->target = inbound ? here : there;
	ends->target_port = swap16(inbound ? here_port : there_port);
	return sizeof(*ends);
}

static __always_inline u32 write_ends6(struct lanner_scratch *s, u64 address, u64 user, bool inbound, u32 offset)
{
	struct inet_sock *inet = (void *)address;
	struct sock *sock = (void *)address;
	struct lanner_ends6 *ends = (void *)THERE(s, offset);
	void *here = inbound ? &ends->target : &ends->source, *there = inbound ? &ends->source : &ends->target;
	u16 here_port = BPF_CORE_READ(inet, inet_sport), there_port = BPF_CORE_READ(sock, __sk_common.skc_dport);
	struct ipv6_pinfo *info = BPF_CORE_READ(inet, pinet6);

	bpf_probe_read_kernel(here, 16, (void *)info + bpf_core_field_offset(struct ipv6_pinfo, saddr));
	bpf_probe_read_kernel(there, 16, (void *)sock + bpf_core_field_offset(struct sock, __sk_common) +
						 bpf_core_field_offset(struct sock_common, skc_v6_daddr));
	if (!there_port && user) {
		struct user_address6 given = {};

		read_given(s, &given, sizeof(given), user);
		__builtin_memcpy(there, given.ip, 16);
		there_port = given.port;
	}
	ends->family = AF_INET6;
	ends->source_port = swap16(inbound ? there_port : here_port);
	ends->target_port = swap16(inbound ? here_port : there_port);
	return sizeof(*ends);
}

/* Family, the two kernel addresses that identify the ends, and the server's path. */
static __always_inline u32 write_ends_unix(struct lanner_scratch *s, u64 address, u64 user, bool inbound, u32 offset)
{
	struct unix_sock *sock = (void *)address;
	u64 peer = (u64)BPF_CORE_READ(sock, peer);
	u64 path = unix_path(inbound ? address : peer);
	bool from_user = !inbound && !peer && user && !s->kernel_copy;

	if (!inbound && !peer)
		path = user ? user + 2 : 0;
	*THERE(s, offset) = AF_UNIX;
	*(u64 *)THERE(s, offset + 1) = inbound ? address : peer;
	*(u64 *)THERE(s, offset + 9) = inbound ? peer : address;
	return 17 + write_unix_path(s, path, offset + 17, from_user);
}

/*
 * Writes both ends of a socket `offset` bytes behind the next parameter's place. `user`: address that the
 * call gave, or 0. Outbound: source is here; inbound: source is there. Returns the length.
 */
__noinline int write_ends(u64 sock, u64 user, u64 inbound, u64 offset)
{
	struct lanner_scratch *s = get_scratch();

	if (!s || !sock)
		return 0;
	switch (socket_family(sock)) {
	case AF_INET:
		return write_ends4(s, sock, user, inbound, offset);
	case AF_INET6:
		return write_ends6(s, sock, user, inbound, offset);
	case AF_UNIX:
		return write_ends_unix(s, sock, user, inbound, offset);
	default:
		return 0;
	}
}

/* Family, address, port or path out of a socket address in user memory. */
static __always_inline void append_address(struct lanner_scratch *s, u64 address, u64 length)
{
	u16 family = 0;

	if (!address || length < sizeof(family) || read_given(s, &family, sizeof(family), address)) {
		append_empty(s);
	} else if (family == AF_INET) {
		struct user_address4 given = {};

		read_given(s, &given, sizeof(given), address);
		*HERE(s) = family;
		*(u32 *)THERE(s, 1) = given.ip;
		*(u16 *)THERE(s, 5) = swap16(given.port);
		append(s, 7);
	} else if (family == AF_INET6) {
		struct user_address6 given = {};

		read_given(s, &given, sizeof(given), address);
		*HERE(s) = family;
		__builtin_memcpy(THERE(s, 1), given.ip, 16);
		*(u16 *)THERE(s, 17) = swap16(given.port);
		append(s, 19);
	} else if (family == AF_UNIX) {
		*HERE(s) = family;
		append(s, 1 + (length > 2 ? write_unix_path(s, address + 2, 1, !s->kernel_copy) : 0));
	} else {
		append_empty(s);
	}
}

static __always_inline void append_ends(struct lanner_scratch *s, u64 p)
{
	bool told = s->result >= 0 || (PARAMETER_C(p) == ENDS_CONNECTING && s->result == -EINPROGRESS);
	u32 length = 0;

	if (told && s->file && is_socket(s->file))
		length = write_ends(socket_of(s->file), argument(s, PARAMETER_A(p)), PARAMETER_B(p), 0);
	append(s, BOUND(length, 0xff));
}

/* The kernel's address of the socket or of its peer. */
static __always_inline void append_identity(struct lanner_scratch *s, bool of_peer)
{
	u64 sock = s->file && is_socket(s->file) ? socket_of(s->file) : 0;
	struct unix_sock *pair = (void *)sock;

	if (sock && of_peer)
		sock = (u64)BPF_CORE_READ(pair, peer);
	append_number(s, sock, 8);
}

/* The accept queue of the listening socket. */
static __always_inline void append_queue(struct lanner_scratch *s, u64 p)
{
	u64 file = s->result < 0 ? 0 : file_of(s->task, argument(s, PARAMETER_A(p)));
	u32 length = 0, maximum = 0;

	if (file && is_socket(file)) {
		struct sock *sock = (void *)socket_of(file);

		length = BPF_CORE_READ(sock, sk_ack_backlog);
		maximum = BPF_CORE_READ(sock, sk_max_ack_backlog);
	}
	if (PARAMETER_KIND(p) == KIND_QUEUE_LENGTH)
		append_number(s, length, 4);
	else if (PARAMETER_KIND(p) == KIND_QUEUE_MAXIMUM)
		append_number(s, maximum, 4);
	else
		append_number(s, maximum ? (u64)length * 100 / maximum : 0, 1);
}

__noinline int collect_socket(u64 p)
{
	struct lanner_scratch *s = get_scratch();

	if (!s)
		return 0;
	if (PARAMETER_KIND(p) == KIND_ADDRESS)
		append_address(s, argument(s, PARAMETER_A(p)), (u32)argument(s, PARAMETER_B(p)));
	else if (PARAMETER_KIND(p) == KIND_ENDS)
		append_ends(s, p);
	else if (PARAMETER_KIND(p) == KIND_SOCKET_HERE || PARAMETER_KIND(p) == KIND_SOCKET_PEER)
		append_identity(s, PARAMETER_KIND(p) == KIND_SOCKET_PEER);
	else
		append_queue(s, p);
	return 0;
}
