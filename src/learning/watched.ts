/**
 * What is learned, and so what the rules that come of it watch: macros in the rule language, by what they are for. The
 * same conditions see the normal behaviour and what differs from it.
 */

/** Opened for reading, what is a secret or gives one away; the kernel's path, and so also the files of mounted roots. */
const SECRET_FILES = [
  '/etc/shadow',
  '/etc/shadow-',
  '/etc/gshadow',
  '/etc/gshadow-',
  '/etc/sudoers',
  '/etc/krb5.keytab',
  '/etc/security/opasswd',
];
const SECRET_FOLDERS = [
  '/etc/sudoers.d',
  '/etc/ssl/private',
  '/etc/kubernetes/pki',
  '/var/lib/kubelet/pki',
  '/run/secrets',
  '/var/run/secrets',
  '/root/.ssh',
];
const SECRET_ENDS = ['/etc/shadow', '/etc/gshadow', '/.netrc', '/.pgpass', '/.git-credentials', '_history'];
const SECRET_PARTS = [
  '/.ssh/',
  '/.aws/',
  '/.kube/',
  '/.gnupg/',
  '/.docker/config.json',
  '/.config/gcloud/',
  '/etc/ssh/ssh_host_',
];
const SECRET_NAMES = ['id_rsa', 'id_ecdsa', 'id_ed25519', 'credentials.json'];

const OPENS = '(open, openat, openat2, open_by_handle_at)';

/**
 * runc within the container that it is setting up, before it becomes the container's program: its executable has no path
 * there. Only what it does is left out, not what it starts: nobody can become it without being seen.
 */
export const CONTAINER_SETUP =
  'proc.name startswith "runc:[" and (proc.exepath = / or proc.exepath startswith memfd: or proc.exepath endswith /runc)';

/** runc starts itself anew for that, sometimes when it is in the container already; who else does was seen before. */
export const CONTAINER_SETUP_START =
  'proc.args = init and basename(proc.pexepath) = runc and (basename(proc.exepath) = runc or proc.exepath = / or proc.exepath startswith memfd:runc)';

/**
 * Macro and condition. Names get a prefix of their own in every rule file. `changes_view` is what makes a path lead
 * elsewhere: without it, names of files could be forged.
 */
export const WATCHED = {
  starts_program: 'evt.type in (execve, execveat) and evt.rawres = 0',
  opens_to_write: `((evt.type in ${OPENS} and evt.is_open_write = true) or evt.type = creat) and fd.typechar = f and fd.num >= 0`,
  makes_or_removes: 'evt.type in (mkdir, mkdirat, unlink, unlinkat, rmdir) and evt.rawres = 0',
  renames: 'evt.type in (rename, renameat, renameat2) and evt.rawres = 0',
  links: 'evt.type in (link, linkat, symlink, symlinkat) and evt.rawres = 0',
  changes_view: 'evt.type in (mount, move_mount, pivot_root, chroot, setns, unshare)',
  reads_secret: `evt.type in ${OPENS} and evt.is_open_read = true and fd.typechar = f and fd.num >= 0 and ${anyOf(
    [
      `fd.path.resolved in (${SECRET_FILES.join(', ')})`,
      `fd.path.resolved pmatch (${SECRET_FOLDERS.join(', ')})`,
      ...SECRET_ENDS.map((end) => `fd.path.resolved endswith ${end}`),
      ...SECRET_PARTS.map((part) => `fd.path.resolved contains ${part}`),
      `fd.path.resolved regex "/proc/[0-9]+/(environ|mem)"`,
      `basename(fd.path.resolved) in (${SECRET_NAMES.join(', ')})`,
    ],
  )}`,
  contacts_address: `((evt.type = connect and (evt.rawres = 0 or evt.res = EINPROGRESS)) or (evt.type in (sendto, sendmsg, sendmmsg) and evt.rawres >= 0 and fd.l4proto = udp)) and fd.type in (ipv4, ipv6) and fd.sport != 0`,
  contacts_socket: 'evt.type = connect and evt.rawres = 0 and fd.type = unix and evt.arg.addr startswith /',
  listens:
    '((evt.type = listen and fd.l4proto != udp) or (evt.type = bind and fd.l4proto = udp and not evt.arg.addr endswith ":0")) and evt.rawres = 0 and fd.type in (ipv4, ipv6)',
} as const;

export type WatchedName = keyof typeof WATCHED;

function anyOf(conditions: readonly string[]): string {
  return `(${conditions.join(' or ')})`;
}

/** Rules that show to the learner what it learns: one for each macro, by its name; `binds` tells of chosen ports. */
export function observingRules(): string {
  const rules = { binds: 'evt.type = bind and evt.rawres = 0 and fd.type in (ipv4, ipv6)', ...WATCHED };
  return JSON.stringify(
    Object.entries(rules).map(([rule, condition]) => ({
      rule,
      desc: 'Seen while learning.',
      condition,
      // The image becomes known some time after the first events of a container.
      output: '%container.id %container.image.repository',
      priority: 'DEBUG',
    })),
  );
}
