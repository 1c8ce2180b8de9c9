/**
 * Sets of requests, so that "can this rule ever match" and "is all of this recorded" are computed and not guessed.
 * A set is a union of boxes, and a box a restriction of each attribute on its own. All that a policy rule can say
 * is such a union (rule-requests.ts), and differences of boxes are boxes again, so that the answers are exact.
 */
import type { AuditedRequest } from './decide.ts';
import { isPathMatch } from './decide.ts';
import {
  areTextsEqual,
  EVERY_TEXT,
  exampleText,
  hasText,
  intersectTexts,
  isEmptyTextSet,
  subtractTexts,
  type TextSet,
  unionTexts,
} from './text-set.ts';

/** Users by the groups that they are in: in one or more of each list, and in none of the others. */
export interface GroupSet {
  readonly anyOf: readonly ReadonlySet<string>[];
  readonly noneOf: ReadonlySet<string>;
}

/** Paths that match one pattern (a star at its end stands for any rest) and none of the others. */
export interface PathSet {
  readonly within: string;
  readonly without: readonly string[];
}

/** Requests whose attributes all lie in these sets. */
export interface RequestBox {
  /** Of resources, or of other paths. What does not concern the kind is unrestricted. */
  readonly kind: 'resource' | 'path';
  readonly user: TextSet;
  readonly groups: GroupSet;
  readonly verb: TextSet;
  readonly group: TextSet;
  readonly resource: TextSet;
  readonly subresource: TextSet;
  readonly name: TextSet;
  readonly namespace: TextSet;
  readonly path: PathSet;
}

const EVERYTHING = {
  user: EVERY_TEXT,
  groups: { anyOf: [], noneOf: new Set<string>() },
  verb: EVERY_TEXT,
  group: EVERY_TEXT,
  resource: EVERY_TEXT,
  subresource: EVERY_TEXT,
  name: EVERY_TEXT,
  namespace: EVERY_TEXT,
  path: { within: '*', without: [] },
} as const;

export const EVERY_RESOURCE: RequestBox = { kind: 'resource', ...EVERYTHING };
export const EVERY_PATH: RequestBox = { kind: 'path', ...EVERYTHING };

/** Attributes whose restriction is a set of texts. */
export const TEXT_ATTRIBUTES = [
  'verb',
  'resource',
  'subresource',
  'group',
  'namespace',
  'name',
  'user',
] as const;

/** Boxes that a difference may consist of; beyond, the answer is that it is not known. */
const MAX_BOXES = 2_000;

/** `undefined` when no request is in both. */
export function intersectBoxes(a: RequestBox, b: RequestBox): RequestBox | undefined {
  if (a.kind !== b.kind) return undefined;
  const texts: Partial<Record<(typeof TEXT_ATTRIBUTES)[number], TextSet>> = {};
  for (const attribute of TEXT_ATTRIBUTES) {
    const both = intersectTexts(a[attribute], b[attribute]);
    if (isEmptyTextSet(both)) return undefined;
    texts[attribute] = both;
  }
  const groups = intersectGroups(a.groups, b.groups);
  const path = intersectPaths(a.path, b.path);
  if (groups === undefined || path === undefined) return undefined;
  return { ...a, ...texts, groups, path };
}

/** Boxes that together are what `a` has and `b` has not. */
export function subtractBox(a: RequestBox, b: RequestBox): RequestBox[] {
  const both = intersectBoxes(a, b);
  if (both === undefined) return [a];
  const pieces: RequestBox[] = [];
  // Attribute by attribute: what differs in this one, and lies in both in those before it.
  let rest = a;
  for (const attribute of TEXT_ATTRIBUTES) {
    const outside = subtractTexts(rest[attribute], b[attribute]);
    if (!isEmptyTextSet(outside)) pieces.push({ ...rest, [attribute]: outside });
    rest = { ...rest, [attribute]: both[attribute] };
  }
  for (const groups of subtractGroups(rest.groups, b.groups)) pieces.push({ ...rest, groups });
  rest = { ...rest, groups: both.groups };
  for (const path of subtractPaths(rest.path, b.path)) pieces.push({ ...rest, path });
  return pieces;
}

/** What is in `boxes` and in none of `others`; `undefined` where that has too many parts to say. */
export function subtractBoxes(
  boxes: readonly RequestBox[],
  others: readonly RequestBox[],
): readonly RequestBox[] | undefined {
  let rest = boxes;
  for (const other of others) {
    rest = rest.flatMap((box) => subtractBox(box, other));
    if (rest.length > MAX_BOXES) return undefined;
  }
  return rest;
}

/** One box for two that differ in one set of texts only; `undefined` for others. */
export function joinBoxes(a: RequestBox, b: RequestBox): RequestBox | undefined {
  if (a.kind !== b.kind || !areGroupsEqual(a.groups, b.groups) || !arePathsEqual(a.path, b.path))
    return undefined;
  const [different, ...more] = TEXT_ATTRIBUTES.filter(
    (attribute) => !areTextsEqual(a[attribute], b[attribute]),
  );
  if (different === undefined) return a;
  return more.length > 0 ? undefined : { ...a, [different]: unionTexts(a[different], b[different]) };
}

export function intersectAll(a: readonly RequestBox[], b: readonly RequestBox[]): RequestBox[] {
  return a.flatMap((box) =>
    b.flatMap((other) => {
      const both = intersectBoxes(box, other);
      return both === undefined ? [] : [both];
    }),
  );
}

