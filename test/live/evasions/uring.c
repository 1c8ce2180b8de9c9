/*
 * Does through io_uring what system calls do, by the bare system calls of io_uring.
 *
 *     uring MODE OPERATION ARGUMENT…
 *
 * MODE is a word of the letters: p the kernel submits (SQPOLL), a always on a worker (IOSQE_ASYNC), s a
 * success is not told (IOSQE_CQE_SKIP_SUCCESS), f into the table of fixed files, o there is no room left to
 * tell the end, l after long chains of requests that come to nothing; - for none.
 * Prints the result, "skipped" where none is told, or "no io_uring: ERROR".
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/openat2.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

static struct io_uring_params params;
static int ring;
static char *rings;
static struct io_uring_sqe *entries;
static unsigned number;
static const char *mode;

static unsigned *word(unsigned offset)
{
	return (unsigned *)(rings + offset);
}

static void set_up(unsigned size)
{
	int none = -1;

	params.flags = strchr(mode, 'p') ? IORING_SETUP_SQPOLL : 0;
	params.sq_thread_idle = 2000;
	ring = syscall(SYS_io_uring_setup, size, &params);
	number = 0;
	if (ring < 0) {
		printf("no io_uring: %s\n", strerror(errno));
		exit(0);
	}
	rings = mmap(NULL, params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe),
		     PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQ_RING);
	entries = mmap(NULL, params.sq_entries * sizeof(struct io_uring_sqe), PROT_READ | PROT_WRITE, MAP_SHARED,
		       ring, IORING_OFF_SQES);
	if (strchr(mode, 'f'))
		syscall(SYS_io_uring_register, ring, IORING_REGISTER_FILES, &none, 1);
}

static struct io_uring_sqe *request(int operation, int fd, const void *address)
{
	unsigned index = number++ & (params.sq_entries - 1);
	struct io_uring_sqe *entry = &entries[index];

	memset(entry, 0, sizeof(*entry));
	entry->opcode = operation;
	entry->fd = fd;
	entry->addr = (unsigned long)address;
	entry->user_data = number;
	entry->flags = (strchr(mode, 'a') ? IOSQE_ASYNC : 0) | (strchr(mode, 's') ? IOSQE_CQE_SKIP_SUCCESS : 0);
	word(params.sq_off.array)[index] = index;
	return entry;
}

/* Makes the request and waits for its end; a request that may not tell it is followed by one that does. */
static int result(void)
{
	unsigned *head = word(params.cq_off.head), *tail = word(params.cq_off.tail);
	struct io_uring_cqe *ends = (void *)(rings + params.cq_off.cqes);
	const char *told = mode;
	int value = 0;

	if (strchr(mode, 's')) {
		entries[(number - 1) & (params.sq_entries - 1)].flags |= IOSQE_IO_LINK;
		mode = "-";
		request(IORING_OP_NOP, -1, NULL)->user_data = 0;
		mode = told;
	}
	__atomic_store_n(word(params.sq_off.tail), number, __ATOMIC_RELEASE);
	for (int rounds = 0; rounds < 1000; rounds++) {
		unsigned flags = IORING_ENTER_GETEVENTS | (strchr(mode, 'p') ? IORING_ENTER_SQ_WAKEUP : 0);

		if (syscall(SYS_io_uring_enter, ring, number - *word(params.sq_off.head), 1, flags, NULL, 0) < 0)
			return -errno;
		while (*head != __atomic_load_n(tail, __ATOMIC_ACQUIRE)) {
			struct io_uring_cqe *end = &ends[*head & *word(params.cq_off.ring_mask)];

			value = end->res;
			__atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
			if (end->user_data || value < 0)
				return value;
			if (strchr(mode, 's'))
				return 0x7fffffff;
		}
	}
	return -ETIME;
}

/* Makes so many requests whose ends nobody takes that the ring has no room for another end. */
static void fill(void)
{
	for (unsigned i = 0; i < params.cq_entries; i++) {
		request(IORING_OP_NOP, -1, NULL)->user_data = 0;
		__atomic_store_n(word(params.sq_off.tail), number, __ATOMIC_RELEASE);
		syscall(SYS_io_uring_enter, ring, 1, 0, 0, NULL, 0);
	}
}

/* Makes requests that are never carried out, since the first one fails, and whose ends are not told. */
static void fail(void)
{
	set_up(512);
	request(IORING_OP_OPENAT, AT_FDCWD, "/dev/null/none")->flags = IOSQE_IO_LINK | IOSQE_CQE_SKIP_SUCCESS;
	while (number < 400)
		request(IORING_OP_OPENAT, AT_FDCWD, "/dev/null")->flags = number < 400 ? IOSQE_IO_LINK : 0;
	__atomic_store_n(word(params.sq_off.tail), number, __ATOMIC_RELEASE);
	syscall(SYS_io_uring_enter, ring, number, 1, IORING_ENTER_GETEVENTS, NULL, 0);
}

static void print(int value)
{
	if (value == 0x7fffffff)
		puts("skipped");
	else
		printf("%d\n", value);
}

