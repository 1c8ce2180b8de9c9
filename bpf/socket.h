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
#define UNIX_PATH_SIZE 108
#define IPPROTO_UDP 17
#define IPPROTO_RAW 255

/* Types of sockets that send messages, each of which may have an address of its own. */
#define SOCK_DGRAM 2
#define SOCK_RAW 3

/* Results of a connect(2) whose connection is being made. */
#define EINTR 4
#define EINPROGRESS 115
#define ECANCELED 125
#define ERESTARTSYS 512

#define TCP_ESTABLISHED 1
#define TCP_SYN_SENT 2
#define TCP_SYN_RECV 3

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

static __always_inline bool is_internet_socket(u64 address)
{
	u16 family = socket_family(address);

	return family == AF_INET || family == AF_INET6;
}

/* IPPROTO_* of an internet socket. A raw one writes the headers of its protocol itself: as in Falco it is raw. */
static __always_inline u8 socket_protocol(u64 address)
{
	struct sock *sock = (void *)address;

	if (!is_internet_socket(address))
		return 0;
	return BPF_CORE_READ(sock, sk_type) == SOCK_RAW ? IPPROTO_RAW : BPF_CORE_READ(sock, sk_protocol);
}

/*
 * A wait for a connection was broken off, by a signal or by taking back a request of io_uring. The kernel goes on
 * making the connection (POSIX, connect), so the call is told as one that did not wait.
 */
static __always_inline void tell_connecting(struct lanner_scratch *s)
{
	struct sock *sock;
	u8 state;

	if (s->result != -EINTR && s->result != -ERESTARTSYS && s->result != -ECANCELED)
		return;
	if (!s->file || !is_socket(s->file))
		return;
	sock = (void *)socket_of(s->file);
	state = BPF_CORE_READ(sock, __sk_common.skc_state);
	if (is_internet_socket((u64)sock) && state >= TCP_ESTABLISHED && state <= TCP_SYN_RECV)
		s->result = -EINPROGRESS;
}

/* Whether it is connect(2): of the calls that tell that a socket is their own it is the one on a socket that exists. */
static __always_inline bool is_connect(const struct lanner_call *call)
{
	return call->socket_role == ROLE_OWN && call->subject == SUBJECT_ARGUMENT;
}

/* The socket that the thread has begun to connect (connecting.c), whatever its descriptor's number stands for now. */
static __always_inline void find_connecting(struct lanner_scratch *s)
{
	u32 tid = ((struct lanner_header *)s->data)->tid;
	struct lanner_connecting *noted = bpf_map_lookup_elem(&connecting, &tid);
	u64 file;

	if (!noted)
		return;
	file = noted->file;
	/* It may be gone by now, and its memory another's. */
	if (file != s->file && is_socket(file) && socket_of(file) == noted->sock)
		s->file = file;
	bpf_map_delete_elem(&connecting, &tid);
}

static __always_inline u64 unix_path(u64 address)
{
	struct unix_sock *sock = (void *)address;
	struct unix_address *bound = BPF_CORE_READ(sock, addr);

	return bound ? (u64)&bound->name[0].sun_path : 0;
}

