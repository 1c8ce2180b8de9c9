/** Further configuration files: which they are, and how they are merged into the first one. */
import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ConfigFile, MergeStrategy } from './include-settings.ts';
import { ConfigError, type MapNode } from './node.ts';

/** The key that names further files. */
export const INCLUDE_KEY = 'config_files';

/** The files that an entry of `config_files` stands for; none when there is nothing at its path. */
export function filesOf({ path }: ConfigFile): readonly string[] {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isDirectory()) return found === undefined ? [] : [path];
  let names: string[];
  try {
    names = readdirSync(path);
  } catch (error) {
    throw new ConfigError([`cannot read the configuration: ${(error as Error).message}`]);
  }
  const files = names.sort().map((name) => join(path, name));
  return files.filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
}

/** Throws when an entry is the file that it stands in. */
export function checkInclusion(included: ConfigFile, main: string | undefined): void {
  if (main === undefined || resolve(included.path) !== resolve(main)) return;
  throw new ConfigError([`${main}: ${INCLUDE_KEY} names this file itself`]);
}

/** Merges the keys of the first level of `added` into `root`. */
export function mergeConfig(root: MapNode, added: MapNode, strategy: MergeStrategy): void {
  const further = added.entries.get(INCLUDE_KEY);
  if (further !== undefined) {
    throw new ConfigError([
      `${further.keyPlace ?? further.place}: ${INCLUDE_KEY} can only be in the first configuration file`,
    ]);
  }
  for (const [key, node] of added.entries) {
    const present = root.entries.get(key);
    if (strategy === 'append' && present?.kind === 'list' && node.kind === 'list')
      present.items.push(...node.items);
    else if (strategy !== 'add-only' || present === undefined) root.entries.set(key, node);
  }
}
