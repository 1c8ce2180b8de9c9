/* Reaches ADDRESS PORT in a way that is easily overlooked: network WAY ADDRESS PORT. Prints the result. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define ELSEWHERE "127.0.0.9"

static struct sockaddr_in ip4 = { .sin_family = AF_INET };
static struct sockaddr_in6 ip6 = { .sin6_family = AF_INET6 };
static struct iovec part = { "lanner", 6 };

static void nothing(int number)
{
}

/*
 * Makes the place to connect to itself, one that does not answer yet, and lets a signal end the wait. Waits until
 * the connection stands all the same.
 */
static int interrupted(int limited)
{
	struct sigaction action = { .sa_handler = nothing };
	struct itimerval often = { { 0, 20000 }, { 0, 20000 } }, never = { 0 };
	struct timeval long_time = { 1000, 0 };
	struct sockaddr_in there;
	socklen_t size = sizeof(there);
	int waiting = socket(AF_INET, SOCK_STREAM, 0), first = socket(AF_INET, SOCK_STREAM, 0);
	int made = socket(AF_INET, SOCK_STREAM, 0), one = 1;
	struct pollfd done = { made, POLLOUT };

	setsockopt(waiting, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(waiting, (void *)&ip4, sizeof(ip4)) || listen(waiting, 0) ||
	    connect(first, (void *)&ip4, sizeof(ip4)))
		return -errno;
	if (limited)
		setsockopt(made, SOL_SOCKET, SO_SNDTIMEO, &long_time, sizeof(long_time));
	sigaction(SIGALRM, &action, NULL);
	close(first);
	setitimer(ITIMER_REAL, &often, NULL);
	if (!connect(made, (void *)&ip4, sizeof(ip4)) || errno != EINTR)
		return -errno;
	setitimer(ITIMER_REAL, &never, NULL);
	accept(waiting, NULL, NULL);
	if (poll(&done, 1, 15000) != 1 || getpeername(made, (void *)&there, &size))
		return -errno;
	return 0;
}

static int waiting_place, moved_socket;

/* Takes the socket that another thread connects away from its number, and lets the place answer then. */
static void *move_away(void *replace)
{
	char state;

	/* Until the other thread waits in its call. */
	do {
		FILE *stat = fopen("/proc/self/stat", "r");

		usleep(1000);
		if (!stat || fscanf(stat, "%*d (%*[^)]) %c", &state) != 1)
			state = 'R';
		fclose(stat);
	} while (state != 'S');
	moved_socket = dup(*(int *)replace);
	if (moved_socket < 0)
		return NULL;
	dup2(open("/dev/null", O_RDONLY), *(int *)replace);
	accept(waiting_place, NULL, NULL);
	return NULL;
}

/* While it waits for the connection, another thread puts a file in the socket's place. */
static int moved(void)
{
	struct sockaddr_in there;
	socklen_t size = sizeof(there);
	int first = socket(AF_INET, SOCK_STREAM, 0), made = socket(AF_INET, SOCK_STREAM, 0), one = 1;
	pthread_t thread;

	waiting_place = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(waiting_place, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(waiting_place, (void *)&ip4, sizeof(ip4)) || listen(waiting_place, 0) ||
	    connect(first, (void *)&ip4, sizeof(ip4)))
		return -errno;
	close(first);
	pthread_create(&thread, NULL, move_away, &made);
	if (connect(made, (void *)&ip4, sizeof(ip4)))
		return -errno;
	pthread_join(thread, NULL);
	return getpeername(moved_socket, (void *)&there, &size);
}

/* An address of IPv4 for a socket of IPv6, at the end of what can be read. */
static int send_to_other_family(void)
{
	char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	void *last = pages + 4096 - sizeof(ip4);

	munmap(pages + 4096, 4096);
	memcpy(last, &ip4, sizeof(ip4));
	return sendto(socket(AF_INET6, SOCK_DGRAM, 0), "lanner", 6, 0, last, sizeof(ip4));
}

