// SPDX-License-Identifier: Apache-2.0
/* How the stage of a scene is built, before anybody watches. */
#define _GNU_SOURCE
#include "actor.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* own-namespaces: mounts and network of its own; what is mounted from now on, the machine does not see. */
static void own_namespaces(char **words)
{
	(void)words;
	check(unshare(CLONE_NEWNS | CLONE_NEWNET), "unshare");
	check(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL), "mount --make-rprivate /");
}

/* mount TYPE TARGET OPTIONS: makes the directory if need be. */
static void mount_type(char **words)
{
	if (mkdir(words[1], 0755) < 0 && errno != EEXIST)
		check(-1, words[1]);
	check(mount(words[0], words[1], words[0], 0, *words[2] == '\0' ? NULL : words[2]), words[1]);
}

/* bind-file FROM TO */
static void bind_file(char **words)
{
	int file = open(words[1], O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	check(file, words[1]);
	close(file);
	check(mount(words[0], words[1], NULL, MS_BIND, NULL), words[1]);
}

/* make-root PATH: the mount there becomes the root, and the old root is gone. */
static void make_root(char **words)
{
	check(chdir(words[0]), words[0]);
	check(syscall(SYS_pivot_root, ".", "."), "pivot_root");
	check(umount2(".", MNT_DETACH), "umount");
	check(chdir("/"), "/");
}

struct route_request {
	struct nlmsghdr header;
	struct rtmsg route;
	struct rtattr attribute;
	int device;
};

/* any-address: every IPv4 address leads to this network namespace itself. */
static void any_address(char **words)
{
	struct ifreq loopback = {.ifr_name = "lo"};
	struct route_request request = {
		.header = {.nlmsg_len = sizeof(request),
			   .nlmsg_type = RTM_NEWROUTE,
			   .nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_ACK},
		.route = {.rtm_family = AF_INET,
			  .rtm_table = RT_TABLE_LOCAL,
			  .rtm_protocol = RTPROT_STATIC,
			  .rtm_scope = RT_SCOPE_HOST,
			  .rtm_type = RTN_LOCAL},
		.attribute = {.rta_len = RTA_LENGTH(sizeof(int)), .rta_type = RTA_OIF},
	};
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
		char more[256];
	} answer;
	int file = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	(void)words;
	check(file, "socket");
	check(ioctl(file, SIOCGIFFLAGS, &loopback), "SIOCGIFFLAGS");
	loopback.ifr_flags |= IFF_UP;
	check(ioctl(file, SIOCSIFFLAGS, &loopback), "SIOCSIFFLAGS");
	check(ioctl(file, SIOCGIFINDEX, &loopback), "SIOCGIFINDEX");
	close(file);
	request.device = loopback.ifr_ifindex;
	file = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	check(file, "netlink");
	check(send(file, &request, sizeof(request), 0), "netlink");
	check(recv(file, &answer, sizeof(answer), 0), "netlink");
	close(file);
	errno = -answer.error.error;
	check(answer.error.error == 0 || errno == EEXIST ? 0 : -1, "RTM_NEWROUTE");
}

/* await-start: says that the stage is built, and waits until it is told to go on. */
static void await_start(char **words)
{
	char byte;

	(void)words;
	check(write(1, "ready\n", 6), "standard output");
	if (read(0, &byte, 1) != 1)
		exit(3);
}

/* execute PATH ARGUMENT…: goes on as another program, which is no actor. */
static void execute(char **words)
{
	check(execvp(words[0], words), words[0]);
}

const struct act STAGE_ACTS[] = {
	{"any-address", 0, any_address},
	{"await-start", 0, await_start},
	{"bind-file", 2, bind_file},
	{"execute", 1, execute},
	{"make-root", 1, make_root},
	{"mount", 3, mount_type},
	{"own-namespaces", 0, own_namespaces},
	{NULL, 0, NULL},
};