/* Bytes of the address that a unix socket is bound to, with its family. */
static __always_inline u32 unix_length(u64 address)
{
	struct unix_sock *sock = (void *)address;

	return BPF_CORE_READ(sock, addr, len);
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

/*
 * Text of a unix address of `size` bytes with its family, whose path is at `path`; the NUL in front of an abstract
 * name is left out. What lies behind the address does not belong to the name.
 */
static __always_inline u32 write_unix_path(struct lanner_scratch *s, u64 path, u32 size, u32 offset, bool user)
{
	u8 first = 0;
	long length;

	if (!path || size <= sizeof(u16))
		return 0;
	size -= sizeof(u16);
	if (size > UNIX_PATH_SIZE)
		size = UNIX_PATH_SIZE;
	if (user)
		bpf_probe_read_user(&first, 1, (void *)path);
	else
		bpf_probe_read_kernel(&first, 1, (void *)path);
	if (!first) {
		path++;
		size--;
	}
	/* With room for the NUL, which an address need not have. */
	size = BOUND(size + 1, 127);
	if (user)
		return read_user_text(THERE(s, offset), size, path);
	length = bpf_probe_read_kernel_str(THERE(s, offset), size, (void *)path);
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

static __always_inline bool is_other_ip(const void *one, const void *other)
{
	return word_at(one)[0] != word_at(other)[0] || word_at(one)[1] != word_at(other)[1];
}

static __always_inline bool is_some_ip(const void *ip)
{
	return word_at(ip)[0] || word_at(ip)[1];
}

/*
 * No datagram leaves the loopback interface with an address of that (the kernel refuses it): one that does has an
 * address of its own (IP_PKTINFO), which is not known.
 */
static __always_inline bool is_loopback4(u32 ip)
{
	return (ip & 0xff) == 127;
}

static __always_inline bool is_loopback6(const void *ip)
{
	const u8 *bytes = ip;

	if (word_at(ip)[0])
		return false;
	if (!*half_at(bytes + 8))
		return *half_at(bytes + 12) == 1 << 24;
	return *half_at(bytes + 8) == 0xffff0000 && bytes[12] == 127;
}

/* The address that was given to a socket of IPv6: also one of IPv4. False: none was given. */
static __always_inline bool read_given6(struct lanner_scratch *s, struct user_address6 *given, u64 user, bool udp)
{
	struct user_address4 shorter = {};

	/* The shorter one is all that need be there. */
	if (read_given(s, &shorter, sizeof(shorter), user))
		return false;
	if (shorter.family == AF_INET) {
		given->port = shorter.port;
		given->ip[10] = given->ip[11] = 0xff;
		__builtin_memcpy(&given->ip[12], &shorter.ip, 4);
		return true;
	}
	/* Without a family UDP takes it for none, and connect(2) disconnects. */
	if (!shorter.family && (udp || !s->is_datagram))
		return false;
	return !read_given(s, given, sizeof(*given), user);
}

static __always_inline u32 write_ends4(struct lanner_scratch *s, u64 address, u64 user, bool inbound, u32 offset)
{
	struct inet_sock *inet = (void *)address;
	struct sock *sock = (void *)address;
	struct lanner_ends4 *ends = (void *)THERE(s, offset);
	u32 here = BPF_CORE_READ(inet, inet_saddr), there = BPF_CORE_READ(sock, __sk_common.skc_daddr);
	u16 here_port = BPF_CORE_READ(inet, inet_sport), there_port = BPF_CORE_READ(sock, __sk_common.skc_dport);

	/* Of a socket that is not connected only the call knows the other end. Without a family it disconnects. */
	if (user && (!there_port || s->is_datagram)) {
		struct user_address4 given = {};

		if (!read_given(s, &given, sizeof(given), user) && (given.family || s->is_datagram) &&
		    (given.ip != there || given.port != there_port)) {
			s->elsewhere = there || there_port;
			there = given.ip;
			there_port = given.port;
			if (s->is_datagram && is_loopback4(here) && !is_loopback4(there))
				here = 0;
		}
	} else if (!user && s->elsewhere) {
		there = 0;
		there_port = 0;
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
	if (user && (!there_port || s->is_datagram)) {
		struct user_address6 given = {};

		if (read_given6(s, &given, user, BPF_CORE_READ(sock, sk_protocol) == IPPROTO_UDP) &&
		    (given.port != there_port || is_other_ip(there, given.ip))) {
			s->elsewhere = there_port || is_some_ip(there);
			__builtin_memcpy(there, given.ip, 16);
			there_port = given.port;
			if (s->is_datagram && is_loopback6(here) && !is_loopback6(there))
				__builtin_memset(here, 0, 16);
		}
	} else if (!user && s->elsewhere) {
		__builtin_memset(there, 0, 16);
		there_port = 0;
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
	u64 peer = (u64)BPF_CORE_READ(sock, peer), server, path;
	u32 size = s->given_length;
	bool given = !inbound && user && (!peer || s->is_datagram);

	if (given)
		s->elsewhere = peer != 0;
	if (s->elsewhere)
		peer = 0;
	server = inbound ? address : peer;
	path = given ? user + sizeof(u16) : server ? unix_path(server) : 0;
	if (!given)
		size = path ? unix_length(server) : 0;
	*THERE(s, offset) = AF_UNIX;
	*(u64 *)THERE(s, offset + 1) = inbound ? address : peer;
	*(u64 *)THERE(s, offset + 9) = inbound ? peer : address;
	return 17 + write_unix_path(s, path, size, offset + 17, given && !s->kernel_copy);
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
		append(s, 1 + write_unix_path(s, address + 2, length > 128 ? 128 : length, 1, !s->kernel_copy));
	} else {
		append_empty(s);
	}
}

static __always_inline void append_ends(struct lanner_scratch *s, u64 p)
{
	bool told = s->result >= 0 || (PARAMETER_C(p) == ENDS_CONNECTING && s->result == -EINPROGRESS);
	u64 given = argument(s, PARAMETER_A(p));
	u32 length = 0, length_at = PARAMETER_CONSTANT(p);

	if (told && s->file && is_socket(s->file)) {
		struct sock *sock = (void *)socket_of(s->file);
		u16 type = BPF_CORE_READ(sock, sk_type);

		if (length_at) {
			s->given_length = argument(s, length_at);
			/* Then the kernel does not look at it. */
			if (!s->given_length)
				given = 0;
			s->is_datagram = PARAMETER_C(p) == ENDS_SUCCESS && (type == SOCK_DGRAM || type == SOCK_RAW);
		}
		length = write_ends((u64)sock, given, PARAMETER_B(p), 0);
	}
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
