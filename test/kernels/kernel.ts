/** A kernel of Debian, and the initial file system that it needs to find its disks. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import type { MachineArchitecture } from './architectures.ts';
import { DebianRelease, unpack } from './debian.ts';

export interface Kernel {
  /** As `uname -r` prints it. */
  readonly release: string;
  readonly image: string;
  readonly initialFileSystem: string;
}

/** Disks, and what the tests use of the kernel; what is built into a kernel is passed over. */
const MODULES = ['virtio_pci', 'virtio_blk', 'overlay', 'veth', 'unix_diag', 'tcp_diag', 'udp_diag', 'tun'];

const INIT = `#!/bin/busybox sh
# Loads what the disks need, then goes on with the system on the first of them.
/bin/busybox mkdir -p /proc /dev /new
/bin/busybox mount -t devtmpfs dev /dev
while read module; do /bin/busybox insmod "$module"; done < /modules
# Drivers may look for their devices in the background.
for i in $(/bin/busybox seq 100); do [ -e /dev/vda ] && [ -e /dev/vdb ] && break; /bin/busybox sleep 0.1; done
/bin/busybox mount -t ext4 -o noatime /dev/vda /new
/bin/busybox mount -t ext4 -o noatime /dev/vdb /new/lanner
/bin/busybox mount -t devtmpfs dev /new/dev
exec /bin/busybox switch_root /new /lanner/test/kernels/guest.sh
`;

/**
 * Gets the newest kernel of a series, such as 6.12, of the release that has it, and keeps it in `folder`.
 * `busybox` is a static one for the architecture. Throws Missing when there is none.
 */
export function getKernel(
  folder: string,
  series: string,
  release: string,
  { debian: architecture }: MachineArchitecture,
  busybox: string,
): Kernel {
  const own = join(folder, `linux-${series}-${architecture}`);
  if (!existsSync(own)) {
    const unfinished = `${own}.unfinished`;
    rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(unfinished, { recursive: true });
    const debian = new DebianRelease(folder, release, architecture);
    const name = debian.newest(
      new RegExp(`^linux-image-${RegExp.escape(series)}\\.[\\w.+-]*-cloud-${architecture}$`),
    );
    unpack(debian.fetch([name], { withDependencies: false }), unfinished);
    renameSync(unfinished, own);
  }
  const image = globSync(join(own, 'boot/vmlinuz-*'))[0] as string;
  const version = basename(image).slice('vmlinuz-'.length);
  const initialFileSystem = join(own, 'initrd');
  makeInitialFileSystem(own, version, busybox, initialFileSystem);
  return { release: version, image, initialFileSystem };
}

function makeInitialFileSystem(kernel: string, version: string, busybox: string, file: string): void {
  const folder = join(kernel, 'initial');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'bin'), { recursive: true });
  copyFileSync(busybox, join(folder, 'bin/busybox'));
  chmodSync(join(folder, 'bin/busybox'), 0o755);
  execFileSync('depmod', ['-b', kernel, version]);
  const modules = withDependencies(join(kernel, 'lib/modules', version));
  for (const module of modules) {
    const content = readFileSync(module.source);
    const text = module.source.endsWith('.xz')
      ? execFileSync('xz', ['-dc'], { input: content, maxBuffer: 1 << 26 })
      : content;
    writeFileSync(join(folder, module.name), text);
  }
  writeFileSync(join(folder, 'modules'), modules.map(({ name }) => `/${name}\n`).join(''));
  writeFileSync(join(folder, 'init'), INIT, { mode: 0o755 });
  const names = execFileSync('find', ['.'], { cwd: folder });
  writeFileSync(
    file,
    execFileSync('cpio', ['-o', '-H', 'newc', '--quiet'], {
      cwd: folder,
      input: names,
      maxBuffer: 1 << 28,
      stdio: ['pipe', 'pipe', 'ignore'],
    }),
  );
}

/** Files of the modules in the order in which they can be loaded, from what depmod has found out. */
function withDependencies(folder: string): { name: string; source: string }[] {
  const lines = readFileSync(join(folder, 'modules.dep'), 'utf8').trim().split('\n');
  const needs = new Map(
    lines.map((line): [string, string[]] => {
      const [path = '', rest = ''] = line.split(':');
      return [path, rest.trim().split(' ').filter(Boolean)];
    }),
  );
  const ordered = new Set<string>();
  const add = (path: string): void => {
    if (ordered.has(path)) return;
    needs.get(path)?.forEach(add);
    ordered.add(path);
  };
  const nameOf = (path: string) =>
    basename(path)
      .replace(/\.ko(\.xz)?$/, '')
      .replaceAll('-', '_');
  for (const wanted of MODULES) for (const path of needs.keys()) if (nameOf(path) === wanted) add(path);
  return Array.from(ordered, (path) => ({ name: `${nameOf(path)}.ko`, source: join(folder, path) }));
}
