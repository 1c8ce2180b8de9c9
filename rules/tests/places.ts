/**
 * Where the cases of the rules run. All cases of a place that are to raise alerts run in one go, and so do
 * all that are not: one `lanner run` each. Nothing of it touches the machine: containers have a root of
 * their own, and on the host the system directories are covered by overlays in a mount namespace.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import process from 'node:process';
import { behaveProgram } from '../../test/support/behave.ts';
import { createContainer } from '../../test/support/container.ts';
import { type Alert, lannerRun, type RunResult } from '../../test/support/lanner-run.ts';
import type { Place, RuleCase } from './cases/case.ts';

export interface PlaceResult {
  readonly alerts: readonly Alert[];
  /** Exit status of each case's commands, in the order of the cases. */
  readonly statuses: readonly (number | undefined)[];
  /** Standard error of Lanner and of the cases, for messages. */
  readonly errors: string;
}

/** Runs all cases of a place, one after the other. */
export function runCases(place: Place, cases: readonly RuleCase[]): Promise<PlaceResult> {
  return place === 'container' ? runInContainer(cases) : runOnHost(cases);
}

/** One script for all cases. Each runs in a subshell of its own, and its status goes to standard output. */
function script(setUp: string, cases: readonly RuleCase[]): string {
  const steps = cases.map(({ does }, number) => `( set -e; ${does} ) >&2; echo "case ${number} $?"`);
  return `${setUp}\n${steps.join('\n')}\n`;
}

function result({ alerts, lines, errors }: RunResult, cases: number): PlaceResult {
  const statuses: (number | undefined)[] = Array(cases).fill(undefined);
  for (const line of lines) {
    const [, number, status] = /^case (\d+) (\d+)$/.exec(line) ?? [];
    if (number !== undefined) statuses[Number(number)] = Number(status);
  }
  if (statuses.every((status) => status === undefined)) throw new Error(`no case ran:\n${errors}`);
  return { alerts, statuses, errors };
}

/** Addresses that are none of 127.0.0.0/8 and yet lead nowhere: 198.51.100.0/24 is for documentation. */
const ADDRESSES = `ip link set lo up
ip addr add 198.51.100.1/24 dev lo
ip addr add 169.254.169.254/32 dev lo`;

async function runInContainer(cases: readonly RuleCase[]): Promise<PlaceResult> {
  const behave = behaveProgram();
  const container = createContainer({
    command: ['/bin/sh', '/cases'],
    privileged: true,
    programs: {
      ...Object.fromEntries(
        [
          '/usr/bin/apt-get',
          '/usr/bin/gdb',
          '/usr/bin/rotatelogs',
          '/usr/bin/shuf',
          '/usr/bin/systemctl',
          '/usr/bin/tac',
          '/usr/lib/postgresql/15/bin/postgres',
          '/usr/local/bin/behave',
          '/usr/local/bin/tool',
          '/usr/sbin/chpasswd',
          '/usr/sbin/nginx',
        ].map((path) => [path, behave]),
      ),
      ...withLibraries('/usr/bin/ssh'),
      ...withLibraries('/usr/bin/scp'),
    },
    files: {
      '/cases': script(ADDRESSES, cases),
      '/etc/crontab': '',
      '/etc/gshadow': 'root:*::\n',
      '/etc/sudoers': 'root ALL=(ALL) ALL\n',
      '/mnt/host/etc/shadow': 'root:*:19000:0:99999:7:::\n',
      '/root/.aws/config': '[default]\n',
      '/root/.aws/credentials': '[default]\naws_access_key_id = none\n',
      '/root/.bashrc': '',
      '/root/.ssh/id_ed25519': 'no key\n',
      '/root/.ssh/id_ed25519.pub': 'no key\n',
      '/root/.ssh/known_hosts': '',
      '/usr/local/bin/entry.sh': '#!/bin/sh\n/bin/sh -c true\n',
      '/usr/sbin/shadowconfig': '#!/bin/sh\ntrue\n',
      '/usr/share/empty': '',
    },
  });
  try {
    return result(await lannerRun({ command: container.command }), cases.length);
  } finally {
    container.remove();
  }
}

/** A dynamic program with the libraries that it needs, as a container's image has them. */
function withLibraries(program: string): Record<string, string> {
  const listing = execFileSync('ldd', [program], { encoding: 'utf8' });
  const libraries = [...listing.matchAll(/(\/\S+) \(0x/g)].map(([, path = '']) => path);
  return Object.fromEntries([program, ...libraries].map((path) => [path, path]));
}

async function runOnHost(cases: readonly RuleCase[]): Promise<PlaceResult> {
  const scratch = mkdtempSync(join(tmpdir(), 'lanner-host-'));
  try {
    writeFileSync(join(scratch, 'cases'), script('', cases));
    writeFileSync(join(scratch, 'client.pl'), PERL_CLIENT);
    buildPackage(scratch);
    const run = await lannerRun({
      command: ['sh', join(scratch, 'cases')],
      prepare: `${ADDRESSES}\n${OVERLAYS}`,
      environment: {
        SCRATCH: scratch,
        NETNS: basename(scratch),
        PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      },
    });
    return result(run, cases.length);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** What is written to the system directories goes to memory, and is gone with the mount namespace. */
const OVERLAYS = `mkdir "$SCRATCH/layers"
mount -t tmpfs tmpfs "$SCRATCH/layers"
for name in usr etc var; do
  mkdir -p "$SCRATCH/layers/$name/upper" "$SCRATCH/layers/$name/work"
  mount -t overlay overlay -o "lowerdir=/$name,upperdir=$SCRATCH/layers/$name/upper,workdir=$SCRATCH/layers/$name/work" "/$name"
done
mount -t tmpfs tmpfs /home
mkdir -p /home/twin/.ssh`;

const PERL_CLIENT = `use IO::Socket::INET;
IO::Socket::INET->new(Proto => "udp", PeerAddr => "198.51.100.1", PeerPort => 4453) or die;
`;

/** twin.deb: replaces programs of other packages, brings a setuid program, and adds a user. */
function buildPackage(scratch: string): void {
  const root = join(scratch, 'package');
  for (const folder of ['DEBIAN', 'usr/bin', 'usr/lib/lanner-twin']) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  for (const path of ['usr/bin/chage', 'usr/bin/lanner-twin', 'usr/bin/login', 'usr/bin/yes']) {
    copyFileSync('/usr/bin/true', join(root, path));
  }
  copyFileSync('/usr/bin/true', join(root, 'usr/lib/lanner-twin/helper'));
  execFileSync('chmod', ['4755', join(root, 'usr/lib/lanner-twin/helper')]);
  const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
  writeFileSync(
    join(root, 'DEBIAN/control'),
    `Package: lanner-twin\nVersion: 1\nArchitecture: ${architecture}\nMaintainer: nobody <nobody@localhost>\nDescription: test\n`,
  );
  writeFileSync(join(root, 'DEBIAN/postinst'), '#!/bin/sh\nset -e\nuseradd --create-home lanner-twin\n', {
    mode: 0o755,
  });
  execFileSync('dpkg-deb', ['--root-owner-group', '--build', root, join(scratch, 'twin.deb')], {
    stdio: 'ignore',
  });
}
