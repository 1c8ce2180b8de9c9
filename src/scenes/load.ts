/** Finds scenes: all that ship with Lanner, or those that the user means. */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Scene } from './scene.ts';

const FOLDER = fileURLToPath(new URL('../../scenes', import.meta.url));

/** All scenes, in the order of their names. */
export async function loadScenes(): Promise<Scene[]> {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.ts'));
  return Promise.all(
    files.sort().map(async (file) => {
      const { default: scene } = (await import(pathToFileURL(join(FOLDER, file)).href)) as { default: Scene };
      if (scene.name !== basename(file, '.ts'))
        throw new Error(`scenes/${file} holds the scene ${scene.name}`);
      return scene;
    }),
  );
}

/** Words by which a scene can be meant: its name, place, technique, and the rules that must fire. */
function wordsFor({ name, place, technique, falco, lanner }: Scene): string[] {
  return [name, place.kind, technique, ...falco, ...lanner].map((word) => word.toLowerCase());
}

/** The scenes that a word means, none when there is no such word. */
export function scenesFor(word: string, scenes: readonly Scene[]): Scene[] {
  return scenes.filter((scene) => wordsFor(scene).includes(word.toLowerCase()));
}
