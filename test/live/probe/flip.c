/* Opens a path ROUNDS times while another thread writes now the one, now the other name over it. */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[4096];
static const char *names[2];
static atomic_int done;

static void *flip(void *unused)
{
	for (unsigned i = 0; !done; i++)
		memcpy(path, names[i & 1], strlen(names[0]));
	return unused;
}

int main(int count, char **arguments)
{
	pthread_t id;

	(void)count;
	names[0] = arguments[2];
	names[1] = arguments[3];
	strcpy(path, names[0]);
	pthread_create(&id, NULL, flip, NULL);
	for (long i = atol(arguments[1]); i > 0; i--)
		close(open(path, O_RDONLY));
	done = 1;
	pthread_join(id, NULL);
	return 0;
}
