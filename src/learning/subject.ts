/** How rules tell the processes that were learned from all others. */
import type { ByteString } from '../events/bytes.ts';
import { allOf, anyOf, isPathOf, literal, runsOneOf } from './condition-text.ts';
import type { Profile, RootProgram } from './observation.ts';
import { escapeRegex } from './path-noise.ts';
import { baseName, isWrapper } from './programs.ts';

/** The programs that stand for the subject: what only starts others is left out where there is anything else. */
export function rootsOf({ roots }: Profile): RootProgram[] {
  const all = roots.all.map(({ item }) => item);
  const proper = all.filter(({ program }) => !isWrapper(program.path));
  const chosen = proper.length > 0 ? proper : all;
  // A shell that became the program that it was told to start was only on the way.
  const plain = chosen.filter(({ args }) => args === undefined);
  return plain.length > 0 ? chosen.filter(({ args }) => args === undefined || !isCode(args)) : chosen;
}

/** What names the subject: last part of its image, its script or its program. */
export function nameOf(profile: Profile): string {
  const { subject } = profile;
  if (subject.kind === 'image') return baseName(subject.image);
  if (subject.kind === 'cgroup') return baseName(subject.path).replace(/\.(?:service|scope|slice)$/, '');
  const root = rootsOf(profile).at(-1);
  if (root === undefined) return 'everything';
  const script = root.args === undefined || isCode(root.args) ? undefined : scriptOf(root.args);
  const name = script ?? root.program.applet ?? root.program.path;
  return baseName(name);
}

/** The condition; `undefined` where everybody is meant. */
export function subjectCondition(profile: Profile): string | undefined {
  const { subject } = profile;
  switch (subject.kind) {
    case 'all':
      return undefined;
    case 'image':
      return `container.image.repository = ${literal(subject.image)}`;
    case 'cgroup':
      // It, and groups below it, but none whose name only begins alike.
      return anyOf([
        ...['/', ' '].map((end) => `thread.cgroups contains ${literal(`=${subject.path}${end}`)}`),
        `thread.cgroups endswith ${literal(`=${subject.path}`)}`,
      ]);
    case 'container':
      return allOf(['container.id != host', ...orNothing(rootConditions(profile, false))]);
    case 'program':
      return allOf(['container.id = host', ...orNothing(rootConditions(profile, true))]);
  }
}

/** Of a subject of which the first program was not seen, its place must do. */
function orNothing(conditions: readonly string[]): string[] {
  return conditions.length === 0 ? [] : [anyOf(conditions)];
}

/** `onHost`: of a process that init has adopted, its group may still tell where it is from. */
function rootConditions(profile: Profile, onHost: boolean): string[] {
  const roots = rootsOf(profile);
  const plain = roots.filter(({ args }) => args === undefined).map(({ program }) => program);
  const paths = [...new Set(plain.map(({ path }) => path))];
  const adopted =
    onHost && plain.length > 0 ? [allOf(['proc.ppid = 1', isPathOf('proc.pgid.exepath', paths)])] : [];
  return [
    ...(plain.length === 0 ? [] : [runsOneOf(plain), isPathOf('proc.aexepath', paths)]),
    ...adopted,
    ...roots.flatMap((root) => (root.args === undefined ? [] : scriptConditions(root, root.args))),
  ];
}

/**
 * Of code, the code; of a script, its name behind the same options, wherever it was started from. An ancestor's command
 * line begins with a name of up to 15 bytes that a process can give itself: any is taken.
 */
function scriptConditions({ program }: RootProgram, args: ByteString): string[] {
  const regex = argumentsRegex(args);
  return [
    allOf([runsOneOf([program]), `proc.args regex ${literal(`(?s)${regex}`)}`]),
    `proc.acmdline regex ${literal(`(?s).{0,15} ${regex}`)}`,
  ];
}

function argumentsRegex(args: ByteString): string {
  const script = isCode(args) ? undefined : scriptOf(args);
  if (script === undefined) return escapeRegex(args);
  const options = args.split(' ').slice(0, args.split(' ').indexOf(script));
  const before = options.map((option) => `${escapeRegex(option)} `).join('');
  return `${before}([^ ]*/)?${escapeRegex(baseName(script))}( .*)?`;
}

function isCode(args: ByteString): boolean {
  return scriptOf(args) === undefined || /^-\w*[ce](?: |$)/.test(args);
}

/** The first word that is no option. */
function scriptOf(args: ByteString): ByteString | undefined {
  return args.split(' ').find((word) => word !== '' && !word.startsWith('-'));
}

/** Fields of a literal event by which it is of the subject. */
export function subjectFields(profile: Profile): Readonly<Record<string, string>> {
  const { subject } = profile;
  const [root] = rootsOf(profile);
  const byRoot: Record<string, string> =
    root === undefined
      ? {}
      : root.args === undefined
        ? { 'proc.aexepath[2]': root.program.path }
        : { 'proc.acmdline[2]': `sh ${root.args}` };
  switch (subject.kind) {
    case 'all':
      return {};
    case 'image':
      return { 'container.id': 'ad8549094462', 'container.image.repository': subject.image };
    case 'cgroup':
      return { 'thread.cgroups': `memory=${subject.path}` };
    case 'container':
      return { 'container.id': 'ad8549094462', ...byRoot };
    case 'program':
      return byRoot;
  }
}
