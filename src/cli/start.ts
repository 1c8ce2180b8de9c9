/** What `lanner` and `lanner run` do alike before and after watching. */
import { existsSync } from 'node:fs';
import type { Config } from '../config/schema.ts';
import { consoleFiles } from '../console/files.ts';
import { loadRuleFiles, ruleFilePaths } from '../engine/rule-files.ts';
import type { WatchSummary } from '../engine/watch.ts';
import { isError, type LoadOutcome } from '../rules/load.ts';
import { reportProblems } from '../rules/report.ts';
import { fail } from './fail.ts';
import type { Log } from './log.ts';
import type { CommonOptions } from './options.ts';
import { describeProblem, failOnErrors } from './problems.ts';

/**
 * Paths of the rule files that the options and the configuration name; behind them those of the console, if there are
 * any. `withConsole`: by default they count where no files are given. Ends the command when there are none.
 */
export function configuredRuleFiles(
  options: CommonOptions,
  config: Config,
  log: Log,
  withConsole = options.r === undefined && config.console.serve !== 'never',
): string[] {
  const missing = (path: string): void =>
    log(`warning: no rules at ${path}, which the configuration names`, 'warning');
  const paths = ruleFilePaths(options.r ?? [], config, missing);
  if (paths.length === 0) fail('there are no rule files to load');
  const { ownRules } = consoleFiles(config);
  return withConsole && existsSync(ownRules) ? [...paths, ownRules] : paths;
}

/** Paths of the rule files that a command is given by name, directories among them. Ends the command when there are none. */
export function namedRuleFiles(names: readonly string[], config: Config): string[] {
  const paths = ruleFilePaths(names, config, () => {});
  if (paths.length === 0) fail(`there are no rule files (*.yaml, *.yml) in ${names.join(', ')}`);
  return paths;
}

/**
 * Loads the rules that the options and the configuration name. Warnings go to `log`; errors end the
 * command.
 */
export function loadConfiguredRules(options: CommonOptions, config: Config, log: Log): LoadOutcome {
  return usable(loadRuleFiles(configuredRuleFiles(options, config, log), config), log);
}

/**
 * The same for the daemon. What was written in the console must not keep it from starting, when other files have
 * changed since: those rules are left out then, and why is told to `onLeftOut`.
 */
export function loadDaemonRules(
  options: CommonOptions,
  config: Config,
  { log, withConsole }: { readonly log: Log; readonly withConsole: boolean },
  onLeftOut: (message: string, report: string) => void,
): LoadOutcome {
  const all = loadRuleFiles(configuredRuleFiles(options, config, log, withConsole), config);
  if (all.ok || !withConsole) return usable(all, log);
  const others = loadRuleFiles(
    configuredRuleFiles(options, config, () => {}, false),
    config,
  );
  if (!others.ok) return usable(all, log);
  const errors = all.problems.filter(isError);
  const { ownRules } = consoleFiles(config);
  const message = `the rules of the console are left out, since they have errors: ${ownRules}`;
  log(message, 'error');
  for (const error of errors) log(describeProblem(error), 'error');
  onLeftOut(message, reportProblems(errors, all.files));
  return usable(others, log);
}

function usable(outcome: LoadOutcome, log: Log): LoadOutcome {
  failOnErrors(outcome);
  for (const problem of outcome.problems) log(describeProblem(problem), 'warning');
  return outcome;
}

/** Says which files the rules are from, and how many are in use. */
export function logRules({ files, ruleSet }: LoadOutcome, log: Log): void {
  log('Loading rules from:');
  for (const { name } of files) log(`   ${name}`);
  const enabled = ruleSet.rules.filter((rule) => rule.enabled).length;
  log(`${enabled} of ${ruleSet.rules.length} rules are enabled`);
}

/** Which engines of Falco's a configuration may ask for where the kernel is to be watched. */
export function checkEngine(config: Config, log: Log): void {
  const { kind } = config.engine;
  if (kind === 'modern_ebpf') return;
  if (kind === 'replay')
    fail('engine.kind replay is for the daemon: it judges a capture, and watches nothing');
  if (kind === 'nodriver') fail('engine.kind nodriver is not there yet: it comes with a later version');
  log(
    'warning: engine.kind kmod: Lanner has no kernel module and uses its probe, with the settings of engine.modern_ebpf',
    'warning',
  );
}

/** One line: events, losses, alerts, and what else is missing. */
export function summaryLine({ events, lost, alerts, ...counts }: WatchSummary): string {
  const lostCount = [...lost.values()].reduce((sum, count) => sum + count, 0);
  const kinds = [...lost]
    .sort(([, one], [, other]) => other - one)
    .map(([name, count]) => `${name} ${count}`);
  const priorities = alerts.byPriority.map(([priority, count]) => `${priority} ${count}`);
  const parts = [
    `${events} events`,
    `${lostCount} lost${kinds.length === 0 ? '' : ` (${kinds.join(', ')})`}`,
    `${alerts.total} ${alerts.total === 1 ? 'alert' : 'alerts'}${priorities.length === 0 ? '' : ` (${priorities.join(', ')})`}`,
  ];
  if (counts.alertsDropped > 0) parts.push(`${counts.alertsDropped} alerts not written`);
  if (counts.alertsIncomplete > 0) parts.push(`${counts.alertsIncomplete} alerts without their container`);
  if (counts.failed > 0) parts.push(`${counts.failed} events not judged`);
  if (counts.compatCalls > 0) parts.push(`${counts.compatCalls} system calls of another interface not seen`);
  if (counts.unwatchedThreads > 0) parts.push(`${counts.unwatchedThreads} threads not watched`);
  if (counts.earlyRequests > 0) parts.push(`${counts.earlyRequests} io_uring requests without result`);
  if (counts.unresolvedPaths > 0) parts.push(`${counts.unresolvedPaths} paths not resolved`);
  if (counts.looksWithoutAnswer > 0)
    parts.push(`${counts.looksWithoutAnswer} looks at file systems without answer`);
  if (counts.leftRunning > 0) parts.push(`${counts.leftRunning} left running, no longer watched`);
  const filtered = counts.filtered.values().reduce((sum, count) => sum + count, 0);
  if (filtered > 0) parts.push(`${filtered} left out in the kernel`);
  return parts.join(', ');
}
