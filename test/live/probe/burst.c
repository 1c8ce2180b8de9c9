/* Makes COUNT system calls that the probe collects, as fast as it can, on THREADS threads: close(-1). */
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

static long per_thread;

static void *work(void *unused)
{
	for (long i = 0; i < per_thread; i++)
		close(-1);
	return unused;
}

int main(int count, char **arguments)
{
	long threads = atol(arguments[2]);
	pthread_t ids[64];

	(void)count;
	per_thread = atol(arguments[1]) / threads;
	for (long i = 0; i < threads; i++)
		pthread_create(&ids[i], NULL, work, NULL);
	for (long i = 0; i < threads; i++)
		pthread_join(ids[i], NULL);
	return 0;
}
