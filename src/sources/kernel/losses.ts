/** Lost events by the categories in which Falco counts them. */
import { currentEvent } from './system-calls.ts';

const EVENTS_BY_CATEGORY = {
  clone_fork: ['clone', 'clone3', 'fork', 'vfork'],
  execve: ['execve', 'execveat'],
  connect: ['connect'],
  open: ['open', 'openat', 'openat2', 'creat', 'open_by_handle_at'],
  dir_file: [
    ...['dup', 'chmod', 'fchmod', 'fchmodat', 'chown', 'lchown', 'fchown', 'fchownat', 'link', 'linkat'],
    ...['mkdir', 'mkdirat', 'mount', 'umount', 'umount2', 'rename', 'renameat', 'renameat2', 'rmdir'],
    ...['symlink', 'symlinkat', 'unlink', 'unlinkat'],
  ],
  other_interest: [
    ...['bpf', 'setpgid', 'ptrace', 'seccomp', 'setns', 'setresgid', 'setresuid', 'setsid', 'unshare'],
    ...['capset', 'keyctl'],
  ],
  close: ['close'],
  proc: ['procexit'],
} as const;

/** Falco's categories, and one for the events that it counts in none of them. */
export type LossCategory = keyof typeof EVENTS_BY_CATEGORY | 'other';

const CATEGORIES: ReadonlyMap<number, LossCategory> = new Map(
  Object.entries(EVENTS_BY_CATEGORY).flatMap(([category, names]) =>
    names.map((name): [number, LossCategory] => [currentEvent(name).code, category as LossCategory]),
  ),
);

/** Category of an event code. */
export function lossCategory(code: number): LossCategory {
  return CATEGORIES.get(code) ?? 'other';
}
