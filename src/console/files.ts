/** Where the console keeps what it needs, and whether there is one. */
import { dirname, join } from 'node:path';
import type { Config } from '../config/schema.ts';
import { storePath } from '../store/location.ts';

/** Paths. */
export interface ConsoleFiles {
  readonly store: string;
  readonly token: string;
  /** The rules that are written in the console. */
  readonly ownRules: string;
  /** A folder. */
  readonly recordings: string;
}

/** The configured paths; what is not configured lies beside the store. */
export function consoleFiles({ store, console }: Pick<Config, 'store' | 'console'>): ConsoleFiles {
  const path = storePath(store.path);
  const beside = (configured: string, name: string): string =>
    configured === '' ? join(dirname(path), name) : configured;
  return {
    store: path,
    token: beside(console.token_file, 'console-token'),
    ownRules: beside(console.rules_file, 'console-rules.yaml'),
    recordings: beside(console.recordings, 'recordings'),
  };
}

/** Whether the console is served where the whole machine is watched, or a part of it. */
export function isConsoleServed({ console }: Pick<Config, 'console'>, isWhole: boolean): boolean {
  return console.serve === 'always' || (console.serve === 'machine' && isWhole);
}
