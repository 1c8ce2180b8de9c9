/* Runs PROGRAM in a way that hides which it is: execute WAY PROGRAM FOLDER. Prints why when it cannot. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static char path[4400], *program;

static const char *in_folder(const char *folder, const char *name)
{
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static int copied_to(int to)
{
	int from = open(program, O_RDONLY);
	struct stat found;

	fstat(from, &found);
	if (sendfile(to, from, NULL, found.st_size) < 0)
		return -1;
	close(from);
	return to;
}

int main(int count, char **arguments)
{
	const char *way = arguments[1], *folder = arguments[3];
	char *own[] = { "harmless", NULL }, **environment = environ;
	int fd;

	if (count < 4)
		return 2;
	program = arguments[2];
	if (!strcmp(way, "false-name")) {
		execve(program, own, environment);
	} else if (!strncmp(way, "name-of-", 8)) {
		char *telling[] = { memset(calloc(1, atoi(way + 8) + 1), 'a', atoi(way + 8)), "the telling part", NULL };

		execve(program, telling, environment);
	} else if (!strcmp(way, "symbolic-link")) {
		(void)!symlink(program, in_folder(folder, "soft"));
		execve(path, own, environment);
	} else if (!strcmp(way, "hard-link")) {
		(void)!link(program, in_folder(folder, "hard"));
		execve(path, own, environment);
	} else if (!strcmp(way, "directory-and-name")) {
		fd = open(dirname(strdup(program)), O_PATH | O_DIRECTORY);
		syscall(SYS_execveat, fd, basename(strdup(program)), own, environment, 0);
	} else if (!strcmp(way, "descriptor")) {
		syscall(SYS_execveat, open(program, O_PATH), "", own, environment, AT_EMPTY_PATH);
	} else if (!strcmp(way, "magic-link")) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", open(program, O_PATH));
		execve(path, own, environment);
	} else if (!strcmp(way, "memory")) {
		fd = copied_to(memfd_create("harmless", 0));
		syscall(SYS_execveat, fd, "", own, environment, AT_EMPTY_PATH);
	} else if (!strcmp(way, "memory-by-magic-link")) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", copied_to(memfd_create("harmless", 0)));
		execve(path, own, environment);
	} else if (!strcmp(way, "removed-copy")) {
		fd = copied_to(open(in_folder(folder, "copy"), O_CREAT | O_RDWR, 0700));
		close(fd);
		fd = open(path, O_PATH);
		unlink(path);
		syscall(SYS_execveat, fd, "", own, environment, AT_EMPTY_PATH);
	} else if (!strcmp(way, "script")) {
		fd = open(in_folder(folder, "script"), O_CREAT | O_WRONLY, 0700);
		dprintf(fd, "#!%s\n", program);
		close(fd);
		execve(path, own, environment);
	} else if (!strcmp(way, "renamed-thread")) {
		prctl(PR_SET_NAME, "sshd");
		execve(program, own, environment);
	} else {
		return 2;
	}
	printf("%s: %s\n", way, strerror(errno));
	return 0;
}
