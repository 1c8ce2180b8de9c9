/** A stage on the host: a root file system, mounts and a network of its own, all gone when its processes are. */
import { join } from 'node:path';
import { planOf } from './plan.ts';
import { STAGE_PROGRAM } from './root.ts';
import { type Stage, startStageProcess } from './stage.ts';
import { become, type Step } from './steps.ts';

const act = (...words: string[]): Step => ({ kind: 'act', words });

export interface StageFolders {
  /** The actor. */
  readonly actor: string;
  /** Root file system of all stages; it is never written to. */
  readonly root: string;
  /** An empty folder to mount the stage at. */
  readonly mount: string;
}

/** An overlay over the root file system whose changes are in memory. Returns its path. */
export function overlaySteps({ root, mount }: StageFolders): { path: string; steps: Step[] } {
  const path = join(mount, 'root');
  const upper = join(mount, 'upper');
  const work = join(mount, 'work');
  const layers = `lowerdir=${root},upperdir=${upper},workdir=${work}`;
  const steps = [
    act('own-namespaces'),
    act('mount', 'tmpfs', mount, 'mode=755,size=64m'),
    act('make-directory', upper),
    act('make-directory', work),
    act('mount', 'overlay', path, layers),
  ];
  return { path, steps };
}

/** What the machinery does before the scene, and the scene; all of it by the process of the stage. */
export function stageSteps(setUp: readonly Step[], steps: readonly Step[]): Step[] {
  return [...setUp, act('await-start'), ...steps];
}

export async function openHostStage(
  folders: StageFolders,
  setUp: readonly Step[],
  steps: readonly Step[],
): Promise<Stage> {
  const { path, steps: overlay } = overlaySteps(folders);
  const dev = join(path, 'dev');
  const devices = ['null', 'zero', 'random', 'urandom', 'tty'];
  const plan = planOf([
    ...overlay,
    act('mount', 'proc', join(path, 'proc'), ''),
    act('mount', 'tmpfs', dev, 'mode=755'),
    ...devices.map((name) => act('bind-file', `/dev/${name}`, join(dev, name))),
    act('mount', 'devpts', join(dev, 'pts'), 'newinstance,ptmxmode=0666,mode=620'),
    act('link-symbolically', 'pts/ptmx', join(dev, 'ptmx')),
    act('mount', 'tmpfs', join(dev, 'shm'), 'mode=1777'),
    act('mount', 'tmpfs', join(path, 'tmp'), 'mode=1777'),
    act('make-root', path),
    act('any-address'),
    become(STAGE_PROGRAM, { does: stageSteps(setUp, steps) }),
  ]);
  const stage = startStageProcess([folders.actor], plan);
  const close = async (): Promise<void> => {
    stage.kill();
    await stage.ended;
  };
  try {
    await stage.ready;
  } catch (error) {
    await close();
    throw error;
  }
  return { pid: stage.child.pid as number, hasEngine: false, start: stage.start, ended: stage.ended, close };
}
