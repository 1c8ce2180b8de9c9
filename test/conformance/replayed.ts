/** A capture through loader, model, matcher and alerts: the path that `lanner replay` takes. */
import { AlertMaker } from '../../src/alerts/alert-maker.ts';
import { DEFAULT_FORMAT, formatJson } from '../../src/alerts/format.ts';
import { openCapturedSystem } from '../../src/engine/captured-system.ts';
import { ruleEnvironment } from '../../src/engine/rule-environment.ts';
import { FIELD_CATALOG } from '../../src/fields/catalog.ts';
import { compileMatcher } from '../../src/matcher/compile.ts';
import type { CheckedRule } from '../../src/rules/checked.ts';
import { loadRules } from '../../src/rules/load.ts';
import { openCapture } from '../../src/sources/capture/source.ts';
import type { EventContext } from '../../src/system/context.ts';

/**
 * Calls `judge` with every event that rules may see. The context is the same object every time, and the
 * event in it valid only during the call.
 */
export async function replayCapture(path: string, judge: (context: EventContext) => void): Promise<void> {
  const capture = await openCapture(path);
  const { system, state, notice } = openCapturedSystem({ recording: capture.recording });
  try {
    await capture.run((event) => {
      notice(event);
      const context = system.learn(event);
      if (!event.stateOnly) judge(context);
      system.settle();
    }, state);
  } finally {
    capture.close();
  }
}

export interface RuleText {
  readonly name: string;
  readonly text: string;
}

/** All rules of the files, the disabled ones too. Throws when they cannot be loaded. */
export function allRules(files: readonly RuleText[]): readonly CheckedRule[] {
  const { ruleSet, ok, problems } = loadRules(files, ruleEnvironment());
  if (!ok) throw new Error(problems.map(({ message }) => message).join('; '));
  return ruleSet.rules.map((rule) => ({ ...rule, enabled: true }));
}

/** How many events of a capture match each rule, by name. */
export async function countMatches(
  path: string,
  rules: readonly CheckedRule[],
): Promise<ReadonlyMap<string, number>> {
  const matcher = compileMatcher({ rules }, FIELD_CATALOG, { matching: 'all', source: 'syscall' });
  const counts = new Map(rules.map(({ name }) => [name, 0]));
  await replayCapture(path, (context) => {
    for (const { name } of matcher.match(context)) counts.set(name, (counts.get(name) ?? 0) + 1);
  });
  return counts;
}

/** The alert lines of a capture, as JSON, under `rule_matching: all`. */
export async function alertLines(path: string, rules: readonly CheckedRule[]): Promise<string[]> {
  const matcher = compileMatcher({ rules }, FIELD_CATALOG, { matching: 'all', source: 'syscall' });
  const maker = new AlertMaker(FIELD_CATALOG);
  const options = { ...DEFAULT_FORMAT, timeFormatIso8601: true };
  const lines: string[] = [];
  await replayCapture(path, (context) => {
    for (const rule of matcher.match(context)) lines.push(formatJson(maker.make(rule, context), options));
  });
  return lines;
}
