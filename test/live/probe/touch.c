/*
 * Touches memory in ways that the kernel must help with, and makes signals and changes of threads happen.
 * Prints what a test compares the events with: `name value` on lines of its own.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096
#define ROUNDS 200

static sigjmp_buf here;

static void ignore(int signal)
{
	(void)signal;
}

static void jump(int signal)
{
	siglongjmp(here, signal);
}

static void say(const char *name, unsigned long value)
{
	printf("%s %lu\n", name, value);
}

/* The instructions that touch the memory, with names for their addresses. */
extern char read_at[], write_at[];
asm("touch_read: read_at: movb (%rdi), %al\n ret\n"
    "touch_write: write_at: movb $1, (%rdi)\n ret\n");
void touch_read(volatile char *);
void touch_write(volatile char *);

static void faults(void)
{
	char *pages = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int zero = open("/dev/zero", O_RDONLY);

	signal(SIGSEGV, jump);
	say("pages", (unsigned long)pages);
	say("read_at", (unsigned long)read_at);
	say("write_at", (unsigned long)write_at);
	touch_read(pages);
	touch_write(pages + PAGE);
	if (read(zero, pages + 2 * PAGE, 1) != 1)
		exit(1);
	touch_write(pages + 3 * PAGE);
	mprotect(pages + 3 * PAGE, PAGE, PROT_READ);
	if (!sigsetjmp(here, 1))
		touch_write(pages + 3 * PAGE);
	if (!sigsetjmp(here, 1))
		((void (*)(void))(pages + PAGE))();
}

static void signals(void)
{
	int status;
	pid_t child;

	signal(SIGTERM, ignore);
	signal(SIGUSR1, ignore);
	signal(SIGCHLD, ignore);
	signal(SIGALRM, ignore);
	signal(SIGRTMIN + 1, ignore);
	say("self", getpid());
	raise(SIGTERM);
	raise(SIGUSR1);
	sigqueue(getpid(), SIGRTMIN + 1, (union sigval){ .sival_int = 7 });
	ualarm(1000, 0);
	pause();
	child = fork();
	if (!child) {
		kill(getppid(), SIGTERM);
		pause();
	}
	say("child", child);
	kill(child, SIGKILL);
	while (waitpid(child, &status, 0) < 0)
		;
}

/* Pages of memory, as /proc/self/statm tells: all, and those present. */
static void memory(unsigned long *all, unsigned long *present)
{
	FILE *file = fopen("/proc/self/statm", "r");

	if (!file || fscanf(file, "%lu %lu", all, present) != 2)
		exit(1);
	fclose(file);
}

static void switches(void)
{
	int to[2], from[2];
	unsigned long all, present;
	struct rusage usage;
	cpu_set_t one;
	char byte = 0;
	pid_t child;

	/* Both on one CPU, so that the one goes on when the other waits. */
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	if (pipe(to) || pipe(from) || sched_setaffinity(0, sizeof(one), &one))
		exit(1);
	child = fork();
	if (!child) {
		for (int i = 0; i < ROUNDS; i++)
			if (read(to[0], &byte, 1) != 1 || write(from[1], &byte, 1) != 1)
				_exit(1);
		_exit(0);
	}
	say("self", getpid());
	say("child", child);
	memory(&all, &present);
	getrusage(RUSAGE_SELF, &usage);
	say("all", all * getpagesize() / 1024);
	say("present", present * getpagesize() / 1024);
	say("major", usage.ru_majflt);
	say("minor_before", usage.ru_minflt);
	for (int i = 0; i < ROUNDS; i++)
		if (write(to[1], &byte, 1) != 1 || read(from[0], &byte, 1) != 1)
			exit(1);
	getrusage(RUSAGE_SELF, &usage);
	say("minor_after", usage.ru_minflt);
	waitpid(child, NULL, 0);
}

int main(int count, char **arguments)
{
	if (count != 2)
		return 2;
	if (!strcmp(arguments[1], "faults"))
		faults();
	else if (!strcmp(arguments[1], "signals"))
		signals();
	else
		switches();
	return 0;
}
