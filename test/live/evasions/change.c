/*
 * Changes FILE, which lies in /tmp and stands for a protected one, through links: change WAY FILE FOLDER.
 * Everything happens within a moment, and the links are gone before anybody can look.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static char through[4200], soft[4200], link_to_directory[4200], hard[4200];
static const char *file, *folder;

static void need(int result, const char *what)
{
	if (result >= 0)
		return;
	printf("%s: %s\n", what, strerror(errno));
	exit(0);
}

int main(int count, char **arguments)
{
	char copies[2][4200];
	const char *way = arguments[1];

	if (count < 4)
		return 2;
	file = arguments[2];
	folder = arguments[3];
	snprintf(link_to_directory, sizeof(link_to_directory), "%s/d", folder);
	snprintf(soft, sizeof(soft), "%s/soft", folder);
	snprintf(hard, sizeof(hard), "%s/hard", folder);
	need(symlink(dirname(strcpy(copies[0], file)), link_to_directory), "symlink");
	need(symlink(file, soft), "symlink");
	snprintf(through, sizeof(through), "%.2000s/%.2000s", link_to_directory, basename(strcpy(copies[1], file)));
	if (!strcmp(way, "chmod"))
		need(chmod(through, 0600), way);
	else if (!strcmp(way, "chmod-link"))
		need(chmod(soft, 0600), way);
	else if (!strcmp(way, "chmod-hard-link")) {
		need(link(file, hard), "link");
		need(chmod(hard, 0600), way);
		usleep(300000); /* by the file itself it is told only while it is there */
	} else if (!strcmp(way, "chown"))
		need(chown(through, 0, 0), way);
	else if (!strcmp(way, "rename")) {
		close(open(hard, O_CREAT | O_WRONLY, 0600));
		need(rename(hard, through), way);
	} else if (!strcmp(way, "link"))
		need(link(through, hard), way);
	else if (!strcmp(way, "truncate-link"))
		need(open(soft, O_WRONLY | O_TRUNC), way);
	else if (!strcmp(way, "unlink"))
		need(unlink(through), way);
	else if (!strcmp(way, "relative")) {
		need(chdir(folder), "chdir");
		need(unlink(through + strlen(folder) + 1), way);
	} else if (!strcmp(way, "own-directory")) {
		need(chdir(dirname(strcpy(copies[0], file))), "chdir");
		snprintf(through, sizeof(through), "/proc/self/cwd/%.2000s", basename(strcpy(copies[1], file)));
		need(unlink(through), way);
	} else if (!strcmp(way, "own-root")) {
		snprintf(through, sizeof(through), "/proc/thread-self/root%.2000s", file);
		need(unlink(through), way);
	} else if (!strcmp(way, "dots")) { /* of where the link leads, not of where it lies */
		char below[4300];

		snprintf(below, sizeof(below), "%s/below", dirname(strcpy(copies[0], file)));
		need(mkdir(below, 0700), "mkdir");
		need(symlink(below, hard), "symlink");
		snprintf(through, sizeof(through), "%.2000s/../%.2000s", hard, basename(strcpy(copies[1], file)));
		need(unlink(through), way);
		rmdir(below);
	} else if (!strcmp(way, "moved-directory")) {
		char moved[4300];

		snprintf(through, sizeof(through), "%.2000s/sub", folder);
		snprintf(moved, sizeof(moved), "%.2000s/moved", folder);
		need(mkdir(through, 0700), "mkdir");
		strcat(through, "/l");
		need(rename(link_to_directory, through), "rename");
		through[strlen(through) - 2] = 0;
		need(rename(through, moved), "rename");
		snprintf(through, sizeof(through), "%.2000s/l/%.1900s", moved, basename(strcpy(copies[1], file)));
		need(unlink(through), way);
		strcat(moved, "/l");
		unlink(moved);
	} else if (!strcmp(way, "copied-link")) {
		need(link(link_to_directory, hard), "link");
		unlink(link_to_directory);
		snprintf(through, sizeof(through), "%.2000s/%.2000s", hard, basename(strcpy(copies[1], file)));
		need(unlink(through), way);
	} else
		return 2;
	unlink(link_to_directory);
	unlink(soft);
	unlink(hard);
	puts("done");
	return 0;
}
