/*
 * Opens FILE for reading in a way that hides its name: read WAY FILE FOLDER. The folder is for what the way
 * needs. Prints "opened", or why this machine does not allow it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static char path[8192];
static const char *file, *folder, *directory, *name;

/* "FOLDER/text" */
static const char *in_folder(const char *text)
{
	static char texts[4][4200];
	static int next;
	char *made = texts[next++ & 3];

	snprintf(made, sizeof(texts[0]), "%s/%s", folder, text);
	return made;
}

static void need(int result, const char *what)
{
	if (result >= 0)
		return;
	printf("%s: %s\n", what, strerror(errno));
	exit(0);
}

static int plain(void)
{
	return open(file, O_RDONLY);
}

static int symbolic_link(void)
{
	need(symlink(file, in_folder("soft")), "symlink");
	return open(in_folder("soft"), O_RDONLY);
}

static int linked_directory(void)
{
	need(symlink(directory, in_folder("directory")), "symlink");
	snprintf(path, sizeof(path), "%s/directory/%s", folder, name);
	return open(path, O_RDONLY);
}

static int own_root(void)
{
	snprintf(path, sizeof(path), "/proc/self/root%s", file);
	return open(path, O_RDONLY);
}

static int own_directory(void)
{
	need(chdir(directory), "chdir");
	snprintf(path, sizeof(path), "/proc/self/cwd/%s", name);
	return open(path, O_RDONLY);
}

/* O_PATH takes no permission to read and is no reading; the magic link makes it one. */
static int magic_link(void)
{
	int found = open(file, O_PATH);

	need(found, "O_PATH");
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", getpid(), found);
	return open(path, O_RDONLY);
}

static int path_reopened(void)
{
	int found = open(directory, O_PATH | O_DIRECTORY);

	need(found, "O_PATH");
	snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", found, name);
	return open(path, O_RDONLY);
}

static int hard_link(void)
{
	need(link(file, in_folder("hard")), "link");
	return open(in_folder("hard"), O_RDONLY);
}

static int control_bytes(void)
{
	need(link(file, in_folder("\x1b[2K\r\n harmless\x01\xff")), "link");
	return open(in_folder("\x1b[2K\r\n harmless\x01\xff"), O_RDONLY);
}

static int from_directory(void)
{
	int below = open("/proc", O_RDONLY | O_DIRECTORY);

	snprintf(path, sizeof(path), "./self/../..//.%s", file);
	return openat(below, path, O_RDONLY);
}

static int resolved_below(void)
{
	struct open_how how = { .flags = O_RDONLY, .resolve = RESOLVE_IN_ROOT };

	snprintf(path, sizeof(path), "/../../%s", name);
	return syscall(SYS_openat2, open(directory, O_PATH | O_DIRECTORY), path, &how, sizeof(how));
}

static int new_root(void)
{
	need(chroot(directory), "chroot");
	snprintf(path, sizeof(path), "/%s", name);
	return open(path, O_RDONLY);
}

static int by_handle(void)
{
	struct { struct file_handle handle; char room[MAX_HANDLE_SZ]; } found = { .handle.handle_bytes = MAX_HANDLE_SZ };
	int mount;

	need(name_to_handle_at(AT_FDCWD, file, &found.handle, &mount, 0), "name_to_handle_at");
	mount = open(folder, O_RDONLY | O_DIRECTORY);
	return open_by_handle_at(mount, &found.handle, O_RDONLY);
}

static atomic_int done;
static char names[2][4200];

static void *rewrite(void *unused)
{
	for (unsigned i = 0; !done; i++)
		memcpy(path, names[i & 1], strlen(names[0]) + 1);
	return unused;
}

/* A second thread writes a harmless name over the path while the kernel reads it, and the other way round. */
static int rewritten(void)
{
	pthread_t id;
	int opened = -1;

	snprintf(names[0], sizeof(names[0]), "%s", file);
	memset(names[1], 'x', strlen(file));
	memcpy(names[1], "/tmp/", 5);
	strcpy(path, file);
	pthread_create(&id, NULL, rewrite, NULL);
	for (int i = 0; i < 500 || (opened < 0 && i < 1000000); i++) {
		int tried = open(path, O_RDONLY);

		if (tried >= 0) {
			if (opened >= 0)
				close(opened);
			opened = tried;
		}
	}
	done = 1;
	pthread_join(id, NULL);
	return opened;
}

static int lowest, other[2];
static atomic_int ready;

/* Puts a pipe in the place of the opened file, as soon as it is there, and keeps the file by another number. */
static void *replace(void *unused)
{
	ready = 1;
	while (!done) {
		int kept = dup(lowest);

		if (kept < 0)
			continue;
		dup2(other[0], lowest);
		close(kept);
	}
	return unused;
}

