/** What the emulated machine is told to run, and how it tells its results: lines on its console. */
import type { Result } from '../../scripts/tests/result.ts';

const MINUTE = 60_000;
/** A test that takes longer counts as hanging: the machine is ten to thirty times slower than a real one. */
const TEST_LIMIT_MS = 4 * MINUTE;
/** Of files of which one step takes longer. */
const LONG_TESTS: Readonly<Record<string, number>> = {
  // All scenes are performed by one program.
  'test/live/scenes.test.ts': 40 * MINUTE,
};

/** Milliseconds after which a test of the file counts as hanging; twice as many after which the file does and is ended. */
export function testLimit(file: string): number {
  return LONG_TESTS[file] ?? TEST_LIMIT_MS;
}

export interface Task {
  /** In this order. */
  readonly files: readonly string[];
  /** When the machine has run for so long, no further file is begun. */
  readonly seconds: number;
}

/** What the machine says; `end` is the last. */
export type Message =
  | { readonly kind: 'start'; readonly release: string; readonly cgroup: string }
  /** The file is begun. */
  | { readonly kind: 'file'; readonly file: string }
  | {
      readonly kind: 'results';
      readonly file: string;
      readonly seconds: number;
      readonly results: readonly Result[];
    }
  | { readonly kind: 'end' };

const MARK = '@lanner ';

/** In ASCII on one line, whatever it holds: a console passes on less than all. */
export function encodeMessage(message: Message): string {
  return `${MARK}${Buffer.from(JSON.stringify(message)).toString('base64')}`;
}

/** `undefined` for a line that says something else. */
export function decodeMessage(line: string): Message | undefined {
  const at = line.indexOf(MARK);
  if (at < 0) return undefined;
  try {
    return JSON.parse(Buffer.from(line.slice(at + MARK.length).trim(), 'base64').toString());
  } catch {
    return undefined;
  }
}
