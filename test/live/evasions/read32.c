/*
 * A 32-bit program, which needs no C library: opens the file that its first argument names, by the calls of
 * 32-bit programs. Built by `cc -m32 -nostdlib`.
 */
#define OPEN 5
#define WRITE 4
#define EXIT 1

static int call(int number, int first, const void *second, int third)
{
	int result;

	asm volatile("int $0x80" : "=a"(result) : "a"(number), "b"(first), "c"(second), "d"(third) : "memory");
	return result;
}

/* On the stack lie the number of arguments and the arguments. */
__attribute__((used)) void run(const char **stack)
{
	if (call(OPEN, (int)stack[2], 0, 0) >= 0)
		call(WRITE, 1, "opened\n", 7);
	else
		call(WRITE, 1, "not opened\n", 11);
	call(EXIT, 0, 0, 0);
}

asm(".globl _start\n_start: mov %esp, %eax\n push %eax\n call run");
