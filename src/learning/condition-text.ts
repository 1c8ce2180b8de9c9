/** Pieces of conditions as text of the rule language. */
import type { ByteString } from '../events/bytes.ts';
import type { ProgramName } from './observation.ts';
import { shapeOfPath } from './path-noise.ts';

/** A byte string as a literal: bare where nothing in it means anything, otherwise quoted, bytes beyond ASCII escaped. */
export function literal(text: ByteString): string {
  if (/^\/[\w./+@%-]*$/.test(text)) return text;
  const escaped = text.replace(/[\\"]/g, '\\$&').replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to escape
    /[\x00-\x1f\x7f-\xff]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  return `"${escaped}"`;
}

/** `field = x`, or `field in (x, y)`. */
export function isOneOf(field: string, values: readonly ByteString[]): string {
  const literals = values.map(literal);
  return literals.length === 1 ? `${field} = ${literals[0]}` : `${field} in (${literals.join(', ')})`;
}

/** The field is one of these paths, or has the shape of one that varies from run to run. */
export function isPathOf(field: string, paths: readonly ByteString[]): string {
  const shapes = [...new Set(paths)].map((path) => ({ path, ...shapeOfPath(path) }));
  const exact = shapes.filter(({ isVarying }) => !isVarying).map(({ path }) => path);
  const regexes = new Set(shapes.filter(({ isVarying }) => isVarying).map(({ regex }) => regex));
  return anyOf([
    ...(exact.length === 0 ? [] : [isOneOf(field, exact.sort())]),
    ...[...regexes].sort().map((regex) => `${field} regex ${literal(regex)}`),
  ]);
}

/** The process runs one of these programs. */
export function runsOneOf(programs: readonly ProgramName[]): string {
  const plain = programs.filter(({ applet }) => applet === undefined).map(({ path }) => path);
  const applets = Map.groupBy(
    programs.filter(({ applet }) => applet !== undefined),
    ({ path }) => path,
  );
  return anyOf([
    ...(plain.length === 0 ? [] : [isPathOf('proc.exepath', plain)]),
    ...[...applets].map(([path, some]) => {
      const names = [...new Set(some.map(({ applet }) => applet ?? ''))];
      return allOf([`proc.exepath = ${literal(path)}`, isOneOf('basename(proc.exe)', names.sort())]);
    }),
  ]);
}

/** One condition stays as it is; several in parentheses. */
export function anyOf(conditions: readonly string[]): string {
  return conditions.length === 1 ? (conditions[0] as string) : `(${conditions.join(' or ')})`;
}

export function allOf(conditions: readonly string[]): string {
  return conditions.length === 1 ? (conditions[0] as string) : `(${conditions.join(' and ')})`;
}
