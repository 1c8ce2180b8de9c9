/** Tries rules against a recording in a thread of its own, and tells how far it is and what matches. */
import { parentPort, workerData } from 'node:worker_threads';
import type { RuleAlert } from '../alerts/alert.ts';
import { DEFAULT_FORMAT, formatJson } from '../alerts/format.ts';
import { TrialObserver } from '../authoring/trial.ts';
import { loadTrial, placeInCondition, type Trial } from '../authoring/trial-rules.ts';
import type { Config } from '../config/schema.ts';
import { type ReplayProgress, replay } from '../engine/replay.ts';
import { readRuleFiles } from '../engine/rule-files.ts';
import { isError, type Problem } from '../rules/load.ts';
import type { RuleProblem, TryNews } from '../server/api-types.ts';
import { readAlert } from './alert-item.ts';
import { MOST_MS, type TrialMessage, type TrialSettings } from './trial-messages.ts';

/** Matches that are told; more are counted. */
const MOST_TOLD = 1000;
/** Matches after which it ends. */
const MOST_MATCHES = 100_000;
const PROGRESS_MS = 250;
/** Lines about why nothing matched. */
const MOST_WHY = 60;

async function run({ trial, others, config, file }: TrialSettings): Promise<void> {
  const { outcome } = loadTrial(trial, readRuleFiles(others), config);
  const ownFile = trial.kind === 'file' ? trial.file.name : 'condition';
  const problems = outcome.problems.filter(
    (problem) => isError(problem) && problem.location.file === ownFile,
  );
  if (problems.length > 0) {
    tell({ kind: 'rejected', problems: problems.map((problem) => problemOf(problem, trial)) });
    return;
  }
  if (outcome.ruleSet.rules.length === 0) {
    tell({ kind: 'failed', message: 'there is no such rule, or none to try' });
    return;
  }
  await tryRules(outcome, config, file);
}

async function tryRules(
  outcome: ReturnType<typeof loadTrial>['outcome'],
  config: Config,
  file: string,
): Promise<void> {
  const start = performance.now();
  const end = new AbortController();
  const counts = new Map<string, number>();
  let matches = 0;
  let limit: 'time' | 'matches' | null = null;
  let progress: (() => ReplayProgress) | undefined;
  let told = start;
  const stop = (why: 'time' | 'matches'): void => {
    limit ??= why;
    end.abort();
  };
  const observer = new TrialObserver(outcome);
  const { events } = await replay({
    config: trialConfig(config),
    ruleSet: outcome.ruleSet,
    file,
    stop: end.signal,
    log: () => {},
    alertsTo: {
      take(alert) {
        if (alert.kind !== 'rule') return;
        counts.set(alert.rule, (counts.get(alert.rule) ?? 0) + 1);
        if (++matches <= MOST_TOLD) tell(matchOf(alert));
        if (matches >= MOST_MATCHES) stop('matches');
      },
    },
    observers: [
      {
        judged(...given) {
          observer.judged(...given);
          const now = performance.now();
          if (now - told < PROGRESS_MS) return;
          told = now;
          if (now - start > MOST_MS) stop('time');
          const { bytes, size, events } = progress?.() ?? { bytes: 0, size: 0, events: 0 };
          tell({ kind: 'progress', share: size ? Math.min(1, bytes / size) : 0, events, matches });
        },
      },
    ],
    onReady: (replaying) => {
      progress = replaying.progress;
    },
  });
  tell({
    kind: 'done',
    ...{ events, matches, limit },
    byRule: [...counts]
      .map(([rule, count]) => ({ rule, count }))
      .sort((one, other) => other.count - one.count),
    why: observer.whyNone().slice(0, MOST_WHY),
    milliseconds: Math.round(performance.now() - start),
  });
}

/** Every match is told, by every rule that it is of, and nothing is looked up or written. */
function trialConfig(config: Config): Config {
  return {
    ...config,
    rule_matching: 'all',
    rate_limits: [],
    fold: { ...config.fold, window: 0 },
    capture: { ...config.capture, enabled: false },
    host_names: { ...config.host_names, resolve: 'never' },
  };
}

function matchOf(alert: RuleAlert): TryNews {
  const time = Number(alert.time / 1000n);
  const { item, fields } = readAlert({ id: 0, time, line: formatJson(alert, DEFAULT_FORMAT) });
  const { rule, priority, message } = item;
  return { kind: 'match', time, rule, priority, message, fields };
}

function problemOf(problem: Problem, trial: Trial): RuleProblem {
  const { code, message, location, length, suggestion } = problem;
  const { file, offset } = location;
  const place = trial.kind === 'condition' ? placeInCondition(location) : location;
  return {
    severity: 'error',
    ...{ code, message, file, offset, length },
    ...{ line: place.line, column: place.column },
    isOwn: true,
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

function tell(message: TrialMessage): void {
  parentPort?.postMessage(message);
}

try {
  await run(workerData as TrialSettings);
} catch (error) {
  tell({ kind: 'failed', message: (error as Error).message });
}
