/*
 * Processes that change while nobody can be told of it, and live on:
 *
 *     upheaval FOLDER CPUS OPENS
 *
 * Starts one process for each way to change, and prints "ready". After a line on standard input it makes more
 * events on each of the CPUs than buffers hold, lets every process change, and prints "changed", a line `pid way`
 * for each process, and "end". After each further line, a number N, every one of them opens FOLDER/probe-N. Ends at
 * the end of its input. FOLDER holds a copy of this program called `other`, and the folder `sub`.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum way { STAY, EXEC, FORK, DIRECTORY, USER, ORPHAN, NAME, BORN, WAYS };

static const char *const names[] = { "stay", "exec", "fork", "directory", "user", "orphan", "name", "born" };

struct survivor {
	pid_t pid;
	int way;
};

static const char *folder;
static int go[2], told[2];

static void must(int success, const char *what)
{
	if (!success) {
		perror(what);
		exit(1);
	}
}

static void probe(int signal, siginfo_t *info, void *context)
{
	char path[512];
	int file;

	(void)signal;
	(void)context;
	snprintf(path, sizeof(path), "%s/probe-%d", folder, info->si_value.sival_int);
	file = open(path, O_RDONLY);
	if (file >= 0)
		close(file);
}

/* Says who it is and how it came about, and opens files from then on. */
static void survive(int way)
{
	struct sigaction action = { .sa_sigaction = probe, .sa_flags = SA_SIGINFO };
	struct survivor self = { getpid(), way };

	must(!sigaction(SIGUSR1, &action, NULL), "sigaction");
	must(write(told[1], &self, sizeof(self)) == sizeof(self), "write");
	for (;;)
		pause();
}

static void change(int way)
{
	char program[512], number[2][16];

	switch (way) {
	case EXEC:
	case BORN:
		snprintf(program, sizeof(program), "%s/other", folder);
		snprintf(number[0], sizeof(number[0]), "%d", way);
		snprintf(number[1], sizeof(number[1]), "%d", told[1]);
		execl(program, "another-name", "survive", folder, number[0], number[1], NULL);
		must(0, "exec");
		break;
	case FORK:
		if (!fork())
			must(!chdir("sub"), "chdir");
		break;
	case DIRECTORY:
		must(!chdir("sub"), "chdir");
		break;
	case USER:
		must(!setresgid(65534, 65534, 65534) && !setresuid(65534, 65534, 65534), "setresuid");
		break;
	case ORPHAN:
		if (fork())
			_exit(0);
		break;
	case NAME:
		prctl(PR_SET_NAME, "renamed");
		break;
	}
	survive(way);
}

static void start(int way)
{
	char byte;

	if (fork())
		return;
	must(read(go[0], &byte, 1) == 1, "read");
	change(way);
}

/* Large events and, for the gaps that they leave, small ones. */
static void burst(int cpu, long opens)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	must(!sched_setaffinity(0, sizeof(set), &set), "sched_setaffinity");
	for (long i = 0; i < opens; i++)
		close(open("/dev/null", O_RDONLY));
	for (int i = 0; i < 2000; i++)
		must(!chdir(folder), "chdir");
	for (int i = 0; i < 2000; i++)
		must(!setresuid(-1, -1, -1), "setresuid");
	_exit(0);
}

int main(int count, char **arguments)
{
	/* Of a way to change that forks both processes live on. */
	struct survivor survivors[WAYS + 1];
	int found = 0, cpus, status;
	char line[64];
	pid_t bursting[64];

	if (count == 5 && !strcmp(arguments[1], "survive")) {
		folder = arguments[2];
		told[1] = atoi(arguments[4]);
		survive(atoi(arguments[3]));
	}
	if (count != 4)
		return 2;
	folder = arguments[1];
	cpus = atoi(arguments[2]) < 64 ? atoi(arguments[2]) : 64;
	must(!chdir(folder) && !pipe(go) && !pipe(told), "pipe");
	must(!prctl(PR_SET_CHILD_SUBREAPER, 1), "prctl");
	for (int way = 0; way < BORN; way++)
		start(way);
	printf("ready\n");
	fflush(stdout);
	must(!!fgets(line, sizeof(line), stdin), "fgets");
	for (int cpu = 0; cpu < cpus; cpu++)
		if (!(bursting[cpu] = fork()))
			burst(cpu, atol(arguments[3]));
	for (int cpu = 0; cpu < cpus; cpu++)
		must(waitpid(bursting[cpu], &status, 0) > 0 && !status, "burst");
	must(write(go[1], "1234567", BORN) == BORN, "write");
	if (!fork())
		change(BORN);
	while (found < WAYS + 1)
		must(read(told[0], &survivors[found++], sizeof(*survivors)) == sizeof(*survivors), "read");
	printf("changed\n");
	for (int i = 0; i < found; i++)
		printf("%d %s\n", survivors[i].pid, names[survivors[i].way]);
	printf("end\n");
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin))
		for (int i = 0; i < found; i++)
			must(!sigqueue(survivors[i].pid, SIGUSR1, (union sigval){ .sival_int = atoi(line) }), "sigqueue");
	for (int i = 0; i < found; i++)
		kill(survivors[i].pid, SIGKILL);
	while (wait(NULL) > 0)
		;
	return 0;
}
