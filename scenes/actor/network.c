// SPDX-License-Identifier: Apache-2.0
/* What actors do in networks. Scenes run in a network namespace in which every address leads back to itself. */
#include "actor.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* words: tcp|udp ADDRESS PORT */
static struct sockaddr_in end_of(char **words)
{
	struct sockaddr_in end = {.sin_family = AF_INET, .sin_port = htons(atoi(words[2]))};

	if (inet_pton(AF_INET, words[1], &end.sin_addr) != 1) {
		errno = EINVAL;
		check(-1, words[1]);
	}
	return end;
}

static int socket_for(char **words, int flags)
{
	int type = strcmp(words[0], "tcp") == 0 ? SOCK_STREAM : SOCK_DGRAM;
	int file = socket(AF_INET, type | SOCK_CLOEXEC | flags, 0);
	int yes = 1;

	check(file, "socket");
	check(setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)), "SO_REUSEADDR");
	return file;
}

/* A TCP connection is begun and not waited for, as nobody needs to answer. */
static int connected(char **words)
{
	struct sockaddr_in end = end_of(words);
	int file = socket_for(words, SOCK_NONBLOCK);

	if (connect(file, (struct sockaddr *)&end, sizeof(end)) < 0 && errno != EINPROGRESS)
		check(-1, "connect");
	return file;
}

/* connect tcp|udp ADDRESS PORT */
static void connect_to(char **words)
{
	close(connected(words));
}

static int bound(char **words)
{
	struct sockaddr_in end = end_of(words);
	int file = socket_for(words, 0);

	check(bind(file, (struct sockaddr *)&end, sizeof(end)), "bind");
	return file;
}

/* listen tcp ADDRESS PORT */
static void listen_at(char **words)
{
	int file = bound(words);

	check(listen(file, 1), "listen");
	close(file);
}

/* accept tcp ADDRESS PORT: listens at all addresses, and accepts a connection of its own to this one. */
static void accept_at(char **words)
{
	char *anywhere[] = {words[0], "0.0.0.0", words[2]};
	int server = bound(anywhere);
	int client;

	check(listen(server, 1), "listen");
	client = connected(words);
	check(accept(server, NULL, NULL), "accept");
	close(client);
	close(server);
}

/* receive udp ADDRESS PORT BYTES: gets a datagram with these bytes (hexadecimal) through recvfrom(). */
static void receive(char **words)
{
	unsigned char bytes[64], buffer[64];
	size_t count = 0;
	int server = bound(words);
	int client = connected(words);

	for (const char *hex = words[3]; count < sizeof(bytes) && sscanf(hex, "%2hhx", &bytes[count]) == 1; hex += 2)
		count++;
	check(send(client, bytes, count, 0), "send");
	check(recvfrom(server, buffer, sizeof(buffer), 0, NULL, NULL), "recvfrom");
	close(client);
	close(server);
}

/* attach-socket FD tcp ADDRESS PORT: a connection takes the place of a standard stream. */
static void attach_socket(char **words)
{
	check(dup2(connected(words + 1), atoi(words[0])), "dup2");
}

/* attach-file FD PATH: what every shell does for a redirection. */
static void attach_file(char **words)
{
	int file = open(words[1], O_RDWR | O_CLOEXEC);

	check(file, words[1]);
	check(dup2(file, atoi(words[0])), "dup2");
}

/* connect-locally PATH: a socket in the file system. The attempt counts, as nobody needs to be there. */
static void connect_locally(char **words)
{
	struct sockaddr_un end = {.sun_family = AF_UNIX};
	int file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	check(file, "socket");
	strncpy(end.sun_path, words[0], sizeof(end.sun_path) - 1);
	connect(file, (struct sockaddr *)&end, sizeof(end));
	close(file);
}

/* packet-socket: the attempt counts, whether or not the actor may. */
static void packet_socket(char **words)
{
	int file = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	(void)words;
	if (file >= 0)
		close(file);
}

const struct act NETWORK_ACTS[] = {
	{"accept", 3, accept_at},
	{"attach-file", 2, attach_file},
	{"attach-socket", 4, attach_socket},
	{"connect", 3, connect_to},
	{"connect-locally", 1, connect_locally},
	{"listen", 3, listen_at},
	{"packet-socket", 0, packet_socket},
	{"receive", 4, receive},
	{NULL, 0, NULL},
};
