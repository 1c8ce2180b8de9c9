/** How the emulated machine tells its results: lines on its console. */
import type { Result } from '../../scripts/tests/result.ts';

/** What the machine says; `end` is the last. */
export type Message =
  | { readonly kind: 'start'; readonly release: string; readonly cgroup: string }
  | {
      readonly kind: 'file';
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
