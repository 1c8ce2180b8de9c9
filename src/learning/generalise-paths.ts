/** From paths that were seen to the shortest safe description of them: exact paths, and patterns for what varies. */
import type { ByteString } from '../events/bytes.ts';
import { escapeRegex, type PathSegment, segmentsOf } from './path-noise.ts';
import { isProtected, mayTakeIn } from './protected-paths.ts';

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
  /** Paths with names that seem to vary, where nothing is generalised. */
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

/** Folders that hashes are sorted into: their beginnings. */
const SORTED = /^[0-9a-f]{2,4}$/;

/** Paths that one description stands for. */
interface Shape {
  /** For each name its regular expression. */
  readonly segments: readonly Pick<PathSegment, 'name' | 'regex' | 'isVarying'>[];
  readonly paths: readonly ByteString[];
}

export function generalisePaths(seen: Iterable<ByteString>): PathSet {
  const paths = [...new Set(seen)].sort();
  const fixed = paths.filter((path) => segmentsOf(path).some(({ isFixed }) => isFixed));
  let shapes = united(paths.map((path) => ({ segments: segmentsOf(path), paths: [path] })));
  const depth = Math.max(0, ...shapes.map(({ segments }) => segments.length));
  // Names of files before names of the folders that they lie in.
  for (let index = depth - 1; index >= 0; index--) shapes = united(takeIn(shapes, index));
  const patterns = growTrees(shapes.filter(isPattern));
  const compiled = [...patterns.keys()].map((regex) => new RegExp(`^(?:${regex})$`));
  return {
    exact: shapes
      .filter((shape) => !isPattern(shape))
      .flatMap((shape) => shape.paths)
      .filter((path) => !compiled.some((pattern) => pattern.test(path)))
      .sort(),
    patterns: [...patterns].map(([regex, from]) => ({ regex, paths: from.length, example: from[0] ?? '' })),
    fixed,
  };
}

function isPattern({ segments }: Shape): boolean {
  return segments.some(({ isVarying }) => isVarying);
}

function regexOf(segments: Shape['segments']): string {
  return segments.map(({ regex }) => `/${regex}`).join('');
}

/** Alike shapes as one. */
function united(shapes: readonly Shape[]): Shape[] {
  return [...Map.groupBy(shapes, ({ segments }) => regexOf(segments)).values()].map((alike) => ({
    segments: (alike[0] as Shape).segments,
    paths: alike.flatMap(({ paths }) => paths),
  }));
}

/** Puts one name in place of many at this place of paths that are alike in all others. */
function takeIn(shapes: readonly Shape[], index: number): Shape[] {
  const isCandidate = ({ segments }: Shape): boolean => segments[index]?.isVarying === false;
  const groups = Map.groupBy(shapes.filter(isCandidate), ({ segments }) => {
    const isLast = index === segments.length - 1;
    const name = segments[index]?.name ?? '';
    const others = segments.with(index, { name: '', regex: '*', isVarying: false });
    return `${regexOf(others)} ${SORTED.test(name) ? name.length : isLast ? endingOf(name) : '/'}`;
  });
  const changed = [...groups.values()].flatMap((group) => {
    const regex = nameFor(group, index);
    if (regex === undefined) return group;
    return group.map(({ segments, paths }) => ({
      paths,
      segments: segments.with(index, { name: segments[index]?.name ?? '', regex, isVarying: true }),
    }));
  });
  return [...shapes.filter((shape) => !isCandidate(shape)), ...changed];
}

/** A regular expression for the names that paths have at a place; `undefined` where they stay as they are. */
function nameFor(group: readonly Shape[], index: number): string | undefined {
  const [first] = group;
  if (first === undefined || group.length < SIBLINGS) return undefined;
  const place = (first.paths[0] ?? '')
    .split('/')
    .slice(0, index + 1)
    .join('/');
  if (isProtected(`${place}/x`)) return undefined;
  const names = group.map(({ segments }) => segments[index]?.name ?? '');
  const isLast = index === first.segments.length - 1;
  const random = randomPart(names);
  if (random !== undefined) return random;
  const [{ length } = ''] = names;
  if (names.length >= CROWD && names.every((name) => SORTED.test(name) && name.length === length))
    return `[0-9a-f]{${length}}`;
  const isHidden = names.some((name) => name.startsWith('.'));
  if (isLast) {
    const ending = endingOf(names[0] ?? '');
    const isCrowd = names.length >= (ending === '' ? PLAIN_CROWD : CROWD);
    if (!isCrowd || isHidden || EXECUTED.test(ending) || !mayTakeIn(place)) return undefined;
    return `${NAME}${ending === '' ? '' : `\\.${escapeRegex(ending)}`}`;
  }
  return names.length < CROWD || isHidden || !mayTakeIn(place) ? undefined : NAME;
}

/** What stands behind the last dot; empty when that is no ending. */
function endingOf(name: ByteString): string {
  return /.\.([A-Za-z][0-9A-Za-z_]{0,7})$/.exec(name)?.[1] ?? '';
}

/** Names of one length that have beginning and end in common, and between them what nobody would choose. */
function randomPart(names: readonly ByteString[]): string | undefined {
  const [first = ''] = names;
  if (names.some(({ length }) => length !== first.length)) return undefined;
  let start = 0;
  while (start < first.length && names.every((name) => name[start] === first[start])) start++;
  let end = first.length;
  while (end > start && names.every((name) => name[end - 1] === first[end - 1])) end--;
  const middles = names.map((name) => name.slice(start, end));
  const mixed = middles.filter((middle) => /[0-9]/.test(middle) && /[A-Za-z]/.test(middle));
  if (end - start < 4 || mixed.length * 2 <= names.length) return undefined;
  if (middles.some((middle) => !/^[0-9A-Za-z_]+$/.test(middle))) return undefined;
  return `${escapeRegex(first.slice(0, start))}[0-9A-Za-z_]{${end - start}}${escapeRegex(first.slice(end))}`;
}

/** Patterns with what they were made from; where many folders of a tree are taken in, the tree stands for them. */
function growTrees(shapes: readonly Shape[]): Map<string, readonly ByteString[]> {
  let left = shapes;
  const patterns = new Map<string, readonly ByteString[]>();
  for (;;) {
    const below = new Map<string, Shape[]>();
    for (const shape of left) {
      if (!shape.segments.at(-1)?.regex.startsWith(NAME)) continue;
      for (let depth = TREE_DEPTH; depth < shape.segments.length; depth++) {
        const folder = regexOf(shape.segments.slice(0, depth));
        below.set(folder, [...(below.get(folder) ?? []), shape]);
      }
    }
    const isTree = ([folder, inside]: [string, Shape[]]): boolean => {
      const depth = folder.split('/').length;
      const place = (inside[0]?.paths[0] ?? '').split('/').slice(0, depth).join('/');
      return inside.length >= FOREST && mayTakeIn(place);
    };
    // The deepest tree with enough folders is the narrowest.
    const [tree] = [...below].filter(isTree).sort(([one], [other]) => other.length - one.length);
    if (tree === undefined) break;
    const [folder, inside] = tree;
    patterns.set(`${folder}(/${NAME})+`, inside.flatMap(({ paths }) => paths).sort());
    left = left.filter((shape) => !inside.includes(shape));
  }
  for (const { segments, paths } of left) patterns.set(regexOf(segments), paths);
  return patterns;
}
