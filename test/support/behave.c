// SPDX-License-Identifier: Apache-2.0
/*
 * Makes one behaviour happen that a rule watches for and that no small program makes by itself:
 *
 *     behave BEHAVIOUR [ARGUMENT…]
 *
 * Built as a static program, so that it runs in a container that holds nothing else, and under any name
 * (as nginx, as gdb). Everything it does is harmless: it loads no module, attaches to its own child and
 * connects to where the test says.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/mount.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static char *const NO_ENVIRONMENT[] = {NULL};

static void check(long result, const char *what)
{
	if (result < 0)
		err(1, "%s", what);
}

static void copy_program(const char *path, int to)
{
	int from = open(path, O_RDONLY);
	struct stat about;

	check(from, path);
	check(fstat(from, &about), path);
	check(sendfile(to, from, NULL, about.st_size), "copy");
	close(from);
}

/* exec-memory PROGRAM ARGUMENT…: executes a copy of PROGRAM that exists in memory only. */
static int exec_memory(char **arguments)
{
	int file = memfd_create("behave", MFD_CLOEXEC);

	check(file, "memfd_create");
	copy_program(arguments[0], file);
	check(fexecve(file, arguments, NO_ENVIRONMENT), "fexecve");
	return 0;
}

/* exec-deleted PROGRAM SCRATCH ARGUMENT…: executes a copy of PROGRAM at SCRATCH that is removed before. */
static int exec_deleted(char **arguments)
{
	int file = open(arguments[1], O_WRONLY | O_CREAT | O_EXCL, 0700);

	check(file, arguments[1]);
	copy_program(arguments[0], file);
	close(file);
	file = open(arguments[1], O_RDONLY | O_CLOEXEC);
	check(file, arguments[1]);
	check(unlink(arguments[1]), "unlink");
	check(syscall(SYS_execveat, file, "", arguments + 1, NO_ENVIRONMENT, AT_EMPTY_PATH), "execveat");
	return 0;
}

