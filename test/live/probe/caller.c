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
 *   n:MESSAGE/MESSAGE…              array of struct mmsghdr, each message in the form of m
 *   v:VECTOR;VECTOR…                array of struct iovec out of bytes in hexadecimal
 *   w:VECTOR;VECTOR…                the same for the 32-bit interface
 *   a:K;J    argument J of call K, both counted from 0
 *
 * Numbers below zero stand for what cannot be made so: -1 vfork(2) by the C library, -2 a thread,
 * -3 a call of the 32-bit interface, -4 wait for all children. For the sake of -3 the program is not to be
 * compiled as position-independent: its memory then has addresses of 32 bits.
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
static long results[256], arguments[256][6];
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

static long vectors_of(char *text)
{
	struct iovec *vectors = calloc(64, sizeof(*vectors));
	char *part;

	for (int i = 0; (part = strsep(&text, ";")) && i < 64; i++)
		vectors[i].iov_base = bytes_of(part, &vectors[i].iov_len);
	return (long)vectors;
}

static long small_vectors_of(char *text)
{
	unsigned int *words = calloc(64, 2 * sizeof(*words));
	size_t length;
	char *part;

	for (int i = 0; (part = strsep(&text, ";")) && i < 64; i++) {
		words[2 * i] = (unsigned int)(long)bytes_of(part, &length);
		words[2 * i + 1] = length;
	}
	return (long)words;
}

static void *message_of(char *text, struct msghdr *message)
{
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
	return message;
}

static long messages_of(char *text)
{
	struct mmsghdr *messages = calloc(64, sizeof(*messages));
	char *part;

	for (int i = 0; (part = strsep(&text, "/")) && i < 64; i++)
		message_of(part, &messages[i].msg_hdr);
	return (long)messages;
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
		return (long)message_of(text, calloc(1, sizeof(struct msghdr)));
	case 'n':
		return messages_of(text);
	case 'v':
		return vectors_of(text);
	case 'w':
		return small_vectors_of(text);
	case 'a':
		return arguments[atoi(text)][atoi(strchr(text, ';') + 1)];
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
		asm volatile("int $0x80" : "=a"(result) : "a"(a[0]), "b"(a[1]), "c"(a[2]), "d"(a[3]), "S"(a[4]), "D"(a[5]) : "memory", "r8", "r9", "r10", "r11");
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
	long numbers[256];
	size_t length = 0;
	ssize_t more;
	char *rest = input, *line;

	while ((more = read(0, input + length, sizeof(input) - 1 - length)) > 0)
		length += more;
	while ((line = strsep(&rest, "\n")) && *line && count < 256)
		lines[count++] = line;
	prctl(PR_SET_NAME, "begin");
	for (int i = 0; i < count; i++) {
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
