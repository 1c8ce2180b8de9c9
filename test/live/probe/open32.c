/* Opens the file that it is told by the 32-bit interface, as a 64-bit program: open32 PATH. Prints the result. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

static char path[4096]; /* the program is not position-independent: 32 bits are enough for this address */

int main(int count, char **arguments)
{
	long result;

	(void)count;
	strncpy(path, arguments[1], sizeof(path) - 1);
	asm volatile("int $0x80"
		     : "=a"(result)
		     : "a"(295L /* openat */), "b"((long)AT_FDCWD), "c"(path), "d"((long)O_RDONLY), "S"(0L)
		     : "memory", "r8", "r9", "r10", "r11");
	printf("%d\n", (int)result);
	return 0;
}
