/** `lanner harden FILE`: the immutable version of a manifest; with --namespace, the labels that a namespace can have. */
import { readFileSync, writeFileSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ClusterWorkloads } from '../kubernetes/cluster/workloads.ts';
import { unifiedDiff } from '../kubernetes/editing/unified-diff.ts';
import { hardenText } from '../kubernetes/harden/harden.ts';
import { namespaceLabels, namespaceText } from '../kubernetes/harden/namespace-labels.ts';
import { directoriesFor, type ObservedWrite } from '../kubernetes/harden/observed.ts';
import type { HardenOptions, WritableDirectory } from '../kubernetes/harden/options.ts';
import { programsIn } from '../kubernetes/immutability/image-programs.ts';
import { readManifests } from '../kubernetes/manifests/files.ts';
import { type Manifest, type ManifestProblem, placeText } from '../kubernetes/manifests/manifest.ts';
import { containersOf, podOf } from '../kubernetes/manifests/pods.ts';
import { judgeManifests } from '../kubernetes/posture/judge.ts';
import { addClusterFlags, askCluster, type ClusterFlags } from './cluster.ts';
import { fail, writeError } from './fail.ts';
import { collect } from './flags.ts';
import { readObserved, WRITE_RULES } from './harden-observed.ts';
import { imageRoot, standardsVersion } from './kubernetes-options.ts';
import { printLine } from './print.ts';

interface HardenFlags extends ClusterFlags {
  readonly output?: string;
  readonly inPlace?: boolean;
  readonly diff?: boolean;
  readonly user: number | 'image';
  readonly keepHost?: boolean;
  readonly writable?: readonly WritableDirectory[];
  readonly observed?: readonly string[];
  readonly prepare: boolean;
  readonly removeShells?: 'mask' | 'startup-probe' | true;
  readonly imageRoot?: ReadonlyMap<string, string>;
  readonly namespace?: string;
  readonly standards: number;
  readonly observeRules?: boolean;
}

const SHELL_WAYS = ['mask', 'startup-probe'] as const;
/** What nearly every program writes to, where nobody says more. */
const USUAL_DIRECTORIES: readonly WritableDirectory[] = [{ path: '/tmp' }];
/** Of the distroless images' user "nonroot", which common images have no files of. */
const DEFAULT_USER = 65532;

export function addHardenCommand(program: Command, finish: (code: number) => void): void {
  const command = program
    .command('harden')
    .summary('write the immutable version of manifests')
    .description(
      'Writes FILES so that their pods satisfy the restricted profile and cannot change while they run: a read-only root\n' +
        'file system with an emptyDir where the application writes, no root, no capabilities, the default seccomp\n' +
        'profile. Order and comments stay. Says on standard error what a pod loses by that, and what is left to do.\n' +
        'With --namespace, prints the labels of Pod Security Admission that the workloads in FILES satisfy.',
    )
    .argument('[files...]', 'manifests, or folders of *.yaml, *.yml and *.json')
    .option('-o, --output <file>', 'write the result of one file there')
    .option('--in-place', 'write into the files themselves')
    .option('--diff', 'print what changes, and write nothing')
    .option(
      '--user <id>',
      'user of containers that name none; "image" leaves it to the image',
      userId,
      DEFAULT_USER,
    )
    .option('--writable <dir>', 'directory that must be writable, or CONTAINER:DIR; repeatable', writable)
    .option(
      '--observed <file>',
      'alerts (JSON) or a capture, from which to learn what is written; repeatable',
      collect,
    )
    .option('--no-prepare', 'do not copy what the image has in such directories')
    .addOption(
      new Option('--remove-shells [way]', 'take shells away: mask (default), or startup-probe').choices(
        SHELL_WAYS,
      ),
    )
    .option('--keep-host', 'leave what pods have of their node, and say so')
    .option(
      '--image-root <image=folder>',
      'unpacked root file system of an image, for its shells; repeatable',
      imageRoot,
    )
    .option('--namespace <name>', 'print the labels that this namespace can have')
    .option(
      '--standards <version>',
      'version of the Pod Security Standards in labels',
      standardsVersion,
      standardsVersion('latest'),
    )
    .option('--observe-rules', 'print rules with which Lanner tells what containers write')
    .action(async (files: string[], flags: HardenFlags) => finish(await harden(files, flags)));
  addClusterFlags(command);
}