export function doOverlap(a: readonly RequestBox[], b: readonly RequestBox[]): boolean {
  return a.some((box) => b.some((other) => intersectBoxes(box, other) !== undefined));
}

/** Whether every request of `inner` is in `outer`; false when that is not known. */
export function isWithin(inner: readonly RequestBox[], outer: readonly RequestBox[]): boolean {
  return subtractBoxes(inner, outer)?.length === 0;
}

export function hasRequest(box: RequestBox, { user, groups, verb, target }: AuditedRequest): boolean {
  if (box.kind !== target.kind) return false;
  if (!hasText(box.user, user) || !hasText(box.verb, verb) || !hasGroups(box.groups, groups)) return false;
  if (target.kind === 'path') return hasPath(box.path, target.path);
  const attributes = ['group', 'resource', 'subresource', 'name', 'namespace'] as const;
  return attributes.every((attribute) => hasText(box[attribute], target[attribute]));
}

/** Some request of the box, one that looks usual where there is a choice. */
export function exampleRequest(box: RequestBox): AuditedRequest {
  const { anyOf, noneOf } = box.groups;
  const common = {
    user: exampleText(box.user, 'jane'),
    groups: anyOf.map((groups) => groups.difference(noneOf).values().next().value ?? ''),
    verb: exampleText(box.verb, 'get'),
  };
  if (box.kind === 'path') return { ...common, target: { kind: 'path', path: examplePath(box.path) } };
  return {
    ...common,
    target: {
      kind: 'resource',
      group: exampleText(box.group, ''),
      resource: exampleText(box.resource, 'pods'),
      subresource: exampleText(box.subresource, ''),
      name: exampleText(box.name, ''),
      namespace: exampleText(box.namespace, 'default'),
    },
  };
}

function intersectGroups(a: GroupSet, b: GroupSet): GroupSet | undefined {
  const noneOf = a.noneOf.union(b.noneOf);
  const anyOf = [...a.anyOf];
  for (const wanted of b.anyOf) if (!anyOf.some((known) => known.isSubsetOf(wanted))) anyOf.push(wanted);
  return anyOf.some((wanted) => wanted.isSubsetOf(noneOf)) ? undefined : { anyOf, noneOf };
}

function subtractGroups(a: GroupSet, b: GroupSet): GroupSet[] {
  const pieces = [
    ...b.anyOf.map((groups) => intersectGroups(a, { anyOf: [], noneOf: groups })),
    ...[...b.noneOf].map((group) => intersectGroups(a, { anyOf: [new Set([group])], noneOf: new Set() })),
  ];
  return pieces.filter((piece) => piece !== undefined);
}

function hasGroups({ anyOf, noneOf }: GroupSet, groups: readonly string[]): boolean {
  return (
    !groups.some((group) => noneOf.has(group)) &&
    anyOf.every((wanted) => groups.some((group) => wanted.has(group)))
  );
}

function areGroupsEqual(a: GroupSet, b: GroupSet): boolean {
  return (
    a.noneOf.symmetricDifference(b.noneOf).size === 0 &&
    a.anyOf.length === b.anyOf.length &&
    a.anyOf.every((groups, index) => groups.symmetricDifference(b.anyOf[index] ?? new Set()).size === 0)
  );
}

function arePathsEqual(a: PathSet, b: PathSet): boolean {
  return a.within === b.within && new Set(a.without).symmetricDifference(new Set(b.without)).size === 0;
}

/** Whether every path of `inner` is one of `outer`; both are patterns. */
function isPatternWithin(inner: string, outer: string): boolean {
  if (!inner.endsWith('*')) return isPathMatch(outer, inner);
  return outer.endsWith('*') && inner.slice(0, -1).startsWith(outer.slice(0, -1));
}

/** No list of longer patterns can leave a pattern with a star without any path. */
function definedPaths(within: string, without: readonly string[]): PathSet | undefined {
  return without.some((other) => isPatternWithin(within, other)) ? undefined : { within, without };
}

function intersectPaths(a: PathSet, b: PathSet): PathSet | undefined {
  const without = [...new Set([...a.without, ...b.without])];
  if (isPatternWithin(a.within, b.within)) return definedPaths(a.within, without);
  return isPatternWithin(b.within, a.within) ? definedPaths(b.within, without) : undefined;
}

function subtractPaths(a: PathSet, b: PathSet): PathSet[] {
  const pieces = [
    definedPaths(a.within, [...a.without, b.within]),
    ...b.without.map((pattern) => intersectPaths(a, { within: pattern, without: [] })),
  ];
  return pieces.filter((piece) => piece !== undefined);
}

function hasPath({ within, without }: PathSet, path: string): boolean {
  return isPathMatch(within, path) && !without.some((pattern) => isPathMatch(pattern, path));
}

function examplePath(set: PathSet): string {
  if (!set.within.endsWith('*')) return set.within;
  const start = set.within.slice(0, -1);
  const candidates = [start, `${start}/`, `${start}version`];
  for (let number = 1; ; number++) {
    const found = candidates.find((path) => path.startsWith('/') && hasPath(set, path));
    if (found !== undefined) return found;
    candidates.push(`${start === '' ? '/' : start}path${number}`);
  }
}