/* A datagram that goes elsewhere than the socket is connected to. */
static int send_past_connection(const char *way)
{
	struct sockaddr_in other = ip4;
	struct msghdr message = { &ip4, sizeof(ip4), &part, 1 };
	int six = !!strstr(way, "mapped"), made = socket(six ? AF_INET6 : AF_INET, SOCK_DGRAM, 0);

	if (six) {
		struct sockaddr_in6 other6 = ip6;

		inet_pton(AF_INET6, "::ffff:" ELSEWHERE, &other6.sin6_addr);
		if (connect(made, (void *)&other6, sizeof(other6)))
			return -errno;
		return sendto(made, "lanner", 6, 0, (void *)&ip6, sizeof(ip6));
	}
	inet_pton(AF_INET, ELSEWHERE, &other.sin_addr);
	if (connect(made, (void *)&other, sizeof(other)))
		return -errno;
	if (strstr(way, "message"))
		return sendmsg(made, &message, 0);
	return sendto(made, "lanner", 6, 0, (void *)&ip4, sizeof(ip4));
}

/* Past a connection, or the address that it is bound to, of the loopback interface: from one that the datagram has. */
static int send_from_own_address(int bound)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(struct in_pktinfo))];
	} control = {};
	struct msghdr message = { &ip4, sizeof(ip4), &part, 1, &control, sizeof(control) };
	struct in_pktinfo *own = (void *)CMSG_DATA(&control.header);
	struct sockaddr_in other = ip4;
	int made = socket(AF_INET, SOCK_DGRAM, 0);

	inet_pton(AF_INET, ELSEWHERE, &other.sin_addr);
	if (bound ? bind(made, (void *)&other, sizeof(other)) : connect(made, (void *)&other, sizeof(other)))
		return -1;
	control.header = (struct cmsghdr){ CMSG_LEN(sizeof(*own)), IPPROTO_IP, IP_PKTINFO };
	inet_pton(AF_INET, "198.51.100.1", &own->ipi_spec_dst);
	return sendmsg(made, &message, 0);
}

/* An address that the kernel does not look at, on a socket that is connected elsewhere. */
static int send_with_false_address(void)
{
	struct sockaddr_in other = ip4;
	struct msghdr message = { &ip4, 0, &part, 1 };
	int made = socket(AF_INET, SOCK_DGRAM, 0);

	inet_pton(AF_INET, ELSEWHERE, &other.sin_addr);
	if (connect(made, (void *)&other, sizeof(other)))
		return -errno;
	return sendmsg(made, &message, 0);
}

int main(int count, char **arguments)
{
	const char *way = arguments[1];
	struct mmsghdr messages[2] = { { .msg_hdr = { &ip4, sizeof(ip4), &part, 1 } },
				       { .msg_hdr = { &ip4, sizeof(ip4), &part, 1 } } };
	char mapped[64];
	int stream = !strncmp(way, "connect", 7), six = !!strstr(way, "mapped"), made, result = -1;

	if (count < 4)
		return 2;
	ip4.sin_port = ip6.sin6_port = htons(atoi(arguments[3]));
	snprintf(mapped, sizeof(mapped), "::ffff:%s", arguments[2]);
	inet_pton(AF_INET, arguments[2], &ip4.sin_addr);
	inet_pton(AF_INET6, mapped, &ip6.sin6_addr);
	made = socket(six ? AF_INET6 : AF_INET, stream ? SOCK_STREAM : SOCK_DGRAM,
		      strstr(way, "mptcp") ? IPPROTO_MPTCP : 0);
	if (!strncmp(way, "interrupted", 11))
		result = interrupted(!!strstr(way, "limited"));
	else if (!strcmp(way, "moved"))
		result = moved();
	else if (!strncmp(way, "own-address", 11))
		result = send_from_own_address(!!strstr(way, "bound"));
	else if (!strcmp(way, "other-family"))
		result = send_to_other_family();
	else if (!strncmp(way, "past", 4))
		result = send_past_connection(way);
	else if (!strcmp(way, "false"))
		result = send_with_false_address();
	else if (!strcmp(way, "raw"))
		result = sendto(socket(AF_INET, SOCK_RAW, IPPROTO_TCP), "lanner", 6, 0, (void *)&ip4, sizeof(ip4));
	else if (stream)
		result = connect(made, six ? (void *)&ip6 : (void *)&ip4, six ? sizeof(ip6) : sizeof(ip4));
	else if (!strncmp(way, "sendto", 6))
		result = sendto(made, "lanner", 6, 0, six ? (void *)&ip6 : (void *)&ip4, six ? sizeof(ip6) : sizeof(ip4));
	else if (!strcmp(way, "sendmsg"))
		result = sendmsg(made, &messages[0].msg_hdr, 0);
	else if (!strcmp(way, "sendmmsg"))
		result = sendmmsg(made, messages, 2, 0);
	printf("%d\n", result < 0 ? -errno : result);
	return 0;
}
