/** Docker and Podman, through their own clients: an image of the actor, and containers of it. */
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { stageSteps } from './host-stage.ts';
import { planOf } from './plan.ts';
import { STAGE_PROGRAM } from './root.ts';
import type { ContainerPlace } from './scene.ts';
import { type Stage, startStageProcess } from './stage.ts';
import type { Step } from './steps.ts';

export interface EngineChoice {
  readonly name: 'docker' | 'podman';
  readonly socket: string;
}

export class SceneEngine {
  readonly name: string;
  readonly #client: readonly string[];
  readonly #image: string;
  readonly #folder: string;
  readonly #actor: string;

  /** Imports the image. `folder` is for files of the engine's; `root` is the image's root file system. */
  constructor({ name, socket }: EngineChoice, folders: { folder: string; root: string; actor: string }) {
    this.name = name;
    this.#client =
      name === 'docker'
        ? ['docker', '--host', `unix://${socket}`]
        : ['podman', '--remote', '--url', `unix://${socket}`];
    this.#image = `lanner-scenes:${randomBytes(6).toString('hex')}`;
    this.#folder = folders.folder;
    this.#actor = folders.actor;
    const archive = join(folders.folder, 'image.tar');
    execFileSync('tar', ['--create', '--file', archive, '--directory', folders.root, '.']);
    this.#ask('import', archive, this.#image);
    rmSync(archive);
  }

  async open(place: ContainerPlace, setUp: readonly Step[], steps: readonly Step[]): Promise<Stage> {
    const name = `lanner-scene-${randomBytes(6).toString('hex')}`;
    const plan = planOf(stageSteps(setUp, steps));
    const stage = startStageProcess(
      [
        ...[...this.#client, 'run', '--interactive', '--rm', '--name', name, '--network', 'none'],
        ...['--env', 'LANNER_SCENE', '--env', 'LANNER_PART', ...this.#options(place)],
        ...[this.#image, STAGE_PROGRAM],
      ],
      { HOME: this.#folder, ...plan },
    );
    const close = async (): Promise<void> => {
      this.#tell('rm', '--force', name);
      stage.kill();
      await stage.ended;
    };
    try {
      await stage.ready;
      const pid = Number(this.#ask('inspect', '--format', '{{.State.Pid}}', name));
      this.#openNetwork(pid);
      return { pid, hasEngine: true, start: stage.start, ended: stage.ended, close };
    } catch (error) {
      await close();
      throw error;
    }
  }

  /** Removes the image. */
  close(): void {
    this.#tell('rmi', '--force', this.#image);
  }

  #options({ capabilities, engine }: ContainerPlace): string[] {
    const folder = join(this.#folder, 'mounted');
    mkdirSync(folder, { recursive: true });
    return [
      // Podman would raise these, which not every machine allows.
      ...(this.name === 'podman' ? ['--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1024:1024'] : []),
      ...['--cap-drop', 'ALL', ...capabilities.flatMap((name) => ['--cap-add', name])],
      ...(engine?.privileged ? ['--privileged'] : []),
      ...(engine?.mounts ?? []).flatMap((path) => ['--volume', `${folder}:${path}`]),
    ];
  }

  /** The network of the container, which has none, becomes one in which every address leads to itself. */
  #openNetwork(pid: number): void {
    const act = (...words: string[]): Step => ({ kind: 'act', words });
    const plan = planOf([act('join-namespace', `/proc/${pid}/ns/net`), act('any-address')]);
    execFileSync(this.#actor, { env: plan, stdio: ['ignore', 'ignore', 'pipe'] });
  }

  #ask(...words: string[]): string {
    const [program = '', ...args] = this.#client;
    const { status, stdout, stderr, error } = spawnSync(program, [...args, ...words], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: this.#folder },
    });
    if (error) throw error;
    if (status !== 0) throw new Error(`${this.name} ${words[0]}: ${stderr.trim()}`);
    return stdout.trim();
  }

  /** For the clean-up: what is gone already is no error. */
  #tell(...words: string[]): void {
    try {
      this.#ask(...words);
    } catch {
      // Nothing more can be done here.
    }
  }
}
