/**
 * A container for live tests: a small root file system of busybox, run by runc. The root is an overlay, as
 * all common runtimes make it, so that files of the image and files added later can be told apart.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const BUSYBOX = '/bin/busybox';

export interface ContainerOptions {
  /** First process of the container. */
  readonly command: readonly string[];
  /** All capabilities, every device, and a writable /proc. */
  readonly privileged?: boolean;
  /** The first process has a terminal. */
  readonly terminal?: boolean;
  readonly user?: number;
  /** Executables of the image: path within, and the file to copy. */
  readonly programs?: Readonly<Record<string, string>>;
  /** Text files of the image, by path; those in a folder for programs are made executable. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface Container {
  readonly id: string;
  /** The id as alerts show it. */
  readonly shortId: string;
  /** Runs the container and ends with it. */
  readonly command: readonly string[];
  /** Runs another program in the container while it runs. */
  exec(...command: string[]): readonly string[];
  /** Ends the container from outside. */
  readonly end: readonly string[];
  /** Ends the container and removes all of it; nothing happens when it is gone already. */
  remove(): void;
}

/** Prepares a container; its owner must call `remove` in the end, whatever happens. */
export function createContainer(options: ContainerOptions): Container {
  const id = randomBytes(32).toString('hex');
  const bundle = mkdtempSync(join(tmpdir(), 'lanner-container-'));
  const runc = ['runc', '--root', join(bundle, 'state')];
  const remove = (): void => {
    spawnSync(runc[0] as string, [...runc.slice(1), 'delete', '--force', id]);
    spawnSync('umount', [join(bundle, 'layers/root')]);
    spawnSync('umount', [join(bundle, 'layers')]);
    // Never recursive below a mount that would not go: it fails then, and says so.
    rmSync(join(bundle, 'state'), { recursive: true, force: true });
    rmSync(join(bundle, 'config.json'), { force: true });
    rmdirSync(join(bundle, 'layers'));
    rmdirSync(bundle);
  };
  try {
    mkdirSync(join(bundle, 'layers'));
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', join(bundle, 'layers')]);
    for (const name of ['image', 'upper', 'work', 'root']) mkdirSync(join(bundle, 'layers', name));
    fillImage(join(bundle, 'layers/image'), options);
    const layers = ['lowerdir=image', 'upperdir=upper', 'workdir=work'].join(',');
    execFileSync('mount', ['-t', 'overlay', 'overlay', '-o', layers, 'root'], {
      cwd: join(bundle, 'layers'),
    });
    writeFileSync(join(bundle, 'config.json'), JSON.stringify(specification(options)));
  } catch (error) {
    remove();
    throw error;
  }
  const run = [...runc, 'run', '--bundle', bundle, id];
  return {
    id,
    shortId: id.slice(0, 12),
    // runc passes a terminal on; it does not make one. `script` does, and prints control characters.
    command: options.terminal
      ? ['sh', '-c', `exec script -qec '${run.join(' ')}' /dev/null > /dev/null`]
      : run,
    exec: (...command) => [...runc, 'exec', id, ...command],
    end: [...runc, 'kill', id, 'KILL'],
    remove,
  };
}

/** Fills a folder with a small root file system. */
export function fillImage(image: string, options: ContainerOptions): void {
  for (const folder of [
    'bin',
    'sbin',
    'usr/bin',
    'usr/sbin',
    'etc',
    'root',
    'proc',
    'dev',
    'sys',
    'tmp',
    'srv',
  ]) {
    mkdirSync(join(image, folder), { recursive: true });
  }
  copyFileSync(BUSYBOX, join(image, 'bin/busybox'));
  const applets = execFileSync(BUSYBOX, ['--list-full'], { encoding: 'utf8' }).trim().split('\n');
  for (const applet of applets) {
    if (applet === 'bin/busybox' || applet === 'linuxrc') continue;
    symlinkSync('/bin/busybox', join(image, applet));
  }
  const files: Record<string, string> = {
    '/etc/passwd': 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n',
    '/etc/group': 'root:x:0:\nnogroup:x:65534:\n',
    '/etc/shadow': 'root:*:19000:0:99999:7:::\n',
    '/etc/hosts': '127.0.0.1 localhost\n',
    ...options.files,
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(image, dirname(path)), { recursive: true });
    writeFileSync(join(image, path), text, { mode: /\/s?bin\//.test(path) ? 0o755 : 0o644 });
  }
  for (const [path, source] of Object.entries(options.programs ?? {})) {
    mkdirSync(join(image, dirname(path)), { recursive: true });
    rmSync(join(image, path), { force: true });
    copyFileSync(source, join(image, path));
    chmodSync(join(image, path), 0o755);
  }
}

/** The runtime's configuration of the container (OCI runtime specification 1.0). */
function specification(options: ContainerOptions): object {
  const capabilities = options.privileged ? ownCapabilities() : [];
  return {
    ociVersion: '1.0.2',
    process: {
      terminal: options.terminal ?? false,
      user: { uid: options.user ?? 0, gid: options.user ?? 0 },
      args: options.command,
      env: ['PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root'],
      cwd: '/',
      capabilities: Object.fromEntries(
        ['bounding', 'effective', 'inheritable', 'permitted'].map((set) => [set, capabilities]),
      ),
    },
    root: { path: 'layers/root' },
    hostname: 'test',
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755'] },
      {
        destination: '/dev/pts',
        type: 'devpts',
        source: 'devpts',
        options: ['newinstance', 'ptmxmode=0666'],
      },
      { destination: '/tmp', type: 'tmpfs', source: 'tmpfs', options: ['mode=1777'] },
      { destination: '/dev/shm', type: 'tmpfs', source: 'tmpfs', options: ['mode=1777'] },
    ],
    linux: {
      namespaces: ['pid', 'network', 'ipc', 'uts', 'mount'].map((type) => ({ type })),
      ...(options.privileged ? { resources: { devices: [{ allow: true, access: 'rwm' }] } } : {}),
    },
  };
}

/** Capabilities by number, as in linux/capability.h. */
const CAPABILITIES =
  'CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE'.split(
    ' ',
  );

/** All capabilities that this process may pass on; asking runc for more is an error. */
function ownCapabilities(): string[] {
  const missing = missingCapabilities();
  return CAPABILITIES.map((name) => `CAP_${name}`).filter((name) => !missing.includes(name));
}

/** Capabilities that this process may not pass on. */
export function missingCapabilities(): string[] {
  const bounding = /^CapBnd:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? '0';
  const mask = BigInt(`0x${bounding}`);
  return CAPABILITIES.filter((_, number) => ((mask >> BigInt(number)) & 1n) === 0n).map(
    (name) => `CAP_${name}`,
  );
}
