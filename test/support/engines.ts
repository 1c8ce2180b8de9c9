/**
 * Container engines for live tests: daemons of our own, with their data in a folder of their own, that are
 * stopped and removed by whoever started them.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { missingCapabilities } from './container.ts';
import { IMAGE, USER, writeImage } from './image.ts';

/** A daemon that is still there after so many seconds is ended, even when the tests themselves are gone. */
const LIMIT_SECONDS = process.env.LANNER_OWN_MACHINE ? 3600 : 300;
const START_TRIES = 200;
const START_PAUSE_MS = 50;

export interface Engine {
  readonly folder: string;
  readonly socket: string;
  /** Process that starts the containers, for Lanner's scope. */
  readonly pid: number;
  /** Command that runs a shell script in a new container, as a user of the image if it can, and waits for its end. */
  command(name: string, script: string): readonly string[];
  /** The same as root in a privileged container; absent where this machine cannot have one. */
  privilegedCommand?(name: string, script: string): readonly string[];
  /** Ends the daemon and removes all that it has left. */
  stop(): Promise<void>;
}

/**
 * A privileged container gets all capabilities, but nobody can pass on what he does not have himself: this
 * runtime leaves out those that this machine withholds. Returns its path.
 */
function writeRuntime(folder: string): string {
  const path = join(folder, 'runtime');
  const edits = missingCapabilities().map((name) => `s/"${name}",//g; s/,"${name}"//g`);
  const lines = [
    '#!/bin/sh',
    'for word; do [ "$before" = --bundle ] && bundle=$word; before=$word; done',
    `[ -z "$bundle" ] || sed -i '${edits.join('; ')}' "$bundle/config.json"`,
    'exec runc "$@"',
  ];
  writeFileSync(path, `${lines.join('\n')}\n`, { mode: 0o755 });
  return path;
}

/** dockerd without a network. */
export async function startDocker(): Promise<Engine> {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-docker-'));
  const socket = join(folder, 'sock');
  const daemon = startDaemon(folder, [
    'dockerd',
    ...['--iptables=false', '--ip6tables=false', '--bridge=none', '--storage-driver=overlay2'],
    ...['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec')],
    ...['--add-runtime', `withheld=${writeRuntime(folder)}`, '--default-runtime', 'withheld'],
    ...['--pidfile', join(folder, 'pid'), '--host', `unix://${socket}`],
  ]);
  const docker = ['/usr/bin/docker', '--host', `unix://${socket}`];
  return startedWith(daemon, folder, [...docker, 'version'], () => {
    runProgram([...docker, 'load', '--quiet', '--input', writeImage(folder)]);
    return {
      socket,
      command: (name, script) => [
        ...[...docker, 'run', '--rm', '--name', name, '--network', 'none', '--label', 'tier=front'],
        ...['--publish', '127.0.0.1:8080:80', '--user', `${USER.id}:${USER.id}`],
        ...['--volume', `${folder}:/host-folder:ro`, IMAGE, 'sh', '-c', script],
      ],
      privilegedCommand: (name, script) => [
        ...[...docker, 'run', '--rm', '--name', name, '--network', 'host', '--privileged'],
        ...[IMAGE, 'sh', '-c', script],
      ],
    };
  });
}

/** Podman with its API; containers are started by its command, not by the process that serves the API. */
export async function startPodman(): Promise<Engine> {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-podman-'));
  const socket = join(folder, 'sock');
  const podman = [
    ...['podman', '--root', join(folder, 'data'), '--runroot', join(folder, 'run')],
    ...['--tmpdir', join(folder, 'tmp'), '--cgroup-manager=cgroupfs', '--runtime', 'runc'],
    ...['--events-backend=file', '--storage-driver=overlay'],
  ];
  const daemon = startDaemon(folder, [...podman, 'system', 'service', '--time=0', `unix://${socket}`]);
  return startedWith(daemon, folder, ['test', '-S', socket], () => {
    runProgram([...podman, 'load', '--quiet', '--input', writeImage(folder)]);
    return {
      socket,
      command: (name, script) => [
        ...[...podman, 'run', '--rm', '--name', name, '--network', 'none', '--label', 'tier=front'],
        ...['--ulimit', 'nofile=4096:4096', '--ulimit', 'nproc=4096:4096'],
        ...['--user', `${USER.id}:${USER.id}`],
        ...['--volume', `${folder}:/host-folder:ro`, IMAGE, 'sh', '-c', script],
      ],
    };
  });
}

