/** A stage in a container that runc makes. */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { overlaySteps, type StageFolders, stageSteps } from './host-stage.ts';
import { planOf } from './plan.ts';
import { STAGE_PROGRAM } from './root.ts';
import type { ContainerPlace } from './scene.ts';
import { type Stage, startStageProcess } from './stage.ts';
import type { Step } from './steps.ts';

const PID_TRIES = 1000;
const PID_PAUSE_MS = 5;

const act = (...words: string[]): Step => ({ kind: 'act', words });

/** `bundle` is an empty folder for runc's files. */
export async function openRuncStage(
  folders: StageFolders & { readonly bundle: string },
  place: ContainerPlace,
  setUp: readonly Step[],
  steps: readonly Step[],
): Promise<Stage> {
  const { bundle } = folders;
  const id = randomBytes(32).toString('hex');
  const { path, steps: overlay } = overlaySteps(folders);
  const runc = ['runc', '--root', join(bundle, 'state')];
  const pidFile = join(bundle, 'pid');
  mkdirSync(bundle);
  const plan = planOf(stageSteps(setUp, steps));
  writeFileSync(join(bundle, 'config.json'), JSON.stringify(specification(path, place, plan)));
  const launch = planOf([
    ...overlay,
    act('any-address'),
    act('execute', ...runc, 'run', '--bundle', bundle, '--pid-file', pidFile, id),
  ]);
  const stage = startStageProcess([folders.actor], launch);
  const close = async (): Promise<void> => {
    const [program = '', ...args] = runc;
    spawnSync(program, [...args, 'delete', '--force', id]);
    stage.kill();
    await stage.ended;
    rmSync(bundle, { recursive: true, force: true });
  };
  try {
    await stage.ready;
    const pid = await pidIn(pidFile);
    return { pid, hasEngine: false, start: stage.start, ended: stage.ended, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** runc writes the file a moment after the container's process has begun. */
async function pidIn(file: string): Promise<number> {
  for (let tries = 0; !existsSync(file) && tries < PID_TRIES; tries++) await sleep(PID_PAUSE_MS);
  return Number(readFileSync(file, 'utf8'));
}

/** The runtime's configuration (OCI runtime specification 1.0). The network is that of runc's own process. */
function specification(root: string, place: ContainerPlace, plan: Readonly<Record<string, string>>): object {
  const capabilities = place.capabilities.map((name) => `CAP_${name}`);
  const mount = (type: string, destination: string, ...options: string[]) => ({
    destination,
    type,
    source: type,
    options,
  });
  return {
    ociVersion: '1.0.2',
    process: {
      terminal: false,
      user: { uid: 0, gid: 0 },
      args: [STAGE_PROGRAM],
      env: Object.entries(plan).map(([name, value]) => `${name}=${value}`),
      cwd: '/',
      capabilities: Object.fromEntries(
        ['bounding', 'effective', 'inheritable', 'permitted'].map((set) => [set, capabilities]),
      ),
    },
    root: { path: root },
    hostname: 'scene',
    mounts: [
      mount('proc', '/proc'),
      mount('tmpfs', '/dev', 'nosuid', 'mode=755'),
      mount('devpts', '/dev/pts', 'newinstance', 'ptmxmode=0666', 'mode=620'),
      mount('tmpfs', '/dev/shm', 'mode=1777'),
      mount('tmpfs', '/tmp', 'mode=1777'),
    ],
    linux: { namespaces: ['pid', 'ipc', 'uts', 'mount'].map((type) => ({ type })) },
  };
}
