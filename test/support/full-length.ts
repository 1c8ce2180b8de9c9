/** Tests that take as long as one likes are short unless LANNER_FULL=yes asks for their full length. */
import process from 'node:process';

/** Seconds of a test: `full` when asked for, otherwise `short`. */
export function seconds(length: { readonly short: number; readonly full: number }): number {
  return process.env.LANNER_FULL === 'yes' ? length.full : length.short;
}