/* spawn PROGRAM ARGUMENT…: runs PROGRAM as a child of this process, whatever this one is called. */
static int spawn(char **arguments)
{
	int status;
	pid_t child = fork();

	check(child, "fork");
	if (child == 0) {
		execv(arguments[0], arguments);
		err(1, "%s", arguments[0]);
	}
	check(waitpid(child, &status, 0), "waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* renamed NAME BEHAVIOUR ARGUMENT…: the behaviour, under the name of another program. */
static int behave(char **arguments);
static int renamed(char **arguments)
{
	check(prctl(PR_SET_NAME, arguments[0]), "prctl");
	return behave(arguments + 1);
}

/* deep COUNT BEHAVIOUR ARGUMENT…: the behaviour, in a directory so many levels below the present one. */
static int deep(char **arguments)
{
	for (int level = atoi(arguments[0]); level > 0; level--) {
		if (mkdir("d", 0700) < 0 && errno != EEXIST)
			err(1, "mkdir");
		check(chdir("d"), "chdir");
	}
	return behave(arguments + 1);
}

/* attach: attaches to a child of its own, and lets it go. */
static int attach(char **arguments)
{
	pid_t child = fork();

	(void)arguments;
	check(child, "fork");
	if (child == 0) {
		pause();
		_exit(0);
	}
	check(ptrace(PTRACE_SEIZE, child, NULL, NULL), "ptrace");
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	return 0;
}

/* write-memory: changes a byte in the memory of a child of its own. */
static int write_memory(char **arguments)
{
	static char byte;
	struct iovec here = {.iov_base = &byte, .iov_len = 1};
	pid_t child = fork();
	long written;

	(void)arguments;
	check(child, "fork");
	if (child == 0) {
		pause();
		_exit(0);
	}
	written = process_vm_writev(child, &here, 1, &here, 1, 0);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	check(written, "process_vm_writev");
	return 0;
}

/* mount-source TYPE SOURCE: begins to mount a file system in the way of newer programs, and leaves it at that. */
static int mount_source(char **arguments)
{
	int context = syscall(SYS_fsopen, arguments[0], 0);

	check(context, "fsopen");
	check(syscall(SYS_fsconfig, context, FSCONFIG_SET_STRING, "source", arguments[1], 0), "fsconfig");
	return 0;
}

/* traced-child: a child that asks to be traced, as every debugger starts its program. */
static int traced_child(char **arguments)
{
	pid_t child = fork();

	(void)arguments;
	check(child, "fork");
	if (child == 0)
		_exit(ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 ? 0 : 1);
	int status;
	check(waitpid(child, &status, 0), "waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* load-module: asks for a module to be loaded whose image is no module, so that none is. */
static int load_module(char **arguments)
{
	(void)arguments;
	return syscall(SYS_init_module, "no module", 9, "") < 0 ? 0 : 1;
}

/* load-bpf: loads the smallest program there is, which returns 0 and is attached to nothing. */
static int load_bpf(char **arguments)
{
	struct bpf_insn program[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
		{.code = BPF_JMP | BPF_EXIT},
	};
	union bpf_attr attributes = {
		.prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
		.insns = (unsigned long)program,
		.insn_cnt = sizeof(program) / sizeof(*program),
		.license = (unsigned long)"Dual BSD/GPL",
	};

	(void)arguments;
	check(syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof(attributes)), "bpf");
	return 0;
}

/* make-bpf-map: bpf() without a program. */
static int make_bpf_map(char **arguments)
{
	union bpf_attr attributes = {
		.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};

	(void)arguments;
	check(syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof(attributes)), "bpf");
	return 0;
}

/* unshare-files: stops sharing descriptors, which is no new namespace. */
static int unshare_files(char **arguments)
{
	(void)arguments;
	check(unshare(CLONE_FILES | CLONE_FS), "unshare");
	return 0;
}

/* clone-namespace: a child in a new namespace of its own, made by clone and not by unshare. */
static int clone_namespace(char **arguments)
{
	long child = syscall(SYS_clone, CLONE_NEWUTS | SIGCHLD, NULL, NULL, NULL, NULL);

	(void)arguments;
	check(child, "clone");
	if (child == 0)
		_exit(0);
	waitpid(child, NULL, 0);
	return 0;
}

/* socket packet|raw|datagram */
static int open_socket(char **arguments)
{
	int result = strcmp(arguments[0], "packet") == 0 ? socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0)
		   : strcmp(arguments[0], "raw") == 0	 ? socket(AF_INET, SOCK_RAW, IPPROTO_ICMP)
							 : socket(AF_INET, SOCK_DGRAM, 0);

	check(result, "socket");
	return 0;
}

static int connected(const char *address, const char *port)
{
	struct sockaddr_in end = {.sin_family = AF_INET, .sin_port = htons(atoi(port))};
	int file = socket(AF_INET, SOCK_DGRAM, 0);

	check(file, "socket");
	if (inet_pton(AF_INET, address, &end.sin_addr) != 1)
		errx(1, "%s is no address", address);
	check(connect(file, (struct sockaddr *)&end, sizeof(end)), "connect");
	return file;
}

/* connect ADDRESS PORT: over UDP, so that nobody has to listen. */
static int connect_to(char **arguments)
{
	connected(arguments[0], arguments[1]);
	return 0;
}

/* connect-unix PATH: succeeds whether or not somebody listens there. */
static int connect_unix(char **arguments)
{
	struct sockaddr_un end = {.sun_family = AF_UNIX};
	int file = socket(AF_UNIX, SOCK_STREAM, 0);

	check(file, "socket");
	strncpy(end.sun_path, arguments[0], sizeof(end.sun_path) - 1);
	connect(file, (struct sockaddr *)&end, sizeof(end));
	return 0;
}

/* socket-as-stdin ADDRESS PORT: the first half of a reverse shell. */
static int socket_as_stdin(char **arguments)
{
	check(dup2(connected(arguments[0], arguments[1]), 0), "dup2");
	return 0;
}

/* connect-as-stdin ADDRESS PORT: the same without dup, by making the socket where the stream was. */
static int connect_as_stdin(char **arguments)
{
	close(0);
	if (connected(arguments[0], arguments[1]) != 0)
		errx(1, "the socket did not become descriptor 0");
	return 0;
}

/* file-as-stdin PATH: what every shell does for a redirection. */
static int file_as_stdin(char **arguments)
{
	int file = open(arguments[0], O_RDONLY);

	check(file, arguments[0]);
	check(dup2(file, 0), "dup2");
	return 0;
}

/* creat PATH: makes a file through the system call of that name, where the architecture has it. */
static int creat_file(char **arguments)
{
	check(creat(arguments[0], 0644), arguments[0]);
	return 0;
}

/* read PATH */
static int read_file(char **arguments)
{
	check(open(arguments[0], O_RDONLY), arguments[0]);
	return 0;
}

/* write PATH */
static int write_file(char **arguments)
{
	check(open(arguments[0], O_WRONLY | O_CREAT, 0644), arguments[0]);
	return 0;
}

static const struct {
	const char *name;
	int arguments;
	int (*run)(char **arguments);
} BEHAVIOURS[] = {
	{"attach", 0, attach},
	{"clone-namespace", 0, clone_namespace},
	{"connect", 2, connect_to},
	{"connect-as-stdin", 2, connect_as_stdin},
	{"connect-unix", 1, connect_unix},
	{"creat", 1, creat_file},
	{"deep", 2, deep},
	{"exec-deleted", 2, exec_deleted},
	{"exec-memory", 1, exec_memory},
	{"file-as-stdin", 1, file_as_stdin},
	{"load-bpf", 0, load_bpf},
	{"load-module", 0, load_module},
	{"make-bpf-map", 0, make_bpf_map},
	{"mount-source", 2, mount_source},
	{"read", 1, read_file},
	{"renamed", 2, renamed},
	{"socket", 1, open_socket},
	{"socket-as-stdin", 2, socket_as_stdin},
	{"spawn", 1, spawn},
	{"traced-child", 0, traced_child},
	{"unshare-files", 0, unshare_files},
	{"write", 1, write_file},
	{"write-memory", 0, write_memory},
};

static int count(char **arguments)
{
	int number = 0;

	while (arguments[number] != NULL)
		number++;
	return number;
}

static int behave(char **arguments)
{
	if (arguments[0] != NULL)
		for (size_t i = 0; i < sizeof(BEHAVIOURS) / sizeof(*BEHAVIOURS); i++)
			if (strcmp(arguments[0], BEHAVIOURS[i].name) == 0 && count(arguments + 1) >= BEHAVIOURS[i].arguments)
				return BEHAVIOURS[i].run(arguments + 1);
	errx(2, "unknown behaviour, or too few arguments");
}

int main(int count, char **arguments)
{
	(void)count;
	return behave(arguments + 1);
}
