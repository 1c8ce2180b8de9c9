/*
 * Reads FILE as somebody who is hard to tell: identity WAY FILE. Prints "read", or why it cannot. Nothing is executed
 * after it has changed, for that tells afresh who a process is.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#define USER 33
#define NOBODY 65534

static void must(long result, const char *what)
{
	if (result >= 0)
		return;
	printf("%s: %s\n", what, strerror(errno));
	exit(1);
}

static void write_file(pid_t pid, const char *name, const char *text)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_WRONLY);
	must(fd, path);
	must(write(fd, text, strlen(text)), path);
	close(fd);
}

static void read_file(const char *path)
{
	char byte;
	int fd = open(path, O_RDONLY);

	must(fd, path);
	must(read(fd, &byte, 1), path);
	puts("read");
}

/* Goes on in a child with a user namespace of its own, of which the parent maps user USER to root. */
static void become_mapped_child(void)
{
	int made[2], mapped[2];
	char byte;
	pid_t child;

	must(pipe(made), "pipe");
	must(pipe(mapped), "pipe");
	child = fork();
	must(child, "fork");
	if (child) {
		int status;

		must(read(made[0], &byte, 1), "read");
		write_file(child, "uid_map", "33 0 1\n");
		write_file(child, "gid_map", "33 0 1\n");
		must(write(mapped[1], "", 1), "write");
		waitpid(child, &status, 0);
		exit(WEXITSTATUS(status));
	}
	must(unshare(CLONE_NEWUSER), "unshare");
	must(write(made[1], "", 1), "write");
	must(read(mapped[0], &byte, 1), "read");
}

/* Goes on in a child that is made with these flags. */
static void become_child(unsigned long flags)
{
	int status;
	pid_t child = syscall(SYS_clone, flags | SIGCHLD, NULL, NULL, NULL, 0);

	must(child, "clone");
	if (!child)
		return;
	waitpid(child, &status, 0);
	exit(WEXITSTATUS(status));
}

/* Begins anew without capabilities in effect: as NOBODY, who may have these real and saved users. */
static void begin_as(uid_t others, char **arguments)
{
	char *again[] = { arguments[0], arguments[1], arguments[2], "again", NULL };

	if (arguments[3])
		return;
	must(syscall(SYS_setresuid, others, NOBODY, others), "setresuid");
	must(execv("/proc/self/exe", again), "exec");
}

int main(int count, char **arguments)
{
	const char *way = arguments[1];

	if (count < 3)
		return 2;
	setbuf(stdout, NULL);
	if (!strcmp(way, "root-by-another-number")) {
		become_mapped_child();
		must(syscall(SYS_setresgid, USER, USER, USER), "setresgid");
		must(syscall(SYS_setresuid, USER, USER, USER), "setresuid");
	} else if (!strcmp(way, "capabilities-of-a-new-namespace")) {
		begin_as(NOBODY, arguments);
		become_child(CLONE_NEWUSER);
	} else if (!strcmp(way, "capabilities-that-come-back")) {
		begin_as(0, arguments);
		must(syscall(SYS_setresuid, -1, 0, -1), "setresuid");
	} else if (!strcmp(way, "capabilities-of-an-entered-namespace")) {
		int fd, ready[2], done[2];
		char path[64], byte;
		pid_t child;

		begin_as(NOBODY, arguments);
		must(pipe(ready), "pipe");
		must(pipe(done), "pipe");
		child = fork();
		must(child, "fork");
		if (!child) {
			must(unshare(CLONE_NEWUSER), "unshare");
			/* Whose user has changed is hidden in /proc otherwise. */
			must(prctl(PR_SET_DUMPABLE, 1), "prctl");
			must(write(ready[1], "", 1), "write");
			close(done[1]);
			(void)!read(done[0], &byte, 1);
			return 0;
		}
		must(read(ready[0], &byte, 1), "read");
		snprintf(path, sizeof(path), "/proc/%d/ns/user", child);
		fd = open(path, O_RDONLY);
		must(fd, path);
		must(setns(fd, 0), "setns");
	} else {
		return 2;
	}
	read_file(arguments[2]);
	return 0;
}