/** Returns the exit code. */
async function harden(files: readonly string[], flags: HardenFlags): Promise<number> {
  if (flags.observeRules) {
    printLine(readFileSync(WRITE_RULES, 'utf8').trimEnd());
    return 0;
  }
  if (flags.namespace !== undefined) return printLabels(files, flags.namespace, flags);
  if (flags.cluster) fail('--cluster goes with --namespace: hardening changes files');
  if (files.length === 0) fail('name manifests to harden, or "-" for standard input');
  if (flags.inPlace && files.includes('-')) fail('--in-place cannot write to standard input');
  const { files: read, problems } = readManifests(files);
  if (problems.length > 0) return failAll(problems);
  checkTargets(read.length, flags);
  const observed = flags.observed === undefined ? undefined : await readObserved(flags.observed);
  const printed: string[] = [];
  for (const { origin, text, manifests } of read) {
    const options = optionsFor(flags, manifests, observed);
    const hardened = hardenText(text, origin, options);
    if (hardened.problems.length > 0) return failAll(hardened.problems);
    for (const { object, remarks } of hardened.pods)
      for (const { kind, field, message } of remarks)
        writeError(
          `${origin}: ${object}: ${kind === 'left' ? 'left to do' : 'changes'}: ${field}: ${message}\n`,
        );
    if (flags.diff) {
      const diff = unifiedDiff(text, hardened.text, { before: origin, after: `${origin} (hardened)` });
      if (diff !== '') printed.push(diff);
    } else if (flags.inPlace || flags.output !== undefined)
      write(flags.output ?? origin, hardened.text, text);
    else printed.push(hardened.text.trimEnd());
  }
  if (printed.length > 0) printLine(printed.join(flags.diff ? '\n' : '\n---\n'));
  return 0;
}

function checkTargets(count: number, { output, inPlace, diff }: HardenFlags): void {
  if ([output !== undefined, inPlace, diff].filter(Boolean).length > 1)
    fail('--output, --in-place and --diff exclude each other');
  if (output !== undefined && count !== 1)
    fail('--output takes the result of one file: use --in-place for many');
}

function optionsFor(
  { user, keepHost = false, writable: asked, prepare, removeShells, imageRoot: roots }: HardenFlags,
  manifests: readonly Manifest[],
  observed: readonly ObservedWrite[] | undefined,
): HardenOptions {
  const seen = observed === undefined ? [] : observedIn(manifests, observed);
  return {
    user,
    keepHost,
    writable: asked === undefined && observed === undefined ? USUAL_DIRECTORIES : [...(asked ?? []), ...seen],
    prepare,
    ...(removeShells === undefined ? {} : { removeShells: removeShells === true ? 'mask' : removeShells }),
    ...(roots === undefined
      ? {}
      : { shells: new Map([...roots].map(([image, root]) => [image, shellsIn(root)])) }),
  };
}

/** What the containers of a file were seen to write; what is refused is told. */
function observedIn(manifests: readonly Manifest[], observed: readonly ObservedWrite[]): WritableDirectory[] {
  return manifests.flatMap((manifest) => {
    const pod = podOf(manifest);
    if (pod === undefined) return [];
    const containers = containersOf(pod).map(({ name, value }) => ({
      name,
      image: String(value.image ?? ''),
    }));
    const { name, namespace } = manifest;
    const { directories, refused } = directoriesFor(observed, { name, namespace, containers });
    for (const path of refused)
      writeError(
        `${placeText(manifest.locate([]))}: was seen to write ${path}, where programs or settings lie: not made writable\n`,
      );
    return directories;
  });
}

function shellsIn(root: string): readonly string[] {
  try {
    return programsIn(root).shells;
  } catch (error) {
    return fail(`cannot look into ${root}: ${(error as Error).message}`);
  }
}

function write(path: string, text: string, before: string): void {
  if (text === before) writeError(`${path}: nothing to change\n`);
  try {
    writeFileSync(path, text);
  } catch (error) {
    fail(`cannot write ${path}: ${(error as Error).message}`);
  }
}

function failAll(problems: readonly ManifestProblem[]): number {
  for (const { place, message } of problems) writeError(`lanner: ${placeText(place)}: ${message}\n`);
  return 1;
}

async function printLabels(files: readonly string[], namespace: string, flags: HardenFlags): Promise<number> {
  const { manifests, problems } = await workloadsOf(files, namespace, flags);
  const posture = judgeManifests(manifests, problems, { profile: 'restricted', minor: flags.standards });
  // Labels that do not take all workloads into account could stop those that were not seen.
  if (posture.problems.length > 0) return failAll(posture.problems);
  printLine(namespaceText(namespace, namespaceLabels(posture)));
  return 0;
}

async function workloadsOf(
  files: readonly string[],
  namespace: string,
  flags: HardenFlags,
): Promise<ClusterWorkloads> {
  if (flags.cluster) {
    if (files.length > 0) fail('files and --cluster exclude each other');
    return askCluster(flags, namespace);
  }
  if (files.length === 0) fail('name the manifests of the namespace, or ask the --cluster');
  const { files: read, problems } = readManifests(files);
  // What names no namespace goes into the one that it is applied to.
  const isIn = (manifest: Manifest) => manifest.namespace === namespace || manifest.namespace === '';
  return { manifests: read.flatMap((file) => file.manifests).filter(isIn), problems };
}

function userId(text: string): number | 'image' {
  if (text === 'image') return text;
  const id = Number(text);
  if (!/^\d+$/.test(text) || id < 1 || id > 2 ** 31 - 1)
    throw new InvalidArgumentError('Write a user id from 1 on, or "image".');
  return id;
}

function writable(text: string, previous: readonly WritableDirectory[] = []): WritableDirectory[] {
  const [, container, path = ''] = /^(?:([^/:]+):)?(\/.*)$/.exec(text) ?? [];
  if (path === '') throw new InvalidArgumentError('Write it as /DIR or CONTAINER:/DIR.');
  return [...previous, container === undefined ? { path } : { container, path }];
}
