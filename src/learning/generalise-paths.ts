/** From paths that were seen to the shortest safe description of them: exact paths, and patterns for what varies. */
import type { ByteString } from '../events/bytes.ts';
import { escapeRegex, shapeOfPath } from './path-noise.ts';
import { isProtected, mayTakeIn } from './protected-paths.ts';

export interface SeenPath {
  readonly path: ByteString;
  readonly count: number;
}

export interface PathPattern {
  /** RE2 of the whole path. */
  readonly regex: string;
  /** Different paths that it was made from, and one of them. */
  readonly paths: number;
  readonly example: ByteString;
}

export interface PathSet {
  readonly exact: readonly ByteString[];
  readonly patterns: readonly PathPattern[];
  /** Paths whose names seem to vary, where patterns must not be. */
  readonly fixed: readonly ByteString[];
}

/** So many names of a kind in a folder stand for all of that kind; of names without an ending there must be more. */
const CROWD = 8;
const PLAIN_CROWD = 16;
/** So many folders with patterns below another stand for the whole tree. */
const FOREST = 8;
/** A tree must lie so deep; what lies higher belongs to many. */
const TREE_DEPTH = 3;
/** So many random names side by side show which part of them is random. */
const SIBLINGS = 3;

/** A name that is not hidden. */
const NAME = '[^/.][^/]*';
/** What others run or load is never taken in by its ending. */
const EXECUTED =
  /^(?:sh|bash|py|pl|rb|php|js|mjs|cjs|ts|lua|tcl|so|ko|jar|class|conf|cfg|service|timer|socket|desktop|rules|profile|cron|key|pem|crt)$/;

export function generalisePaths(seen: readonly SeenPath[]): PathSet {
  const paths = [...new Set(seen.map(({ path }) => path))].sort();
  const patterns = new Map<string, ByteString[]>();
  const fixed: ByteString[] = [];
  const plain: ByteString[] = [];
  for (const path of paths) {
    const { regex, isVarying } = shapeOfPath(path);
    const isNumbered = /^\/(?:proc\/[0-9]+|dev\/pts)\//.test(path);
    if (!isVarying) plain.push(path);
    else if (isProtected(path) && !isNumbered) fixed.push(path);
    else add(patterns, regex, path);
  }
  const exact = takeIn(plain, patterns);
  growTrees(patterns);
  const compiled = [...patterns.keys()].map((regex) => new RegExp(`^(?:${regex})$`));
  return {
    exact: [...exact.filter((path) => !matchesAny(path, compiled)), ...fixed].sort(),
    patterns: [...patterns].map(([regex, [example = '', ...others]]) => ({
      regex,
      paths: others.length + 1,
      example,
    })),
    fixed,
  };
}

function add(patterns: Map<string, ByteString[]>, regex: string, path: ByteString): void {
  patterns.set(regex, [...(patterns.get(regex) ?? []), path]);
}

/** Finds random and crowded names side by side; gives those that are neither. */
function takeIn(paths: readonly ByteString[], patterns: Map<string, ByteString[]>): ByteString[] {
  const left: ByteString[] = [];
  const kinds = Map.groupBy(paths, (path) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    return `${path.slice(0, path.lastIndexOf('/'))}\0${endingOf(name)}`;
  });
  for (const [kind, alike] of kinds) {
    const [folder = '', ending = ''] = kind.split('\0');
    const isHidden = alike.some((path) => path[folder.length + 1] === '.');
    const random = isProtected(alike[0] as ByteString) ? undefined : randomSiblings(alike);
    if (random !== undefined) for (const path of alike) add(patterns, random, path);
    else if (
      alike.length >= (ending === '' ? PLAIN_CROWD : CROWD) &&
      mayTakeIn(folder) &&
      !isHidden &&
      !EXECUTED.test(ending)
    ) {
      const regex = `${escapeRegex(folder)}/${NAME}${ending === '' ? '' : `\\.${escapeRegex(ending)}`}`;
      for (const path of alike) add(patterns, regex, path);
    } else left.push(...alike);
  }
  return left;
}

/** What stands behind the last dot; empty when that is no ending. */
function endingOf(name: ByteString): string {
  return /.\.([A-Za-z][0-9A-Za-z_]{0,7})$/.exec(name)?.[1] ?? '';
}

/** Names of one length that have beginning and end in common, and between them what nobody would choose. */
function randomSiblings(paths: readonly ByteString[]): string | undefined {
  const [first = ''] = paths;
  if (paths.length < SIBLINGS || paths.some(({ length }) => length !== first.length)) return undefined;
  let start = 0;
  while (start < first.length && paths.every((path) => path[start] === first[start])) start++;
  let end = first.length;
  while (end > start && paths.every((path) => path[end - 1] === first[end - 1])) end--;
  const middles = paths.map((path) => path.slice(start, end));
  // Common letters at the borders are chance: six at least are random where any are.
  const isRandom =
    middles.filter((middle) => /[0-9]/.test(middle) && /[A-Za-z]/.test(middle)).length * 2 > middles.length;
  if (end - start < 4 || !isRandom || middles.some((middle) => !/^[0-9A-Za-z_]+$/.test(middle)))
    return undefined;
  return `${escapeRegex(first.slice(0, start))}[0-9A-Za-z_]{${end - start}}${escapeRegex(first.slice(end))}`;
}

/** Where one kind of names fills many folders of a tree, the tree stands for them. */
function growTrees(patterns: Map<string, ByteString[]>): void {
  for (;;) {
    const below = new Map<ByteString, Set<string>>();
    for (const [regex, [example = '']] of patterns) {
      if (!regex.includes(NAME) || regex.includes('(')) continue;
      const names = example.split('/');
      for (let depth = TREE_DEPTH; depth < names.length - 1; depth++) {
        const folder = names.slice(0, depth + 1).join('/');
        below.set(folder, (below.get(folder) ?? new Set()).add(regex));
      }
    }
    // The deepest tree with enough folders is the narrowest.
    const [folder, covered] =
      [...below]
        .filter(([path, regexes]) => regexes.size >= FOREST && mayTakeIn(path))
        .sort(([one], [other]) => other.length - one.length)[0] ?? [];
    if (folder === undefined || covered === undefined) return;
    const paths = [...covered].flatMap((regex) => patterns.get(regex) ?? []);
    for (const regex of covered) patterns.delete(regex);
    patterns.set(`${escapeRegex(folder)}(/${NAME})+`, paths);
  }
}

function matchesAny(path: ByteString, patterns: readonly RegExp[]): boolean {
  return patterns.some((pattern) => pattern.test(path));
}
