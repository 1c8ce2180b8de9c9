/* Prints the nanoseconds of CPU that one round of a kind of system call takes: calls KIND ROUNDS [PATH]. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int main(int count, char **arguments)
{
	long rounds = atol(arguments[2]);
	const char *kind = arguments[1], *path = count > 3 ? arguments[3] : "";
	struct timespec start, end;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
	if (!strcmp(kind, "getppid"))
		for (long i = 0; i < rounds; i++)
			syscall(SYS_getppid);
	else if (!strcmp(kind, "close"))
		for (long i = 0; i < rounds; i++)
			syscall(SYS_close, -1);
	else if (!strcmp(kind, "openat"))
		for (long i = 0; i < rounds; i++)
			syscall(SYS_close, syscall(SYS_openat, AT_FDCWD, path, O_RDONLY, 0));
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
	printf("%f\n", ((end.tv_sec - start.tv_sec) * 1e9 + (end.tv_nsec - start.tv_nsec)) / rounds);
	return 0;
}
