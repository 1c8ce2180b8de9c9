// SPDX-License-Identifier: Apache-2.0
/* How actors start other actors, and who they are. */
#define _GNU_SOURCE
#include "actor.h"
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_SETTINGS 8

static void prepare(char **settings, const char *part)
{
	char *plan = strdup(getenv("LANNER_SCENE"));

	clearenv();
	setenv("LANNER_SCENE", plan, 1);
	setenv("LANNER_PART", part, 1);
	setenv("PATH", "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
	for (int i = 0; i < MAX_SETTINGS && settings[i] != NULL; i++)
		putenv(settings[i]);
}

/*
 * become PART PATH COUNT NAME=VALUE… ARGUMENT…: this process executes PATH, with COUNT settings in its environment
 * and the arguments (the first is the program's name). It plays PART then.
 */
static void become(char **words)
{
	char *settings[MAX_SETTINGS + 1] = {NULL};
	int count = atoi(words[2]);

	for (int i = 0; i < count && i < MAX_SETTINGS; i++)
		settings[i] = words[3 + i];
	prepare(settings, words[0]);
	check(execv(words[1], words + 3 + count), words[1]);
}

static void wait_for(pid_t child)
{
	int status;

	check(waitpid(child, &status, 0), "waitpid");
	if (!WIFEXITED(status))
		fprintf(stderr, "a process was ended by signal %d\n", WTERMSIG(status));
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		exit(1);
}

/* run PART PATH COUNT NAME=VALUE… ARGUMENT…: a child does as in `become`, and has to succeed. */
static void run(char **words)
{
	pid_t child = fork();

	check(child, "fork");
	if (child == 0) {
		/* As a shell with job control does: every command is a process group. */
		setpgid(0, 0);
		become(words);
	}
	wait_for(child);
}

/* run-from-memory PART PATH ARGUMENT…: executes a copy of PATH that exists in memory only. */
static void run_from_memory(char **words)
{
	pid_t child = fork();

	check(child, "fork");
	if (child == 0) {
		char *none[] = {NULL};
		struct stat about;
		int from = open(words[1], O_RDONLY | O_CLOEXEC);
		int file = memfd_create("actor", MFD_CLOEXEC);

		check(from, words[1]);
		check(file, "memfd_create");
		check(fstat(from, &about), words[1]);
		check(sendfile(file, from, NULL, about.st_size), "sendfile");
		prepare(none, words[0]);
		check(fexecve(file, words + 2, environ), "fexecve");
	}
	wait_for(child);
}

/* run-deleted PART PATH ARGUMENT…: executes a copy of PATH whose file has been removed. */
static void run_deleted(char **words)
{
	static const char SCRATCH[] = "/srv/deleted-program";
	pid_t child = fork();

	check(child, "fork");
	if (child == 0) {
		char *none[] = {NULL};
		struct stat about;
		int from = open(words[1], O_RDONLY | O_CLOEXEC);
		int file = open(SCRATCH, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);

		check(from, words[1]);
		check(file, SCRATCH);
		check(fstat(from, &about), words[1]);
		check(sendfile(file, from, NULL, about.st_size), "sendfile");
		close(file);
		file = open(SCRATCH, O_RDONLY | O_CLOEXEC);
		check(file, SCRATCH);
		check(unlink(SCRATCH), SCRATCH);
		prepare(none, words[0]);
		check(fexecve(file, words + 2, environ), "fexecve");
	}
	wait_for(child);
}

/* log-in UID: becomes another user for good, as login and sshd do. */
static void log_in(char **words)
{
	int id = atoi(words[0]);

	check(setgroups(0, NULL), "setgroups");
	check(setresgid(id, id, id), "setresgid");
	check(setresuid(id, id, id), "setresuid");
}

/* set-user UID: setuid() itself. */
static void set_user(char **words)
{
	check(setuid(atoi(words[0])), "setuid");
}

/* set-login-user UID: what the audit of a login notes. Where that cannot be set, it is unset, which is no user either. */
static void set_login_user(char **words)
{
	int file = open("/proc/self/loginuid", O_WRONLY | O_CLOEXEC);

	if (file < 0)
		return;
	if (write(file, words[0], strlen(words[0])) < 0)
		fprintf(stderr, "the login user stays as it is\n");
	close(file);
}

/* take-terminal: this process gets a new terminal of its own, and all that it starts has it. */
static void take_terminal(char **words)
{
	int file = open("/dev/ptmx", O_RDWR | O_NOCTTY);
	int zero = 0;
	char path[64];

	(void)words;
	/* The leader of a process group cannot begin a session: a child of it goes on. */
	if (getsid(0) != getpid() && getpgrp() == getpid()) {
		pid_t child = fork();

		check(child, "fork");
		if (child != 0) {
			wait_for(child);
			exit(0);
		}
	}
	check(file, "/dev/ptmx");
	check(ioctl(file, TIOCSPTLCK, &zero), "TIOCSPTLCK");
	check(ptsname_r(file, path, sizeof(path)) == 0 ? 0 : -1, "ptsname");
	if (getsid(0) != getpid())
		check(setsid(), "setsid");
	file = open(path, O_RDWR | O_NOCTTY);
	check(file, path);
	check(ioctl(file, TIOCSCTTY, 0), "TIOCSCTTY");
}

/* pause MILLISECONDS */
static void pause_for(char **words)
{
	usleep(1000 * atoi(words[0]));
}

const struct act PROCESS_ACTS[] = {
	{"become", 4, become},
	{"log-in", 1, log_in},
	{"pause", 1, pause_for},
	{"run", 4, run},
	{"run-deleted", 3, run_deleted},
	{"run-from-memory", 3, run_from_memory},
	{"set-login-user", 1, set_login_user},
	{"set-user", 1, set_user},
	{"take-terminal", 0, take_terminal},
	{NULL, 0, NULL},
};
