/*
 * Makes system calls as a test tells it, one a line on standard input: the number, then the arguments, all
 * separated by tabs, and prints each result, or the negated errno, on a line of its own. The calls stand
 * between two calls of prctl(PR_SET_NAME), "begin" and "end", so that the test finds them among the events.
 *
 *   i:N      number                        z:      null pointer
 *   s:TEXT   string                        r:K     result of call K, counted from 0
 *   x:HEX    bytes                         o:N     N bytes of zero, for the kernel to write to
 *   p:A;B    array of pointers to strings, with a null at the end
 *   m:NAME;CONTROL;VECTOR;VECTOR…   struct msghdr out of bytes in hexadecimal
 *
 * Numbers below zero stand for what cannot be made so: -1 vfork(2) by the C library, -2 a thread,
 * -3 a call with 32-bit numbering, -4 wait for all children.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static char *lines[256];
static long results[256];
static int count;

static void *bytes_of(const char *hex, size_t *length)
{
	size_t size = strlen(hex) / 2;
	unsigned char *bytes = calloc(size + 1, 1);

	for (size_t i = 0; i < size; i++)
		sscanf(hex + 2 * i, "%2hhx", &bytes[i]);
	if (length)
		*length = size;
	return bytes;
}

static long message_of(char *text)
{
	struct msghdr *message = calloc(1, sizeof(*message));
	struct iovec *vectors = calloc(64, sizeof(*vectors));
	size_t length;
	char *part;

	part = strsep(&text, ";");
	message->msg_name = *part ? bytes_of(part, &length) : NULL;
	message->msg_namelen = *part ? length : 0;
	part = strsep(&text, ";");
	message->msg_control = *part ? bytes_of(part, &length) : NULL;
	message->msg_controllen = *part ? length : 0;
	message->msg_iov = vectors;
	while ((part = strsep(&text, ";")) && message->msg_iovlen < 64) {
		vectors[message->msg_iovlen].iov_base = bytes_of(part, &length);
		vectors[message->msg_iovlen++].iov_len = length;
	}
	return (long)message;
}

static long value_of(char *token)
{
	char *text = token + 2;

	switch (token[0]) {
	case 'i':
		return strtol(text, NULL, 10);
	case 's':
		return (long)text;
	case 'x':
		return (long)bytes_of(text, NULL);
	case 'o':
		return (long)calloc(strtol(text, NULL, 10) + 1, 1);
	case 'r':
		return results[atoi(text)];
	case 'p': {
		char **pointers = calloc(256, sizeof(char *)), *part;
		int used = 0;

		while ((part = strsep(&text, ";")) && used < 255)
			pointers[used++] = part;
		return (long)pointers;
	}
	case 'm':
		return message_of(text);
	default:
		return 0;
	}
}

static void *thread(void *unused)
{
	return unused;
}

static long call(long number, long *a)
{
	long result;
	pthread_t id;

	if (number == -1) {
		result = vfork();
	} else if (number == -2) {
		result = pthread_create(&id, NULL, thread, NULL);
		pthread_join(id, NULL);
		return result;
#ifdef __x86_64__
	} else if (number == -3) {
		asm volatile("int $0x80" : "=a"(result) : "a"(a[0]), "b"(a[1]), "c"(a[2]), "d"(a[3]) : "memory", "r8", "r9", "r10", "r11");
		return (int)result;
#endif
	} else if (number == -4) {
		while (wait(NULL) > 0 || errno == EINTR)
			;
		return 0;
	} else {
		result = syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
	}
	if (result == 0 && (number == -1 ||
#ifdef SYS_fork
			    number == SYS_fork || number == SYS_vfork ||
#endif
			    number == SYS_clone || number == SYS_clone3))
		_exit(7);
	return result < 0 ? -errno : result;
}

int main(void)
{
	static char input[1 << 16];
	long numbers[256], arguments[256][6];
	size_t length = 0;
	ssize_t more;
	char *rest = input, *line;

	while ((more = read(0, input + length, sizeof(input) - 1 - length)) > 0)
		length += more;
	while ((line = strsep(&rest, "\n")) && *line && count < 256)
		lines[count++] = line;
	prctl(PR_SET_NAME, "begin");
	for (int i = 0; i < count; i++) {
		memset(arguments[i], 0, sizeof(arguments[i]));
		numbers[i] = strtol(strsep(&lines[i], "\t"), NULL, 10);
		for (int j = 0; j < 6 && lines[i]; j++)
			arguments[i][j] = value_of(strsep(&lines[i], "\t"));
		results[i] = call(numbers[i], arguments[i]);
	}
	prctl(PR_SET_NAME, "end");
	for (int i = 0; i < count; i++)
		printf("%ld\n", results[i]);
	return 0;
}
