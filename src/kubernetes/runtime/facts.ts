/** What the kernel says of a container: the rights of its first process, its namespaces and mounts. */
import { readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

export interface MountFact {
  /** The directory of the file system that is mounted. */
  readonly root: string;
  readonly point: string;
  readonly type: string;
  readonly writable: boolean;
}

export interface ContainerFacts {
  readonly uid: number;
  readonly gid: number;
  /** Capabilities that its programs can have at most. */
  readonly bounding: bigint;
  readonly noNewPrivileges: boolean;
  readonly hasSeccomp: boolean;
  /** Whether each namespace is the host's; `undefined` where that may not be asked. */
  readonly sharesHost: Readonly<Record<'net' | 'pid' | 'ipc' | 'user', boolean | undefined>>;
  readonly mounts: readonly MountFact[];
  /** Absent where AppArmor is not in use. */
  readonly appArmor?: string;
}

/** Reads what is known of the process; throws when it has ended or may not be read. */
export function containerFacts(pid: number, proc = '/proc'): ContainerFacts {
  const directory = join(proc, String(pid));
  const status = readFileSync(join(directory, 'status'), 'latin1');
  const field = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1]?.split(/\s+/) ?? [];
  const shares = (name: string): boolean | undefined => {
    try {
      return readlinkSync(join(directory, 'ns', name)) === readlinkSync(join(proc, '1', 'ns', name));
    } catch {
      return undefined;
    }
  };
  const appArmor = labelOf(directory);
  return {
    // The effective one.
    uid: Number(field('Uid')[1] ?? 0),
    gid: Number(field('Gid')[1] ?? 0),
    bounding: BigInt(`0x${field('CapBnd')[0] ?? '0'}`),
    noNewPrivileges: field('NoNewPrivs')[0] === '1',
    hasSeccomp: field('Seccomp')[0] === '2',
    sharesHost: { net: shares('net'), pid: shares('pid'), ipc: shares('ipc'), user: shares('user') },
    mounts: parseMounts(readFileSync(join(directory, 'mountinfo'), 'latin1')),
    ...(appArmor === undefined ? {} : { appArmor }),
  };
}

/** Name of the AppArmor profile, without its mode. */
function labelOf(directory: string): string | undefined {
  try {
    const label = readFileSync(join(directory, 'attr', 'apparmor', 'current'), 'latin1').trim();
    return label === '' ? undefined : label.replace(/ \(\w+\)$/, '');
  } catch {
    return undefined;
  }
}

/** Lines of proc_pid_mountinfo(5). Of mounts over one another the last one counts. */
export function parseMounts(text: string): MountFact[] {
  const byPoint = new Map<string, MountFact>();
  for (const line of text.split('\n')) {
    const [front = '', back = ''] = line.split(' - ');
    const [, , , root, point, options = ''] = front.split(' ');
    const [type = '', , superOptions = ''] = back.split(' ');
    if (root === undefined || point === undefined) continue;
    const writable = !options.split(',').includes('ro') && !superOptions.split(',').includes('ro');
    byPoint.set(point, { root: plain(root), point: plain(point), type, writable });
  }
  return [...byPoint.values()];
}

/** Blanks and backslashes stand as octal numbers. */
function plain(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
