// SPDX-License-Identifier: Apache-2.0
/* What the files of the actor share. actor.c says what the actor is. */
#ifndef ACTOR_H
#define ACTOR_H

/* One thing that the actor can do. */
struct act {
	const char *name;
	/* How many words it needs at least. */
	int words;
	void (*run)(char **words);
};

extern const struct act FILE_ACTS[], NETWORK_ACTS[], PROCESS_ACTS[], KERNEL_ACTS[], STAGE_ACTS[];

/* Ends the actor with a message when the result of a system call is an error. */
void check(long result, const char *what);

/* From now on this process ends with its parent, and after some time in any case. */
void be_mortal(void);

/* Does the steps of a part of the plan. */
void do_part(const char *number);

#endif
