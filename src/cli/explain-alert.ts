/** `lanner explain --alert ID`: why an alert of the store came. */
import { digestOf } from '../alerts/condition-digest.ts';
import type { Evidence } from '../alerts/evidence.ts';
import { keptReasonLines, keptTreeLines } from '../authoring/explanation-text.ts';
import type { Config } from '../config/schema.ts';
import { Failure } from './fail.ts';
import { plainLog } from './log.ts';
import type { CommonOptions } from './options.ts';
import { printLine } from './print.ts';
import { loadConfiguredRules } from './start.ts';
import { alertWithEvidence } from './stored-alert.ts';
import { visibleLines } from './terminal-text.ts';

export interface AlertOptions extends CommonOptions {
  readonly store?: string;
  readonly json?: boolean;
}

/** Whether the condition is the one that the alert came by. */
type RuleNow = 'same' | 'changed' | 'gone' | 'unknown';

const NOTES: Readonly<Record<Exclude<RuleNow, 'same'>, string>> = {
  changed: 'The condition of the rule has changed since then: this is how it was.',
  gone: 'There is no rule of this name any more: this is how it was.',
  unknown: 'Whether the rule is still the same is not known.',
};

export function explainAlert(id: number, config: Config, options: AlertOptions): void {
  const { alert, evidence } = alertWithEvidence(id, options);
  const { rule, time, output, source } = JSON.parse(alert.line) as Readonly<Record<string, string>>;
  const condition = evidence?.condition ?? null;
  const now = evidence?.digest ? ruleNow(String(rule), evidence.digest, config, options) : 'unknown';
  const reason = condition === null ? reasonFor(source, evidence) : undefined;
  if (options.json) {
    printLine(JSON.stringify({ alert: id, time, rule, output, condition, reason, rule_now: now }));
    return;
  }
  const lines = [`"${rule}" fired at ${time}:`];
  if (condition === null) lines.push(`  ${reason}`);
  else {
    lines.push(...keptReasonLines(condition).map((line) => `  ${line}`), '');
    lines.push(...keptTreeLines(condition).map((line) => `  ${line}`));
    if (now !== 'same') lines.push('', NOTES[now]);
  }
  printLine(visibleLines(lines.join('\n')));
}

function reasonFor(source: string | undefined, evidence: Evidence | undefined): string {
  if (evidence !== undefined) return `the condition was not kept: ${evidence.conditionReason ?? ''}`;
  if (source === 'internal') return 'Lanner told of itself: there is no condition';
  return 'the condition was not kept: the alert tells of others that were held back, or was stored by an earlier version';
}

function ruleNow(name: string, digest: string, config: Config, options: AlertOptions): RuleNow {
  try {
    const { ruleSet } = loadConfiguredRules(options, config, plainLog);
    const rule = ruleSet.rules.find((each) => each.name === name);
    if (rule === undefined) return 'gone';
    return digestOf(rule.condition) === digest ? 'same' : 'changed';
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    plainLog(error.message);
    return 'unknown';
  }
}
