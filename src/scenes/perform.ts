/** Performs a scene or its twin, and says what happened. */
import type { Play, Scene } from './scene.ts';
import type { Stage } from './stage.ts';
import type { Theatre } from './theatre.ts';

/** Who watches. */
export interface Audience {
  /**
   * Watches this process, and all that it starts, from now on. `hasEngine`: it is in a container of which an engine
   * knows, and it is waited for what the engine tells.
   */
  follow(pid: number, hasEngine: boolean): Promise<void>;
  /** Resolves when everything that the process did has been judged; it has ended. */
  over(pid: number): Promise<void>;
}

export type Performance =
  | { readonly kind: 'performed' }
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string };

/** What the twin of a scene plays. */
export function twinOf({ place, twin }: Scene): Play {
  return { place, ...twin };
}

/**
 * Never rejects, and leaves nothing behind. Without an audience the scene is only performed. `stop` ends it in the
 * middle.
 */
export async function perform(
  theatre: Theatre,
  play: Play,
  stop: AbortSignal,
  audience?: Audience,
): Promise<Performance> {
  const reason = await theatre.lacks(play);
  if (reason !== undefined) return { kind: 'skipped', reason };
  let stage: Stage;
  try {
    stage = await theatre.open(play);
  } catch (error) {
    return { kind: 'failed', reason: `the stage could not be built: ${(error as Error).message}` };
  }
  const end = (): void => {
    void stage.close();
  };
  stop.addEventListener('abort', end);
  try {
    await audience?.follow(stage.pid, stage.hasEngine);
    stage.start();
    const { performed, complaint } = await stage.ended;
    await audience?.over(stage.pid);
    return performed ? { kind: 'performed' } : { kind: 'failed', reason: complaint };
  } catch (error) {
    return { kind: 'failed', reason: (error as Error).message };
  } finally {
    stop.removeEventListener('abort', end);
    await stage.close();
  }
}
