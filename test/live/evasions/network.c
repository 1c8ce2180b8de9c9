/* Reaches ADDRESS PORT in a way that is easily overlooked: network WAY ADDRESS PORT. Prints the result. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

int main(int count, char **arguments)
{
	const char *way = arguments[1];
	struct sockaddr_in ip4 = { .sin_family = AF_INET };
	struct sockaddr_in6 ip6 = { .sin6_family = AF_INET6 };
	struct iovec part = { "lanner", 6 };
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
	made = socket(six ? AF_INET6 : AF_INET, stream ? SOCK_STREAM : SOCK_DGRAM, 0);
	if (stream)
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
