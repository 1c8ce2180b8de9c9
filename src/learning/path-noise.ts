/**
 * Parts of file names that differ from run to run: random ones, process ids, hashes, dates, versions. They become
 * regular expressions (RE2, of the whole path) that are as narrow as what they stand for, and that never reach beyond
 * one directory.
 */
import type { ByteString } from '../events/bytes.ts';
import { isProtected } from './protected-paths.ts';

/** Text as a regular expression. */
export function escapeRegex(text: string): string {
  return text.replace(/[.+*?^$()[\]{}|\\]/g, '\\$&');
}

/** What varies in the name of a file or directory anywhere, longest forms first. */
const NOISE: readonly { readonly find: RegExp; readonly regex: (text: string) => string }[] = [
  {
    find: /(?<![0-9A-Za-z])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9A-Za-z])/,
    regex: () => '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
  },
  // Dates and times of day in their usual forms.
  {
    find: /(?<![0-9])(?:19|20)[0-9]{2}-[01][0-9]-[0-3][0-9](?:[T_-][0-2][0-9][:-]?[0-5][0-9](?:[:-]?[0-5][0-9])?)?/,
    regex: (text) =>
      escapeRegex(text)
        .replace(/[0-9]/g, '[0-9]')
        .replace(/(?:\[0-9\]){2,}/g, repeated),
  },
  // Hashes: a hexadecimal number of usual length with letters and digits.
  {
    find: /(?<![0-9A-Za-z])(?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{7,128}(?![0-9A-Za-z])/,
    regex: (text) => `[0-9a-f]{${text.length}}`,
  },
];

const NUMBERS: typeof NOISE = [
  // Process ids, inode numbers, times in seconds. Short numbers are often names.
  { find: /(?<![0-9.])[0-9]{4,20}(?![0-9]|\.[0-9])/, regex: () => '[0-9]+' },
  // What rotates: app.log.1, app.log-3.gz
  { find: /(?<=\.(?:log|out|err|txt)[.-])[0-9]{1,3}(?![0-9])/, regex: () => '[0-9]+' },
];

const VERSION = { find: /(?<![0-9.])[0-9]+(?:\.[0-9]+){1,4}(?![0-9])/, regex: versionRegex };

function versionRegex(): string {
  return '[0-9]+(\\.[0-9]+)*';
}

function repeated(text: string): string {
  return `[0-9]{${text.length / '[0-9]'.length}}`;
}

/** Folders in which programs make files with random names. */
const TEMPORARY = /^(?:\/tmp|\/var\/tmp|\/dev\/shm)(?:\/|$)|\/(?:tmp|temp|\.tmp)(?:\/|$)/;

export function isTemporary(path: ByteString): boolean {
  return TEMPORARY.test(path.slice(0, path.lastIndexOf('/') + 1));
}

interface RandomForm {
  /** What stands before the random part, and that part. */
  readonly find: RegExp;
  /** Nobody else makes such names; otherwise the part must look random. */
  readonly isCertain: boolean;
}

const RANDOM: readonly RandomForm[] = [
  // Python's tempfile, GCC, mktemp(1).
  { find: /^(tmp)([0-9a-z_]{8})(?![0-9A-Za-z_])/, isCertain: true },
  { find: /^(cc)([0-9A-Za-z]{6})(?=\.)/, isCertain: true },
  { find: /^(tmp\.)([0-9A-Za-z]{10})(?![0-9A-Za-z])/, isCertain: true },
  // What Python tries whether a folder can be written with.
  { find: /^()([0-9a-z_]{8})$/, isCertain: false },
  // mkstemp(3) and its kin.
  { find: /(?<![0-9A-Za-z])(cc|tmp|lto|sed|)([0-9A-Za-z]{6,12})(?![0-9A-Za-z])/, isCertain: false },
];

/** A random name has letters of both cases or digits within; a word has not, nor a word with a number behind. */
function looksRandom(text: string): boolean {
  if (/^[A-Za-z]?[a-z_]+[0-9]*$|^[A-Z_]+[0-9]*$|^[0-9]+$/.test(text)) return false;
  const kinds = [/[a-z]/, /[A-Z]/, /[0-9]/].filter((kind) => kind.test(text)).length;
  return kinds >= 2;
}

export interface NameShape {
  /** Regular expression of the name. */
  readonly regex: string;
  /** Something in it varies. */
  readonly isVarying: boolean;
}

/**
 * The shape of one name between slashes. `isTemporary`: it lies where names are random; `isFolder`: it may carry a
 * version.
 */
export function shapeOfName(
  name: ByteString,
  { isTemporary, isFolder }: { readonly isTemporary: boolean; readonly isFolder: boolean },
): NameShape {
  const noise = findNoise(NOISE, name, isFolder);
  if (noise) return noise;
  // Of a random name, digits are a part.
  for (const { find, isCertain } of isTemporary ? RANDOM : []) {
    const [whole = '', prefix = '', middle = ''] = find.exec(name) ?? [];
    if (middle === '' || !(isCertain || looksRandom(middle))) continue;
    const start = name.indexOf(whole);
    const before = escapeRegex(name.slice(0, start) + prefix);
    const after = escapeRegex(name.slice(start + whole.length));
    return { regex: `${before}[0-9A-Za-z_]{${middle.length}}${after}`, isVarying: true };
  }
  return (
    findNoise(isFolder ? [...NUMBERS, VERSION] : NUMBERS, name, isFolder) ?? {
      regex: escapeRegex(name),
      isVarying: false,
    }
  );
}

/** What varies in a name; what stands before and behind may vary in its own way. */
function findNoise(kinds: typeof NOISE, name: ByteString, isFolder: boolean): NameShape | undefined {
  for (const { find, regex } of kinds) {
    const found = find.exec(name);
    if (found === null) continue;
    const before = shapeOfName(name.slice(0, found.index), { isTemporary: false, isFolder });
    const after = shapeOfName(name.slice(found.index + found[0].length), { isTemporary: false, isFolder });
    return { regex: before.regex + regex(found[0]) + after.regex, isVarying: true };
  }
  return undefined;
}

/** A name in a path. */
export interface PathSegment extends NameShape {
  readonly name: ByteString;
  /** It seems to vary, in a place where nothing is generalised. */
  readonly isFixed: boolean;
}

/** The names of an absolute path, each with its shape. What lies in protected places stays as it is. */
export function segmentsOf(path: ByteString): PathSegment[] {
  const names = path.split('/').slice(1);
  let folder = '';
  return names.map((name, index) => {
    const isTemporary = TEMPORARY.test(`${folder}/`);
    const isFolder = index < names.length - 1;
    const isNumber = /^\/(?:proc|dev\/pts|proc\/.*)$/.test(folder) && /^[0-9]+$/.test(name);
    folder += `/${name}`;
    if (isNumber) return { name, regex: '[0-9]+', isVarying: true, isFixed: false };
    const shape = shapeOfName(name, { isTemporary, isFolder });
    const isFixed = shape.isVarying && isProtected(folder);
    return isFixed
      ? { name, regex: escapeRegex(name), isVarying: false, isFixed }
      : { name, ...shape, isFixed };
  });
}

/** The shape of a whole path. */
export function shapeOfPath(path: ByteString): NameShape {
  // Programs in memory have names, but no place.
  if (!path.startsWith('/')) return { regex: escapeRegex(path), isVarying: false };
  const segments = segmentsOf(path);
  return {
    regex: segments.map(({ regex }) => `/${regex}`).join(''),
    isVarying: segments.some(({ isVarying }) => isVarying),
  };
}
