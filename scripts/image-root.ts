/**
 * The root directory of Lanner's image: Node, the libraries that it and Lanner load, Lanner, and nothing else, no shell
 * either. `image-root.ts FOLDER` fills a folder, for a container file; `image-root.ts --archive FILE` writes an image
 * as `docker save` does, for which neither a registry nor an engine is needed. The libraries are those of the Debian
 * that this runs on, for its processor.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import process from 'node:process';

const ROOT = resolve(import.meta.dirname, '..');
const HOME = '/usr/lib/lanner';
const NODE = '/usr/bin/node';

/** Packages whose libraries are needed; libc6 has the loader and what programs on glibc take for granted. */
const LIBRARY_PACKAGES = ['libc6', 'libgcc-s1', 'libstdc++6', 'libatomic1', 'libbpf1', 'libelf1', 'zlib1g'];

/** Those of the packages' files that are loaded at run time. */
const LIBRARIES =
  /\/(?:ld-linux[^/]*|lib(?:c|m|dl|rt|pthread|resolv|nss_(?:dns|files)|gcc_s|stdc\+\+|atomic|bpf|elf|z)[-.][^/]*)$/;

/** Without a shell there is no bin/lanner; what it says beside the program is said here. */
const FLAGS = ['--max-semi-space-size=2', '--heap-growing-percent=30', '--v8-pool-size=1'];

/** User of the image where nobody says another. */
const USER = 65532;

/** What engines are to know of the image. */
export function imageConfiguration(version: string) {
  return {
    User: `${USER}:${USER}`,
    Env: ['PATH=/usr/bin'],
    Entrypoint: [NODE, ...FLAGS, `${HOME}/src/cli/main.ts`],
    WorkingDir: '/',
    Labels: {
      'org.opencontainers.image.title': 'lanner',
      'org.opencontainers.image.description': 'Runtime security for Linux, containers and Kubernetes',
      'org.opencontainers.image.version': version,
      'org.opencontainers.image.licenses': 'Apache-2.0',
    },
  };
}

/** Fills `root`, which may not be there yet. */
export function fillRoot(root: string): void {
  for (const folder of ['etc', 'proc', 'sys', 'dev', 'run', 'var/lib/lanner', 'usr/bin', 'etc/lanner'])
    mkdirSync(join(root, folder), { recursive: true });
  mkdirSync(join(root, 'tmp'), { mode: 0o1777 });
  copyLibraries(root);
  copyLanner(join(root, HOME));
  const node = join(root, NODE);
  cpSync(realpathSync(process.execPath), node);
  if (existsSync('/usr/bin/strip')) execFileSync('strip', ['--strip-unneeded', node]);
  const user = `lanner:x:${USER}:${USER}::/:/nonexistent\n`;
  writeFileSync(join(root, 'etc/passwd'), `root:x:0:0::/:/nonexistent\n${user}`);
  writeFileSync(join(root, 'etc/group'), `root:x:0:\nlanner:x:${USER}:\n`);
  writeFileSync(join(root, 'etc/nsswitch.conf'), 'passwd: files\ngroup: files\nhosts: files dns\n');
  const command = `#!${NODE}\nimport('${HOME}/src/cli/main.ts');\n`;
  writeFileSync(join(root, 'usr/bin/lanner'), command, { mode: 0o755 });
}

function copyLibraries(root: string): void {
  for (const name of LIBRARY_PACKAGES) {
    const files = execFileSync('dpkg', ['--listfiles', name], { encoding: 'utf8' }).split('\n');
    const libraries = files.filter((file) => LIBRARIES.test(file));
    if (libraries.length === 0) throw new Error(`the package ${name} has no library that is needed`);
    for (const file of [...libraries, `/usr/share/doc/${name}/copyright`]) copyFile(file, root);
  }
}

/** Links stay links: a library lies under its full version, and is loaded by the short one. */
function copyFile(file: string, root: string): void {
  if (!existsSync(file)) return;
  mkdirSync(join(root, dirname(file)), { recursive: true });
  cpSync(file, join(root, file), { verbatimSymlinks: true });
}

function copyLanner(home: string): void {
  const keep = (source: string): boolean => !/\.test(-kit)?\.ts$|\/testing(\.ts)?$|\/tests$/.test(source);
  const copy = (path: string): void => {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    cpSync(realpathSync(join(ROOT, path)), join(home, path), { recursive: true, filter: keep });
  };
  for (const path of ['package.json', 'LICENSE', 'src', 'rules', 'deploy']) copy(path);
  for (const path of ['build/lanner.bpf.o', 'build/console']) {
    if (!existsSync(join(ROOT, path))) throw new Error(`${path} is not built: npm start builds it`);
    copy(path);
  }
  for (const path of productionPackages()) copy(path);
}

/** Folders of the npm packages that Lanner runs with, on this processor. */
function productionPackages(): string[] {
  interface Locked {
    readonly dev?: boolean;
  }
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  return Object.entries(lock.packages as Record<string, Locked>)
    .filter(([path, { dev }]) => path !== '' && dev !== true && !/\/node-linux-/.test(path))
    .map(([path]) => path)
    .filter((path) => existsSync(join(ROOT, path)));
}

/** Writes an image with the name `name` in one layer. Returns its size, unpacked, in bytes. */
export async function writeArchive(file: string, name: string): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-image-'));
  try {
    const root = join(folder, 'root');
    const parts = join(folder, 'parts');
    mkdirSync(parts);
    fillRoot(root);
    const layer = join(parts, 'layer.tar');
    // The same files make the same layer.
    const same = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner'];
    execFileSync('tar', ['--create', ...same, '--file', layer, '--directory', root, ...readdirSync(root)]);
    const config = {
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      os: 'linux',
      config: imageConfiguration(version()),
      rootfs: { type: 'layers', diff_ids: [`sha256:${await sha256(layer)}`] },
    };
    writeFileSync(join(parts, 'config.json'), JSON.stringify(config));
    const manifest = [{ Config: 'config.json', RepoTags: [name], Layers: [basename(layer)] }];
    writeFileSync(join(parts, 'manifest.json'), JSON.stringify(manifest));
    execFileSync('tar', ['--create', '--file', file, '--directory', parts, ...readdirSync(parts)]);
    const size = execFileSync('du', ['--summarize', '--bytes', root], { encoding: 'utf8' });
    return Number.parseInt(size, 10);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}

function version(): string {
  return JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version;
}

if (import.meta.main) {
  const [first, second] = process.argv.slice(2);
  if (first === '--archive' && second !== undefined) {
    const bytes = await writeArchive(second, `lanner:${version()}`);
    process.stdout.write(`${second}: lanner:${version()}, ${Math.round(bytes / 1e6)} MB\n`);
  } else if (first !== undefined && !first.startsWith('-')) {
    fillRoot(first);
  } else {
    process.stderr.write('usage: image-root.ts FOLDER | --archive FILE\n');
    process.exit(2);
  }
}
