// SPDX-License-Identifier: Apache-2.0
/* What actors do with files. */
#include "actor.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static int opened(const char *path, int flags, int mode)
{
	int file = open(path, flags | O_CLOEXEC, mode);

	check(file, path);
	return file;
}

/* read PATH */
static void read_file(char **words)
{
	close(opened(words[0], O_RDONLY, 0));
}

/* try-to-read PATH: the attempt counts, whether or not it succeeds. */
static void try_to_read(char **words)
{
	int file = open(words[0], O_RDONLY | O_CLOEXEC);

	if (file >= 0)
		close(file);
}

/* list PATH: opens a directory. */
static void list_directory(char **words)
{
	close(opened(words[0], O_RDONLY | O_DIRECTORY, 0));
}

/* append PATH TEXT: makes the file if need be, and leaves what is in it. */
static void append(char **words)
{
	int file = opened(words[0], O_WRONLY | O_CREAT | O_APPEND, 0644);

	check(write(file, words[1], strlen(words[1])), words[0]);
	close(file);
}

/* empty PATH: removes what is in the file. */
static void empty(char **words)
{
	close(opened(words[0], O_WRONLY | O_CREAT | O_TRUNC, 0644));
}

/* create PATH MODE */
static void create(char **words)
{
	close(opened(words[0], O_WRONLY | O_CREAT, strtol(words[1], NULL, 8)));
}

/* change-mode PATH MODE */
static void change_mode(char **words)
{
	check(chmod(words[0], strtol(words[1], NULL, 8)), words[0]);
}

/* make-directory PATH: the last part of the path. */
static void make_directory(char **words)
{
	check(mkdir(words[0], 0755), words[0]);
}

/* make-file PATH TEXT: a file for the scene to work on, with all directories on its way. */
static void make_file(char **words)
{
	char *path = strdup(words[0]);

	for (char *slash = path; (slash = strchr(slash + 1, '/')) != NULL;) {
		*slash = '\0';
		if (mkdir(path, 0755) < 0 && errno != EEXIST)
			check(-1, path);
		*slash = '/';
	}
	append(words);
	free(path);
}

/* remove PATH */
static void remove_file(char **words)
{
	check(unlink(words[0]), words[0]);
}

/* move PATH PATH */
static void move(char **words)
{
	check(rename(words[0], words[1]), words[0]);
}

/* link-symbolically TARGET PATH */
static void link_symbolically(char **words)
{
	check(symlink(words[0], words[1]), words[1]);
}

/* link-hard FILE PATH */
static void link_hard(char **words)
{
	check(link(words[0], words[1]), words[1]);
}

/* copy-program FROM TO: an executable copy. */
static void copy_program(char **words)
{
	char buffer[65536];
	int from = opened(words[0], O_RDONLY, 0);
	int to = opened(words[1], O_WRONLY | O_CREAT | O_TRUNC, 0755);

	for (long count; (count = read(from, buffer, sizeof(buffer))) != 0;) {
		check(count, words[0]);
		check(write(to, buffer, count), words[1]);
	}
	close(from);
	close(to);
}

/* open-descriptor-again PATH: opens a file, and then its descriptor's entry in /proc for writing. */
static void open_descriptor_again(char **words)
{
	int file = opened(words[0], O_RDWR | O_CREAT, 0644);
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	close(opened(path, O_WRONLY, 0));
	close(file);
}

/* go-deep COUNT: into directories within directories, so many. */
static void go_deep(char **words)
{
	for (int level = atoi(words[0]); level > 0; level--) {
		check(mkdir("d", 0755), "mkdir");
		check(chdir("d"), "chdir");
	}
}

/* make-node PATH block|pipe: the numbers of the device are those of no disk. */
static void make_node(char **words)
{
	int type = strcmp(words[1], "block") == 0 ? S_IFBLK : S_IFIFO;

	check(mknod(words[0], type | 0600, makedev(240, 0)), words[0]);
}

/* go-to PATH: the working directory. */
static void go_to(char **words)
{
	check(chdir(words[0]), words[0]);
}

const struct act FILE_ACTS[] = {
	{"append", 2, append},
	{"change-mode", 2, change_mode},
	{"copy-program", 2, copy_program},
	{"create", 2, create},
	{"empty", 1, empty},
	{"go-deep", 1, go_deep},
	{"go-to", 1, go_to},
	{"link-hard", 2, link_hard},
	{"link-symbolically", 2, link_symbolically},
	{"list", 1, list_directory},
	{"make-directory", 1, make_directory},
	{"make-file", 2, make_file},
	{"make-node", 2, make_node},
	{"move", 2, move},
	{"open-descriptor-again", 1, open_descriptor_again},
	{"read", 1, read_file},
	{"remove", 1, remove_file},
	{"try-to-read", 1, try_to_read},
	{NULL, 0, NULL},
};
