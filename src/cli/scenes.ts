/** `lanner scenes [WHICH…]`: acts out attacks, harmlessly, and says whether they were noticed. */
import type { Command } from 'commander';
import type { Alert } from '../alerts/alert.ts';
import type { Config } from '../config/schema.ts';
import { loadRuleFiles, ruleFilePaths } from '../engine/rule-files.ts';
import type { WatchSummary } from '../engine/watch.ts';
import type { LoadOutcome } from '../rules/load.ts';
import { nearest } from '../rules/suggest.ts';
import { AlertListener, END_RULE, END_RULE_FILE, type IncomingAlert } from '../scenes/audience.ts';
import { findEngine } from '../scenes/find-engine.ts';
import { loadScenes, scenesFor } from '../scenes/load.ts';
import { type Audience, type Performance, perform, twinOf } from '../scenes/perform.ts';
import { describeScenes, describeVerdicts, type ReportFormat, verdictLine } from '../scenes/report.ts';
import type { Scene } from '../scenes/scene.ts';
import { Theatre } from '../scenes/theatre.ts';
import { isBad, judge, rulesInUse, type Verdict } from '../scenes/verdict.ts';
import { fail } from './fail.ts';
import { addFlags } from './flags.ts';
import { plainLog } from './log.ts';
import { type CommonOptions, configFrom } from './options.ts';
import { printLine } from './print.ts';
import { failOnErrors } from './problems.ts';
import { onEndSignal } from './signals.ts';
import { checkEngine, logRules } from './start.ts';

interface ScenesOptions extends CommonOptions {
  readonly all?: boolean;
  readonly list?: boolean;
  readonly twins?: boolean;
  readonly actOnly?: boolean;
  readonly format: string;
}

export function addScenesCommand(program: Command, finish: (code: number) => void): void {
  const command = program
    .command('scenes')
    .summary('act out attacks, harmlessly, and see whether they are detected')
    .description(
      'Performs scenes and checks that the rules which they violate fire. Scenes do no harm: they take place in\n' +
        'mounts, networks and containers of their own, load nothing into the kernel that stays, and clean up.\n' +
        'Only the processes of the scenes are watched. WHICH is the name of a scene, of a rule, a technique of\n' +
        'MITRE ATT&CK, "host" or "container". The exit code is 1 when a rule did not fire that had to, or a scene\n' +
        'failed.',
    )
    .argument('[which...]')
    .option('--all', 'all scenes')
    .option('--list', 'print the scenes, and perform none')
    .option(
      '--twins',
      'also perform the legitimate twin of each scene, for which no rule of the scene may fire',
    )
    .option('--act-only', 'perform, and leave the watching to a Lanner or Falco that is already running')
    .option('--format <format>', 'text or json, for --list also markdown', 'text')
    .action(async (which: string[], options: ScenesOptions) => finish(await scenes(which, options)));
  addFlags(command, 'common');
}

const FORMATS: readonly ReportFormat[] = ['text', 'json', 'markdown'];

/** Returns the exit code. */
async function scenes(which: readonly string[], options: ScenesOptions): Promise<number> {
  const format = FORMATS.find((known) => known === options.format);
  if (format === undefined) fail(`there is no format "${options.format}"; there are ${FORMATS.join(', ')}`);
  const known = await loadScenes();
  const chosen = which.length === 0 ? known : chooseScenes(which, known);
  if (options.list || (which.length === 0 && !options.all)) {
    printLine(describeScenes(chosen, format));
    return 0;
  }
  if (format === 'markdown') fail('the format markdown is for --list');
  const config = configFrom(options, plainLog);
  const verdicts: Verdict[] = [];
  const report = (verdict: Verdict): void => {
    verdicts.push(verdict);
    // Of all scenes, those whose rules are not there are many.
    const isOfInterest = verdict.result !== 'no rule' || which.length > 0 || options.verbose;
    if (format === 'text' && isOfInterest) printLine(verdictLine(verdict));
  };
  const stop = new AbortController();
  const handler = onEndSignal(() => stop.abort());
  const run: Run = { chosen, options, config, report, stop: stop.signal };
  try {
    if (options.actOnly) await act(run);
    else await actAndWatch(run);
  } finally {
    handler.end();
  }
  printLine(describeVerdicts(verdicts, format === 'json'));
  return stop.signal.aborted || verdicts.some(isBad) ? 1 : 0;
}

