/** Cases for 10-processes.yaml. */
import type { Twin, Violation } from './case.ts';

const ENDLESS = 'Program or File Hidden in Endless Directories';

/** Does something so many directories deep, in a file system that is gone afterwards with all of them. */
function atDepth(levels: number, behaviour: string): string {
  return `mkdir -p /srv/deep; mount -t tmpfs tmpfs /srv/deep; (cd /srv/deep; behave deep ${levels} ${behaviour}); umount -l /srv/deep`;
}

export const PROCESS_VIOLATIONS: readonly Violation[] = [
  {
    rule: 'Program Executed From Memory',
    because: 'a program is copied into memory and executed there, as loaders of malware do',
    place: 'container',
    does: 'behave exec-memory /bin/busybox true',
    shows: { 'proc.exepath': /memfd:behave/ },
  },
  {
    rule: 'Program Executed From Device or Shared Memory Directory',
    because: 'a program is put into /dev/shm and executed',
    place: 'container',
    does: 'cp /bin/busybox /dev/shm/uname; /dev/shm/uname',
    shows: { 'proc.exepath': '/dev/shm/uname' },
  },
  {
    rule: 'Program Executed From Device or Shared Memory Directory',
    because: 'a script in /dev/shm is executed by its relative path, so that only the interpreter has a path',
    place: 'container',
    does: 'cd /dev/shm; printf "#!/bin/sh\\ntrue\\n" > drop; chmod +x drop; ./drop',
    shows: { 'proc.name': 'drop' },
  },
  {
    rule: 'Program Executed From Device or Shared Memory Directory',
    because: 'a shell is given a script in /dev/shm',
    place: 'container',
    does: 'echo true > /dev/shm/script; /bin/sh /dev/shm/script',
    shows: { 'proc.cmdline': 'sh /dev/shm/script' },
  },
  {
    rule: 'Deleted Program Executed',
    because: 'a program is removed and then executed through its descriptor',
    place: 'container',
    does: 'behave exec-deleted /bin/busybox /tmp/true',
    shows: { 'proc.exepath': '/tmp/true' },
  },
  {
    rule: ENDLESS,
    because: 'a file is made where no rule on directories reaches it',
    place: 'container',
    does: atDepth(2100, 'creat loot'),
    shows: { 'fd.name': /^\.\.\.\/(d\/)+loot$/ },
  },
  {
    rule: ENDLESS,
    because: 'a program is executed there',
    place: 'container',
    does: atDepth(2100, 'spawn /bin/sh -c "cp /bin/busybox uname; ./uname"'),
    shows: { 'proc.exepath': /^\.\.\.\/(d\/)+uname$/ },
  },
  {
    rule: 'Program Added to Container Executed',
    because: 'a tool is copied into the running container and executed',
    place: 'container',
    does: 'cp /bin/busybox /usr/local/bin/uname; /usr/local/bin/uname',
    shows: { 'proc.exepath': '/usr/local/bin/uname' },
  },
  {
    rule: 'Program Executed From Temporary Directory in Container',
    because: 'a download lands in /tmp, a file system of its own, and is executed',
    place: 'container',
    does: 'cp /bin/busybox /tmp/uname; /tmp/uname',
    shows: { 'proc.exepath': '/tmp/uname' },
  },
  {
    rule: 'Process Spawned by Web Server',
    because: 'a request makes nginx run a shell, as a web shell does',
    place: 'container',
    does: '/usr/sbin/nginx spawn /bin/sh -c id',
    shows: { 'proc.pname': 'nginx', 'proc.name': 'sh' },
  },
  {
    rule: 'Process Spawned by Web Server',
    because: 'the server hides behind another name before it runs a tool',
    place: 'container',
    does: '/usr/sbin/nginx renamed worker spawn /bin/busybox id',
    shows: { 'proc.pname': 'worker', 'proc.pexepath': '/usr/sbin/nginx' },
  },
  {
    rule: 'Process Spawned by Database Server',
    because: 'PostgreSQL runs a command, as COPY … FROM PROGRAM makes it do',
    place: 'container',
    does: '/usr/lib/postgresql/15/bin/postgres spawn /bin/sh -c id',
    shows: { 'proc.pname': 'postgres', 'proc.name': 'sh' },
  },
];

export const PROCESS_TWINS: readonly Twin[] = [
  {
    rule: ENDLESS,
    because: 'directories that a program nests too deep by mistake still have a path that is known',
    place: 'container',
    does: atDepth(1900, 'creat file'),
  },
  {
    rule: 'Program Executed From Memory',
    because:
      'a program is executed from its file; so was runc, from a sealed copy, when it made this container',
    place: 'container',
    does: 'behave spawn /bin/busybox true',
  },
  {
    rule: 'Program Executed From Device or Shared Memory Directory',
    because: 'a file in /dev/shm is written and read, as shared memory is meant to be',
    place: 'container',
    does: 'echo data > /dev/shm/segment; cat /dev/shm/segment; cp /dev/shm/segment /srv/segment',
  },
  {
    rule: 'Deleted Program Executed',
    because: 'a program is executed and removed afterwards, as installers do',
    place: 'host',
    does: 'cp /bin/true "$SCRATCH/installer"; "$SCRATCH/installer"; rm "$SCRATCH/installer"',
  },
  {
    rule: 'Program Added to Container Executed',
    because: 'a program of the image is executed after data was added to the container',
    place: 'container',
    does: 'echo data > /srv/data; /usr/local/bin/tool unshare-files',
  },
  {
    rule: 'Program Executed From Temporary Directory in Container',
    because: 'a build on the host executes what it put below /tmp',
    place: 'host',
    does: 'cp /bin/true "$SCRATCH/conftest"; "$SCRATCH/conftest"',
  },
  {
    rule: 'Process Spawned by Web Server',
    because: 'nginx executes itself anew, as it does for an upgrade, and rotates its logs',
    place: 'container',
    does: '/usr/sbin/nginx spawn /usr/sbin/nginx unshare-files; /usr/sbin/nginx spawn /usr/bin/rotatelogs unshare-files',
  },
  {
    rule: 'Process Spawned by Database Server',
    because: 'the postmaster executes itself for a back end',
    place: 'container',
    does: '/usr/lib/postgresql/15/bin/postgres spawn /usr/lib/postgresql/15/bin/postgres unshare-files',
  },
];
