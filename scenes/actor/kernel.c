// SPDX-License-Identifier: Apache-2.0
/* What actors ask of the kernel: tracing, namespaces, modules, BPF. Nothing of it has a lasting effect. */
#define _GNU_SOURCE
#include "actor.h"
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/mount.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

/* trace-child: attaches to a child of its own, and lets it go. */
static void trace_child(char **words)
{
	pid_t child = fork();

	(void)words;
	check(child, "fork");
	if (child == 0) {
		be_mortal();
		pause();
		_exit(0);
	}
	check(ptrace(PTRACE_SEIZE, child, NULL, NULL), "ptrace");
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

/* be-traced: a child asks to be traced by this process. */
static void be_traced(char **words)
{
	int status;
	pid_t child = fork();

	(void)words;
	check(child, "fork");
	if (child == 0)
		_exit(ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 ? 0 : 1);
	check(waitpid(child, &status, 0), "waitpid");
	check(status == 0 ? 0 : -1, "ptrace");
}

/* write-memory: changes a byte in the memory of a child of its own. */
static void write_memory(char **words)
{
	static char byte;
	struct iovec here = {.iov_base = &byte, .iov_len = 1};
	pid_t child = fork();
	long written;

	(void)words;
	check(child, "fork");
	if (child == 0) {
		be_mortal();
		pause();
		_exit(0);
	}
	written = process_vm_writev(child, &here, 1, &here, 1, 0);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	check(written, "process_vm_writev");
}

/* prepare-mount TYPE SOURCE: begins to mount a file system in the way of newer programs, and leaves it at that. */
static void prepare_mount(char **words)
{
	int context = syscall(SYS_fsopen, words[0], 0);

	check(context, "fsopen");
	check(syscall(SYS_fsconfig, context, FSCONFIG_SET_STRING, "source", words[1], 0), "fsconfig");
	close(context);
}

/* load-module: asks for a module whose image is no module, so that none is loaded. */
static void load_module(char **words)
{
	(void)words;
	syscall(SYS_init_module, "no module", 9, "");
}

/* load-bpf: loads the smallest program there is, which returns 0 and is attached to nothing. */
static void load_bpf(char **words)
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

	(void)words;
	check(syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof(attributes)), "bpf");
}

/* make-bpf-map: bpf() without a program. */
static void make_bpf_map(char **words)
{
	union bpf_attr attributes = {
		.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};

	(void)words;
	check(syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof(attributes)), "bpf");
}

/* handle-page-faults: userfaultfd(); the attempt counts, whether or not the actor may. */
static void handle_page_faults(char **words)
{
	int file = syscall(SYS_userfaultfd, O_CLOEXEC);

	(void)words;
	if (file >= 0)
		close(file);
}

/* join-namespace PATH: enters the namespace that the file stands for. */
static void join_namespace(char **words)
{
	int file = open(words[0], O_RDONLY | O_CLOEXEC);

	check(file, words[0]);
	check(setns(file, 0), words[0]);
	close(file);
}

/* leave-namespace uts|user: unshare(); the attempt counts, whether or not the actor may. */
static void leave_namespace(char **words)
{
	if (unshare(strcmp(words[0], "user") == 0 ? CLONE_NEWUSER : CLONE_NEWUTS) < 0)
		return;
}

const struct act KERNEL_ACTS[] = {
	{"be-traced", 0, be_traced},
	{"handle-page-faults", 0, handle_page_faults},
	{"join-namespace", 1, join_namespace},
	{"leave-namespace", 1, leave_namespace},
	{"load-bpf", 0, load_bpf},
	{"load-module", 0, load_module},
	{"make-bpf-map", 0, make_bpf_map},
	{"prepare-mount", 2, prepare_mount},
	{"trace-child", 0, trace_child},
	{"write-memory", 0, write_memory},
	{NULL, 0, NULL},
};
