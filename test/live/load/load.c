/*
 * A load of real file and socket operations at a fixed rate on each of some CPUs:
 *
 *     load FOLDER CPUS SECONDS RATE
 *
 * CPUS processes, each on a CPU of its own, make RATE rounds a second in FOLDER. A round is 15 system calls,
 * which all succeed: a file is made, written, read, renamed, linked and removed, a datagram goes over the
 * loopback. Slower than the rate is possible, faster is not, but for what a tenth of a second has missed. Prints
 * for each CPU the rounds and the milliseconds that they took.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS_A_TURN 8
/* Nanoseconds. */
#define MADE_UP_FOR 100000000L

static void must(int success, const char *what)
{
	if (!success) {
		perror(what);
		exit(1);
	}
}

static void file_round(const char *one, const char *other, const char *third)
{
	char data[64] = "some text";
	int file = open(one, O_RDWR | O_CREAT | O_EXCL, 0600);

	must(file >= 0, "open");
	must(write(file, data, sizeof(data)) == sizeof(data), "write");
	must(pread(file, data, sizeof(data), 0) == sizeof(data), "pread");
	must(!fchmod(file, 0640), "fchmod");
	must(!close(file), "close");
	must(!rename(one, other), "rename");
	must(!link(other, third), "link");
	must(!unlink(other), "unlink");
	must(!unlink(third), "unlink");
}

static void socket_round(const struct sockaddr_in *server, int receiver)
{
	char data[64] = "a message";
	int client = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	must(client >= 0, "socket");
	must(!connect(client, (void *)server, sizeof(*server)), "connect");
	must(sendto(client, data, sizeof(data), 0, NULL, 0) == sizeof(data), "sendto");
	must(recvfrom(receiver, data, sizeof(data), 0, NULL, NULL) == sizeof(data), "recvfrom");
	must(!shutdown(client, SHUT_RDWR), "shutdown");
	must(!close(client), "close");
}

static long milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void run(const char *folder, int cpu, long rounds, long rate)
{
	struct sockaddr_in server = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(server);
	int receiver = socket(AF_INET, SOCK_DGRAM, 0);
	char one[256], other[256], third[256];
	struct timespec next;
	cpu_set_t set;
	long begin;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	must(!sched_setaffinity(0, sizeof(set), &set), "sched_setaffinity");
	must(!bind(receiver, (void *)&server, length), "bind");
	must(!getsockname(receiver, (void *)&server, &length), "getsockname");
	snprintf(one, sizeof(one), "%s/one-%d", folder, cpu);
	snprintf(other, sizeof(other), "%s/other-%d", folder, cpu);
	snprintf(third, sizeof(third), "%s/third-%d", folder, cpu);
	begin = milliseconds();
	clock_gettime(CLOCK_MONOTONIC, &next);
	for (long done = 0; done < rounds; done += ROUNDS_A_TURN) {
		struct timespec now;
		long late;

		for (int i = 0; i < ROUNDS_A_TURN; i++) {
			file_round(one, other, third);
			socket_round(&server, receiver);
		}
		next.tv_nsec += 1000000000L / rate * ROUNDS_A_TURN;
		while (next.tv_nsec >= 1000000000L) {
			next.tv_nsec -= 1000000000L;
			next.tv_sec++;
		}
		clock_gettime(CLOCK_MONOTONIC, &now);
		late = (now.tv_sec - next.tv_sec) * 1000000000L + now.tv_nsec - next.tv_nsec;
		if (late > MADE_UP_FOR)
			next = now;
		else if (late < 0)
			clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
	}
	printf("%ld %ld\n", rounds, milliseconds() - begin);
	fflush(stdout);
	_exit(0);
}

int main(int count, char **arguments)
{
	int cpus, failed = 0, status;
	long seconds, rate;

	if (count != 5)
		return 2;
	cpus = atoi(arguments[2]);
	seconds = atol(arguments[3]);
	rate = atol(arguments[4]);
	for (int cpu = 0; cpu < cpus; cpu++)
		if (!fork())
			run(arguments[1], cpu, seconds * rate / ROUNDS_A_TURN * ROUNDS_A_TURN, rate);
	while (wait(&status) > 0)
		failed |= status;
	return !!failed;
}
