/*
 * A tree of processes and threads for the scope tests. Every process and thread marks itself by opening
 * the file "mark/PID/TID" (which does not exist), and prints the same two numbers. `tree foreign` does
 * nothing else than that, once, and is started outside of the scope.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void mark(void)
{
	char text[64];
	int length = snprintf(text, sizeof(text), "mark/%d/%ld\n", getpid(), syscall(SYS_gettid));

	write(1, text, length);
	text[length - 1] = 0;
	open(text, O_RDONLY);
}

static void *thread(void *unused)
{
	mark();
	if (!fork()) {
		mark();
		_exit(0);
	}
	return unused;
}

static void *thread_exec(void *program)
{
	/* The thread takes over the id of its process, all other threads end. */
	execl(program, program, "foreign", NULL);
	return NULL;
}

static void run_thread(void *(*start)(void *), void *argument)
{
	pthread_t id;

	pthread_create(&id, NULL, start, argument);
	pthread_join(id, NULL);
}

int main(int count, char **arguments)
{
	(void)count;
	mark();
	if (!strcmp(arguments[1], "foreign"))
		return 0;
	if (!fork()) { /* fork, double fork, session of its own */
		mark();
		if (!fork()) {
			setsid();
			mark();
			_exit(0);
		}
		_exit(0);
	}
	if (!vfork()) {
		execl(arguments[0], arguments[0], "foreign", NULL);
		_exit(1);
	}
	run_thread(thread, NULL);
	if (!fork())
		run_thread(thread_exec, arguments[0]);
	while (wait(NULL) > 0)
		;
	return 0;
}
