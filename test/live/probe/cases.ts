/**
 * Which test checks all parameters of each event of a system call after a success, and which after a failure.
 * cases.test.ts holds the table against the event table; each file of tests holds what it is said to check
 * against what it has checked.
 */
import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { test } from 'node:test';

export type Outcome = 'success' | 'failure';

/** `event file-of-success file-of-failure`, a file without `.test.ts`; `-`: there is none, for a reason below. */
const ROWS = `
accept sockets failures
accept4 sockets sockets
access attributes attributes
bind sockets failures
bpf successes identity
brk memory -
capset identity identity
chdir files files
chmod names names
chown names names
chroot attributes attributes
clone processes failures
clone3 processes failures
close files files
close_range attributes attributes
connect sockets sockets
copy_file_range transfers failures
creat files files
delete_module - attributes
dup files files
dup2 files failures
dup3 files files
epoll_create communication communication
epoll_create1 communication communication
epoll_wait successes transfers
eventfd communication failures
eventfd2 communication communication
execve processes failures
execveat - failures
fchdir files failures
fchmod names names
fchmodat names failures
fchown names names
fchownat names failures
fcntl transfers transfers
finit_module - identity
flock transfers transfers
fork processes failures
fsconfig attributes attributes
fstat attributes attributes
fstat64 compat compat
futex communication communication
getcwd attributes attributes
getdents attributes failures
getdents64 successes attributes
getegid attributes -
geteuid attributes -
getgid attributes -
getpeername successes socket-options
getresgid attributes failures
getresuid attributes attributes
getrlimit attributes attributes
getsockname socket-options failures
getsockopt socket-options socket-options
getuid attributes -
init_module - identity
inotify_init communication failures
inotify_init1 communication communication
io_uring_enter communication communication
io_uring_register successes communication
io_uring_setup communication communication
ioctl successes transfers
keyctl communication communication
kill attributes attributes
lchown names failures
link names names
linkat names failures
listen sockets failures
llseek compat compat
lseek transfers transfers
lstat successes attributes
lstat64 successes compat
memfd_create files files
mkdir names names
mkdirat names names
mknod attributes attributes
mknodat successes attributes
mlock successes memory
mlock2 successes memory
mlockall successes memory
mmap memory memory
mmap2 successes failures
mount identity identity
mprotect successes memory
munlock successes memory
munlockall memory -
munmap memory memory
nanosleep attributes attributes
newfstatat attributes attributes
open files files
open_by_handle_at attributes attributes
openat files files
openat2 files files
pidfd_getfd communication communication
pidfd_open communication communication
pipe communication communication
pipe2 communication communication
poll transfers transfers
ppoll transfers failures
prctl identity identity
pread transfers failures
preadv transfers failures
prlimit attributes attributes
process_vm_readv memory memory
process_vm_writev memory failures
ptrace identity identity
pwrite transfers failures
pwritev transfers transfers
quotactl successes attributes
read transfers transfers
readv transfers transfers
recv successes compat
recvfrom sockets sockets
recvmmsg socket-options socket-options
recvmsg sockets sockets
rename names names
renameat names failures
renameat2 names names
rmdir names names
seccomp attributes attributes
select transfers transfers
semctl communication communication
semget communication communication
semop communication communication
send successes compat
sendfile transfers transfers
sendmmsg socket-options socket-options
sendmsg successes sockets
sendto sockets sockets
setgid identity identity
setns identity identity
setpgid successes identity
setregid identity identity
setresgid identity identity
setresuid identity identity
setreuid identity identity
setrlimit attributes attributes
setsid identity identity
setsockopt socket-options socket-options
setuid identity identity
shutdown socket-options socket-options
signalfd communication failures
signalfd4 communication communication
socket sockets sockets
socketpair socket-options socket-options
splice successes transfers
stat attributes failures
stat64 compat failures
symlink names names
symlinkat names failures
syscall attributes generic
tgkill attributes attributes
timerfd_create communication communication
tkill attributes attributes
umount successes compat
umount2 identity identity
unlink names names
unlinkat names names
unshare identity identity
userfaultfd successes communication
vfork processes failures
write transfers transfers
writev transfers failures
`;

const NO_MODULES = 'a success would change the kernel of the machine that runs the tests';
const NEVER_FAILS = 'the call cannot fail';

/** Why an event has no such case. */
export const REASONS: ReadonlyMap<string, string> = new Map([
  ['execveat success', 'a success is told as execve, as in Falco'],
  ['init_module success', NO_MODULES],
  ['finit_module success', NO_MODULES],
  ['delete_module success', NO_MODULES],
  ['brk failure', 'the kernel answers with the end of the data, changed or not'],
  ['getuid failure', NEVER_FAILS],
  ['geteuid failure', NEVER_FAILS],
  ['getgid failure', NEVER_FAILS],
  ['getegid failure', NEVER_FAILS],
  ['munlockall failure', 'it fails only in a process that is being killed'],
]);

/** Files by `event outcome`. */
export const CASES: ReadonlyMap<string, string> = new Map(
  ROWS.trim()
    .split('\n')
    .flatMap((row): [string, string][] => {
      const [event = '', success = '-', failure = '-'] = row.split(' ');
      return [
        [`${event} success`, success],
        [`${event} failure`, failure],
      ];
    }),
);

const checked = new Set<string>();

/** All parameters of such an event have been checked. */
export function noteCase(event: string, outcome: Outcome): void {
  checked.add(`${event} ${outcome}`);
}

/** This kernel cannot make such calls, as a test that is skipped says. */
export function excuseCases(...keys: readonly string[]): void {
  for (const key of keys) checked.add(key);
}

/** To be called at the end of a file of tests: what the table says of it must have been checked. */
export function testCases(file: string, { skip }: { readonly skip: string | false }): void {
  const name = basename(file, '.test.ts');
  test('the events that are said to be checked here have been', { skip }, () => {
    const said = [...CASES].filter(([, of]) => of === name).map(([key]) => key);
    assert.deepEqual(
      said.filter((key) => !checked.has(key)),
      [],
    );
  });
}
