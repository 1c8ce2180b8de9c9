/** `lanner learn`: observes normal behaviour and writes rules that raise an alert for everything else. */
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { runTestFile } from '../authoring/run-tests.ts';
import { readTestFile } from '../authoring/test-file.ts';
import type { Config } from '../config/schema.ts';
import { ruleEnvironment } from '../engine/rule-environment.ts';
import type { AlertTarget } from '../engine/wanted-outputs.ts';
import type { WatchScope } from '../engine/watch.ts';
import { namesByAddress } from '../learning/host-words.ts';
import { keptText, readKept } from '../learning/kept.ts';
import {
  emptyProfile,
  type Learned,
  learn,
  mergeProfile,
  nothingLearned,
  type Profile,
  refusedBy,
} from '../learning/observation.ts';
import { LearningObserver } from '../learning/observer.ts';
import { type RulesText, rulesText } from '../learning/rules-text.ts';
import { testsText } from '../learning/tests-text.ts';
import { observingRules } from '../learning/watched.ts';
import { allProblems } from '../rules/lint.ts';
import { loadRules } from '../rules/load.ts';
import { reportProblems } from '../rules/report.ts';
import { fail, writeError } from './fail.ts';
import { collect } from './flags.ts';
import { plainLog } from './log.ts';
import { configFrom } from './options.ts';
import { parseScope } from './scope.ts';
import { onEndSignal, whileForwarding } from './signals.ts';
import { checkEngine } from './start.ts';

interface LearnOptions {
  readonly output?: string;
  readonly into?: string;
  readonly read?: readonly string[];
  readonly scope?: WatchScope;
  /** Seconds. */
  readonly M?: number;
  readonly name?: string;
  readonly subject: (typeof SUBJECTS)[number];
  readonly c?: string;
  readonly option?: readonly string[];
}

const SUBJECTS = ['auto', 'program', 'containers', 'all'] as const;

export function addLearnCommand(program: Command, finish: (code: number) => void): void {
  program
    .command('learn')
    .summary('write rules from what a program normally does')
    .description(
      'Observes COMMAND and all that it starts, what --scope names, or recordings (--read), and writes rules that let\n' +
        'pass what was seen: programs, changed files, secrets that were read, addresses and ports. Everything else\n' +
        'raises an alert. Tests for "lanner test" and the observations, to which --into adds, lie beside the rules.',
    )
    .usage('(-o FILE | --into FILE) [options] [-- COMMAND…]')
    .argument('[command...]')
    .passThroughOptions()
    .option('-o, --output <file>', 'write the rules there, anew')
    .option('--into <file>', 'add to what was learned there before')
    .option('-r, --read <file>', 'learn from a recording or a capture; repeatable, each is one run', collect)
    .option('--scope <what>', 'observe only pid=N[,N…] and all that they start, or cgroup=PATH', parseScope)
    .option('-M <seconds>', 'stop after so many seconds', parseSeconds)
    .option('--name <name>', 'what the rules call the subject')
    .addOption(
      new Option('--subject <what>', 'bind the rules to the program, to the containers, or to all processes')
        .choices(SUBJECTS)
        .default('auto'),
    )
    .option('-c <path>', 'configuration file in the form of falco.yaml; "" for none')
    .option('--option <key=value>', 'set a configuration key; repeatable', collect)
    .action(async (words: string[], options: LearnOptions) => finish(await learnRules(words, options)));
}

/** Returns the exit code: the command's own, or 1 when rules could not be made. */
async function learnRules(command: readonly string[], options: LearnOptions): Promise<number> {
  const file = checkedFile(command, options);
  const learned = before(file, options);
  const config = learningConfig(options);
  const runs = options.read ?? [undefined];
  let code = 0;
  for (const recording of runs) {
    learned.runs++;
    const observer = new LearningObserver({ run: learned.runs, roots: rootsOf(options) });
    if (recording === undefined) code = await observeLive(observer, command, options, config, learned);
    else await observeFile(observer, recording, config, learned);
    learned.events += observer.events;
    learned.unattributed += observer.unattributed;
    learned.pathless += observer.pathless;
    for (const profile of chosenProfiles(observer.profiles(), options)) learn(learned, profile);
  }
  if (learned.profiles.length === 0) fail('nothing was seen that rules could be made of');
  const isRight = await write(file, learned, options.name);
  return isRight ? code : 1;
}

