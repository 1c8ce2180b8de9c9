/*
 * A file system that answers one user and nobody else.
 *
 *   silent-fuse mount DIRECTORY UID   mounts it and serves it until it is ended, two minutes at most
 *   silent-fuse sleep                 sleeps as long
 *
 * Every name in it is a file that holds a script, except those that begin with "dir", which are directories, and
 * those that begin with "program", which are this program.
 * The protocol is that of /dev/fuse, see linux/fuse.h.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static const char script[] = "#!/bin/sh\nexit 0\n";
static const char *program;
static size_t program_size;
static char request[FUSE_MIN_READ_BUFFER + (1 << 17)];

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static void answer(int device, uint64_t unique, int error, const void *body, size_t length)
{
	struct fuse_out_header header = {
		.len = sizeof(header) + length, .error = error, .unique = unique
	};
	struct iovec parts[] = { { &header, sizeof(header) }, { (void *)body, length } };

	if (writev(device, parts, 2) < 0 && errno != ENOENT && errno != EINTR)
		fail("writev");
}

/* The lowest bits of a number say what has it. */
enum { DIRECTORY = 0, SCRIPT = 1, PROGRAM = 3 };

static size_t size_of(uint64_t node)
{
	switch (node & 3) {
	case SCRIPT:
		return sizeof(script) - 1;
	case PROGRAM:
		return program_size;
	default:
		return 0;
	}
}

static struct fuse_attr attributes(uint64_t node)
{
	return (struct fuse_attr){
		.ino = node,
		.size = size_of(node),
		.mode = node % 2 ? S_IFREG | 0755 : S_IFDIR | 0777,
		.nlink = 1,
		.blksize = 4096,
	};
}

static uint64_t node_of(const char *name)
{
	uint64_t hash = 1;

	while (*name)
		hash = hash * 31 + (unsigned char)*name++;
	return hash << 8 | 0x80;
}

static uint64_t lookup(const char *name)
{
	if (strncmp(name, "dir", 3) == 0)
		return node_of(name) | DIRECTORY;
	return node_of(name) | (strncmp(name, "program", 7) == 0 ? PROGRAM : SCRIPT);
}

static void serve(int device, const struct fuse_in_header *in, const void *body)
{
	uint64_t node = in->nodeid == FUSE_ROOT_ID ? 4 : in->nodeid;
	struct fuse_attr_out attr = { .attr = attributes(node) };
	struct fuse_open_out opened = { 0 };

	switch (in->opcode) {
	case FUSE_INIT: {
		struct fuse_init_out init = {
			.major = FUSE_KERNEL_VERSION,
			.minor = FUSE_KERNEL_MINOR_VERSION,
			.max_write = 4096,
			/* Who gets no answer keeps nobody else from asking. */
			.flags = FUSE_PARALLEL_DIROPS,
		};
		answer(device, in->unique, 0, &init, sizeof(init));
		return;
	}
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
	case FUSE_INTERRUPT:
		return;
	case FUSE_LOOKUP: {
		uint64_t found = lookup(body);
		struct fuse_entry_out entry = { .nodeid = found, .attr = attributes(found) };

		answer(device, in->unique, 0, &entry, sizeof(entry));
		return;
	}
	case FUSE_GETATTR:
	case FUSE_SETATTR:
		answer(device, in->unique, 0, &attr, sizeof(attr));
		return;
	case FUSE_OPEN:
	case FUSE_OPENDIR:
		answer(device, in->unique, 0, &opened, sizeof(opened));
		return;
	case FUSE_READ: {
		const struct fuse_read_in *read = body;
		const char *content = (node & 3) == PROGRAM ? program : script;
		size_t length = size_of(node);

		length = read->offset < length ? length - read->offset : 0;
		answer(device, in->unique, 0, content + read->offset,
		       length < read->size ? length : read->size);
		return;
	}
	case FUSE_FLUSH:
	case FUSE_RELEASE:
	case FUSE_RELEASEDIR:
	case FUSE_ACCESS:
	case FUSE_UNLINK:
	case FUSE_RENAME:
	case FUSE_RENAME2:
		answer(device, in->unique, 0, NULL, 0);
		return;
	default:
		answer(device, in->unique, -ENOSYS, NULL, 0);
	}
}

/* The kernel's own requests come from user 0, and no process waits for them. */
static int is_of_kernel(const struct fuse_in_header *in)
{
	switch (in->opcode) {
	case FUSE_INIT:
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
	case FUSE_INTERRUPT:
	case FUSE_FLUSH:
	case FUSE_RELEASE:
	case FUSE_RELEASEDIR:
		return 1;
	default:
		return 0;
	}
}

static void load_program(void)
{
	struct stat found;
	int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	if (file < 0 || fstat(file, &found) < 0)
		fail("/proc/self/exe");
	program_size = found.st_size;
	program = mmap(NULL, program_size, PROT_READ, MAP_PRIVATE, file, 0);
	if (program == MAP_FAILED)
		fail("mmap");
}

static void run(const char *directory, uint32_t uid)
{
	char options[128];
	int device = open("/dev/fuse", O_RDWR | O_CLOEXEC);

	if (device < 0)
		fail("/dev/fuse");
	load_program();
	snprintf(options, sizeof(options), "fd=%d,rootmode=40777,user_id=0,group_id=0,allow_other",
		 device);
	if (mount("silent", directory, "fuse", MS_NOSUID | MS_NODEV, options) < 0)
		fail("mount");
	puts("mounted");
	fflush(stdout);
	for (;;) {
		ssize_t length = read(device, request, sizeof(request));
		const struct fuse_in_header *in = (const void *)request;

		if (length < 0 && errno == ENODEV)
			exit(0);
		if (length < (ssize_t)sizeof(*in))
			continue;
		if (in->uid == uid || is_of_kernel(in)) {
			serve(device, in, in + 1);
		} else {
			printf("silent to %u\n", in->opcode);
			fflush(stdout);
		}
	}
}

int main(int count, char **arguments)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	alarm(120);
	if (count == 4 && strcmp(arguments[1], "mount") == 0)
		run(arguments[2], strtoul(arguments[3], NULL, 10));
	if (count == 2 && strcmp(arguments[1], "sleep") == 0) {
		puts("asleep");
		fflush(stdout);
		pause();
	}
	fputs("silent-fuse mount DIRECTORY UID | silent-fuse sleep\n", stderr);
	return 2;
}
