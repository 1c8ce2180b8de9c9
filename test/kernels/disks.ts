/** The emulated machine's two disks: a small Debian, and Lanner with its tests. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { buildActor, buildProbe } from '../../scripts/build-probe.mjs';
import type { MachineArchitecture } from './architectures.ts';
import { DebianRelease, unpack } from './debian.ts';
import type { Task } from './results.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const UPSTREAM_RULES = join(ROOT, '../shared/upstream-rules');
const RELEASE = 'bookworm';

/** What Lanner and its tests consist of. */
const PARTS = [
  ...['bin', 'bpf', 'rules', 'scenes', 'scripts', 'src', 'test'],
  ...['package.json', 'package-lock.json', 'tsconfig.json'],
];

/** What Lanner and its live tests need. The C library's and Node's needs come with them. */
const PACKAGES = [
  ...[
    'base-files',
    'bash',
    'bsdutils',
    'busybox-static',
    'coreutils',
    'dash',
    'findutils',
    'gawk',
    'grep',
    'sed',
  ],
  ...[
    'mount',
    'perl-base',
    'procps',
    'util-linux',
    'iproute2',
    'openssh-client',
    'runc',
    'bpftool',
    'docker.io',
  ],
  ...['libbpf1', 'libc-bin', 'libstdc++6', 'gcc', 'libc6-dev'],
];

const TEXTS: Readonly<Record<string, string>> = {
  'etc/passwd':
    'root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\nwww-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n',
  'etc/group': 'root:x:0:\ndaemon:x:1:\nshadow:x:42:\nwww-data:x:33:\nnogroup:x:65534:\n',
  'etc/shadow': 'root:*:20000:0:99999:7:::\n',
  'etc/hostname': 'lanner-test\n',
  'etc/hosts': '127.0.0.1 localhost\n127.0.1.1 lanner-test\n::1 localhost\n',
};

/** Links that installed packages would have made. */
const LINKS: Readonly<Record<string, string>> = {
  'usr/bin/cc': 'gcc',
  'usr/bin/awk': 'gawk',
  shared: 'lanner/shared',
};

/** The folder with the small Debian, made if it is not there. */
export function systemFolder(folder: string, { debian: architecture }: MachineArchitecture): string {
  const own = join(folder, `system-${architecture}-${digest(JSON.stringify([PACKAGES, TEXTS, LINKS]))}`);
  if (existsSync(own)) return own;
  const unfinished = `${own}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) {
    mkdirSync(join(unfinished, 'usr', name), { recursive: true });
    symlinkSync(`usr/${name}`, join(unfinished, name));
  }
  const debian = new DebianRelease(folder, RELEASE, architecture);
  unpack(debian.fetch(PACKAGES, { withDependencies: true }), unfinished);
  for (const name of ['lanner', 'proc', 'sys', 'dev', 'run', 'tmp'])
    mkdirSync(join(unfinished, name), { recursive: true });
  for (const [path, text] of Object.entries(TEXTS))
    writeFileSync(join(unfinished, path), text, { mode: path === 'etc/shadow' ? 0o640 : 0o644 });
  for (const [path, target] of Object.entries(LINKS)) symlinkSync(target, join(unfinished, path));
  renameSync(unfinished, own);
  return own;
}

/** The disk with the small Debian. */
export function systemDisk(folder: string, architecture: MachineArchitecture): string {
  const system = systemFolder(folder, architecture);
  const disk = `${system}.img`;
  if (!existsSync(disk)) makeDisk(system, disk, '2G');
  return disk;
}

/** The disk with Lanner as it is now, Falco's rules if they are there, and what the machine shall do. */
export function lannerDisk(folder: string, architecture: MachineArchitecture, task: Task): string {
  const own = join(folder, `lanner-${architecture.debian}`);
  rmSync(own, { recursive: true, force: true });
  mkdirSync(join(own, 'build'), { recursive: true });
  for (const name of PARTS) cpSync(join(ROOT, name), join(own, name), { recursive: true });
  const probe = buildProbe(architecture.node);
  for (const suffix of ['', '.sha256'])
    copyFileSync(`${probe}${suffix}`, join(own, `build/lanner.bpf.o${suffix}`));
  // Another architecture's is built by the machine itself.
  if (architecture.node === process.arch) copyFileSync(buildActor(), join(own, 'build/lanner-actor'));
  if (existsSync(UPSTREAM_RULES))
    cpSync(UPSTREAM_RULES, join(own, 'shared', basename(UPSTREAM_RULES)), { recursive: true });
  const modules = join(modulesFolder(folder, architecture), 'node_modules');
  cpSync(modules, join(own, 'node_modules'), { recursive: true, verbatimSymlinks: true });
  writeFileSync(join(own, 'task.json'), JSON.stringify(task));
  makeDisk(own, `${own}.img`, '512M');
  return `${own}.img`;
}

/** The npm packages of the lockfile for that architecture, Node itself among them. */
function modulesFolder(folder: string, { node }: MachineArchitecture): string {
  const lock = readFileSync(join(ROOT, 'package-lock.json'));
  const own = join(folder, `modules-${node}-${digest(lock)}`);
  if (existsSync(own)) return own;
  const unfinished = `${own}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  for (const name of ['package.json', 'package-lock.json', '.npmrc'])
    copyFileSync(join(ROOT, name), join(unfinished, name));
  execFileSync(
    'npm',
    ['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', `--cpu=${node}`, '--os=linux'],
    {
      cwd: unfinished,
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  for (const name of ['include', 'share'])
    rmSync(join(unfinished, 'node_modules', `node-linux-${node}`, name), { recursive: true });
  renameSync(unfinished, own);
  return own;
}

/** What tells one state of something from others, in the name of a folder. */
function digest(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 12);
}

function makeDisk(folder: string, disk: string, size: string): void {
  rmSync(`${disk}.unfinished`, { force: true });
  mkdirSync(dirname(disk), { recursive: true });
  execFileSync('/usr/sbin/mkfs.ext4', ['-q', '-O', '^has_journal', '-d', folder, `${disk}.unfinished`, size]);
  renameSync(`${disk}.unfinished`, disk);
}