/** containerd with the Container Runtime Interface, for pods in the network of the host. */
export async function startContainerd(): Promise<Engine> {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-containerd-'));
  const socket = join(folder, 'sock');
  const cri = 'plugins."io.containerd.grpc.v1.cri"';
  const lines = [
    'version = 2',
    `root = "${folder}/root"`,
    `state = "${folder}/state"`,
    `[grpc]\naddress = "${socket}"`,
    `[${cri}]\nsandbox_image = "${IMAGE}"\nrestrict_oom_score_adj = true\ndisable_apparmor = true`,
    `[${cri}.cni]\nbin_dir = "${folder}/cni"\nconf_dir = "${folder}/cni"`,
    `[plugins."io.containerd.internal.v1.opt"]\npath = "${folder}/opt"`,
  ];
  writeFileSync(join(folder, 'config.toml'), lines.join('\n'));
  const daemon = startDaemon(folder, ['containerd', '--config', join(folder, 'config.toml')]);
  const ctr = ['ctr', '--address', socket];
  return startedWith(daemon, folder, [...ctr, 'version'], () => {
    const archive = writeImage(folder);
    for (const namespace of ['default', 'k8s.io'])
      runProgram([...ctr, '--namespace', namespace, 'images', 'import', archive]);
    return {
      socket,
      command: (name, script) => [
        ...[...ctr, 'run', '--rm', '--label', 'tier=front'],
        ...['--mount', `type=bind,src=${folder},dst=/host-folder,options=rbind:ro`],
        ...[IMAGE, name, 'sh', '-c', script],
      ],
    };
  });
}

/** Programs of an engine that are missing on this machine, as the reason for a skip; `false` for none. */
export function missingPrograms(...programs: string[]): string | false {
  const missing = programs.filter((program) => spawnSync('which', [program]).status !== 0);
  return missing.length > 0 && `not installed: ${missing.join(', ')}`;
}

function startDaemon(folder: string, command: readonly string[]): ChildProcess {
  mkdirSync(folder, { recursive: true });
  const log = openSync(join(folder, 'log'), 'a');
  // `timeout` ends the daemon in good order, also when nobody is left to do it.
  const words = ['--kill-after=20', String(LIMIT_SECONDS), ...command];
  return spawn('timeout', words, { detached: true, stdio: ['ignore', log, log] });
}

/** Waits until `probe` succeeds and then lets `prepare` finish the engine. What fails leaves nothing behind. */
async function startedWith(
  daemon: ChildProcess,
  folder: string,
  probe: readonly string[],
  prepare: () => Pick<Engine, 'socket' | 'command' | 'privilegedCommand'>,
): Promise<Engine> {
  const stop = (): Promise<void> => stopDaemon(daemon, folder).finally(removeGroups);
  try {
    for (let tries = 0; spawnSync(probe[0] ?? '', probe.slice(1)).status !== 0; tries++) {
      if (tries >= START_TRIES || daemon.exitCode !== null)
        throw new Error(`it did not start: ${lastLog(folder)}`);
      await sleep(START_PAUSE_MS);
    }
    return { ...prepare(), folder, pid: daemon.pid as number, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function stopDaemon(daemon: ChildProcess, folder: string): Promise<void> {
  if (daemon.exitCode === null && daemon.signalCode === null) {
    const ended = new Promise((resolve) => daemon.once('exit', resolve));
    daemon.kill('SIGTERM');
    await ended;
  }
  for (const point of mountsBelow(folder).reverse()) spawnSync('umount', [point]);
  // Never recursive below a mount that would not go.
  const left = mountsBelow(folder);
  if (left.length > 0) throw new Error(`still mounted: ${left.join(', ')}`);
  rmSync(folder, { recursive: true, force: true });
}

/** Control groups that engines make for all of their containers together, and leave behind. */
const GROUPS = '/sys/fs/cgroup/{,*/}{docker,default,k8s.io,libpod_parent,libpod_parent/conmon}';

/** One that is in use cannot be removed; an engine of the machine makes its own anew when it needs it. */
function removeGroups(): void {
  for (const group of globSync(GROUPS).sort().reverse()) {
    try {
      rmdirSync(group);
    } catch {
      // In use.
    }
  }
}

function mountsBelow(folder: string): string[] {
  const points = readFileSync('/proc/self/mounts', 'latin1')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '');
  return points.filter((point) => point.startsWith(`${folder}/`));
}

function runProgram([program = '', ...args]: readonly string[]): void {
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

function lastLog(folder: string): string {
  const log = join(folder, 'log');
  return existsSync(log) ? (readFileSync(log, 'utf8').trimEnd().split('\n').at(-1) ?? '') : 'no log';
}
