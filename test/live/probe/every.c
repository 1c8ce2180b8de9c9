/*
 * Makes every system call whose number is given, without effect: a filter answers them all before they begin,
 * so that even reboot(2) does nothing. `every 64 1,2,3` makes calls of 64-bit programs, `every 32 1,2,3` those
 * of 32-bit programs.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The last argument of the one call that is let through. */
#define PASS 0x600df00d

static long call64(long number)
{
	long result;

	asm volatile("syscall" : "=a"(result) : "a"(number), "D"(0), "S"(0), "d"(0) : "rcx", "r11", "memory");
	return result;
}

static long call32(long number)
{
	long result;

	asm volatile("int $0x80"
		     : "=a"(result)
		     : "a"(number), "b"(0), "c"(0), "d"(0), "S"(0), "D"(0)
		     : "memory", "r8", "r9", "r10", "r11");
	return (int)result;
}

int main(int count, char **arguments)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[5])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PASS, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EDOM),
	};
	struct sock_fprog program = { sizeof(filter) / sizeof(*filter), filter };
	int wide, wrong = 0;
	char *rest, *number;

	if (count != 3)
		return 2;
	wide = !strcmp(arguments[1], "64");
	rest = arguments[2];
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		return 3;
	while ((number = strsep(&rest, ",")))
		if ((wide ? call64(atol(number)) : call32(atol(number))) != -EDOM)
			wrong = 1;
	for (;;)
		syscall(SYS_exit_group, wrong, 0, 0, 0, 0, PASS);
}