/* A second thread replaces the descriptor before the kernel has ended the call: prints how often it was opened. */
static int replaced(void)
{
	pthread_t id;
	int count = 0;

	need(symlink(file, in_folder("soft")), "symlink");
	need(pipe(other), "pipe");
	lowest = dup(0);
	close(lowest);
	strcpy(path, in_folder("soft"));
	pthread_create(&id, NULL, replace, NULL);
	while (!ready)
		;
	for (int i = 0; i < 1000; i++) {
		int opened = open(path, O_RDONLY);

		count += opened >= 0;
		close(opened);
		close(lowest);
	}
	done = 1;
	pthread_join(id, NULL);
	printf("%d\n", count);
	exit(0);
}

static void own_mounts(int more)
{
	need(unshare(CLONE_NEWNS | more), "unshare");
	need(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL), "mount");
}

static int mounted_file(void)
{
	own_mounts(0);
	close(open(in_folder("mounted"), O_CREAT | O_WRONLY, 0600));
	need(mount(file, in_folder("mounted"), NULL, MS_BIND, NULL), "mount");
	return open(in_folder("mounted"), O_RDONLY);
}

static int mounted_directory(void)
{
	own_mounts(0);
	mkdir(in_folder("place"), 0700);
	need(mount(directory, in_folder("place"), NULL, MS_BIND, NULL), "mount");
	snprintf(path, sizeof(path), "%s/place/%s", folder, name);
	return open(path, O_RDONLY);
}

static int own_users(void)
{
	int map;

	own_mounts(CLONE_NEWUSER);
	map = open("/proc/self/uid_map", O_WRONLY);
	(void)!write(map, "0 0 1", 5);
	return mounted_file();
}

static int overlay(void)
{
	char options[4200];

	own_mounts(0);
	mkdir(in_folder("merged"), 0700);
	mkdir(in_folder("empty"), 0700);
	snprintf(options, sizeof(options), "lowerdir=%s:%s/empty", directory, folder);
	need(mount("none", in_folder("merged"), "overlay", 0, options), "overlay");
	snprintf(path, sizeof(path), "%s/merged/%s", folder, name);
	return open(path, O_RDONLY);
}

static int renamed_thread(void)
{
	int comm = open("/proc/self/comm", O_WRONLY);

	(void)!write(comm, "sshd", 4);
	prctl(PR_SET_NAME, "systemd-logind");
	return plain();
}

/* Further down than a path can be long. */
static int deep(void)
{
	char long_name[201] = {};

	memset(long_name, 'd', 200);
	need(chdir(folder), "chdir");
	for (int i = 0; i < 30; i++) {
		need(mkdir(long_name, 0700), "mkdir");
		need(chdir(long_name), "chdir");
	}
	need(link(file, "hidden"), "link");
	return open("hidden", O_RDONLY);
}

#ifdef __x86_64__
/* The numbers of x32 have a mark; kernels may lack the interface. */
static int x32(void)
{
	return syscall(0x40000000 | SYS_openat, AT_FDCWD, file, O_RDONLY);
}
#endif

static const struct {
	const char *name;
	int (*open)(void);
} ways[] = {
	{ "plain", plain },
#ifdef __x86_64__
	{ "x32", x32 },
#endif
	{ "symbolic-link", symbolic_link },
	{ "linked-directory", linked_directory },
	{ "proc-self-root", own_root },
	{ "proc-self-cwd", own_directory },
	{ "magic-link", magic_link },
	{ "o-path-reopened", path_reopened },
	{ "hard-link", hard_link },
	{ "control-bytes", control_bytes },
	{ "directory-and-dots", from_directory },
	{ "openat2-in-root", resolved_below },
	{ "chroot", new_root },
	{ "file-handle", by_handle },
	{ "rewritten-path", rewritten },
	{ "replaced-descriptor", replaced },
	{ "mounted-file", mounted_file },
	{ "mounted-directory", mounted_directory },
	{ "user-namespace", own_users },
	{ "overlay", overlay },
	{ "renamed-thread", renamed_thread },
	{ "deep-directories", deep },
};

int main(int count, char **arguments)
{
	char copies[2][4200];

	if (count < 4)
		return 2;
	file = arguments[2];
	folder = arguments[3];
	directory = dirname(strcpy(copies[0], file));
	name = basename(strcpy(copies[1], file));
	for (unsigned i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		if (strcmp(ways[i].name, arguments[1]))
			continue;
		need(ways[i].open(), "open");
		puts("opened");
		return 0;
	}
	return 2;
}
