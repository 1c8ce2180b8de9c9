/** Where commands of the documentation run: nothing that they write stays, and nobody else sees it. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import type { TestContext } from 'node:test';
import { ROOT, start } from '../lanner.ts';
import { bootSystemd, CONTAINED_ROOT } from '../systemd.ts';
import { Terminal } from './terminal.ts';

const FIXTURES = join(ROOT, 'test', 'end-to-end', 'documentation', 'fixtures');

export interface Place {
  open(): Terminal;
  /** The program and its arguments that run a command, which follows, there. */
  readonly enter: readonly string[];
}

/** Why this machine has no place for them; `false` when it has. */
export function cannotPrepare(): string | false {
  if (process.getuid?.() !== 0) return 'needs root';
  return spawnSync('unshare', ['--mount', '--net', 'true']).status === 0
    ? false
    : 'needs mounts and a network of its own (CAP_SYS_ADMIN)';
}

/**
 * Mounts over what commands write to, a network of its own with nothing but loopback, and the checkout, which can be
 * written to, at /opt/lanner. The working directory is that one or an empty one.
 */
const PREPARE = `
mount --make-rprivate /
mount -t tmpfs none "$1"
layer() {
  mkdir -p "$1/upper$3" "$1/work$3"
  chmod --reference="$2" "$1/upper$3"
  mount -t overlay overlay -o "lowerdir=$2,upperdir=$1/upper$3,workdir=$1/work$3" "$3"
}
mkdir -p "$1/checkout"
layer "$1" "$2" "$1/checkout"
# Packages may lie elsewhere, behind a link. They are not looked for anew: what is written below is for this place alone.
if [ -L "$1/checkout/node_modules" ]; then
  rm "$1/checkout/node_modules"
  mkdir "$1/checkout/node_modules"
  layer "$1" "$(readlink -f "$2/node_modules")" "$1/checkout/node_modules"
fi
touch "$1/checkout/node_modules/.package-lock.json"
for folder in /var /root /opt /tmp; do layer "$1" $folder $folder; done
# A copy: for files of layers events say so.
cp -a /etc "$1/etc"
mount --bind "$1/etc" /etc
# Nobody's passwords are read by a test.
echo 'root:*:19000:0:99999:7:::' > /etc/shadow
mount -t tmpfs none /srv
rm -rf /etc/lanner /etc/falco /var/lib/lanner /var/log/lanner /root/*
mkdir -p /root/work /opt/lanner /var/log/lanner "$1/bin"
mount --rbind "$1/checkout" /opt/lanner
ln -s /opt/lanner/bin/lanner "$1/bin/lanner"
printf '#!/bin/sh\\nexec "$@"\\n' > "$1/bin/sudo"
chmod 755 "$1/bin/sudo"
ip link set lo up
echo ready
exec sleep 3600
`;

/** A place on this machine. `clone`: the working directory is the checkout. */
export async function preparePlace(context: TestContext, clone: boolean): Promise<Place> {
  // Not among the temporary files, over which there is a mount too.
  const folder = mkdtempSync('/run/lanner-docs-');
  const holder = start('unshare', ['--mount', '--net', 'sh', '-ec', PREPARE, 'prepare', folder, ROOT], {
    limitMs: 300_000,
  });
  context.after(async () => {
    holder.child.kill('SIGKILL');
    await holder.finished;
    rmSync(folder, { recursive: true, force: true });
  });
  await holder.printed('stdout', 'ready\n');
  const cwd = clone ? '/opt/lanner' : '/root/work';
  return placeOf(context, [
    ...['nsenter', '--target', String(holder.child.pid), '--mount', '--net', '--'],
    ...environment(`${folder}/bin`),
    ...['env', '--chdir', cwd],
  ]);
}

/**
 * A machine with systemd, whose service watches one slice alone, where that is to be installed: what a test must not do
 * is watch the whole machine.
 */
export async function prepareSystemd(context: TestContext): Promise<Place> {
  const systemd = await bootSystemd(context);
  const unit = '/etc/systemd/system';
  await systemd.output(
    'sh',
    '-ec',
    `mkdir -p ${unit}/lanner.service.d /root/bin
    printf '[Service]\\nExecStart=\\nExecStart=${CONTAINED_ROOT}/bin/lanner --scope cgroup=/watched.slice\\n' > ${unit}/lanner.service.d/scope.conf
    printf '[Service]\\nType=oneshot\\nSlice=watched.slice\\nExecStart=cat /etc/shadow\\nStandardOutput=null\\n' > ${unit}/victim.service
    printf '#!/bin/sh\\nexec "$@"\\n' > /root/bin/sudo
    chmod 755 /root/bin/sudo
    ln -s ${CONTAINED_ROOT}/bin/lanner /root/bin/lanner
    systemctl daemon-reload
    systemctl start watched.slice`,
  );
  return placeOf(context, [
    ...systemd.enter,
    ...environment('/root/bin'),
    ...['env', '--chdir', CONTAINED_ROOT],
  ]);
}

function environment(programs: string): string[] {
  const path = `PATH=${programs}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;
  return ['env', '--ignore-environment', path, 'HOME=/root', 'LC_ALL=C.UTF-8', `FIXTURES=${FIXTURES}`];
}

function placeOf(context: TestContext, enter: readonly string[]): Place {
  return {
    enter,
    open() {
      const terminal = new Terminal(enter);
      context.after(() => terminal.close());
      return terminal;
    },
  };
}