function checkedFile(command: readonly string[], { output, into, read, scope }: LearnOptions): string {
  if ([command.length > 0, read !== undefined, scope !== undefined].filter(Boolean).length !== 1)
    fail('give one of COMMAND, --scope and --read');
  if ((output === undefined) === (into === undefined))
    fail('give the file for the rules: --output writes it anew, --into adds to it');
  const file = output ?? into ?? '';
  if (!/\.ya?ml$/.test(file) || /\.test\.ya?ml$/.test(file))
    fail(`rules go into a file that ends in .yaml, not ${file}`);
  return file;
}

/** Paths of the files beside the rules. */
function beside(file: string): { readonly tests: string; readonly kept: string } {
  const stem = file.replace(/\.ya?ml$/, '');
  return { tests: `${stem}.test.yaml`, kept: `${stem}.learned.json` };
}

function before(file: string, { into }: LearnOptions): Learned {
  const { tests, kept: path } = beside(file);
  if (into === undefined && !existsSync(path)) for (const each of [file, tests]) checkNotForeign(each);
  if (into === undefined || !(existsSync(file) || existsSync(path))) return nothingLearned();
  try {
    const kept = readKept(readFileSync(path, 'utf8'));
    if (existsSync(file) && !kept.isOf(readFileSync(file, 'utf8')))
      fail(
        `${file} was changed since it was learned, and would be written anew: put changes into another file, or remove it`,
      );
    return kept.learned;
  } catch (error) {
    return fail(`cannot add to ${file}: ${path}: ${(error as Error).message}`);
  }
}

/** Begins anew only over what was learned: rules of others are not its to replace. */
function checkNotForeign(file: string): void {
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0)
    fail(`${file} is there, and "lanner learn" has not written it: give another name, or remove it`);
}

/** No alerts but those that the observer sees, and nothing that is told otherwise. */
function learningConfig(options: LearnOptions): Config {
  const configured = configFrom(options, plainLog);
  return {
    ...configured,
    ...{ rule_matching: 'all', rate_limits: [], fold: { ...configured.fold, window: 0 } },
    capture: { ...configured.capture, enabled: false },
    metrics: { ...configured.metrics, enabled: false },
  };
}

const OBSERVING = loadRules([{ name: 'what is learned', text: observingRules() }], ruleEnvironment());

function rootsOf({ scope }: LearnOptions): readonly number[] {
  return scope?.kind === 'processes' ? scope.pids : [];
}

async function observeLive(
  observer: LearningObserver,
  command: readonly string[],
  { scope, M: seconds }: LearnOptions,
  config: Config,
  learned: Learned,
): Promise<number> {
  checkEngine(config, plainLog);
  const isCommand = command.length > 0;
  const stop = new AbortController();
  const forwarding = isCommand ? whileForwarding() : undefined;
  const ending = isCommand ? undefined : onEndSignal(() => stop.abort());
  const limit = seconds === undefined ? [] : [AbortSignal.timeout(seconds * 1000)];
  try {
    const { watch } = await import('../engine/watch.ts');
    const summary = await watch({
      config,
      ruleSet: OBSERVING.ruleSet,
      scope: scope ?? { kind: 'processes', pids: [] },
      ...(isCommand ? { command } : {}),
      alertsTo: { take: (alert) => observer.told(alert) },
      observers: [observer],
      stop: AbortSignal.any([stop.signal, ...limit]),
      log: plainLog,
      onReady(watching) {
        forwarding?.to(watching.command);
        if (watching.command?.pid !== undefined) observer.addCommand(watching.command.pid);
        if (!isCommand) plainLog('learning; Ctrl-C ends it');
      },
    });
    if (summary.exit?.failure !== undefined) fail(summary.exit.failure);
    const lost = [...summary.lost.values()].reduce((sum, each) => sum + each, 0);
    learned.lost += lost + summary.failed;
    for (const [address, name] of await namesByAddress(observer.hosts)) learned.names.set(address, name);
    return summary.exit?.code ?? 0;
  } finally {
    forwarding?.end();
    ending?.end();
  }
}

async function observeFile(
  observer: LearningObserver,
  file: string,
  config: Config,
  learned: Learned,
): Promise<void> {
  const { replay } = await import('../engine/replay.ts');
  const stop = new AbortController().signal;
  const options = { config, ruleSet: OBSERVING.ruleSet, file, observers: [observer] };
  const alertsTo: AlertTarget = { take: (alert) => observer.told(alert) };
  const { damage, failed } = await replay({ ...options, alertsTo, stop, log: plainLog });
  learned.lost += failed;
  if (damage) fail(`the recording is damaged: ${damage.message}`);
}

