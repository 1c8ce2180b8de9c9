/**
 * A real systemd, booted in a container made of an overlay of this machine's own files. What is changed there
 * lies in memory and is gone at the end.
 */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import process from 'node:process';
import type { TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { type Finished, ROOT, type Running, start } from './lanner.ts';

/** Where the checkout is in the container. */
export const CONTAINED_ROOT = '/opt/lanner';

/** What a service that loads a probe needs beside what systemd-nspawn leaves to a container. */
const CAPABILITIES = 'CAP_BPF,CAP_PERFMON';

export interface BootedSystemd {
  /** Runs a command in the container. */
  run(...command: string[]): Promise<Finished>;
  /** As `run`; rejects when the command fails. Gives its standard output. */
  output(...command: string[]): Promise<string>;
  start(...command: string[]): Running;
  /** The program and its arguments that run a command, which follows, in the container. */
  readonly enter: readonly string[];
}

/** Why this machine cannot boot one, for tests that must; `false` when it can. */
export function cannotBootSystemd(): string | false {
  if (process.getuid?.() !== 0) return 'needs root';
  if (!existsSync('/usr/bin/systemd-nspawn'))
    return 'needs systemd-nspawn (apt-get install systemd-container)';
  return existsSync('/lib/systemd/systemd') ? false : 'needs systemd';
}

/** Boots it, without any service that this machine would start, and ends it after the test. */
export async function bootSystemd(context: TestContext): Promise<BootedSystemd> {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-systemd-'));
  execFileSync('mount', ['-t', 'tmpfs', 'none', folder]);
  const [upper, work, root] = ['upper', 'work', 'root'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const path of [upper, work, root]) mkdirSync(path);
  const layers = `lowerdir=/,upperdir=${upper},workdir=${work}`;
  execFileSync('mount', ['-t', 'overlay', 'overlay', '-o', layers, root]);
  // A new machine gets an id of its own.
  writeFileSync(join(root, 'etc/machine-id'), '');
  const units = join(root, 'etc/systemd/system');
  for (const name of readdirSync(units)) rmSync(join(units, name), { recursive: true });
  symlinkSync('/lib/systemd/system/sysinit.target', join(units, 'default.target'));
  const groups = controlGroups(basename(folder));
  for (const group of groups) mkdirSync(group);
  const nspawn = start('sh', [
    ...['-ec', `${groups.map((group) => `echo $$ > ${group}/cgroup.procs`).join('; ')}; exec "$@"`, 'enter'],
    ...['systemd-nspawn', '--quiet', '--register=no', '--keep-unit', '--private-network', '--console=pipe'],
    ...[`--capability=${CAPABILITIES}`, '--system-call-filter=bpf perf_event_open'],
    ...[`--bind-ro=${ROOT}:${CONTAINED_ROOT}`, '-D', root, '-b'],
  ]);
  context.after(async () => {
    nspawn.child.kill('SIGKILL');
    await nspawn.finished;
    for (const group of groups) await removeGroup(group);
    execFileSync('umount', ['-R', root]);
    execFileSync('umount', [folder]);
    rmSync(folder, { recursive: true });
  });
  const inside = ['--target', String(await firstChild(nspawn.child.pid as number)), '--all'];
  const begin = (...command: string[]): Running => start('nsenter', [...inside, '--', ...command]);
  const booted: BootedSystemd = {
    enter: ['nsenter', ...inside, '--'],
    start: begin,
    run: (...command) => begin(...command).finished,
    async output(...command) {
      const { code, stdout, stderr } = await booted.run(...command);
      if (code !== 0) throw new Error(`${command.join(' ')}: ${stderr || stdout}`);
      return stdout;
    },
  };
  for (;;) {
    const { stdout } = await booted.run('systemctl', 'is-system-running', '--wait');
    if (/^(?:running|degraded)$/m.test(stdout)) return booted;
    if (nspawn.child.exitCode !== null) throw new Error('systemd-nspawn has ended');
  }
}

async function firstChild(pid: number): Promise<number> {
  for (;;) {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    // systemd-nspawn starts it through another process; in the end it has the one.
    const [first] = children.map(Number);
    if (first && isSystemd(first)) return first;
    await setTimeout(20);
  }
}

function isSystemd(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8') === 'systemd\n';
  } catch {
    return false;
  }
}

/** A group of its own in each hierarchy in which systemd makes groups, so that what it leaves can be found. */
function controlGroups(name: string): string[] {
  const hierarchies = ['/sys/fs/cgroup/unified', '/sys/fs/cgroup/systemd', '/sys/fs/cgroup'];
  return hierarchies
    .filter((folder) => existsSync(join(folder, 'cgroup.procs')))
    .map((folder) => join(folder, name));
}

/** Ends all that is in a group and those below it, and removes them. */
async function removeGroup(group: string): Promise<void> {
  const folders = execFileSync('find', [group, '-depth', '-type', 'd'], { encoding: 'utf8' })
    .trim()
    .split('\n');
  for (const folder of folders) while (!tryRemove(folder)) await setTimeout(20);
}

/** A group is empty a little later than its processes have ended. */
function tryRemove(folder: string): boolean {
  const pids = readFileSync(join(folder, 'cgroup.procs'), 'utf8').trim();
  if (pids !== '') for (const pid of pids.split('\n')) kill(Number(pid));
  try {
    rmdirSync(folder);
    return true;
  } catch {
    return false;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