static int connect_to(const char *address, const char *port)
{
	struct sockaddr_in ip4 = { .sin_family = AF_INET, .sin_port = htons(atoi(port)) };
	struct sockaddr_in6 ip6 = { .sin6_family = AF_INET6, .sin6_port = htons(atoi(port)) };
	int six = strchr(address, ':') != NULL, made;
	struct io_uring_sqe *entry = request(IORING_OP_SOCKET, six ? AF_INET6 : AF_INET, NULL);

	entry->off = SOCK_STREAM;
	made = result();
	if (made < 0)
		return made;
	inet_pton(AF_INET, address, &ip4.sin_addr);
	inet_pton(AF_INET6, address, &ip6.sin6_addr);
	entry = request(IORING_OP_CONNECT, made, six ? (void *)&ip6 : (void *)&ip4);
	entry->off = six ? sizeof(ip6) : sizeof(ip4);
	return result();
}

/* Takes back a request to connect, to a place of its own that does not answer yet; the kernel goes on with it. */
static int connect_and_cancel(const char *address, const char *port)
{
	struct sockaddr_in there = { .sin_family = AF_INET, .sin_port = htons(atoi(port)) };
	struct __kernel_timespec soon = { 0, 50000000 };
	int waiting = socket(AF_INET, SOCK_STREAM, 0), first = socket(AF_INET, SOCK_STREAM, 0);
	int made = socket(AF_INET, SOCK_STREAM, 0), one = 1, ended;
	struct pollfd done = { made, POLLOUT };
	socklen_t size = sizeof(there);

	inet_pton(AF_INET, address, &there.sin_addr);
	setsockopt(waiting, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(waiting, (void *)&there, size) || listen(waiting, 0) || connect(first, (void *)&there, size))
		return -errno;
	close(first);
	request(IORING_OP_CONNECT, made, &there)->off = size;
	entries[(number - 1) & (params.sq_entries - 1)].flags |= IOSQE_IO_LINK;
	request(IORING_OP_LINK_TIMEOUT, -1, &soon)->len = 1;
	/* The ends of both requests, in either order. */
	ended = result();
	if (ended != -ECANCELED && result() != -ECANCELED)
		return ended;
	accept(waiting, NULL, NULL);
	if (poll(&done, 1, 15000) != 1 || getpeername(made, (void *)&there, &size))
		return -errno;
	return 0;
}

static int send_to(const char *address, const char *port, int by_message, int past)
{
	struct sockaddr_in ip4 = { .sin_family = AF_INET, .sin_port = htons(atoi(port)) };
	struct iovec part = { "lanner", 6 };
	struct msghdr message = { .msg_name = &ip4, .msg_namelen = sizeof(ip4), .msg_iov = &part, .msg_iovlen = 1 };
	struct io_uring_sqe *entry;
	int made = socket(AF_INET, SOCK_DGRAM, 0);

	if (past) {
		struct sockaddr_in elsewhere = ip4;

		inet_pton(AF_INET, "127.0.0.9", &elsewhere.sin_addr);
		if (connect(made, (void *)&elsewhere, sizeof(elsewhere)))
			return -errno;
	}
	inet_pton(AF_INET, address, &ip4.sin_addr);
	if (by_message) {
		entry = request(IORING_OP_SENDMSG, made, &message);
		entry->len = 1;
	} else {
		entry = request(IORING_OP_SEND, made, "lanner");
		entry->len = 6;
		entry->addr2 = (unsigned long)&ip4;
		entry->addr_len = sizeof(ip4);
	}
	return result();
}

int main(int count, char **arguments)
{
	const char *what = arguments[2], *first = arguments[3], *second = count > 4 ? arguments[4] : "";
	struct open_how how = { .flags = O_RDONLY };
	struct io_uring_sqe *entry;

	mode = arguments[1];
	if (strchr(mode, 'l'))
		fail();
	set_up(4);
	if (strchr(mode, 'o'))
		fill();
	if (!strcmp(what, "openat") || !strcmp(what, "openat2")) {
		entry = request(what[6] ? IORING_OP_OPENAT2 : IORING_OP_OPENAT, AT_FDCWD, first);
		if (what[6]) {
			entry->len = sizeof(how);
			entry->off = (unsigned long)&how;
		}
		if (strchr(mode, 'f'))
			entry->file_index = 1;
	} else if (!strcmp(what, "connect")) {
		print(connect_to(first, second));
		return 0;
	} else if (!strcmp(what, "cancel")) {
		print(connect_and_cancel(first, second));
		return 0;
	} else if (!strcmp(what, "send") || !strcmp(what, "sendmsg") || !strcmp(what, "past")) {
		print(send_to(first, second, what[4], !strcmp(what, "past")));
		return 0;
	} else if (!strcmp(what, "unlink")) {
		request(IORING_OP_UNLINKAT, AT_FDCWD, first);
	} else if (!strcmp(what, "mkdir")) {
		request(IORING_OP_MKDIRAT, AT_FDCWD, first)->len = 0700;
	} else if (!strcmp(what, "rename")) {
		entry = request(IORING_OP_RENAMEAT, AT_FDCWD, first);
		entry->len = AT_FDCWD;
		entry->addr2 = (unsigned long)second;
	} else if (!strcmp(what, "link")) {
		entry = request(IORING_OP_LINKAT, AT_FDCWD, first);
		entry->len = AT_FDCWD;
		entry->addr2 = (unsigned long)second;
	} else if (!strcmp(what, "symlink")) {
		entry = request(IORING_OP_SYMLINKAT, AT_FDCWD, first);
		entry->addr2 = (unsigned long)second;
	}
	print(result());
	return 0;
}