/** Which of the profiles the rules are about, and as what. */
function chosenProfiles(profiles: readonly Profile[], { subject, scope }: LearnOptions): Profile[] {
  if (scope?.kind === 'cgroup' && subject === 'auto')
    return merged(profiles, { kind: 'cgroup', path: scope.path.replace(/(?<=.)\/$/, '') });
  if (subject === 'all') return merged(profiles, { kind: 'all' });
  const containers = profiles.filter(({ subject: { kind } }) => kind !== 'program');
  if (subject === 'containers' && containers.length === 0) fail('no container was seen');
  if (subject === 'program' || containers.length === 0)
    return profiles.filter(({ subject: { kind } }) => kind === 'program');
  if (containers.length < profiles.length)
    plainLog(
      'containers were seen: only what they do is learned, and not what has started them (--subject program)',
    );
  return containers;
}

function merged(profiles: readonly Profile[], subject: Profile['subject']): Profile[] {
  if (profiles.length === 0) return [];
  const all = emptyProfile(subject);
  for (const profile of profiles) mergeProfile(all, profile);
  return [all];
}

/** How many different ones were seen, in words. */
const COUNTED = [
  ['programs', 'started'],
  ['files', 'files'],
  ['secrets', 'reads'],
  ['mounts and namespaces', 'views'],
  ['addresses', 'contacts'],
  ['ports', 'listening'],
] as const;

/** Writes rules, tests and observations, and tries the rules. Returns whether they are right. */
async function write(file: string, learned: Learned, name: string | undefined): Promise<boolean> {
  const namesOf = (address: string): string | undefined => learned.names.get(address);
  const { text, holes, subjects }: RulesText = rulesText(learned, { name, namesOf });
  const { tests, kept } = beside(file);
  replaceFile(file, text);
  replaceFile(tests, testsText(subjects, namesOf));
  replaceFile(kept, keptText(learned, text));
  for (const { name: subject, profile } of subjects) {
    const counts = COUNTED.map(([what, tally]) => `${what} ${profile[tally].size}`);
    plainLog(`${subject}: ${counts.join(', ')}, runs ${learned.runs}`);
  }
  for (const hole of new Set(holes)) plainLog(`hole: ${hole}`);
  if (learned.pathless > 0)
    plainLog(`incomplete: of ${learned.pathless} opened files the kernel's path was not recorded`);
  if (learned.lost > 0) plainLog(`incomplete: ${learned.lost} events were lost while learning`);
  const refused = learned.profiles.reduce((sum, profile) => sum + refusedBy(profile), 0);
  if (refused > 0) plainLog(`incomplete: ${refused} observations were too many to be kept`);
  return check(file, tests);
}

/** The rules must load without a warning, and do what their tests say; anything else is a fault in Lanner. */
async function check(file: string, tests: string): Promise<boolean> {
  const environment = ruleEnvironment();
  const outcome = loadRules([{ name: file, bytes: readFileSync(file) }], environment);
  const problems = allProblems(outcome);
  if (problems.length > 0) writeError(`${reportProblems(problems, outcome.files)}\n`);
  if (!outcome.ok) fail(`the rules in ${file} cannot be used, which is a fault in Lanner`);
  const config = learningConfig({ subject: 'auto', c: '' });
  const testFile = readTestFile(tests, tests, readFileSync(tests, 'utf8'));
  const results = await runTestFile(testFile, { paths: [file], outcome, config });
  const failed = results.filter(({ failures }) => failures.length > 0);
  for (const { name, failures } of failed)
    for (const { message, why } of failures)
      plainLog(`test failed: ${name}: ${[message, ...why].join('; ')}`);
  plainLog(
    `${file}: ${outcome.ruleSet.rules.length} rules, ${results.length} tests, ${failed.length} failed`,
  );
  return failed.length === 0 && problems.length === 0;
}

/** Never half a file: a daemon may be reading it. */
function replaceFile(path: string, text: string): void {
  const temporary = `${path}.new`;
  try {
    writeFileSync(temporary, text);
    renameSync(temporary, path);
  } catch (error) {
    fail(`cannot write ${path}: ${(error as Error).message}`);
  }
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (text.trim() === '' || !Number.isFinite(seconds) || seconds <= 0)
    throw new InvalidArgumentError('Give a number of seconds above 0.');
  return seconds;
}