interface Run {
  readonly chosen: readonly Scene[];
  readonly options: ScenesOptions;
  readonly config: Config;
  readonly report: (verdict: Verdict) => void;
  readonly stop: AbortSignal;
}

function chooseScenes(which: readonly string[], known: readonly Scene[]): Scene[] {
  const chosen = which.flatMap((word) => {
    const scenes = scenesFor(word, known);
    if (scenes.length === 0) {
      const near = nearest(
        word,
        known.flatMap(({ name, falco, lanner }) => [name, ...falco, ...lanner]),
      );
      const hint = near === undefined ? '' : `; did you mean "${near}"?`;
      fail(`there is no scene, rule or technique "${word}"${hint || ': --list shows them'}`);
    }
    return scenes;
  });
  return [...new Set(chosen)];
}

type Judge = (scene: Scene, isTwin: boolean, performance: Performance) => Verdict;

/** Performs the scenes one after the other. */
async function performAll(
  { chosen, options, config, report, stop }: Run,
  audience: Audience | undefined,
  verdictOn: Judge,
): Promise<void> {
  const theatre = new Theatre({ scenes: chosen, engine: findEngine(config.container_engines) });
  try {
    for (const scene of chosen) {
      for (const isTwin of options.twins ? [false, true] : [false]) {
        if (stop.aborted) return;
        const play = isTwin ? twinOf(scene) : scene;
        report(verdictOn(scene, isTwin, await perform(theatre, play, stop, audience)));
      }
    }
  } finally {
    theatre.close();
  }
}

function act(run: Run): Promise<void> {
  return performAll(run, undefined, (scene, isTwin, performance) => ({
    scene,
    isTwin,
    result: performance.kind,
    rules: [],
    reason: performance.kind === 'performed' ? undefined : performance.reason,
  }));
}

async function actAndWatch(run: Run): Promise<void> {
  const { options } = run;
  // Rules do not hide each other, and the scenes' own rule is always there.
  const config: Config = {
    ...run.config,
    rule_matching: 'all',
    rules: [...run.config.rules, { enable: { rule: END_RULE, tag: undefined }, disable: undefined }],
  };
  checkEngine(config, plainLog);
  const outcome = loadRules(options, config);
  if (options.verbose) logRules(outcome, plainLog);
  const enabled = new Set(outcome.ruleSet.rules.filter((rule) => rule.enabled).map(({ name }) => name));
  const [watched, unwatched] = [true, false].map((wanted) =>
    run.chosen.filter((scene) => rulesInUse(scene, enabled).length > 0 === wanted),
  ) as [Scene[], Scene[]];
  for (const scene of unwatched)
    run.report({ scene, isTwin: false, result: 'no rule', rules: [], reason: undefined });
  if (watched.length === 0) return;
  const stop = new AbortController();
  let listener: AlertListener | undefined;
  let performing = Promise.resolve();
  const { watch } = await import('../engine/watch.ts');
  const summary = await watch({
    config,
    ruleSet: outcome.ruleSet,
    scope: { kind: 'processes', pids: [], isGrowing: true },
    alertsTo: { take: (alert) => listener?.take(incoming(alert)) },
    stop: stop.signal,
    log: plainLog,
    onReady(watching) {
      const audience = new AlertListener(watching.follow);
      listener = audience;
      performing = performAll({ ...run, chosen: watched }, audience, (scene, isTwin, performance) =>
        judge(scene, isTwin, performance, audience.alerts, enabled),
      ).finally(() => stop.abort());
      performing.catch(() => {});
    },
  });
  await performing;
  warnOfLosses(summary);
}

function loadRules(options: ScenesOptions, config: Config): LoadOutcome {
  const paths = ruleFilePaths(options.r ?? [], config, () => {});
  const outcome = loadRuleFiles([...paths, END_RULE_FILE], config);
  failOnErrors(outcome);
  return outcome;
}

/** What a listener reads of an alert. */
export function incoming({ rule, time, fields }: Alert): IncomingAlert {
  const pid = Array.isArray(fields) ? fields.find(({ key }) => key === 'proc.pid')?.value : 0;
  return { rule, time, pid: Number(pid) };
}

function warnOfLosses({ lost }: WatchSummary): void {
  const count = [...lost.values()].reduce((sum, each) => sum + each, 0);
  if (count > 0) plainLog(`${count} events were lost, so that a rule may have missed what it had to see`);
}
