/*
 * Opens FILE, a path below /proc, for reading by another mount of a proc file system: control WAY FILE FOLDER.
 * Everything is mounted in a mount namespace of its own. Prints "opened", or why this machine does not allow it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TREE_CLONE 1 /* OPEN_TREE_CLONE of linux/mount.h, which some headers do not have beside sys/mount.h */
#define CREATE 6     /* FSCONFIG_CMD_CREATE */

static void need(long result, const char *what)
{
	if (result >= 0)
		return;
	printf("%s: %s\n", what, strerror(errno));
	exit(0);
}

int main(int count, char **arguments)
{
	const char *way = arguments[1], *file, *folder, *below;
	char path[4200];
	int at = AT_FDCWD;

	if (count < 4)
		return 2;
	file = arguments[2];
	folder = arguments[3];
	below = file + strlen("/proc/");
	need(unshare(CLONE_NEWNS), "unshare");
	need(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "private");
	snprintf(path, sizeof(path), "%s/%s", folder, below);
	if (!strcmp(way, "new proc"))
		need(mount("proc", folder, "proc", 0, NULL), "mount");
	else if (!strcmp(way, "new proc, chroot")) {
		need(mount("proc", folder, "proc", 0, NULL), "mount");
		need(chroot(folder), "chroot");
		snprintf(path, sizeof(path), "/%s", below);
	} else if (!strcmp(way, "file of a new proc")) {
		char single[4200];

		need(mount("proc", folder, "proc", 0, NULL), "mount");
		snprintf(single, sizeof(single), "%s-single", folder);
		close(open(single, O_CREAT | O_WRONLY, 0600));
		need(mount(path, single, NULL, MS_BIND, NULL), "bind");
		need(umount2(folder, MNT_DETACH), "umount");
		unlink(path);
		strcpy(path, single);
	} else if (!strcmp(way, "fsmount")) {
		int context = syscall(SYS_fsopen, "proc", 0);

		need(context, "fsopen");
		need(syscall(SYS_fsconfig, context, CREATE, NULL, NULL, 0), "fsconfig");
		at = syscall(SYS_fsmount, context, 0, 0);
		need(at, "fsmount");
		strcpy(path, below);
	} else if (!strcmp(way, "open_tree")) {
		at = syscall(SYS_open_tree, AT_FDCWD, "/proc", TREE_CLONE);
		need(at, "open_tree");
		strcpy(path, below);
	} else
		return 2;
	need(openat(at, path, O_RDONLY), way);
	if (!strcmp(way, "file of a new proc")) {
		umount2(path, MNT_DETACH);
		unlink(path);
	}
	puts("opened");
	return 0;
}
