// SPDX-License-Identifier: Apache-2.0
/*
 * The actor plays every part in Lanner's scenes. It is one small static program that runs under any name (as
 * nginx, as nmap), in containers that hold nothing else, and does what the plan in its environment says:
 *
 *     LANNER_SCENE   the parts of the plan, separated by GS; steps by RS; the words of a step by US (ASCII)
 *     LANNER_PART    the number of the part that this process plays
 *
 * Without a plan it does nothing at all and succeeds. A step that fails ends the actor with exit code 1 and a
 * message. Actors end with those who started them, and after LIMIT seconds in any case.
 */
#include "actor.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define LIMIT 30
#define MAX_WORDS 64

#define PARTS "\x1d"
#define STEPS "\x1e"
#define WORDS "\x1f"

static const struct act *const ACTS[] = {FILE_ACTS, NETWORK_ACTS, PROCESS_ACTS, KERNEL_ACTS, STAGE_ACTS};

static const char *step = "";

void check(long result, const char *what)
{
	if (result >= 0)
		return;
	fprintf(stderr, "%s: %s: %s\n", step, what, strerror(errno));
	exit(1);
}

/* The piece with this number of a text that `separator` divides; a copy. */
static char *piece(const char *text, const char *separator, int number)
{
	for (; number > 0; number--) {
		text = strchr(text, *separator);
		if (text == NULL)
			return NULL;
		text++;
	}
	return strndup(text, strcspn(text, separator));
}

static void do_step(char *text)
{
	char *words[MAX_WORDS + 1] = {NULL};
	int count = 0;

	/* Not strtok(): words may be empty. */
	for (char *word; (word = strsep(&text, WORDS)) != NULL;) {
		if (count == MAX_WORDS) {
			fprintf(stderr, "%s: too many words\n", words[0]);
			exit(2);
		}
		words[count++] = word;
	}
	step = words[0];
	for (size_t table = 0; table < sizeof(ACTS) / sizeof(*ACTS); table++)
		for (const struct act *act = ACTS[table]; act->name != NULL; act++)
			if (strcmp(act->name, words[0]) == 0 && count > act->words) {
				act->run(words + 1);
				return;
			}
	fprintf(stderr, "%s: no such act, or too few words\n", words[0]);
	exit(2);
}

void do_part(const char *number)
{
	const char *plan = getenv("LANNER_SCENE");
	char *part = plan == NULL ? NULL : piece(plan, PARTS, atoi(number));

	if (part == NULL || *part == '\0')
		return;
	for (char *text; (text = strsep(&part, STEPS)) != NULL;)
		do_step(text);
}

void be_mortal(void)
{
	alarm(LIMIT);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

int main(void)
{
	const char *number = getenv("LANNER_PART");

	be_mortal();
	umask(022);
	if (number != NULL)
		do_part(number);
	return 0;
}
