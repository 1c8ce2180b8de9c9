/* The program that the ways of execute.c run. */
#include <stdio.h>

int main(void)
{
	puts("ran");
	return 0;
}
