/** Cases for 20-executables.yaml. What dpkg does is tried on the host, with a package made for it. */
import type { Twin, Violation } from './case.ts';

export const EXECUTABLE_VIOLATIONS: readonly Violation[] = [
  {
    rule: 'Coreutils Executable Changed',
    because: 'bytes are appended to shuf',
    place: 'container',
    does: 'echo x >> /usr/bin/shuf',
    shows: { 'fd.name': '/usr/bin/shuf' },
  },
  {
    rule: 'Coreutils Executable Changed',
    because: 'sort is replaced by renaming another file over it',
    place: 'container',
    does: 'cp /bin/busybox /srv/sort; mv /srv/sort /usr/bin/sort',
    shows: { 'fs.path.target': '/usr/bin/sort' },
  },
  {
    rule: 'Coreutils Executable Changed',
    because: 'nl is removed by a relative path through the other name of the directory',
    place: 'container',
    does: 'cd /usr/share/..; rm bin/nl',
    shows: { 'fs.path.name': '/usr/bin/nl' },
  },
  {
    rule: 'Coreutils Executable Changed',
    because: 'a symbolic link elsewhere is opened for writing and leads to tac',
    place: 'container',
    does: 'ln -s /usr/bin/tac /srv/harmless; echo x >> /srv/harmless',
    shows: { 'fd.name': '/usr/bin/tac' },
  },
  {
    rule: 'Login Executable Changed',
    because: 'login is replaced by a link to a program that records passwords',
    place: 'container',
    does: 'ln -sf /srv/recorder /bin/login',
    shows: { 'fs.path.source': '/bin/login', 'evt.type': /^symlink/ },
  },
  {
    rule: 'Login Executable Changed',
    because: 'a module of PAM is written, which every login loads',
    place: 'container',
    does: 'mkdir -p /lib/security; echo x > /lib/security/pam_unix.so',
    shows: { 'fd.name': '/lib/security/pam_unix.so' },
  },
  {
    rule: 'Account Executable Changed',
    because: 'passwd is removed to make room for another',
    place: 'container',
    does: 'rm /usr/bin/passwd',
    shows: { 'fs.path.name': '/usr/bin/passwd' },
  },
  {
    rule: 'System Binary Directory Changed',
    because: 'a new program is made in /usr/sbin, by creat rather than open',
    place: 'container',
    does: 'behave creat /usr/sbin/new-tool',
    shows: { 'fd.name': '/usr/sbin/new-tool' },
  },
  {
    rule: 'Account Program Executed',
    because: 'chpasswd is executed',
    place: 'container',
    does: '/usr/sbin/chpasswd unshare-files',
    shows: { 'proc.name': 'chpasswd' },
  },
  {
    rule: 'Account Program Executed',
    because: 'shadowconfig, a script, is executed: its executable is a shell',
    place: 'container',
    does: '/usr/sbin/shadowconfig',
    shows: { 'proc.name': 'shadowconfig' },
  },
  {
    rule: 'Account Program Executed',
    because: 'pwck is executed on the host through a link with another name',
    place: 'host',
    does: 'ln -s /usr/sbin/pwck "$SCRATCH/harmless"; "$SCRATCH/harmless" --help',
    shows: { 'proc.name': 'harmless', 'proc.exepath': '/usr/sbin/pwck' },
  },
];

export const EXECUTABLE_TWINS: readonly Twin[] = [
  {
    rule: 'Coreutils Executable Changed',
    because: 'dpkg upgrades yes',
    place: 'host',
    does: 'dpkg --force-overwrite --install "$SCRATCH/twin.deb"; cmp /usr/bin/yes /usr/bin/true',
  },
  {
    rule: 'Coreutils Executable Changed',
    because: 'shuf is executed, copied and linked to, none of which changes it',
    place: 'container',
    does: '/usr/bin/shuf unshare-files; cp /usr/bin/shuf /srv/copy; ln -s /usr/bin/shuf /srv/link; ln /usr/bin/shuf /srv/second',
  },
  {
    rule: 'Login Executable Changed',
    because: 'dpkg upgrades login',
    place: 'host',
    does: 'cmp /bin/login /usr/bin/true',
  },
  {
    rule: 'Account Executable Changed',
    because: 'dpkg upgrades chage',
    place: 'host',
    does: 'cmp /usr/bin/chage /usr/bin/true',
  },
  {
    rule: 'System Binary Directory Changed',
    because: 'a program is added to /usr/local/bin, where an administrator puts programs',
    place: 'host',
    does: 'cp /usr/bin/true /usr/local/bin/new-tool; rm /usr/local/bin/new-tool',
  },
  {
    rule: 'System Binary Directory Changed',
    because: 'dpkg installs a new program',
    place: 'host',
    does: 'test -x /usr/bin/lanner-twin',
  },
  {
    rule: 'Account Program Executed',
    because: 'the maintainer script of a package adds a user',
    place: 'host',
    does: 'grep -q ^lanner-twin: /etc/passwd',
  },
];
