/** Where scenes are performed: opens a stage for each, and leaves nothing behind. */
import { spawnSync } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type EngineChoice, SceneEngine } from './engine.ts';
import { openHostStage } from './host-stage.ts';
import { hostNamesOf, programsOf, withAddresses } from './plan.ts';
import { fillRoot } from './root.ts';
import { openRuncStage } from './runc-stage.ts';
import type { Place, Play, Scene } from './scene.ts';
import type { Stage } from './stage.ts';

/** Built with the probe. */
export const ACTOR = fileURLToPath(new URL('../../build/lanner-actor', import.meta.url));

/** A name server that has not answered by then is not waited for any longer. */
const LOOK_UP_MS = 3000;

/** The scenes cannot be performed at all on this machine. The message is one line for people. */
export class TheatreError extends Error {
  override readonly name = 'TheatreError';
}

export interface TheatreOptions {
  /** All that may be performed: their programs make up the root file system. */
  readonly scenes: readonly Scene[];
  /** An engine that runs on this machine. */
  readonly engine: EngineChoice | undefined;
}

export class Theatre {
  readonly #folder: string;
  readonly #root: string;
  readonly #engineChoice: EngineChoice | undefined;
  readonly #hasRunc = isInstalled('runc');
  #engine: SceneEngine | undefined;
  #stages = 0;
  /** Addresses of host names. */
  readonly #addresses = new Map<string, string>();

  constructor({ scenes, engine }: TheatreOptions) {
    if (process.getuid?.() !== 0) throw new TheatreError('scenes need root');
    if (!existsSync(ACTOR))
      throw new TheatreError(
        'the actor of the scenes is not built: "node scripts/build-probe.mjs" builds it',
      );
    this.#engineChoice = engine;
    this.#folder = mkdtempSync(join(tmpdir(), 'lanner-scenes-'));
    this.#root = join(this.#folder, 'root');
    mkdirSync(this.#root);
    const programs = scenes.flatMap(({ setUp = [], steps, twin }) => [
      ...programsOf([...setUp, ...steps, ...(twin.setUp ?? []), ...twin.steps]),
    ]);
    fillRoot(this.#root, ACTOR, new Set(programs));
  }

  /** Why the play cannot be performed; `undefined` when it can. */
  async lacks({ place, steps }: Play): Promise<string | undefined> {
    for (const name of hostNamesOf(steps)) {
      const address = await addressOf(name);
      if (address === undefined) return `needs the host ${name}, which is not known here`;
      this.#addresses.set(name, address);
    }
    return this.#lacksPlace(place);
  }

  #lacksPlace(place: Place): string | undefined {
    if (place.kind === 'host') return undefined;
    if (place.engine && !this.#engineChoice) return 'needs a running container engine: Docker or Podman';
    if (!this.#hasRunc && !this.#engineChoice) return 'needs runc, or a running Docker or Podman';
    return undefined;
  }

  /** For a play that lacks nothing. Rejects when the stage cannot be built; nothing of it is left then. */
  open({ place, setUp = [], steps: written }: Play): Promise<Stage> {
    const steps = withAddresses(written, this.#addresses);
    const number = this.#stages++;
    const folders = { actor: ACTOR, root: this.#root, mount: join(this.#folder, `stage-${number}`) };
    if (place.kind === 'host' || (!place.engine && this.#hasRunc)) mkdirSync(folders.mount);
    if (place.kind === 'host') return openHostStage(folders, setUp, steps);
    if (!place.engine && this.#hasRunc) {
      const bundle = join(this.#folder, `bundle-${number}`);
      return openRuncStage({ ...folders, bundle }, place, setUp, steps);
    }
    return this.#startedEngine().open(place, setUp, steps);
  }

  close(): void {
    this.#engine?.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #startedEngine(): SceneEngine {
    if (!this.#engineChoice) throw new TheatreError('no container engine is running');
    this.#engine ??= new SceneEngine(this.#engineChoice, {
      folder: this.#folder,
      root: this.#root,
      actor: ACTOR,
    });
    return this.#engine;
  }
}

/** An IPv4 address of a host, as programs find it. */
async function addressOf(name: string): Promise<string | undefined> {
  const found = lookup(name, { family: 4 }).then(
    ({ address }) => address,
    () => undefined,
  );
  return Promise.race([found, sleep(LOOK_UP_MS, undefined, { ref: false })]);
}

/** Looks for a program on the PATH. */
export function isInstalled(program: string): boolean {
  const { error } = spawnSync(program, ['--version'], { stdio: 'ignore' });
  return error === undefined;
}
