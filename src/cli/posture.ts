/** `lanner posture FILES…`: judges pods by what lets them break out or change. */
import { type Command, Option } from 'commander';
import { readManifests } from '../kubernetes/manifests/files.ts';
import { placeText } from '../kubernetes/manifests/manifest.ts';
import { PROFILES, type Profile } from '../kubernetes/pod-security/finding.ts';
import { postureJson } from '../kubernetes/posture/json.ts';
import {
  isForbidden,
  judgeManifests,
  type Posture,
  type PostureOptions,
} from '../kubernetes/posture/judge.ts';
import { postureSarif } from '../kubernetes/posture/sarif.ts';
import { postureText } from '../kubernetes/posture/text.ts';
import { judgeRunning } from '../kubernetes/runtime/judge.ts';
import { addClusterFlags, askCluster, type ClusterFlags } from './cluster.ts';
import { fail, writeError } from './fail.ts';
import { collect } from './flags.ts';
import { imageRoot, standardsVersion } from './kubernetes-options.ts';
import { plainLog } from './log.ts';
import { configFrom } from './options.ts';
import { printLine } from './print.ts';
import { LANNER_VERSION } from './version.ts';

const FORMATS = ['text', 'json', 'sarif'] as const;

interface PostureFlags extends ClusterFlags {
  readonly namespace?: string;
  readonly containerRuntime?: boolean;
  readonly container?: readonly string[];
  readonly c?: string;
  readonly option?: readonly string[];
  readonly profile: Profile;
  readonly standards: number;
  readonly failOn?: Profile;
  readonly format: (typeof FORMATS)[number];
  readonly imageRoot?: ReadonlyMap<string, string>;
}

export function addPostureCommand(program: Command, finish: (code: number) => void): void {
  const command = program
    .command('posture')
    .summary('judge pods and running containers by the Pod Security Standards, and by what lets them change')
    .description(
      'Judges the pods of FILES (YAML or JSON, folders, "-" for standard input) or a cluster, or running containers: every field that a profile\n' +
        'forbids, with its file, line and column, and what to do. The profiles are those of Kubernetes, privileged,\n' +
        'baseline and restricted, and "immutable": restricted, and nothing that lets a container change while it\n' +
        'runs. The exit code is 1 when something could not be read, or --fail-on names a profile that is violated.',
    )
    .argument('[files...]', 'manifests, or folders of *.yaml, *.yml and *.json')
    .addOption(
      new Option('--profile <profile>', 'show what this profile forbids')
        .choices(PROFILES)
        .default('immutable'),
    )
    .addOption(
      new Option(
        '--fail-on <profile>',
        'exit code 1 when this profile forbids something that was found',
      ).choices(PROFILES),
    )
    .option(
      '--standards <version>',
      'version of the Pod Security Standards, such as v1.30',
      standardsVersion,
      standardsVersion('latest'),
    )
    .addOption(new Option('--format <format>', 'form of the output').choices(FORMATS).default('text'))
    .option('--image-root <image=folder>', 'unpacked root file system of an image; repeatable', imageRoot)
    .action(async (files: string[], flags: PostureFlags) => finish(await posture(files, flags)));
  addClusterFlags(command)
    .option('-n, --namespace <name>', 'this namespace of the cluster alone')
    .option('--container-runtime', 'the containers that run on this machine, instead of files')
    .option('--container <id>', 'this container alone, by the beginning of its id; repeatable', collect)
    .option('-c <path>', 'configuration file, for the sockets of container engines')
    .option('-o, --option <key=value>', 'set a configuration key; repeatable', collect);
}

/** Returns the exit code. */
async function posture(files: readonly string[], flags: PostureFlags): Promise<number> {
  const options: PostureOptions = {
    // What --fail-on asks about must be looked for, and is shown.
    profile: stricter(flags.profile, flags.failOn ?? 'privileged'),
    minor: flags.standards,
    ...(flags.imageRoot === undefined ? {} : { imageRoots: flags.imageRoot }),
  };
  return report(await judgeWhat(files, flags, options), flags);
}

async function judgeWhat(
  files: readonly string[],
  flags: PostureFlags,
  options: PostureOptions,
): Promise<Posture> {
  const ways = [files.length > 0, flags.cluster, flags.containerRuntime].filter(Boolean).length;
  if (ways > 1) fail('files, --cluster and --container-runtime exclude each other');
  if (flags.containerRuntime) return judgeMachine(flags, options);
  if (flags.cluster) {
    const { manifests, problems } = await askCluster(flags, flags.namespace);
    return judgeManifests(manifests, problems, options);
  }
  if (files.length === 0) fail('name manifests to judge, or "-" for standard input');
  const { files: read, problems } = readManifests(files);
  const manifests = read.flatMap((file) => file.manifests);
  return judgeManifests(manifests, problems, options);
}

function judgeMachine({ container, c, option }: PostureFlags, options: PostureOptions): Promise<Posture> {
  const { container_engines: engines } = configFrom(
    { ...(c === undefined ? {} : { c }), ...(option === undefined ? {} : { option }) },
    plainLog,
  );
  return judgeRunning({
    ...options,
    engines,
    onFailure: ({ api, socket }, error) =>
      plainLog(`warning: ${api} at ${socket} cannot be asked: ${error.message}`),
    ...(container === undefined ? {} : { only: container }),
  });
}

function report(judged: Posture, { format, failOn = 'privileged' }: PostureFlags): number {
  if (format === 'json') printLine(postureJson(judged));
  else if (format === 'sarif') printLine(postureSarif(judged, LANNER_VERSION));
  else printLine(postureText(judged));
  for (const { place, message } of judged.problems) writeError(`lanner: ${placeText(place)}: ${message}\n`);
  const isBad = judged.pods.some(({ findings }) => findings.some((finding) => isForbidden(finding, failOn)));
  return isBad || judged.problems.length > 0 ? 1 : 0;
}

function stricter(a: Profile, b: Profile): Profile {
  return PROFILES.indexOf(a) > PROFILES.indexOf(b) ? a : b;
}
