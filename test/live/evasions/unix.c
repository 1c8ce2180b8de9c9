/*
 * Reaches the unix socket at PATH, which it makes itself, in a way that is easily overlooked: unix WAY PATH.
 * Prints the result.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <libgen.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static struct sockaddr_un there = { .sun_family = AF_UNIX }, other = { .sun_family = AF_UNIX };

int main(int count, char **arguments)
{
	const char *way = arguments[1], *path = arguments[2];
	int stream = !strncmp(way, "connect", 7), type = stream ? SOCK_STREAM : SOCK_DGRAM;
	int server = socket(AF_UNIX, type, 0), made = socket(AF_UNIX, type, 0), result;
	socklen_t size = sizeof(there);

	if (count < 3)
		return 2;
	strncpy(there.sun_path, path, sizeof(there.sun_path) - 1);
	if (bind(server, (void *)&there, sizeof(there)) || (stream && listen(server, 1))) {
		printf("%d\n", -errno);
		return 0;
	}
	if (!strcmp(way, "connect-link")) {
		snprintf(other.sun_path, sizeof(other.sun_path), "%s.link", path);
		result = symlink(path, other.sun_path);
		there = other;
	} else if (!strcmp(way, "connect-relative")) {
		char directory[sizeof(there.sun_path)];

		strcpy(directory, path);
		strcpy(there.sun_path, strrchr(path, '/') + 1);
		result = chdir(dirname(directory));
	} else if (!strcmp(way, "connect-longer")) {
		/* The kernel takes the bytes that the length tells; more of them stand there. */
		size = offsetof(struct sockaddr_un, sun_path) + strlen(path);
		strcat(there.sun_path, "-and-more");
	} else if (!strcmp(way, "past")) {
		int another = socket(AF_UNIX, SOCK_DGRAM, 0);

		snprintf(other.sun_path, sizeof(other.sun_path), "%s.other", path);
		if (bind(another, (void *)&other, sizeof(other)) || connect(made, (void *)&other, sizeof(other)))
			return 1;
	}
	result = stream ? connect(made, (void *)&there, size) : sendto(made, "lanner", 6, 0, (void *)&there, size);
	printf("%d\n", result < 0 ? -errno : result);
	return 0;
}
